"""Tickets: signed, short-lived permission to hear some channels, made by a view that checked the right to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.conf import settings
from django.core import signing
from django.http import JsonResponse

if TYPE_CHECKING:
    from django.http import HttpRequest

SALT = "rapport.live"
VALID_SECONDS = 60


class BadTicket(Exception):
    """The ticket was not made by us, or too long ago."""


def issue(channels: Iterable[str]) -> str:
    """Return a ticket for these channels, good for opening one stream within a minute."""
    return signing.dumps(sorted(channels), salt=SALT)


def read(ticket: str) -> list[str]:
    """Return the channels of a ticket; BadTicket when it is forged or stale."""
    try:
        return list(signing.loads(ticket, salt=SALT, max_age=VALID_SECONDS))
    except signing.BadSignature as error:
        raise BadTicket("Ask the page for a new ticket.") from error


def live_url(request: HttpRequest) -> str:
    """Return where this browser finds the streams: RAPPORT_LIVE_URL, or the same host on the next port."""
    if settings.LIVE_URL:
        return str(settings.LIVE_URL).rstrip("/")
    host = request.get_host()
    name = host.rsplit(":", 1)[0] if not host.endswith("]") and ":" in host else host
    return f"{request.scheme}://{name}:{settings.PORT + 1}"


def answer(request: HttpRequest, channels: Iterable[str]) -> JsonResponse:
    """Answer a page's wish for a stream with its signed address, for a view that has checked the right."""
    response = JsonResponse({"url": f"{live_url(request)}/stream?ticket={issue(channels)}"})
    response.headers["Cache-Control"] = "no-store"
    return response
