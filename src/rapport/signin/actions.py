"""Writes of sign-in: who is let in, how long, and how it ends."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from rapport.accounts.actions import note_signed_in, note_signed_out, tell_places
from rapport.accounts.doors import places_of
from rapport.kit import clock
from rapport.kit.network import parsed
from rapport.live.closing import close
from rapport.live.tickets import session_mark
from rapport.signin.events import LockedOut, PasswordChanged, SessionEnded
from rapport.signin.models import SignIn

if TYPE_CHECKING:
    from datetime import datetime

    from rapport.accounts.models import User

logger = logging.getLogger("rapport.signin")

IDLE_MINUTES = 30  # of who has no place on a programme
HOURS = 12
SEEN_EVERY = timedelta(seconds=30)  # how exactly the last act is known


@transaction.atomic
def begin(
    *, user: User, session_key: str, how: str, address: str, browser: str, until: datetime | None = None
) -> SignIn:
    """Record that a person was let in, with the limits of their programmes; the strictest hold."""
    now = clock.now()
    idle, latest = _limits(user)
    made = SignIn.objects.create(
        user=user,
        epoch=user.session_epoch,
        session_hash=session_mark(session_key),
        how=how,
        address=str(parsed(address) or "") or None,
        browser=browser[:200],
        began_at=now,
        seen_at=now,
        idle_seconds=int(idle.total_seconds()),
        until=min(until or now + latest, now + latest),
    )
    if how:
        note_signed_in(user, how=how)
    return made


def _limits(user: User) -> tuple[timedelta, timedelta]:
    programmes = [place.programme for place in places_of(user)]
    idle = min((one.session_idle_minutes for one in programmes), default=IDLE_MINUTES)
    hours = min((one.session_hours for one in programmes), default=HOURS)
    return timedelta(minutes=idle), timedelta(hours=hours)


def touch(sign_in: SignIn, *, at: datetime) -> None:
    """Remember that the person did something at ``at``; kept to within half a minute."""
    if at - sign_in.seen_at >= SEEN_EVERY:
        SignIn.objects.filter(pk=sign_in.pk, ended_at=None, seen_at__lt=at).update(seen_at=at)


@transaction.atomic
def end(*, sign_in: SignIn, why: SignIn.Why, by: User | None = None, actor: str = "") -> bool:
    """End a sign-in: its browser opens no page and no stream from now on. Returns whether it was still open.

    Its person ended it unless ``actor`` says who did; by itself where nobody did.
    """
    ended = SignIn.objects.filter(pk=sign_in.pk, ended_at=None).update(
        ended_at=clock.now(), ended_by=by, why=why.value
    )
    if not ended:
        return False
    close(session=sign_in.session_hash)
    if why == SignIn.Why.SIGNED_OUT:
        note_signed_out(sign_in.user)
    else:
        tell_places(sign_in.user, SessionEnded(why=why.value), actor=actor or ("" if by else "system"))
    return True


@transaction.atomic
def end_all(
    *, user: User, why: SignIn.Why, by: User | None = None, actor: str = "", but: SignIn | None = None
) -> int:
    """End every sign-in of a person (``but`` one); return how many were open."""
    found: Iterable[SignIn] = SignIn.objects.select_related("user").filter(user=user, ended_at=None)
    return sum(end(sign_in=one, why=why, by=by, actor=actor) for one in found if but is None or one.pk != but.pk)


def end_lapsed() -> int:
    """End the sign-ins whose time is over, so that their streams end too; return how many."""
    now = clock.now()
    ended = 0
    for one in SignIn.objects.select_related("user").filter(ended_at=None):
        why = SignIn.Why.SHUT_OUT if one.is_shut_out() else one.lapsed(now)
        ended += bool(why and end(sign_in=one, why=why))
    return ended


def forget_ended() -> int:
    """Delete the sign-ins that ended longer ago than the setting says they are kept; return how many."""
    before = clock.now() - timedelta(days=settings.SIGN_INS_KEPT_DAYS)
    return SignIn.objects.filter(ended_at__lt=before).delete()[0]


def move(sign_in: SignIn, *, session_key: str) -> None:
    """Follow a sign-in to the new key that its session was given."""
    SignIn.objects.filter(pk=sign_in.pk).update(session_hash=session_mark(session_key))


@transaction.atomic
def tell_locked_out(*, user: User, kind: str) -> None:
    """Record that an account took too many wrong tries."""
    logger.warning("too many wrong tries (%s) for person %s", kind, user.public_id)
    tell_places(user, LockedOut(kind=kind), actor="system")


@transaction.atomic
def change_password(*, user: User, password: str, keep: SignIn | None) -> None:
    """Give a person another password and end their sign-ins elsewhere."""
    user.set_password(password)
    user.save(update_fields=["password"])
    end_all(user=user, why=SignIn.Why.PASSWORD_CHANGED, by=user, but=keep)
    tell_places(user, PasswordChanged())
