"""Simulated reps with somebody who wants to leave: they hear why, offer what they may, and say what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rapport.demo import dice
from rapport.demo.offered import WHYS
from rapport.demo.wishes import REASONS
from rapport.offers.choosing import actions as choosing
from rapport.offers.choosing.queries import accepted_for, slot_of
from rapport.offers.leaving import actions as leaving
from rapport.offers.leaving.queries import attempt_of, verdict_on

if TYPE_CHECKING:
    from rapport.accounts.models import Member
    from rapport.contacts.models import Contact
    from rapport.offers.choosing.queries import Shown
    from rapport.offers.models import SaveAttempt

LOOK_SECONDS = 12.0  # from one step to the next
HEARD_SECONDS = (25, 60)
OUTCOMES = {"saved": "stayed", "thinking": "undecided"}
TAKES = 0.55  # of those who will stay


def work(member: Member, contact: Contact, *, age: float, stays: bool) -> None:
    """Take the next step with a wish to leave, if one is open; ``stays`` is how it will end."""
    key, attempt = str(contact.public_id), attempt_of(contact)
    if attempt is None or attempt.state != "open" or age < dice.between(*HEARD_SECONDS, key, "heard"):
        return
    if attempt.reason is None:
        _hear(attempt, member, key)
        return
    choice = choosing.choose(member=member, contact=contact, slot="save")
    if choice is None:
        return
    slot = slot_of(member, contact, choice)
    on_table = next((one for one in slot.shown if one.row.state == "offered"), None)
    next_one = next((one for one in slot.shown if one.row.state == "shown" and one.may_grant), None)
    if on_table is not None:
        _answer(member, contact, on_table, stays=stays)
    elif slot.accepted is None and next_one is not None and verdict_on(attempt).allowed:
        choosing.present(member=member, contact=contact, presentation=next_one.row.public_id)


def end(member: Member, contact: Contact, outcome: str) -> None:
    """Say what came of the wish to leave, where one is open, as the contact's outcome says."""
    attempt = attempt_of(contact)
    if attempt is None or attempt.state != "open":
        return
    actor, key = f"member:{member.pk}", str(contact.public_id)
    if attempt.reason is None:
        attempt = _hear(attempt, member, key)
    accepted = accepted_for(attempt.pk)
    if accepted or outcome in OUTCOMES:
        ends = "stayed" if accepted else OUTCOMES[outcome]
        leaving.end_attempt(attempt=attempt, outcome=ends, offer=accepted, actor=actor)
    elif outcome == "closed":
        leaving.cancel_now(attempt=attempt, by="rep", actor=actor)
    else:
        leaving.end_attempt(attempt=attempt, outcome="withdrawn", actor=actor)


def _hear(attempt: SaveAttempt, member: Member, key: str) -> SaveAttempt:
    details = tuple(detail for why in REASONS for detail, _ in why.details)
    reason = dice.pick(details, key, "why")
    return leaving.set_reason(attempt=attempt, reason=reason, actor=f"member:{member.pk}")


def _answer(member: Member, contact: Contact, one: Shown, *, stays: bool) -> None:
    key, presentation = str(contact.public_id), one.row.public_id
    if stays and dice.chance(key, str(one.row.offer_id), "takes") < TAKES:
        choosing.accept(member=member, contact=contact, presentation=presentation)
    else:
        why = dice.pick(tuple(each for each, _ in WHYS), key, "refused")
        choosing.turn_down(member=member, contact=contact, presentation=presentation, why=why)
