"""Writes of returns: finding them by rule, laying one to a cause by hand, saying that it was mended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection, transaction

from rapport.contacts.queries import put_on_file_between
from rapport.events.actions import announce
from rapport.kit import clock, redaction
from rapport.kit.errors import Conflict, Invalid
from rapport.kit.turns import Turn, take_turns
from rapport.kit.words import one_line
from rapport.quality.repeats.access import access_return
from rapport.quality.repeats.events import ReturnLaid, ReturnMended, ReturnsFound
from rapport.quality.repeats.models import Return
from rapport.quality.repeats.rules import Cause, Known, cause_of

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme

WITHIN = timedelta(days=7)  # as the metric first_contact_resolution counts
LOOKS_BACK = timedelta(days=3)  # at contacts closed since: a worker may have stood still
LONGEST = 300  # characters of a note
BY_HAND = (Cause.TRAINING, Cause.ACCESS, Cause.ROUTING, Cause.OTHER_MATTER)
TO_MEND = (Cause.TRAINING, Cause.ACCESS, Cause.ROUTING)
LATELY = "again.closed_at >= %(since)s AND again.arrived_at >= %(since)s - %(within)s"
THESE = "again.contact_id = ANY(%(these)s)"
FOLLOWING = """
SELECT next.contact_id FROM fact_contact AS this
CROSS JOIN LATERAL (
    SELECT after.contact_id FROM fact_contact AS after
    WHERE after.programme_id = this.programme_id AND after.customer_id = this.customer_id
        AND after.direction = 'in'
        AND (after.arrived_at, after.contact_id) > (this.arrived_at, this.contact_id)
    ORDER BY after.arrived_at, after.contact_id LIMIT 1
) AS next
WHERE this.programme_id = %(programme)s AND this.contact_id = ANY(%(these)s)
"""
FOUND = """
SELECT known.id, first.contact_id, again.contact_id, again.arrived_at,
    first.reason, again.reason, first.queue, again.queue, first.transfers,
    kept.by, coverage.left_open, first.resolved
FROM fact_contact AS again
CROSS JOIN LATERAL (
    SELECT * FROM fact_contact AS before
    WHERE before.programme_id = again.programme_id AND before.customer_id = again.customer_id
        AND before.direction = 'in'
        AND (before.arrived_at, before.contact_id) < (again.arrived_at, again.contact_id)
    ORDER BY before.arrived_at DESC, before.contact_id DESC LIMIT 1
) AS first
LEFT JOIN LATERAL (
    SELECT array_agg(DISTINCT promise.keeper) AS by FROM fact_promise AS promise
    WHERE promise.contact_id = first.contact_id AND promise.customer_id = again.customer_id
        AND promise.programme_id = again.programme_id
) AS kept ON true
LEFT JOIN fact_coverage AS coverage ON coverage.contact_id = first.contact_id
LEFT JOIN repeats_return AS known ON known.first_id = first.contact_id
WHERE again.programme_id = %(programme)s AND again.direction = 'in' AND again.customer_id IS NOT NULL
    AND {which}
    AND again.closed_at IS NOT NULL AND first.outcome = 'answered' AND first.closed_at IS NOT NULL
    AND again.arrived_at <= first.ended_at + %(within)s
    AND (known.id IS NULL OR known.next_id <> again.contact_id)
