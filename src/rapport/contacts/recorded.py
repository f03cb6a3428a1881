"""Past contacts as records, as a log would tell of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from rapport.contacts.call_logs.records import CallRecord, Outcome
from rapport.contacts.models import Contact, State

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from rapport.accounts.models import Programme

OUTCOMES: dict[str, Outcome] = {
    State.CLOSED: "answered",
    State.WRAP_UP: "answered",
    State.ABANDONED: "abandoned",
    State.LEFT: "left_before_queue",
}
BATCH = 5_000


def count_recorded(programme: Programme, start: datetime, end: datetime) -> int:
    """Return how many finished contacts came in between the instants, the second not included."""
    return _recorded(programme, start, end).count()


def recorded_between(programme: Programme, start: datetime, end: datetime) -> Iterator[CallRecord]:
    """Yield the finished contacts that came in between the instants, in order of arrival.

    Nothing in them says who the customer is but our internal number.
    """
    rows = _recorded(programme, start, end).order_by("arrived_at", "pk")
    for row in rows.values_list(
        "pk",
        "channel",
        "state",
        "arrived_at",
        "queued_at",
        "answered_at",
        "ended_at",
        "customer_id",
        "segment__key",
        "reason__key",
        "rep__agent_id",
        "transfers",
    ).iterator(BATCH):
        yield _record(*row)


def _recorded(programme: Programme, start: datetime, end: datetime) -> QuerySet[Contact]:
    return Contact.objects.filter(
        programme=programme,
        direction="in",
        arrived_at__gte=start,
        arrived_at__lt=end,
        state__in=OUTCOMES,
        ended_at__isnull=False,
    )


def _record(
    pk: int,
    channel: str,
    state: str,
    arrived: datetime,
    queued: datetime | None,
    answered: datetime | None,
    ended_at: datetime | None,
    customer: int | None,
    segment: str | None,
    reason: str | None,
    agent: str | None,
    transfers: int,
) -> CallRecord:
    ended = ended_at or arrived  # those that have not ended are left out
    outcome = OUTCOMES[state] if queued else "left_before_queue"
    answered = answered if outcome == "answered" else None
    wait = ((answered or ended) - queued).total_seconds() if queued else 0.0
    return CallRecord(
        line_number=pk,
        external_id=str(pk),
        arrived_at=arrived,
        queued_at=queued,
        answered_at=answered,
        ended_at=ended,
        wait_seconds=max(0, round(wait)),
        talk_seconds=max(0, round((ended - answered).total_seconds())) if answered else 0,
        outcome=outcome,
        customer_key=None if customer is None else str(customer),
        segment_key=segment or "",
        reason_key=reason or "",
        agent_id=agent if answered else None,
        channel=channel,
        transfers=transfers,
    )
