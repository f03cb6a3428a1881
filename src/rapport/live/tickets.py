"""Tickets: signed, short-lived permission to hear some channels, made by a view that checked the right to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a stream may hear: channels of one programme."""

    programme_id: int
    channels: frozenset[str]


def issue(channels: Iterable[str], *, programme_id: int) -> str:
    """Return a ticket for these channels of the programme, good for opening one stream within a minute."""
    return signing.dumps([programme_id, sorted(channels)], salt=SALT)


def read(ticket: str) -> Ticket:
    """Return what a ticket allows; BadTicket when it is forged or stale."""
    try:
        programme_id, channels = signing.loads(ticket, salt=SALT, max_age=VALID_SECONDS)
        return Ticket(int(programme_id), frozenset(channels))
    except (signing.BadSignature, TypeError, ValueError) as error:
        raise BadTicket("Ask the page for a new ticket.") from error


def live_url(request: HttpRequest) -> str:
    """Return where this browser finds the streams: RAPPORT_LIVE_URL, or the same host on the next port."""
    if settings.LIVE_URL:
        return str(settings.LIVE_URL).rstrip("/")
    host = request.get_host()
    name = host.rsplit(":", 1)[0] if not host.endswith("]") and ":" in host else host
    return f"{request.scheme}://{name}:{settings.PORT + 1}"


def answer(request: HttpRequest, channels: Iterable[str], *, programme_id: int) -> JsonResponse:
    """Answer a page's wish for a stream with its signed address, for a view that has checked the right."""
    ticket = issue(channels, programme_id=programme_id)
    response = JsonResponse({"url": f"{live_url(request)}/stream?ticket={ticket}"})
    response.headers["Cache-Control"] = "no-store"
    return response