"""


def find(*, programme: Programme, since: datetime | None = None) -> int:
    """Put on file who came back with a contact closed ``since`` (of the last days), and lay each to a cause.

    Returns how many are new or, since something that lay between came late, other than was known. Doing it again,
    or beside another worker, finds nothing twice.
    """
    return _find(programme, LATELY, {"since": since or clock.now() - LOOKS_BACK})


def find_among(*, programme: Programme, first: UUID, last: UUID) -> int:
    """Do :func:`find` with the contacts put on file between these ids, however long ago they happened."""
    these = put_on_file_between(programme, first, last)
    with connection.cursor() as cursor:
        cursor.execute(FOLLOWING, {"programme": programme.pk, "these": these})
        following = [contact for (contact,) in cursor.fetchall()]
    return _find(programme, THESE, {"these": [*these, *following]})


@transaction.atomic
def _find(programme: Programme, which: str, told: dict[str, Any]) -> int:
    take_turns(Turn.RETURNS, programme.pk)
    now = clock.now()
    with connection.cursor() as cursor:
        asked: dict[str, Any] = {"programme": programme.pk, "within": WITHIN, **told}
        cursor.execute(FOUND.format(which=which), asked)
        found = cursor.fetchall()
    changed = sum(_changed(known, _judged(programme, now, *row)) for known, *row in found if known)
    new = [_judged(programme, now, *row) for known, *row in found if not known]
    Return.objects.bulk_create(new, batch_size=2000)
    count = len(new) + changed
    if count:
        announce(ReturnsFound(count=count), programme=programme, subject=programme.public_id, actor="system")
    return count


def _changed(known: int, row: Return) -> int:
    """Have a return that is on file be as the row, unless somebody has judged it meanwhile; 1 where that is so."""
    rows = Return.objects.filter(pk=known, laid_by=None, mended_at=None)
    return rows.update(
        next_id=row.next_id, came_at=row.came_at, found_at=row.found_at, cause=row.cause, sign=row.sign
    )


def _judged(programme: Programme, now: datetime, first: int, again: int, came: datetime, *told: object) -> Return:
    cause, sign = cause_of(_known(told))
    return Return(
        programme=programme,
        first_id=first,
        next_id=again,
        came_at=came,
        found_at=now,
        cause=cause.value,
        sign=sign.value,
    )


def _known(told: Sequence[object]) -> Known:
    first_reason, next_reason, first_queue, next_queue, transfers, kept_by, points_open, resolved = told
    return Known(
        first_reason=str(first_reason) if first_reason else None,
        next_reason=str(next_reason) if next_reason else None,
        first_queue=str(first_queue or ""),
        next_queue=str(next_queue or ""),
        transfers=int(str(transfers or 0)),
        kept_by=frozenset(kept_by) if isinstance(kept_by, list) else frozenset(),
        points_open=int(str(points_open or 0)),
        said_resolved=resolved if isinstance(resolved, bool) else None,
    )


@transaction.atomic
def lay(*, member: Member, return_id: UUID, cause: str, note: str) -> Return:
    """Lay a return to a cause by hand, with what shows it; again changes nothing, Conflict once it is mended."""
    row = access_return(member, return_id)
    if cause not in BY_HAND:
        raise Invalid("Choose what it was: training, access, routing or another matter.")
    words = one_line(note)
    if len(words) > LONGEST:
        raise Invalid(f"Keep the note under {LONGEST} characters.")
    if row.mended_at is not None:
        raise Conflict("This one is mended already.")
    said = redaction.clean(words)
    if (row.cause, row.note, row.laid_by_id) == (cause, said, member.pk):
        return row
    happening = ReturnLaid(cause=cause, before=row.cause)
    row.cause, row.note, row.laid_by, row.laid_at = cause, said, member, clock.now()
    row.save(update_fields=["cause", "note", "laid_by", "laid_at"])
    _tell(happening, row, member)
    return row


@transaction.atomic
def mend(*, member: Member, return_id: UUID) -> Return:
    """Say that what made the customer come back is mended; saying it again changes nothing."""
    row = access_return(member, return_id)
    if row.cause not in TO_MEND:
        raise Invalid("Lay it to training, access or routing first: there is nothing to mend yet.")
    if row.mended_at is None:
        row.mended_at, row.mended_by = clock.now(), member
        row.save(update_fields=["mended_at", "mended_by"])
        _tell(ReturnMended(cause=row.cause), row, member)
    return row


def _tell(happening: ReturnLaid | ReturnMended, row: Return, member: Member) -> None:
    announce(happening, programme=row.programme, subject=row.first.public_id, actor=f"member:{member.pk}")
