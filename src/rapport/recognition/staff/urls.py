"""Addresses of how work is."""

from django.urls import path

from rapport.recognition.staff import views

urlpatterns = [
    path("at/<slug:programme>/how-work-is/", views.how_work_is, name="staff"),
    path("at/<slug:programme>/how-work-is/answer/", views.answer, name="staff-answer"),
    path("at/<slug:programme>/how-work-is/fewest/", views.set_fewest, name="staff-fewest"),
]
