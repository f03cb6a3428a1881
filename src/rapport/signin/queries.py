"""Reads of sign-in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from uuid import UUID

from rapport.kit.errors import NotFound
from rapport.signin.models import SignIn

if TYPE_CHECKING:
    from rapport.accounts.models import User


def open_sign_ins(user: User) -> list[SignIn]:
    """Return where a person is signed in now, the newest first."""
    found = SignIn.objects.select_related("user").filter(user=user, ended_at=None).order_by("-began_at")
    return [one for one in found if not one.is_shut_out()]


def open_by_person(user_ids: Iterable[int]) -> dict[int, list[SignIn]]:
    """Return the open sign-ins of these people, by person, the newest first."""
    found: dict[int, list[SignIn]] = {}
    rows = SignIn.objects.select_related("user").filter(user_id__in=list(user_ids), ended_at=None)
    for one in rows.order_by("-began_at"):
        if not one.is_shut_out():
            found.setdefault(one.user_id, []).append(one)
    return found


def past_sign_ins(user: User, most: int = 20) -> list[SignIn]:
    """Return a person's sign-ins that have ended, the newest first."""
    found = SignIn.objects.select_related("ended_by").filter(user=user).exclude(ended_at=None)
    return list(found.order_by("-began_at")[:most])


def sign_in_of(user: User, public_id: UUID) -> SignIn:
    """Return this sign-in of this person."""
    found = SignIn.objects.select_related("user").filter(user=user, public_id=public_id).first()
    if found is None:
        raise NotFound
    return found
