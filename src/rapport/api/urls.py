"""Addresses of the API."""

from django.urls import path

from rapport.api.cti import take_event
from rapport.api.v1 import api

urlpatterns = [
    path("api/cti/v1/<slug:programme_key>/events", take_event, name="cti-events"),
    path("api/v1/", api.urls),
]
