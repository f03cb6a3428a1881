"""Putting a refusal on record, in a wall of its own: the refused request's transaction is undone."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError

from rapport.accounts.clearance import NotCleared
from rapport.accounts.queries import place_of, programme_by_key
from rapport.audit.actions import note_refusal
from rapport.kit.network import client_address
from rapport.kit.walls import inside

if TYPE_CHECKING:
    from django.http import HttpRequest

    from rapport.accounts.models import User
    from rapport.kit.errors import DomainError

logger = logging.getLogger("rapport.audit")
REFUSALS = (403, 404)


def remember_refusal(request: HttpRequest, error: DomainError) -> None:
    """Record that a person who is signed in asked a programme for what is not theirs; never fails the answer.

    Whose clearance lapsed is refused by every page left open, and the alarm for that is another.
    """
    named = request.resolver_match.kwargs if request.resolver_match else {}
    key = named.get("programme") or named.get("key")
    if error.status not in REFUSALS or isinstance(error, NotCleared) or not key:
        return
    if isinstance(request.user, AnonymousUser):
        return
    try:
        _remember(request, request.user, str(key), error.status)
    except DatabaseError:
        logger.exception("a refusal is not on record")


def _remember(request: HttpRequest, user: User, key: str, status: int) -> None:
    programme = programme_by_key(key)
    if programme is None:
        return
    with inside(programme.pk):
        place = place_of(user, programme)
        actor = f"member:{place.pk}" if place else f"user:{user.pk}"
        note_refusal(
            programme=programme,
            actor=actor,
            status=status,
            path=request.path,
            address=client_address(request),
        )
