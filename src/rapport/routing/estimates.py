"""How long a customer who waits is told it takes, and how sure that is; learnt from those told before."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from django.core.cache import cache

from rapport.kit import clock
from rapport.numeric.expected_wait import Expected, expected_wait
from rapport.routing.models import WaitEstimate
from rapport.routing.queries import KEPT_SECONDS, Place, place_of

if TYPE_CHECKING:
    from rapport.accounts.models import Programme
    from rapport.contacts.models import Contact

SHARE = 0.9  # of customers are to wait within the range they are told
LAST = 2_000  # estimates of the queue that are learnt from

History = tuple[list[float], list[float], list[bool]]


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
