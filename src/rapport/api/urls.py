"""Addresses of the API."""

from django.urls import path

from rapport.api.cti import take_event

app_name = "api"
urlpatterns = [
    path("api/cti/v1/<slug:programme_key>/events", take_event, name="cti-events"),
]
