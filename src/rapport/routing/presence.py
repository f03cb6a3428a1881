"""What reps do, and the ledger of it. Callers hold the transaction; every change is locked and recorded.

What a rep does follows from what they have in hand: ``on_contact`` while they talk to anybody, else ``wrap_up``
while they wrap anything up, else ``reserved`` while an offer rings, else what they chose. Whoever locks several
presences does so in the order of their members' ids (``locked_together``).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import connection, transaction

from rapport.events.actions import News, announce_all
from rapport.kit import clock
from rapport.kit.errors import Conflict, Invalid
from rapport.routing.events import PresenceChanged
from rapport.routing.gates import closed_gate
from rapport.routing.models import BUSY, CHOSEN, Doing, Presence
from rapport.routing.room import hand_of

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme

ROUTER_CHANNEL = "rapport_router"
MOVE = """
WITH moved AS (
    SELECT * FROM jsonb_to_recordset(%s) AS one (member bigint, after text, since timestamptz, seen timestamptz)
), ended AS (
    UPDATE routing_statespan AS stretch SET ended_at = moved.since FROM moved
    WHERE stretch.member_id = moved.member AND stretch.ended_at IS NULL
)
UPDATE routing_presence AS presence SET doing = %s, after = moved.after, since = moved.since, seen_at = moved.seen
FROM moved WHERE presence.member_id = moved.member
"""
BEGIN_STRETCHES = """
INSERT INTO routing_statespan (programme_id, member_id, doing, started_at)
SELECT %s, member, %s, since FROM jsonb_to_recordset(%s) AS one (member bigint, since timestamptz)
"""


def wake_router(programme_id: int, *, contact: int | None = None, member: int | None = None) -> None:
    """Tell the programme's router, with the caller's commit, that the floor has changed, and which row to read.

    With neither it reads everything anew: for changes that touch many, such as a plan.
    """
    told = [f"c{contact}"] if contact is not None else []
    told += [f"m{member}"] if member is not None else []
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [ROUTER_CHANNEL, " ".join([str(programme_id), *told])])


def look_again(programme: Programme, subject: UUID) -> None:
    """Have the router read the row of a person again; everything, where the subject is the programme."""
    if subject == programme.public_id:
        wake_router(programme.pk)
    theirs = Presence.objects.filter(programme=programme, member__user__public_id=subject)
    for member_id in theirs.values_list("member_id", flat=True):
        wake_router(programme.pk, member=member_id)


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


def locked_together(members: Iterable[Member]) -> dict[int, Presence]:
    """Return the presences of several members by the member's id, locked in their one order."""
    return {one.pk: locked(one) for one in sorted(members, key=lambda one: one.pk)}


def move(presence: Presence, doing: str, *, actor: str, at: datetime | None = None) -> None:
    """Change what a locked presence does, close its stretch in the ledger and open the next."""
    if presence.doing != doing:
        told = move_all(presence.programme, [presence], doing, at=at)
        announce_all(told, programme=presence.programme, actor=actor)
        wake_router(presence.programme_id, member=presence.member_id)


def move_all(
    programme: Programme, presences: Sequence[Presence], doing: str, *, at: datetime | None = None
) -> list[News]:
    """Do the same for several that do something else now, in as many statements; return what to announce of it."""
    at, news = at or clock.now(), []
    for one in presences:
        told = PresenceChanged(rep=one.member.agent_id, before=one.doing, doing=doing)
        one.doing, one.since = doing, max(at, one.since)
        audience = [f"floor:{programme.pk}", f"member:{one.member_id}"]
        news.append(News(told, one.member.user.public_id, audience, one.since))
    moved = json.dumps(
        [
            {
                "member": one.member_id,
                "after": one.after,
                "since": one.since.isoformat(),
                "seen": one.seen_at.isoformat(),
            }
            for one in presences
        ]
    )
    with connection.cursor() as cursor:
        cursor.execute(MOVE, [moved, doing])
        if doing != Doing.OFFLINE:
            cursor.execute(BEGIN_STRETCHES, [programme.pk, doing, moved])
    return news


def follow_hand(presence: Presence, *, actor: str, at: datetime | None = None) -> None:
    """Let a rep on the floor do what follows from what they have in hand now.

    With nothing in hand any more they go on to what they asked for, else are available, unless a gate is closed.
    """
    if presence.doing == Doing.OFFLINE:
        return
    busy = hand_of(presence.member).doing
    if busy is not None:
        move(presence, busy, actor=actor, at=at)
        wake_router(presence.programme_id, member=presence.member_id)  # whether they move or not
    elif presence.doing in BUSY:
        wanted, presence.after = presence.after, Doing.AVAILABLE
        if wanted == Doing.AVAILABLE and closed_gate(presence.member):
            wanted = Doing.MEETING
        move(presence, wanted, actor=actor)


def stop_responding(presence: Presence, *, actor: str) -> None:
    """Offer a rep nothing until they choose again: at once, or as soon as what they have in hand is done.

    Who has chosen what to do after this, such as a break, goes on to that.
    """
    if presence.doing == Doing.RESERVED:
        wanted, presence.after = presence.after, Doing.AVAILABLE
        move(presence, Doing.NOT_RESPONDING if wanted == Doing.AVAILABLE else wanted, actor=actor)
    elif presence.doing in BUSY and presence.after == Doing.AVAILABLE:
        presence.after = Doing.NOT_RESPONDING
        presence.save(update_fields=["after"])
        wake_router(presence.programme_id, member=presence.member_id)


@transaction.atomic
def choose(*, member: Member, doing: str) -> Presence:
    """Let a rep choose what to do; while anything is in hand the choice counts from its end.

    Raises Conflict with the reason when a gate (such as unread Rally Notes) keeps them from being available.
    """
    if doing not in CHOSEN:
        raise Invalid(f"{doing!r} is not something a rep can choose.")
    if doing == Doing.AVAILABLE and (why := closed_gate(member)):
        raise Conflict(why)
    presence = locked(member)
    presence.seen_at = clock.now()
    busy = presence.doing if presence.doing in BUSY else None
    if busy is None and doing != Doing.OFFLINE:
        busy = hand_of(member).doing  # such as a call that goes on at their telephone
    presence.after = Doing(doing) if busy else Doing.AVAILABLE
    presence.save(update_fields=["after", "seen_at"])
    move(presence, busy or doing, actor=f"member:{member.pk}")
    if busy:
        wake_router(presence.programme_id, member=member.pk)
    return presence


def pulse(*, member: Member) -> None:
    """Note that the rep's desk is open and alive."""
    Presence.objects.filter(member=member).update(seen_at=clock.now())


def presence_of(member: Member) -> Presence | None:
    """Return what the member does, or None when they were never here."""
    return Presence.objects.filter(member=member).first()


def ids_on_floor(programme: Programme) -> set[int]:
    """Return the ids of the members who are not offline."""
    here = Presence.objects.filter(programme=programme).exclude(doing=Doing.OFFLINE)
    return set(here.values_list("member_id", flat=True))


def on_floor(programme: Programme, *, among: Collection[int] | None = None) -> list[Presence]:
    """Return who is not offline (all, or of these members), longest in their state first."""
    here = Presence.objects.select_related("member__user", "member__team").filter(programme=programme)
    here = here if among is None else here.filter(member__in=among)
    found = list(here.exclude(doing=Doing.OFFLINE).order_by("since"))
    for one in found:
        one.member.programme = programme  # its rules are read once for all
    return found
