"""Addresses of practice."""

from django.urls import path

from rapport.learning.practice import views

PRACTICE = "at/<slug:programme>/learning/practice/"
urlpatterns = [
    path(PRACTICE, views.page, name="practice"),
    path(f"{PRACTICE}begin/", views.begin, name="practice-begin"),
    path(f"{PRACTICE}set-up/", views.set_up, name="practice-set-up"),
    path(f"{PRACTICE}<uuid:practice>/look/", views.look, name="practice-look"),
]
