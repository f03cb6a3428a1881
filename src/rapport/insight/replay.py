"""The facts, rebuilt from the event log alone: what happened is all that the figures rest on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from rapport.events.queries import EventRow

HOUR = timedelta(hours=1)


@dataclass
class LegFact:
    """The stretch a contact spent with one rep."""

    rep: str | None
    started_at: datetime
    ended_at: datetime | None = None
    wrapped_at: datetime | None = None
    handed_on: bool = False

    @property
    def talk_seconds(self) -> float | None:
        """Seconds of conversation; None while it goes on."""
        return seconds_between(self.started_at, self.ended_at)

    @property
    def wrap_up_seconds(self) -> float | None:
        """Seconds of wrap-up; None where it goes on or was not recorded."""
        return seconds_between(self.ended_at, self.wrapped_at)


@dataclass
class ContactFact:
    """A contact's whole life, as its events tell it; the customer is named by its public id."""

    subject: UUID
    channel: str
    direction: str
    arrived_at: datetime
    customer: str | None
    segment: str | None
    reason: str | None
    queue: str | None = None
    plan: int | None = None
    rep: str | None = None
    queued_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    closed_at: datetime | None = None
    gone: str | None = None
    answer_within_seconds: int | None = None
    transfers: int = 0
    disposition: str | None = None
    resolved: bool | None = None
    rating: int | None = None
    resolved_by_customer: bool | None = None
    legs: list[LegFact] = field(default_factory=list)

    @property
    def outcome(self) -> str | None:
        """How the contact came out; None while it waits for its first answer."""
        return self.gone or ("answered" if self.answered_at else None)

    @property
    def wait_seconds(self) -> float | None:
        """Seconds in the queue up to the first answer."""
        return seconds_between(self.queued_at, self.answered_at)


