"""Contacts that are worth hearing for a reason on file, for somebody to choose from.

They are found anew at each look, from facts of the last days, and nothing is kept: what is chosen is a selection
as any other chosen by hand, and in no figure. What a complaint is, the programme's rules of offers say.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby, islice
from operator import itemgetter
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection

from rapport.contacts.access import readable
from rapport.events.queries import seconds_between
from rapport.kit import clock
from rapport.offers.catalogue.queries import rules_of
from rapport.quality.models import Origin

if TYPE_CHECKING:
    from rapport.accounts.models import Member
    from rapport.contacts.models import Contact

LOOKS_BACK = timedelta(days=14)
LONG_HOLD = 180  # seconds on hold in all
MANY_TRANSFERS = 2
MOST_OF_EACH = 20  # of each reason, the newest of those that the member may score
FOUND = """
WITH lately AS (
    SELECT contact.contact_id, contact.public_id, contact.transfers, contact.arrived_at,
        contact.reason, contact.disposition
    FROM fact_contact AS contact
    WHERE contact.programme_id = %(programme)s AND contact.arrived_at >= %(since)s
        AND contact.closed_at IS NOT NULL AND contact.rep IS NOT NULL
        AND NOT EXISTS (SELECT FROM quality_selection AS chosen WHERE chosen.contact_id = contact.contact_id)
), claims AS (
    SELECT contact, state FROM fact_claim WHERE programme_id = %(programme)s AND made_at >= %(since)s
), found AS (
    SELECT lately.*, 'low_rating' AS origin, survey.rating AS figure
    FROM lately JOIN fact_survey AS survey USING (contact_id) WHERE survey.rating <= 2
    UNION ALL
    SELECT lately.*, 'complaint', (lately.reason = ANY(%(complaints)s))::integer FROM lately
    WHERE lately.reason = ANY(%(complaints)s) OR lately.disposition = ANY(%(complaints)s)
    UNION ALL
    SELECT lately.*, 'transfer', lately.transfers FROM lately WHERE lately.transfers >= %(transfers)s
    UNION ALL
    SELECT lately.*, 'long_hold', held.seconds
    FROM lately JOIN unnest(%(held)s::uuid[], %(seconds)s::integer[]) AS held (subject, seconds)
        ON held.subject::text = lately.public_id
    UNION ALL
    SELECT lately.*, 'save_reversed', NULL FROM lately
    WHERE lately.public_id IN (SELECT claim.contact FROM claims AS claim WHERE claim.state = 'reversed')
    UNION ALL
    SELECT lately.*, 'uncommon', NULL FROM lately JOIN fact_survey AS survey USING (contact_id)
    WHERE survey.rating = 5 AND survey.resolved AND lately.public_id IN (
        SELECT claim.contact FROM claims AS claim WHERE claim.state IN ('provisional', 'matured')
    )
)
SELECT contact_id, origin, figure FROM found ORDER BY origin, arrived_at DESC, contact_id DESC
"""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A contact, the reason it is worth hearing, and what shows it."""

    contact: Contact
    origin: Origin
    words: str


def proposed(member: Member) -> list[Proposal]:
    """Return contacts that the member may score and that nobody has chosen yet, by reason, the newest first."""
    since = clock.now() - LOOKS_BACK
    held = {one: seconds for one, seconds in _held(member, since).items() if seconds >= LONG_HOLD}
    asked: dict[str, Any] = {
        "programme": member.programme_id,
        "since": since,
        "transfers": MANY_TRANSFERS,
        "complaints": rules_of(member.programme).complaint_reasons,
        "held": [*held],
        "seconds": [*held.values()],
    }
    with connection.cursor() as cursor:
        cursor.execute(FOUND, asked)
        found = cursor.fetchall()
    rows = readable(member).exclude(rep=member).exclude(customer__standing="erased")
    theirs = set(rows.filter(pk__in={contact for contact, _, _ in found}).values_list("pk", flat=True))
    chosen = [
        one
        for _, group in groupby((one for one in found if one[0] in theirs), key=itemgetter(1))
        for one in islice(group, MOST_OF_EACH)
    ]
    read = rows.select_related("rep__user", "reason").in_bulk([contact for contact, _, _ in chosen])
    return [
        Proposal(read[contact], Origin(origin), _words(Origin(origin), figure))
        for contact, origin, figure in chosen
    ]


def _held(member: Member, since: datetime) -> dict[UUID, int]:
    return seconds_between(member.programme, "contact.held", ("contact.resumed", "contact.ended"), since=since)


def _words(origin: Origin, figure: int | None) -> str:
    if origin is Origin.LONG_HOLD:
        return f"{(figure or 0) // 60} min on hold"
    if origin is Origin.COMPLAINT:
        return "came to complain" if figure else "closed as a complaint"
    return {
        Origin.LOW_RATING: f"rated {figure} of 5",
        Origin.TRANSFER: f"handed on {figure} times",
        Origin.SAVE_REVERSED: "stayed, and left after all",
        Origin.UNCOMMON: "wanted to leave, stayed, and rated 5 of 5",
    }[origin]
