"""The floor as the policy sees it, read from the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from django.db.models import Q

from rapport.accounts import queries as accounts
from rapport.contacts import queries as contacts
from rapport.kit import clock
from rapport.routing import permits
from rapport.routing.head_start import head_starts
from rapport.routing.models import BUSY, Doing, Offer, Presence, Proficiency, StateSpan
from rapport.routing.outcomes import scores_of
from rapport.routing.own_reps import after, first_steps
from rapport.routing.plan.rules import Plan
from rapport.routing.policy import ANYONE, NO_SCORES, Need, Rep, Scores, Waiting
from rapport.routing.presence import on_floor
from rapport.routing.room import hands_in, takes
from rapport.routing.routes import Here, Steps, choice_of, people_named, route_for, steps_of
from rapport.routing.versions import Plans, plans_of

if TYPE_CHECKING:
    from rapport.accounts.models import Programme
    from rapport.contacts.models import Contact

RECENTLY = timedelta(hours=1)  # over which occupancy is counted
LONGEST_STRETCH = timedelta(days=1)


CALL_BACK_PREFIX = "call-back:"


@dataclass(frozen=True)
class Frame:
    """What holds for everybody on a floor: the plans, whom and what steps can mean, what to expect, the day."""

    plans: Plans
    here: Here
    scores: Scores
    today: date
    permits: tuple[permits.Rule, ...] = ()
    next_lapse: datetime | None = None  # when the next permit of anybody ends

    @property
    def plan(self) -> Plan:
        """The plan in force, which says what belongs to all contacts together."""
        return self.plans.in_force.plan

    def steps_for(self, contact: Contact) -> Steps:
        """Return the steps of the contact's queue and reason, as its plan has them, with the permits they ask."""
        return self._steps_and_needs(contact)[0]

    def behind(self, first: Steps, contact: Contact) -> Steps:
        """Return steps that come before a contact's own with the permits that those ask for, and its own."""
        steps, needs = self._steps_and_needs(contact)
        return after(permits.asking(first, needs), steps) if first else steps

    def _steps_and_needs(self, contact: Contact) -> tuple[Steps, tuple[Need, ...]]:
        plan, reason = self.plans.of(contact), contact.reason.key if contact.reason else None
        key = id(plan), contact.queue, reason
        if key not in self._steps:
            route = route_for(plan, contact.queue, reason)
            needs = permits.needs_of(self.permits, route)
            steps = steps_of(route, self.here)
            self._steps[key] = permits.asking(steps or ANYONE, needs) if needs else steps, needs
        return self._steps[key]

    @cached_property
    def _steps(self) -> dict[tuple[int, str, str | None], tuple[Steps, tuple[Need, ...]]]:
        return {}


def frame_of(programme: Programme) -> Frame:
    """Return what holds for everybody on the programme's floor now."""
    plans, today = plans_of(programme), clock.now().astimezone(programme.zone).date()
    rules = permits.refusing(programme)
    lapse = permits.next_lapse(programme) if rules else None
    return Frame(plans, here_of(programme, plans.all), _expected_by(programme, plans), today, rules, lapse)


def _expected_by(programme: Programme, plans: Plans) -> Scores:
    """Return the outcomes to expect where a plan chooses by them."""
    is_asked = any(plan.choice.by == "best_outcome" for plan in plans.all)
    return scores_of(programme, plans.in_force.plan.choice.outcome) if is_asked else NO_SCORES


def in_line(programme: Programme, frame: Frame, *, among: Collection[int] | None = None) -> tuple[Waiting, ...]:
    """Return who waits and rings at nobody, as the policy sees them (all, or those among these ids)."""
    waiting = [one for one in contacts.waiting_in(programme, among=among) if is_ours(one)]
    ringing, passed = _asked(waiting)
    return _as_seen(programme, [one for one in waiting if one.pk not in ringing], passed, frame)


def ids_in_line(programme: Programme) -> set[int]:
    """Return the ids of who waits and rings at nobody."""
    waiting = contacts.waiting_ids(programme)
    ours = {pk for pk, channel, external_id in waiting if _is_ours(channel, external_id)}
    ringing = Offer.objects.filter(programme=programme, ended_at__isnull=True)
    return ours.difference(ringing.values_list("contact_id", flat=True))


def is_ours(contact: Contact) -> bool:
    """Say whether we route the contact; calls are routed by the telephone system, but for our own call-backs."""
    return _is_ours(contact.channel, contact.external_id)


def _is_ours(channel: str, external_id: str | None) -> bool:
    return channel != "voice" or (external_id or "").startswith(CALL_BACK_PREFIX)


def as_waiting(programme: Programme, waiting: list[Contact], *, frame: Frame | None = None) -> tuple[Waiting, ...]:
    """Return contacts as the policy sees them, in a few queries however many they are."""
    return _as_seen(programme, waiting, _asked(waiting)[1], frame or frame_of(programme)) if waiting else ()


