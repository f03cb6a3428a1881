"""Whether the facts that figures are counted from are what the event log tells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection

from rapport.events.queries import log_of
from rapport.insight.moment import one_moment
from rapport.insight.replay import ContactFact, contact_facts, seconds_between, span_facts

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

Row = tuple[Any, ...]

CONTACTS = """
SELECT contact.public_id, channel, direction, reason, segment, queue, rep, customer, arrived_at, local_date,
    local_hour, local_weekday, queued_at, contact.answered_at, ended_at, closed_at, outcome, wait_seconds,
    disposition, contact.resolved, survey.rating, survey.resolved, contact.transfers, contact.plan,
    contact.answer_within_seconds
FROM fact_contact AS contact LEFT JOIN fact_survey AS survey ON survey.contact_id = contact.contact_id
WHERE contact.programme_id = %(programme)s
"""
LEGS = """
SELECT contact_id, rep, started_at, talk_seconds, wrap_up_seconds, handed_on FROM fact_leg
WHERE programme_id = %(programme)s
"""
IDS = "SELECT public_id, contact_id FROM fact_contact WHERE programme_id = %(programme)s"
SPANS = """
SELECT rep, doing, started_at, ended_at, local_date, local_hour, local_weekday, seconds
FROM fact_state_span WHERE programme_id = %(programme)s
"""


def differences(programme: Programme) -> Iterator[str]:
    """Say in a sentence each how the facts differ from what replaying the whole log gives; nothing is good.

    Reads the whole history into memory: for a check now and then, not for a page.
    """
    with one_moment():
        told = contact_facts(log_of(programme)).values()
        ids: dict[str, int] = dict(_rows(IDS, programme))
        yield from _compare("contact", _rows(CONTACTS, programme), [_contact(programme, one) for one in told])
        yield from _compare("leg", _rows(LEGS, programme), [leg for one in told for leg in _legs(one, ids)])
        yield from _compare("stretch", _rows(SPANS, programme), list(_spans(programme)))


def _rows(sql: str, programme: Programme) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"programme": programme.pk})
        rows: list[Row] = cursor.fetchall()
    return rows


def _compare(what: str, facts: list[Row], replayed: list[Row]) -> Iterator[str]:
    counted, told = Counter(facts), Counter(replayed)
    for row in (counted - told).elements():
        yield f"the log does not tell of this {what}: {_words(row)}"
    for row in (told - counted).elements():
        yield f"only the log tells of this {what}: {_words(row)}"


def _words(row: Row) -> str:
    return ", ".join(value.isoformat() if isinstance(value, datetime) else str(value) for value in row)


def _local(programme: Programme, instant: datetime) -> Row:
    local = instant.astimezone(programme.zone)
    return local.date(), local.hour, local.isoweekday()


def _contact(programme: Programme, fact: ContactFact) -> Row:
    names = (fact.channel, fact.direction, fact.reason, fact.segment, fact.queue, fact.rep, fact.customer)
    times = (fact.queued_at, fact.answered_at, fact.ended_at, fact.closed_at)
    said = (fact.disposition, fact.resolved, fact.rating, fact.resolved_by_customer)
    kept = (fact.transfers, fact.plan, fact.answer_within_seconds)
    local = _local(programme, fact.arrived_at)
    return (
        str(fact.subject),
        *names,
        fact.arrived_at,
        *local,
        *times,
        fact.outcome,
        fact.wait_seconds,
        *said,
        *kept,
    )


def _legs(fact: ContactFact, ids: dict[str, int]) -> Iterator[Row]:
    for leg in fact.legs:
        of_rep = (leg.rep, leg.started_at, leg.talk_seconds, leg.wrap_up_seconds, leg.handed_on)
        yield ids.get(str(fact.subject)), *of_rep


def _spans(programme: Programme) -> Iterator[Row]:
    for span in span_facts(log_of(programme)):
        for begin, end in span.pieces(programme.zone):
            yield span.rep, span.doing, begin, end, *_local(programme, begin), seconds_between(begin, end)
