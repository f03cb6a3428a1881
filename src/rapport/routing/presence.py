"""What reps do, and the ledger of it. Callers hold the transaction; every change is locked and recorded."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import connection, transaction

from rapport.events.actions import News, announce_all
from rapport.kit import clock
from rapport.kit.errors import Conflict, Invalid
from rapport.routing.events import PresenceChanged
from rapport.routing.gates import closed_gate
from rapport.routing.models import BUSY, CHOSEN, Doing, Presence, StateSpan

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme

ROUTER_CHANNEL = "rapport_router"
END_STRETCHES = """
UPDATE routing_statespan AS stretch SET ended_at = moved.at
FROM unnest(%s::bigint[], %s::timestamptz[]) AS moved (member_id, at)
WHERE stretch.member_id = moved.member_id AND stretch.ended_at IS NULL
"""
MOVE = """
UPDATE routing_presence AS presence SET doing = %s, after = moved.after, since = moved.at, seen_at = moved.seen
FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::timestamptz[]) AS moved (member_id, after, at, seen)
WHERE presence.member_id = moved.member_id
"""


def wake_router(programme_id: int, *, contact: int | None = None, member: int | None = None) -> None:
    """Tell the programme's router, with the caller's commit, that the floor has changed, and which row to read.

    With neither it reads everything anew: for changes that touch many, such as a plan.
    """
    told = [f"c{contact}"] if contact is not None else []
    told += [f"m{member}"] if member is not None else []
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [ROUTER_CHANNEL, " ".join([str(programme_id), *told])])


def locked(member: Member) -> Presence:
    """Return the member's presence locked until the transaction ends; made (offline) where missing."""
    now = clock.now()
    Presence.objects.bulk_create(
        [Presence(programme_id=member.programme_id, member=member, since=now, seen_at=now)],
        ignore_conflicts=True,
    )
    return (
        Presence.objects.select_for_update(of=("self",))
        .select_related("member__user", "programme")
        .get(member=member)
    )


def free_ones_locked(member_ids: Collection[int]) -> dict[int, Presence]:
    """Return the presences of these members locked, by the member's id; without those that somebody else holds.

    For the router, which waits for nobody: whoever is being changed is looked at again when that is done.
    """
    found = (
        Presence.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("member__user")
        .filter(member__in=member_ids)
    )
    return {one.member_id: one for one in found}


def move(presence: Presence, doing: str, *, actor: str, at: datetime | None = None) -> None:
    """Change what a locked presence does, close its stretch in the ledger and open the next."""
    if presence.doing != doing:
        move_all(presence.programme, [presence], doing, actor=actor, at=at)
        wake_router(presence.programme_id, member=presence.member_id)


def move_all(
    programme: Programme, presences: list[Presence], doing: str, *, actor: str, at: datetime | None = None
) -> None:
    """Do the same for several that do something else now, in as many statements; the router is not woken."""
    at, news = at or clock.now(), []
    for one in presences:
        before, one.doing, one.since = one.doing, doing, max(at, one.since)
        news.append(
            News(
                PresenceChanged(rep=one.member.agent_id, before=before, doing=doing),
                subject=one.member.user.public_id,
                audience=[f"floor:{programme.pk}", f"member:{one.member_id}"],
                at=one.since,
            )
        )
    now = zip(*((one.member_id, one.after, one.since, one.seen_at) for one in presences), strict=True)
    members, after, since, seen = map(list, now)
    with connection.cursor() as cursor:
        cursor.execute(END_STRETCHES, [members, since])
        cursor.execute(MOVE, [doing, members, after, since, seen])
    if doing != Doing.OFFLINE:
        StateSpan.objects.bulk_create(
            StateSpan(programme=programme, member_id=one.member_id, doing=doing, started_at=one.since)
            for one in presences
        )
    announce_all(news, programme=programme, actor=actor)


def release(presence: Presence, *, actor: str) -> None:
    """Let a rep go on after a contact: to what they asked for, else available, unless a gate is closed."""
    wanted, presence.after = presence.after, Doing.AVAILABLE
    if wanted == Doing.AVAILABLE and closed_gate(presence.member):
        wanted = Doing.MEETING
    move(presence, wanted, actor=actor)


@transaction.atomic
def choose(*, member: Member, doing: str) -> Presence:
    """Let a rep choose what to do; while busy with a contact the choice counts from its end.

    Raises Conflict with the reason when a gate (such as unread Rally Notes) keeps them from being available.
    """
    if doing not in CHOSEN:
        raise Invalid(f"{doing!r} is not something a rep can choose.")
    if doing == Doing.AVAILABLE and (why := closed_gate(member)):
        raise Conflict(why)
    presence = locked(member)
    presence.seen_at = clock.now()
    if presence.doing in BUSY and doing != presence.doing:
        presence.after = doing
        presence.save(update_fields=["after", "seen_at"])
        return presence
    presence.after = Doing.AVAILABLE
    presence.save(update_fields=["after", "seen_at"])
    move(presence, doing, actor=f"member:{member.pk}")
    return presence


def pulse(*, member: Member) -> None:
    """Note that the rep's desk is open and alive."""
    Presence.objects.filter(member=member).update(seen_at=clock.now())


def presence_of(member: Member) -> Presence | None:
    """Return what the member does, or None when they were never here."""
    return Presence.objects.filter(member=member).first()


def on_floor(programme: Programme) -> list[Presence]:
    """Return everyone who is not offline, longest in their state first."""
    return list(
        Presence.objects.select_related("member__user")
        .filter(programme=programme)
        .exclude(doing=Doing.OFFLINE)
        .order_by("since")
    )
