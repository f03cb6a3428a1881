"""Uncommon service: contacts that rules find among what is on file, for a person to confirm or turn down.

They are found anew at each look, from what became known in the last weeks; nothing is kept until somebody settles
one. A rule sees that something was rare. Whether it was uncommon service, a person says, who read the contact.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection, transaction

from rapport.accounts.roles import Right
from rapport.contacts.access import access_contact, readable
from rapport.events.actions import announce
from rapport.feedback.queries import comments_rated
from rapport.kit import clock
from rapport.kit.errors import Conflict, Forbidden, Invalid
from rapport.recognition.kudos import events
from rapport.recognition.kudos.models import Uncommon
from rapport.recognition.privacy import kept_words, without_personal

if TYPE_CHECKING:
    from rapport.accounts.models import Member
    from rapport.contacts.models import Contact

LOOKS_BACK = timedelta(days=28)
BEST = 5
LONGEST = 200
MOST = 30
RULES = {
    "words": "rated 5 of 5, with words",
    "early": "a promise kept at least a day early",
    "stayed": "wanted to leave, rated 5 of 5, and stayed",
}
FOUND = """
WITH stayed AS MATERIALIZED (
    SELECT contact_id, state_at, rep FROM fact_claim
    WHERE programme_id = %(programme)s AND state = 'matured' AND state_at >= %(since)s
), found AS (
    SELECT contact_id, 'words' AS rule, answered_at AS known_at
    FROM fact_survey WHERE programme_id = %(programme)s AND contact_id = ANY(%(worded)s)
    UNION ALL
    SELECT contact_id, 'early', promise.settled_at
    FROM fact_promise AS promise JOIN fact_contact AS contact USING (contact_id)
    WHERE promise.programme_id = %(programme)s AND promise.state = 'kept' AND promise.settled_at >= %(since)s
        AND promise.settled_at <= promise.due_at - interval '1 day'
        AND promise.keeper = 'member' AND promise.rep = contact.rep
        AND promise.evidence IN ('contact', 'event', 'feed')
    UNION ALL
    SELECT contact_id, 'stayed', claim.state_at
    FROM stayed AS claim JOIN fact_survey AS survey USING (contact_id)
        JOIN fact_contact AS contact USING (contact_id)
    WHERE survey.programme_id = %(programme)s AND contact.programme_id = %(programme)s
        AND claim.rep = contact.rep AND survey.rating = %(best)s
), to_settle AS (
    SELECT contact_id, rule, known_at, row_number() OVER newest AS place
    FROM found JOIN fact_contact AS contact USING (contact_id)
    WHERE contact.programme_id = %(programme)s AND contact.closed_at IS NOT NULL AND contact.rep IS NOT NULL
        AND contact.rep <> %(own)s AND (%(only)s::bigint IS NULL OR contact_id = %(only)s) AND known_at <= %(now)s
        AND NOT EXISTS (SELECT FROM kudos_uncommon AS settled WHERE settled.contact_id = found.contact_id)
    WINDOW newest AS (PARTITION BY rule ORDER BY known_at DESC, contact_id DESC)
)
SELECT contact_id, array_agg(DISTINCT rule ORDER BY rule) FROM to_settle GROUP BY contact_id
ORDER BY count(DISTINCT rule) DESC, min(place), max(known_at) DESC, contact_id DESC LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A contact that rules have found, which they are, and what its customer wrote, with nobody named."""

    contact: Contact
    rules: list[str]
    comment: str


def proposed(member: Member) -> list[Proposal]:
    """Return contacts of others that the member may read and nobody has settled.

    Most rules first, then each rule's newest in turn, so that what many say does not crowd out what is rare.
    """
    comments, found = _found(member)
    rows = readable(member).select_related("rep__user", "reason", "customer").filter(rep__is_active=True)
    read = rows.in_bulk(list(found))
    return [
        Proposal(read[pk], rules, _masked(read[pk], comments.get(pk, "")))
        for pk, rules in found.items()
        if pk in read and _may_be_told_of(read[pk])
    ]


def _found(member: Member, only: int | None = None) -> tuple[dict[int, str], dict[int, list[str]]]:
    """Return what customers wrote, and which rules have found which contacts (ids), or ``only`` this one."""
    now = clock.now()
    since = now - LOOKS_BACK
    comments = comments_rated(member.programme, BEST, since=since, contact=only)
    asked: dict[str, Any] = {
        "programme": member.programme_id, "worded": [*comments], "since": since, "now": now, "best": BEST,
        "only": only, "own": member.agent_id, "most": MOST,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(FOUND, asked)
        return comments, dict(cursor.fetchall())


def _may_be_told_of(contact: Contact) -> bool:
    return contact.customer is None or contact.customer.standing == "active"


def _masked(contact: Contact, comment: str) -> str:
    return without_personal(comment, name=contact.customer.name if contact.customer else "")


@transaction.atomic
def settle(*, member: Member, contact: UUID, confirmed: bool, why: str) -> Uncommon:
    """Say that a contact that rules have found was uncommon service, or why not; the rep is told where it was.

    Raises Conflict where somebody has settled it or no rule finds it, Forbidden for a contact of one's own.
    """
    if not member.may(Right.GIVE_REWARDS):
        raise Forbidden("Who gives rewards settles what was uncommon.")
    about = access_contact(member, contact)
    if about.rep_id == member.pk:
        raise Forbidden("Somebody else says whether your contact was uncommon.")
    words = kept_words(why, LONGEST, "why")
    if not words:
        raise Invalid("Say why, in one line.")
    if Uncommon.objects.filter(contact=about).exists():
        raise Conflict("Somebody has settled this one.")
    rules = _found(member, about.pk)[1].get(about.pk)
    if rules is None or about.rep is None or not _may_be_told_of(about):
        raise Conflict("This contact is not proposed any more.")
    told = {"rules": rules, "confirmed": confirmed, "by": member, "why": words, "at": clock.now()}
    row, is_new = Uncommon.objects.get_or_create(
        contact=about, defaults={"programme": member.programme, "rep": about.rep, **told}
    )
    if not is_new:
        raise Conflict("Somebody has settled this one.")
    kind = events.UncommonConfirmed if confirmed else events.UncommonTurnedDown
    announce(
        kind(rep=about.rep.agent_id, contact=str(about.public_id), rules=rules),
        programme=member.programme,
        subject=row.public_id,
        actor=f"member:{member.pk}",
        audience=[f"member:{about.rep_id}"] if confirmed else [],
    )
    return row