@dataclass(frozen=True)
class SpanFact:
    """A finished stretch of a rep's time in one state."""

    rep: str
    doing: str
    started_at: datetime
    ended_at: datetime

    def pieces(self, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
        """Cut the stretch at the hours of the zone's clock."""
        local = self.started_at.astimezone(zone)
        into_hour = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
        begin, cut = self.started_at, self.started_at - into_hour + HOUR
        while cut < self.ended_at:
            yield begin, cut
            begin, cut = cut, cut + HOUR
        yield begin, self.ended_at


def seconds_between(start: datetime | None, end: datetime | None) -> float | None:
    """Return the seconds between two instants to three digits; None where one is not known."""
    return None if start is None or end is None else round((end - start).total_seconds() * 1000) / 1000


def contact_facts(log: Iterable[EventRow]) -> dict[UUID, ContactFact]:
    """Return every contact of a programme's log by its public id."""
    facts: dict[UUID, ContactFact] = {}
    for event in log:
        if event.name == "contact.arrived":
            facts[event.subject] = _arrived(event)
        elif event.name in STEPS and event.subject in facts:
            STEPS[event.name](facts[event.subject], event)
    return facts


def span_facts(log: Iterable[EventRow]) -> list[SpanFact]:
    """Return every finished stretch of reps' time in a programme's log."""
    began: dict[UUID, tuple[str, datetime]] = {}
    spans: dict[UUID, list[SpanFact]] = defaultdict(list)
    for event in log:
        if event.name != "presence.changed":
            continue
        if event.subject in began:
            doing, since = began.pop(event.subject)
            spans[event.subject].append(SpanFact(event.data["rep"], doing, since, event.at))
        if event.data["doing"] != "offline":
            began[event.subject] = (event.data["doing"], event.at)
    return [span for of_rep in spans.values() for span in of_rep]


def _arrived(event: EventRow) -> ContactFact:
    told = event.data
    return ContactFact(
        subject=event.subject,
        channel=told["channel"],
        direction=told["direction"],
        arrived_at=event.at,
        customer=told["customer"],
        segment=told["segment"],
        reason=told["reason"],
    )


def _identified(fact: ContactFact, event: EventRow) -> None:
    fact.customer, fact.segment = event.data["customer"], event.data["segment"]


def _reason_learned(fact: ContactFact, event: EventRow) -> None:
    fact.reason = event.data["reason"]


def _queued(fact: ContactFact, event: EventRow) -> None:
    fact.queue, fact.queued_at = event.data["queue"] or None, event.at
    fact.plan = event.data.get("plan")  # not told before plans were tried
    fact.answer_within_seconds = event.data.get("answer_within")  # nor before queues had targets


def _arrival_corrected(fact: ContactFact, event: EventRow) -> None:
    fact.arrived_at = datetime.fromisoformat(event.data["arrived_at"])
    fact.queued_at = fact.queued_at and fact.arrived_at


def _retold(fact: ContactFact, _event: EventRow) -> None:
    fact.gone = fact.rep = fact.answered_at = fact.ended_at = fact.closed_at = None
    fact.queued_at = fact.queued_at or fact.arrived_at
    fact.transfers, fact.legs = 0, []


def _answered(fact: ContactFact, event: EventRow) -> None:
    fact.gone = fact.ended_at = fact.closed_at = None
    fact.rep = event.data["rep"]
    fact.answered_at = fact.answered_at or event.at
    fact.queued_at = fact.queued_at or fact.arrived_at
    fact.legs.append(LegFact(fact.rep, event.at))


def _returned(fact: ContactFact, event: EventRow) -> None:
    _end_leg(fact, event.at)
    fact.legs[-1].wrapped_at = fact.legs[-1].ended_at
    fact.rep = None


def _transferred(fact: ContactFact, event: EventRow) -> None:
    _returned(fact, event)
    fact.legs[-1].handed_on = True
    fact.queue = event.data["queue"] or None
    fact.transfers += 1


def _moved(fact: ContactFact, event: EventRow) -> None:
    fact.queue = event.data["queue"]


def _gone(outcome: str) -> Callable[[ContactFact, EventRow], None]:
    def leave(fact: ContactFact, event: EventRow) -> None:
        fact.gone = outcome
        fact.ended_at = fact.closed_at = event.at

    return leave


def _ended(fact: ContactFact, event: EventRow) -> None:
    _end_leg(fact, event.at)
    fact.ended_at = event.at


def _end_leg(fact: ContactFact, at: datetime) -> None:
    fact.legs[-1].ended_at = max(at, fact.legs[-1].started_at)


def _stop_wrap_up(fact: ContactFact, event: EventRow) -> None:
    for leg in fact.legs:
        leg.wrapped_at = leg.wrapped_at or max(event.at, leg.ended_at or event.at)


def _closed(fact: ContactFact, event: EventRow) -> None:
    fact.closed_at = event.at
    fact.disposition, fact.resolved = event.data["disposition"], event.data["resolved"]
    if event.actor != "import":  # a log of calls does not know the wrap-up
        for leg in fact.legs:
            leg.wrapped_at = leg.wrapped_at or event.at


def _surveyed(fact: ContactFact, event: EventRow) -> None:
    fact.rating, fact.resolved_by_customer = event.data["rating"], event.data["resolved"]


STEPS: dict[str, Callable[[ContactFact, EventRow], None]] = {
    "contact.identified": _identified,
    "contact.reason_learned": _reason_learned,
    "contact.queued": _queued,
    "contact.arrival_corrected": _arrival_corrected,
    "contact.retold": _retold,
    "contact.answered": _answered,
    "contact.returned": _returned,
    "contact.transferred": _transferred,
    "contact.moved": _moved,
    "contact.abandoned": _gone("abandoned"),
    "contact.left": _gone("left_before_queue"),
    "contact.served": _gone("self_served"),
    "contact.ended": _ended,
    "contact.wrap_up_stopped": _stop_wrap_up,
    "contact.closed": _closed,
    "survey.answered": _surveyed,
}
