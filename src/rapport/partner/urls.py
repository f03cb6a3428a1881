"""Addresses of the partner's page."""

from django.urls import path

from rapport.partner import views

urlpatterns = [
    path("at/<slug:programme>/partner/", views.home, name="partner"),
]
