"""Addresses of thanks."""

from django.urls import path

from rapport.recognition.kudos import uncommon_views, views

THANKS = "at/<slug:programme>/recognition/"
urlpatterns = [
    path(THANKS, views.thanks, name="recognition"),
    path(f"{THANKS}thank/", views.thank, name="thank"),
    path(f"{THANKS}thanks/<uuid:kudos>/withdraw/", views.withdraw, name="thanks-withdraw"),
    path(f"{THANKS}uncommon/", uncommon_views.uncommon, name="uncommon"),
    path(f"{THANKS}uncommon/<uuid:contact>/settle/", uncommon_views.settle, name="uncommon-settle"),
]
