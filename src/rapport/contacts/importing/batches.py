"""Writing a batch of recorded calls: contacts, legs and events in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from rapport.accounts import actions as accounts
from rapport.contacts import actions, queries
from rapport.contacts.call_logs.formats import Format, SegmentName
from rapport.contacts.call_logs.records import CallRecord
from rapport.contacts.events import (
    CallsImported,
    ContactAbandoned,
    ContactAnswered,
    ContactArrived,
    ContactClosed,
    ContactEnded,
    ContactLeft,
    ContactQueued,
)
from rapport.contacts.models import Channel, Contact, Leg, Reason, State
from rapport.customers import actions as customers
from rapport.events.actions import Happening, announce, record_history
from rapport.kit.copying import analyze
from rapport.kit.intake import storable
from rapport.kit.redaction import is_secret
from rapport.kit.turns import Turn, take_turns

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme
    from rapport.customers.models import Segment

ACTOR = "import"
QUEUE = "main"
FIRST_YEAR, LAST_YEAR = 1970, 2100  # one mistyped year would stretch every report to it
STATES = {"answered": State.CLOSED, "abandoned": State.ABANDONED, "left_before_queue": State.LEFT}
Told = tuple[Happening, UUID, datetime]
CustomerIds = dict[str, tuple[int, UUID]]


class Importer:
    """Writes recorded calls into one programme; remembers the reasons, segments and reps it has met."""

    def __init__(self, programme: Programme, log: Format) -> None:
        self.programme = programme
        self._log = log
        self._reasons: dict[str, Reason] = {}
        self._segments: dict[str, Segment] = {}
        self._reps: dict[str, Member] = {}

    @transaction.atomic
    def write(self, records: Sequence[CallRecord]) -> int:
        """Write the records that are not there yet; return how many those were."""
        take_turns(Turn.CALL_LOGS, self.programme.pk)
        new = self._new(records)
        if not new:
            return 0
        ids = customers.ensure_customers(
            programme=self.programme,
            segments={record.customer_key: self._segment(record) for record in new if record.customer_key},
        )
        made = [(record, self._contact(record, ids)) for record in new]
        Contact.objects.bulk_create([contact for _, contact in made])
        Leg.objects.bulk_create(self._legs(made))
        record_history(self._events(made, ids), programme=self.programme, actor=ACTOR)
        self._tell([contact.public_id for _, contact in made])
        return len(made)

    def finish(self) -> None:
        """Let the database look at what has come, so that it reads it well from the first query on."""
        analyze("contacts_contact", "contacts_leg", "customers_customer", "events_event")

    def _tell(self, ids: Sequence[UUID]) -> None:
        told = CallsImported(count=len(ids), first=str(min(ids)), last=str(max(ids)))
        announce(told, programme=self.programme, subject=self.programme.public_id, actor=ACTOR)

    def _new(self, records: Sequence[CallRecord]) -> list[CallRecord]:
        first = {record.external_id: record for record in reversed(records)}
        known = queries.known_external_ids(self.programme, first)
        return [
            record for record in records if first[record.external_id] is record and record.external_id not in known
        ]

    def _contact(self, record: CallRecord, ids: CustomerIds) -> Contact:
        rep = self._rep(record)
        return Contact(
            programme=self.programme,
            external_id=record.external_id,
            channel=Channel.VOICE,
            state=STATES[record.outcome],
            customer_id=_of(record, ids)[0],
            segment=self._segment(record),
            reason=self._reason(record),
            queue=QUEUE if record.queued_at else "",
            rep=rep,
            arrived_at=record.arrived_at,
            queued_at=record.queued_at,
            placed_at=record.queued_at,
            answered_at=record.answered_at,
            ended_at=record.ended_at,
            closed_at=record.ended_at,
        )

    def _legs(self, made: Iterable[tuple[CallRecord, Contact]]) -> Iterator[Leg]:
        """A log of calls knows the conversation and not the wrap-up, which therefore stays open."""
        for record, contact in made:
            if record.answered_at:
                yield Leg(
                    programme=self.programme,
                    contact=contact,
                    rep=self._rep(record),
                    started_at=record.answered_at,
                    ended_at=record.ended_at,
                    ended_by=ACTOR,
                )

    def _events(self, made: Iterable[tuple[CallRecord, Contact]], ids: CustomerIds) -> Iterator[Told]:
        for record, contact in made:
            customer = _of(record, ids)[1]
            for happening, at in _course(record, contact, customer):
                yield happening, contact.public_id, at

    def _rep(self, record: CallRecord) -> Member | None:
        agent = record.agent_id
        if agent is None or record.answered_at is None:
            return None
        if agent not in self._reps:
            self._reps[agent] = accounts.ensure_member(programme=self.programme, agent_id=agent)
        return self._reps[agent]

    def _reason(self, record: CallRecord) -> Reason | None:
        key = record.reason_key
        if key and key not in self._reasons:
            self._reasons[key] = actions.ensure_reason(
                programme=self.programme, key=key, name=self._log.reasons.get(key, key)
            )
        return self._reasons.get(key)

    def _segment(self, record: CallRecord) -> Segment | None:
        key = record.segment_key
        if key and key not in self._segments:
            named = self._log.segments.get(key, SegmentName(key))
            self._segments[key] = customers.ensure_segment(
                programme=self.programme, key=key, name=named.name, head_start_seconds=named.head_start_seconds
            )
        return self._segments.get(key)


def _of(record: CallRecord, ids: CustomerIds) -> tuple[int, str] | tuple[None, None]:
    """Return our id and the public one of a record's customer; of one who is not known, or was erased, none."""
    known = ids.get(record.customer_key) if record.customer_key else None
    return (known[0], str(known[1])) if known else (None, None)


def _course(record: CallRecord, contact: Contact, customer: str | None) -> Iterator[tuple[Happening, datetime]]:
    """What happened, in order, in the words of a contact that happens here."""
    arrived = ContactArrived(
        channel=contact.channel,
        direction=contact.direction,
        customer=customer,
        segment=record.segment_key or None,
        reason=record.reason_key or None,
        external_id=record.external_id,
    )
    yield arrived, record.arrived_at
    if record.queued_at:
        yield ContactQueued(queue=QUEUE), record.queued_at
    if record.answered_at:
        yield ContactAnswered(rep=record.agent_id), record.answered_at
        yield ContactEnded(by=ACTOR), record.ended_at
        yield ContactClosed(disposition=None, resolved=None), record.ended_at
    else:
        yield ContactAbandoned() if record.queued_at else ContactLeft(), record.ended_at


def refusal(record: CallRecord) -> str | None:
    """Return why a record that could be read cannot be stored; None where it can."""
    if not FIRST_YEAR <= record.arrived_at.year <= record.ended_at.year <= LAST_YEAR:
        return f"lies outside the years {FIRST_YEAR} to {LAST_YEAR}"
    if record.customer_key and is_secret(record.customer_key):
        return "has a card or account number for a customer's key, and keys are shown; take another column"
    return storable(
        external_id=(record.external_id, 100),
        customer_key=(record.customer_key, 100),
        segment_key=(record.segment_key, 50),
        reason_key=(record.reason_key, 50),
        agent_id=(record.agent_id, 100),
    )