def _as_seen(
    programme: Programme, waiting: list[Contact], passed: Mapping[int, frozenset[int]], frame: Frame
) -> tuple[Waiting, ...]:
    if not waiting:
        return ()
    plans = frame.plans
    starts = head_starts(programme, plans, waiting)
    first = first_steps(programme, frame.plan.personal, waiting)
    return tuple(
        Waiting(
            id=one.pk,
            queue=one.queue,
            placed_at=(one.placed_at or one.arrived_at).timestamp(),
            head_start_seconds=starts[one.pk],
            steps=frame.behind(first.get(one.pk, ()), one),
            passed_by=passed.get(one.pk, frozenset()),
            channel=one.channel,
            kind=(one.reason.key if one.reason else "", one.segment.key if one.segment else ""),
            choice=choice_of(plans.of(one), programme.pk),
        )
        for one in waiting
    )


def signed_in(
    programme: Programme,
    *,
    frame: Frame | None = None,
    among: Collection[int] | None = None,
    here: Iterable[Presence] | None = None,
) -> tuple[Rep, ...]:
    """Return who is on the floor, with skills, team, tier and what they have in hand (all, or of these members).

    ``here``: their presences, where the caller has read them.

    Whose clearance has ended takes nothing, though a job takes them off the floor only within a minute.
    """
    now, frame = clock.now(), frame or frame_of(programme)
    whose = Q(member__presence__isnull=False) & ~Q(member__presence__doing=Doing.OFFLINE)
    if among is not None:
        whose = Q(member__in=among)
    skills, hands = _skills(programme, whose, frame.permits), hands_in(programme.pk, members=among)
    busy = _occupancy(programme, now, whose) if any(map(_asks_occupancy, frame.plans.all)) else {}
    here = on_floor(programme, among=among) if here is None else here
    return tuple(
        Rep(
            id=one.member_id,
            skills=skills[one.member_id],
            idle_since=one.since.timestamp(),
            team=one.member.team.name if one.member.team else "",
            tier=one.member.role,
            handling=hands[one.member_id].handling,
            occupancy=busy.get(one.member_id, 0.0),
            takes=takes(one, hands[one.member_id], frame.plan),
        )
        for one in here
    )


def free_reps(programme: Programme) -> tuple[Rep, ...]:
    """Return those on the floor who take contacts now, as far as their capacity goes."""
    return tuple(rep for rep in signed_in(programme) if rep.takes)


def _asks_occupancy(plan: Plan) -> bool:
    return plan.capacity.occupancy_ceiling is not None or plan.choice.by == "least_occupied"


def _occupancy(programme: Programme, now: datetime, whose: Q) -> dict[int, float]:
    """Return what share of the past hour's time for contacts each rep was busy with them."""
    since = now - RECENTLY
    busy: dict[int, float] = defaultdict(float)
    open_for: dict[int, float] = defaultdict(float)
    spans = StateSpan.objects.filter(
        Q(ended_at__isnull=True) | Q(ended_at__gt=since), programme=programme, doing__in=[Doing.AVAILABLE, *BUSY]
    )
    recent = spans.filter(whose, started_at__gt=since - LONGEST_STRETCH)
    for member, doing, began, ended in recent.values_list("member_id", "doing", "started_at", "ended_at"):
        seconds = ((ended or now) - max(began, since)).total_seconds()
        open_for[member] += seconds
        busy[member] += seconds if doing in BUSY else 0.0
    return {member: busy[member] / seconds for member, seconds in open_for.items() if seconds > 0}


def here_of(programme: Programme, plans: Iterable[Plan] | None = None) -> Here:
    """Return the teams and people that steps can mean now (of the people, with plans: those whom they name)."""
    named = None if plans is None else {name for plan in plans for name in people_named(plan)}
    return Here(
        teams=frozenset(one.name for one in accounts.teams_of(programme)),
        people=accounts.member_ids(programme, named=named),
    )


def skills_of_all(programme: Programme) -> dict[int, dict[str, int]]:
    """Return what everyone knows today, on the floor or not."""
    return _skills(programme, Q(), permits.refusing(programme))


def _skills(programme: Programme, whose: Q, rules: Collection[permits.Rule]) -> dict[int, dict[str, int]]:
    """Return what people know today, and which permits they have now."""
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
    if rules:
        for member_id, name in permits.valid_in(programme, whose):
            skills[member_id][name] = 1
    return skills


def _asked(waiting: Iterable[Contact]) -> tuple[set[int], dict[int, frozenset[int]]]:
    """Return which of the contacts ring now, and who has passed each of them by.

    Who handed a contact on has too: they are asked again only when nobody else is free.
    """
    ringing, passed = set(), defaultdict[int, set[int]](set)
    offers = Offer.objects.filter(contact__in=[one.pk for one in waiting])
    for contact_id, member_id, result, ended_at in offers.values_list("contact", "member", "result", "ended_at"):
        if ended_at is None:
            ringing.add(contact_id)
        elif result in (Offer.Result.MISSED, Offer.Result.DECLINED):
            passed[contact_id].add(member_id)
    for contact_id, member_id in contacts.handed_on_by(one.pk for one in waiting if one.transfers):
        passed[contact_id].add(member_id)
    return ringing, {pk: frozenset(members) for pk, members in passed.items()}
