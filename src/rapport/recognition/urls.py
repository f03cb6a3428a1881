"""Addresses of Rally Notes."""

from django.urls import path, register_converter

from rapport.recognition import views
from rapport.recognition.days import DayConverter

register_converter(DayConverter, "day")

urlpatterns = [
    path("at/<slug:programme>/rally/", views.latest, name="rally"),
    path("at/<slug:programme>/rally/draft/", views.draft, name="rally-draft"),
    path("at/<slug:programme>/rally/<day:day>/", views.letter, name="rally-day"),
    path("at/<slug:programme>/rally/<day:day>/read/", views.read, name="rally-read"),
    path("at/<slug:programme>/rally/<day:day>/edit/", views.edit, name="rally-edit"),
]
