"""Addresses of thanks."""

from django.urls import path

from rapport.recognition.kudos import views

THANKS = "at/<slug:programme>/recognition/"
urlpatterns = [
    path(THANKS, views.thanks, name="recognition"),
    path(f"{THANKS}thank/", views.thank, name="thank"),
    path(f"{THANKS}thanks/<uuid:kudos>/withdraw/", views.withdraw, name="thanks-withdraw"),
]
