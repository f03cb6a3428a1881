"""The floor as the policy sees it, read from the database."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Q

from rapport.accounts import queries as accounts
from rapport.contacts import queries as contacts
from rapport.kit import clock
from rapport.routing.head_start import head_starts
from rapport.routing.models import BUSY, Doing, Offer, Presence, Proficiency, StateSpan
from rapport.routing.outcomes import scores_of
from rapport.routing.own_reps import after, first_steps
from rapport.routing.plan.rules import Plan
from rapport.routing.policy import NO_SCORES, FloorState, Rep, Scores, Waiting
from rapport.routing.room import hands_in, takes
from rapport.routing.routes import Here, capacity_of, choice_of, route_for, steps_of
from rapport.routing.versions import Plans, plans_of

if TYPE_CHECKING:
    from rapport.accounts.models import Programme
    from rapport.contacts.models import Contact

RECENTLY = timedelta(hours=1)  # over which occupancy is counted
LONGEST_STRETCH = timedelta(days=1)


CALL_BACK_PREFIX = "call-back:"


def read_floor(programme: Programme) -> FloorState:
    """Return who waits without an open offer and who is signed in, in a few queries whatever the size."""
    offered = set(
        Offer.objects.filter(programme=programme, ended_at__isnull=True).values_list("contact_id", flat=True)
    )
    waiting = [one for one in contacts.waiting_in(programme) if one.pk not in offered and is_ours(one)]
    reps = signed_in(programme)
    if not waiting or not any(rep.takes for rep in reps):
        return FloorState(waiting=(), reps=reps)
    plans = plans_of(programme)
    capacity = capacity_of(plans.in_force.plan)
    return FloorState(as_waiting(programme, waiting), reps, capacity, expected_by(programme, plans))


def expected_by(programme: Programme, plans: Plans) -> Scores:
    """Return the outcomes to expect where a plan chooses by them."""
    is_asked = any(plan.choice.by == "best_outcome" for plan in plans.all)
    return scores_of(programme, plans.in_force.plan.choice.outcome) if is_asked else NO_SCORES


def is_ours(contact: Contact) -> bool:
    """Say whether we route the contact; calls are routed by the telephone system, but for our own call-backs."""
    return contact.channel != "voice" or (contact.external_id or "").startswith(CALL_BACK_PREFIX)


def as_waiting(programme: Programme, waiting: list[Contact]) -> tuple[Waiting, ...]:
    """Return contacts as the policy sees them."""
    plans, here = plans_of(programme), here_of(programme)
    starts = head_starts(programme, plans, waiting)
    passed = _passed_by([one.pk for one in waiting])
    first = first_steps(programme, plans.in_force.plan.personal, waiting)
    return tuple(
        Waiting(
            id=one.pk,
            queue=one.queue,
            placed_at=(one.placed_at or one.arrived_at).timestamp(),
            head_start_seconds=starts[one.pk],
            steps=after(
                first.get(one.pk, ()),
                steps_of(route_for(plans.of(one), one.queue, one.reason.key if one.reason else None), here),
            ),
            passed_by=passed[one.pk],
            channel=one.channel,
            kind=(one.reason.key if one.reason else "", one.segment.key if one.segment else ""),
            choice=choice_of(plans.of(one), programme.pk),
        )
        for one in waiting
    )


def signed_in(programme: Programme) -> tuple[Rep, ...]:
    """Return who is on the floor, with skills, team, tier and what they have in hand.

    Whose clearance has ended takes nothing, though a job takes them off the floor only within a minute.
    """
    now = clock.now()
    skills = _skills(programme, Q(member__presence__isnull=False) & ~Q(member__presence__doing=Doing.OFFLINE))
    here = Presence.objects.select_related("member__user", "member__team").filter(programme=programme)
    plans, hands = plans_of(programme), hands_in(programme.pk)
    busy = _occupancy(programme, now) if any(map(_asks_occupancy, plans.all)) else {}
    return tuple(
        Rep(
            id=one.member_id,
            skills=skills[one.member_id],
            idle_since=one.since.timestamp(),
            team=one.member.team.name if one.member.team else "",
            tier=one.member.role,
            handling=hands[one.member_id].handling,
            occupancy=busy.get(one.member_id, 0.0),
            takes=takes(_of(programme, one), hands[one.member_id], plans.in_force.plan),
        )
        for one in here.exclude(doing=Doing.OFFLINE)
    )


def free_reps(programme: Programme) -> tuple[Rep, ...]:
    """Return those on the floor who take contacts now, as far as their capacity goes."""
    return tuple(rep for rep in signed_in(programme) if rep.takes)


def _asks_occupancy(plan: Plan) -> bool:
    return plan.capacity.occupancy_ceiling is not None or plan.choice.by == "least_occupied"


def _occupancy(programme: Programme, now: datetime) -> dict[int, float]:
    """Return what share of the past hour's time for contacts each rep was busy with them."""
    since = now - RECENTLY
    busy: dict[int, float] = defaultdict(float)
    open_for: dict[int, float] = defaultdict(float)
    spans = StateSpan.objects.filter(
        Q(ended_at__isnull=True) | Q(ended_at__gt=since), programme=programme, doing__in=[Doing.AVAILABLE, *BUSY]
    )
    recent = spans.filter(member__presence__isnull=False, started_at__gt=since - LONGEST_STRETCH)
    for member, doing, began, ended in recent.values_list("member_id", "doing", "started_at", "ended_at"):
        seconds = ((ended or now) - max(began, since)).total_seconds()
        open_for[member] += seconds
        busy[member] += seconds if doing in BUSY else 0.0
    return {member: busy[member] / seconds for member, seconds in open_for.items() if seconds > 0}


def here_of(programme: Programme) -> Here:
    """Return the teams and people that a plan's steps can mean now."""
    return Here(
        teams=frozenset(one.name for one in accounts.teams_of(programme)),
        people=accounts.member_ids(programme),
    )


def skills_of_all(programme: Programme) -> dict[int, dict[str, int]]:
    """Return what everyone knows today, on the floor or not."""
    return _skills(programme, Q())


def _skills(programme: Programme, whose: Q) -> dict[int, dict[str, int]]:
    """Return what people know today."""
    today = clock.now().astimezone(programme.zone).date()
    skills: dict[int, dict[str, int]] = defaultdict(dict)
    rows = Proficiency.objects.filter(
        Q(valid_from__isnull=True) | Q(valid_from__lte=today),
        Q(valid_until__isnull=True) | Q(valid_until__gte=today),
        whose,
        programme=programme,
    )
    for member_id, skill, level in rows.values_list("member_id", "skill", "level"):
        skills[member_id][skill] = level
    return skills


def _of(programme: Programme, held: Presence) -> Presence:
    held.member.programme = programme  # its rules are read once for all
    return held


def _passed_by(contact_ids: list[int]) -> dict[int, frozenset[int]]:
    passed: dict[int, set[int]] = defaultdict(set)
    rows = Offer.objects.filter(
        contact_id__in=contact_ids, result__in=[Offer.Result.MISSED, Offer.Result.DECLINED]
    )
    for contact_id, member_id in rows.values_list("contact_id", "member_id"):
        passed[contact_id].add(member_id)
    return defaultdict(frozenset, {pk: frozenset(members) for pk, members in passed.items()})
