"""Tickets: signed, short-lived permission to hear some channels, made by a view that checked the right to."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.core import signing
from django.http import JsonResponse
from django.utils.crypto import salted_hmac

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest

SALT = "rapport.live"
VALID_SECONDS = 60


class BadTicket(Exception):
    """The ticket was not made by us, or too long ago."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a stream may hear, whose it is, when the door looked and when it ends. Instants are epoch seconds."""

    programme_id: int
    channels: frozenset[str]
    person: int | None = None
    session: str = ""
    until: float | None = None
    at: float = 0.0


def issue(
    channels: Iterable[str],
    *,
    programme_id: int,
    person: int | None = None,
    session: str = "",
    until: float | None = None,
    at: float | None = None,
) -> str:
    """Return a ticket for these channels of the programme, good for opening one stream within a minute."""
    said = [programme_id, sorted(channels), person, session, until, at or time.time()]
    return signing.dumps(said, salt=SALT)


def read(ticket: str) -> Ticket:
    """Return what a ticket says; BadTicket when it is forged or stale."""
    try:
        programme_id, channels, *rest = signing.loads(ticket, salt=SALT, max_age=VALID_SECONDS)
        return Ticket(int(programme_id), frozenset(channels), *rest)
    except (signing.BadSignature, TypeError, ValueError) as error:
        raise BadTicket("Ask the page for a new ticket.") from error


def session_mark(session_key: str | None) -> str:
    """Return what names a session on tickets and in notifications: its key itself would open it."""
    if not session_key:
        return ""
    return salted_hmac("rapport.session", session_key, algorithm="sha256").hexdigest()


def bind(request: HttpRequest, *, looked_at: float, until: datetime | None) -> None:
    """Have this request's tickets count from when its door looked (epoch seconds), and end at ``until``."""
    request.META["rapport.looked_at"] = looked_at
    request.META["rapport.until"] = until.timestamp() if until else None


def live_url(request: HttpRequest) -> str:
    """Return where this browser finds the streams: RAPPORT_LIVE_URL, or the same host on the next port."""
    if settings.LIVE_URL:
        return str(settings.LIVE_URL).rstrip("/")
    host = request.get_host()
    name = host.rsplit(":", 1)[0] if not host.endswith("]") and ":" in host else host
    return f"{request.scheme}://{name}:{settings.PORT + 1}"


def answer(request: HttpRequest, channels: Iterable[str], *, programme_id: int) -> JsonResponse:
    """Answer a page's wish for a stream with its signed address, for a view that has checked the right.

    The ticket is bound to the person and the session that asked, and to the moment their clearance ends.
    """
    is_person = request.user.is_authenticated
    ticket = issue(
        channels,
        programme_id=programme_id,
        person=request.user.pk if is_person else None,
        session=session_mark(request.session.session_key) if is_person else "",
        until=request.META.get("rapport.until"),
        at=request.META.get("rapport.looked_at"),
    )
    response = JsonResponse({"url": f"{live_url(request)}/stream?ticket={ticket}"})
    response.headers["Cache-Control"] = "no-store"
    return response
