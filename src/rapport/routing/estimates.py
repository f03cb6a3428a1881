"""How long a customer who waits is told it takes, and how sure that is; learnt from those told before."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from django.core.cache import cache

from rapport.contacts import queries as contacts
from rapport.kit import clock
from rapport.numeric.expected_wait import Expected, expected_wait
from rapport.routing.floor_state import frame_of, signed_in
from rapport.routing.head_start import effective_places
from rapport.routing.models import BUSY, Doing, Presence, WaitEstimate
from rapport.routing.plan.rules import Wait
from rapport.routing.policy import ANYONE
from rapport.routing.versions import Plans, plans_of

if TYPE_CHECKING:
    from rapport.accounts.models import Programme
    from rapport.contacts.models import Contact

KEPT_SECONDS = 30
RECENTLY = timedelta(hours=1)
SHARE = 0.9  # of customers are to wait within the range they are told
LAST = 2_000  # estimates of the queue that are learnt from

History = tuple[list[float], list[float], list[bool]]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a waiting contact stands: its place from 1, the estimated wait in seconds where known, what the plan
    says is told of it, and the seconds between which it will nearly surely wait, where known."""

    position: int
    wait_seconds: float | None
    told: Wait
    low_seconds: float | None = None
    high_seconds: float | None = None


def told_place(contact: Contact) -> Place:
    """Return a waiting contact's place and the wait to tell, and keep what was told first.

    The plain estimate is corrected by how the last ones of the queue came out, and has a range from when there are
    enough of them.
    """
    place = place_of(contact)
    if place.wait_seconds is None:
        return place
    plain = max(1.0, place.wait_seconds)
    expected = _expected(contact, plain)
    told = place if expected is None else _corrected(place, expected)
    if contact.answered_at is None:
        _keep_first(contact, plain, told)
    return told


def place_of(contact: Contact) -> Place:
    """Return a waiting contact's place and the plain estimate of its wait; none where nobody here could take it.

    That is place times mean handle time of the past hour, divided by the reps on the floor who fit a step of the
    contact (each of them frees up once per handle time; a floor in steady state).
    """
    plans = plans_of(contact.programme)
    waiting = [one for one in contacts.waiting_in(contact.programme) if one.queue == contact.queue]
    places = effective_places(contact.programme, plans, waiting)
    waiting.sort(key=lambda one: (places[one.pk], one.pk))
    position = next((n for n, one in enumerate(waiting, 1) if one.pk == contact.pk), len(waiting) + 1)
    rules = plans.in_force.plan.queues.get(contact.queue)
    handle, fitting = _usual_handle_seconds(contact.programme), _fitting(contact, plans)
    known = handle is not None and fitting > 0
    return Place(
        position,
        position * handle / fitting if known and handle is not None else None,
        rules.wait if rules else Wait(),
    )


def _fitting(contact: Contact, plans: Plans) -> int:
    """Return how many who take contacts now fit a step of such a contact, looked up twice a minute."""
    plan = contact.plan if contact.plan in plans.tried else plans.in_force.number
    count: int | None = cache.get_or_set(
        f"routing:fitting:{contact.programme_id}:{plan}:{contact.queue}:{contact.reason_id}",
        lambda: _count_fitting(contact),
        KEPT_SECONDS,
    )
    return count or 0


def _count_fitting(contact: Contact) -> int:
    programme = contact.programme
    frame = frame_of(programme)
    steps = frame.steps_for(contact) or ANYONE
    working = Presence.objects.filter(programme=programme, doing__in=[Doing.AVAILABLE, *BUSY]).values_list(
        "member_id", flat=True
    )
    reps = signed_in(programme, frame=frame, among=list(working))
    return sum(any(step.condition.met_by(rep) for step in steps) for rep in reps)


def _usual_handle_seconds(programme: Programme) -> float | None:
    """Return the mean handle time of the past hour, looked up twice a minute however many customers wait."""
    return cache.get_or_set(
        f"routing:handle:{programme.pk}",
        lambda: contacts.mean_handle_seconds(programme, since=clock.now() - RECENTLY),
        KEPT_SECONDS,
    )


def _corrected(place: Place, expected: Expected) -> Place:
    if math.isinf(expected.middle):
        return replace(place, wait_seconds=None)
    if math.isinf(expected.high):
        return replace(place, wait_seconds=expected.middle)
    return replace(place, wait_seconds=expected.middle, low_seconds=expected.low, high_seconds=expected.high)


def _expected(contact: Contact, plain_seconds: float) -> Expected | None:
    key = f"routing:estimates:{contact.programme_id}:{contact.queue}"
    known: History | None = cache.get(key)
    if known is None:
        known = _history(contact.programme, contact.queue)
        cache.set(key, known, KEPT_SECONDS)
    estimates, waited, answered = known
    return expected_wait(plain_seconds, estimates, waited, answered, share=SHARE)


def _history(programme: Programme, queue: str) -> History:
    """Return the last estimates of a queue, how long each has waited since, and whether until an answer."""
    now = clock.now()
    last = WaitEstimate.objects.filter(programme=programme, queue=queue).order_by("-made_at")[:LAST]
    rows = last.values_list("plain_seconds", "made_at", "contact__answered_at", "contact__ended_at")
    estimates, waited, answered = [], [], []
    for plain, made_at, answered_at, ended_at in rows:
        estimates.append(plain)
        waited.append(max(0.0, ((answered_at or ended_at or now) - made_at).total_seconds()))
        answered.append(answered_at is not None)
    return estimates, waited, answered


def _keep_first(contact: Contact, plain_seconds: float, told: Place) -> None:
    first = WaitEstimate(
        programme_id=contact.programme_id,
        contact=contact,
        queue=contact.queue,
        made_at=clock.now(),
        plain_seconds=plain_seconds,
        told_seconds=told.wait_seconds,
        low_seconds=told.low_seconds,
        high_seconds=told.high_seconds,
    )
    WaitEstimate.objects.bulk_create([first], ignore_conflicts=True)
