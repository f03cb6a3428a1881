"""How much longer than they have contacts count as having waited, by a plan."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rapport.contacts import queries as contacts
from rapport.customers.promises.queries import with_promise_due
from rapport.kit import clock
from rapport.routing.routes import seconds_granted

if TYPE_CHECKING:
    from rapport.accounts.models import Programme
    from rapport.contacts.models import Contact
    from rapport.routing.versions import Plans


def head_starts(programme: Programme, plans: Plans, waiting: Iterable[Contact]) -> dict[int, float]:
    """Return the head start of each contact in seconds: what its plan grants added up, to the ceiling at most."""
    listed = [(one, plans.of(one).priority) for one in waiting]
    owed = _owed(programme, [one for one, rules in listed if rules.promise_due_minutes])
    again = _again([one for one, rules in listed if rules.repeat_contact_minutes])
    return {
        one.pk: seconds_granted(
            rules,
            segment=one.segment.key if one.segment else None,
            segments_own_seconds=one.segment.head_start_seconds if one.segment else 0,
            reason=one.reason.key if one.reason else None,
            channel=one.channel,
            is_owed=one.customer_id in owed,
            is_again=one.pk in again,
        )
        for one, rules in listed
    }


def effective_places(programme: Programme, plans: Plans, waiting: Iterable[Contact]) -> dict[int, float]:
    """Return each waiting contact's place as epoch seconds, less its head start."""
    listed = list(waiting)
    starts = head_starts(programme, plans, listed)
    return {one.pk: (one.placed_at or one.arrived_at).timestamp() - starts[one.pk] for one in listed}


def _owed(programme: Programme, listed: Sequence[Contact]) -> set[int | None]:
    """Return the customers among them to whom something promised is due."""
    if not listed:
        return set()
    today = clock.now().astimezone(programme.zone).date()
    return {*with_promise_due(programme, {one.customer_id for one in listed if one.customer_id}, by=today)}


def _again(listed: Sequence[Contact]) -> set[int]:
    """Return the contacts whose customer was here shortly before, for the same reason."""
    return contacts.repeated_among(listed) if listed else set()
