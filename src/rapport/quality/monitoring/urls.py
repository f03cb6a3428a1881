"""Addresses of sitting in."""

from django.urls import path

from rapport.quality.monitoring import views

AT = "at/<slug:programme>/contacts/<uuid:contact>/beside/"
urlpatterns = [
    path(AT, views.panel, name="monitoring"),
    path(f"{AT}sit-in/", views.sit_in, name="monitoring-sit-in"),
    path(f"{AT}whisper/", views.whisper, name="monitoring-whisper"),
    path(f"{AT}join/", views.join, name="monitoring-join"),
    path(f"{AT}say/", views.say, name="monitoring-say"),
    path(f"{AT}leave/", views.leave, name="monitoring-leave"),
    path(f"{AT}pulse/", views.pulse, name="monitoring-pulse"),
]
