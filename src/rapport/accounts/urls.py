"""The way to where a person works."""

from django.urls import path

from rapport.accounts import views

urlpatterns = [
    path("", views.home, name="home"),
]
