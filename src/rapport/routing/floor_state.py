"""The floor as the policy sees it, read from the database."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Q

from rapport.accounts import queries as accounts
from rapport.accounts.clearance import standing
from rapport.contacts import queries as contacts
from rapport.kit import clock
from rapport.routing.head_start import head_starts
from rapport.routing.models import Doing, Offer, Presence, Proficiency
from rapport.routing.policy import FloorState, Rep, Waiting
from rapport.routing.routes import Here, route_for, steps_of
from rapport.routing.versions import plan_in_force

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme
    from rapport.contacts.models import Contact


def read_floor(programme: Programme) -> FloorState:
    """Return who waits without an open offer and who is available, in a few queries whatever the size."""
    offered = set(
        Offer.objects.filter(programme=programme, ended_at__isnull=True).values_list("contact_id", flat=True)
    )
    waiting = [one for one in contacts.waiting_in(programme) if one.pk not in offered and is_ours(one)]
    reps = free_reps(programme)
    if not waiting or not reps:
        return FloorState(waiting=(), reps=reps)
    return FloorState(waiting=as_waiting(programme, waiting), reps=reps)


def is_ours(contact: Contact) -> bool:
    """Say whether we route the contact; calls are routed by the telephone system that carries them."""
    return contact.channel != "voice"


def as_waiting(programme: Programme, waiting: list[Contact]) -> tuple[Waiting, ...]:
    """Return contacts as the policy sees them."""
    plan, here = plan_in_force(programme).plan, here_of(programme)
    starts = head_starts(programme, waiting)
    passed = _passed_by([one.pk for one in waiting])
    return tuple(
        Waiting(
            id=one.pk,
            queue=one.queue,
            placed_at=(one.placed_at or one.arrived_at).timestamp(),
            head_start_seconds=starts[one.pk],
            steps=steps_of(route_for(plan, one.queue, one.reason.key if one.reason else None), here),
            passed_by=passed[one.pk],
        )
        for one in waiting
    )


def free_reps(programme: Programme) -> tuple[Rep, ...]:
    """Return the available reps with their skills, idle since they became available.

    Whose clearance has ended is not among them, though a job takes them off the floor only within a minute.
    """
    now = clock.now()
    skills = _skills(programme, now.astimezone(programme.zone).date())
    free = Presence.objects.select_related("member__user").filter(programme=programme, doing=Doing.AVAILABLE)
    return tuple(
        Rep(id=one.member_id, skills=skills[one.member_id], idle_since=one.since.timestamp())
        for one in free
        if not standing(_of(programme, one.member), now=now)
    )


def here_of(programme: Programme) -> Here:
    """Return the teams and people that a plan's steps can mean now."""
    return Here(
        teams=frozenset(one.name for one in accounts.teams_of(programme)),
        people=accounts.member_ids(programme),
    )


def _skills(programme: Programme, today: date) -> dict[int, dict[str, int]]:
    """Return what the available reps know today."""
    skills: dict[int, dict[str, int]] = defaultdict(dict)
    rows = Proficiency.objects.filter(
        Q(valid_from__isnull=True) | Q(valid_from__lte=today),
        Q(valid_until__isnull=True) | Q(valid_until__gte=today),
        programme=programme,
        member__presence__doing=Doing.AVAILABLE,
    )
    for member_id, skill, level in rows.values_list("member_id", "skill", "level"):
        skills[member_id][skill] = level
    return skills


def _of(programme: Programme, member: Member) -> Member:
    member.programme = programme  # its rules are read once for all
    return member


def _passed_by(contact_ids: list[int]) -> dict[int, frozenset[int]]:
    passed: dict[int, set[int]] = defaultdict(set)
    rows = Offer.objects.filter(
        contact_id__in=contact_ids, result__in=[Offer.Result.MISSED, Offer.Result.DECLINED]
    )
    for contact_id, member_id in rows.values_list("contact_id", "member_id"):
        passed[contact_id].add(member_id)
    return defaultdict(frozenset, {pk: frozenset(members) for pk, members in passed.items()})
