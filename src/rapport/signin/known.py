"""Browsers a person has signed in with before: who guesses at their account elsewhere does not lock these out.

A signed cookie says whose they are, for ninety days. Wrong tries from such a browser are counted by themselves;
the cookie opens nothing.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core import signing
from django.utils.crypto import salted_hmac

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponseBase

SALT = "rapport.signin.known"
SECONDS = 90 * 24 * 3600
NAME = f"rapport_known_{settings.PORT}"
MOST = 20  # people who share a browser


def mark_of(request: HttpRequest, username: str) -> str:
    """Return what names this browser where the person has signed in with it before; empty for a stranger's."""
    told = _read(request)
    return str(told["mark"]) if _hidden(username) in told["people"] else ""


def remember(request: HttpRequest, response: HttpResponseBase, username: str) -> None:
    """Let the browser be known from now on as one of this person's; who shares it stays known too."""
    told = _read(request)
    mine = _hidden(username)
    people = [mine, *(other for other in told["people"] if other != mine)][:MOST]
    response.set_cookie(
        NAME,
        signing.dumps({"mark": told["mark"], "people": people}, salt=SALT),
        max_age=SECONDS,
        path="/sign-in/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _read(request: HttpRequest) -> dict[str, Any]:
    try:
        told: dict[str, Any] = signing.loads(request.COOKIES.get(NAME, ""), salt=SALT, max_age=SECONDS)
    except signing.BadSignature:
        told = {"mark": secrets.token_urlsafe(12), "people": []}
    return told


def _hidden(username: str) -> str:
    return salted_hmac(SALT, username.strip().lower(), algorithm="sha256").hexdigest()[:20]
