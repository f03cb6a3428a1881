"""Addresses of the API."""

from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from rapport.accounts.doors import open_page
from rapport.api.cti import take_event
from rapport.api.v1 import api

addresses, _, _ = api.urls
for address in addresses:
    if isinstance(address, URLPattern) and address.name in ("openapi-json", "api-root"):
        described = open_page("describes the API, and holds nothing of any programme")(address.callback)
        address.callback = require_safe(described)

urlpatterns = [
    path("api/cti/v1/<slug:programme_key>/events", take_event, name="cti-events"),
    path("api/v1/", (addresses, "ninja", "api-v1")),
]
