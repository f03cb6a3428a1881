"""The break-glass account, for the day when nobody else gets in: sealed until used, once, for an hour, with alarm.

Its person becomes administrator of every programme: they can let people in again, and see no customer.
"""

from __future__ import annotations

import logging
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.db import transaction

from rapport.accounts.actions import change_place, ensure_member, set_active, tell_places
from rapport.accounts.doors import at_each_place, in_each_programme
from rapport.accounts.roles import Role
from rapport.kit import clock
from rapport.kit.errors import Conflict
from rapport.signin import actions, factors
from rapport.signin.events import BrokeGlass
from rapport.signin.models import BreakGlass, SignIn

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme, User

logger = logging.getLogger("rapport.signin")

MINUTES = 60
WORDS = 5  # groups of a password that is read from paper and typed once
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike


@transaction.atomic
def seal(*, username: str) -> str:
    """Make the emergency account, or seal it anew; return its password, which is not kept and opens once.

    Whoever used it before keeps nothing that opens it: no session, and no factor they may have added.
    """
    users = get_user_model().objects
    found = users.filter(username=username).first()
    if found is not None and not BreakGlass.objects.filter(user=found).exists():
        raise Conflict(f"{username} is somebody's account. Choose a name that nobody has, such as break-glass.")
    user: User = found or users.create_user(username, name="Emergency access")
    password = "-".join("".join(secrets.choice(LETTERS) for _ in range(5)) for _ in range(WORDS))
    user.set_password(password)
    user.is_active = user.is_emergency = True
    user.save(update_fields=["password", "is_active", "is_emergency"])
    BreakGlass.objects.update_or_create(
        user=user, defaults={"sealed_at": clock.now(), "broken_at": None, "until": None, "reason": ""}
    )
    factors.clear(user)
    actions.end_all(user=user, why=SignIn.Why.REPLACED)
    return password


def is_sealed(user: User) -> bool:
    """Say whether this is an emergency account."""
    return BreakGlass.objects.filter(user_id=user.pk).exists()


@transaction.atomic
def use(*, user: User, reason: str) -> BreakGlass:
    """Open every programme to the emergency account for an hour, and raise the alarm. Its password is used up."""
    glass = BreakGlass.objects.select_for_update().get(user_id=user.pk)
    if glass.broken_at is not None:
        raise Conflict(
            "Its password was used already. Ask whoever runs this installation to seal the account anew."
        )
    now = clock.now()
    glass.broken_at, glass.until, glass.reason = now, now + timedelta(minutes=MINUTES), reason
    glass.save()
    user.set_unusable_password()
    user.save(update_fields=["password"])

    def enter(programme: Programme) -> None:
        place = ensure_member(
            programme=programme, agent_id=user.username, role=Role.ADMINISTRATOR, username=user.username
        )
        change_place(member=place, actor="system", is_active=True)

    in_each_programme(enter)
    tell_places(user, BrokeGlass(minutes=MINUTES))
    logger.warning("the break-glass account %s was used; the page of the machine has the reason", user.username)
    return glass


def end_uses() -> int:
    """Block every emergency account whose hour is over and take its places away; return how many there were."""
    over = BreakGlass.objects.select_related("user").filter(until__lte=clock.now(), user__is_active=True)
    return sum(_end_use(glass.user) for glass in over)


def _end_use(user: User) -> bool:
    def leave(place: Member) -> None:
        change_place(member=place, actor="system", is_active=False)

    at_each_place(user, leave)
    set_active(user=user, is_active=False, why="emergency_over")
    return True


def until(user: User) -> BreakGlass | None:
    """Return the use of an emergency account that is under way."""
    return BreakGlass.objects.filter(user_id=user.pk, until__gt=clock.now()).first()


def uses() -> list[BreakGlass]:
    """Return every emergency account with its last use, for who runs the machine."""
    return list(BreakGlass.objects.select_related("user").order_by("user__username"))
