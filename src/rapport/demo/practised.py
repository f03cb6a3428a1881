"""What was practised in the demonstration: a few reps have held a chat with a customer who is made up."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from rapport.channels.chat import actions as chat
from rapport.contacts.access import lock_contact
from rapport.demo.guides import required_keys
from rapport.demo.topics import BY_KEY
from rapport.guides import actions as guides
from rapport.guides.library.content import Rebuttal
from rapport.guides.library.queries import live_of
from rapport.kit import clock
from rapport.kit.errors import Invalid
from rapport.kit.walls import inside
from rapport.learning.practice import actions, queries
from rapport.learning.practice.customer import play
from rapport.learning.practice.setting_up import set_up
from rapport.routing import actions as routing
from rapport.routing import presence
from rapport.routing.queries import open_offer_to
from rapport.routing.router import turn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rapport.accounts.models import Programme
    from rapport.demo.people import Setting
    from rapport.learning.practice.models import Practice

REASON = "cancel"
TALKS = (("open", 1.0, 26), ("decided", 0.9, 5), ("hurried", 0.3, 3))
"""With whom, the share of touch points covered, and how many hours ago; the last one lost the customer."""
OPENING = "Good day, this is the bank. Thank you for writing. May I ask what made you think of it?"
FILLER = "Thank you for telling me."
DETOUR = "Bear with me, I am still looking."
BETWEEN = timedelta(seconds=20)
SET_UP = timedelta(hours=27)  # ago


def practise(setting: Setting, *, now: datetime) -> None:
    """Set up practice and have some reps practise: two keep the customer, one does not."""
    with clock.at(now - SET_UP):
        practice = set_up(programme=setting.programme, actor="demo")
    for number, (persona, share, hours) in enumerate(TALKS, start=1):
        if number < len(setting.reps):
            at = now - timedelta(hours=hours)
            with clock.at(at):
                row = actions.begin(member=setting.reps[number], persona=persona, reason=REASON)
            with inside(practice.pk):
                _hold(practice, row, share, at + BETWEEN)


def _hold(practice: Programme, row: Practice, share: float, at: datetime) -> None:
    with clock.at(at):
        turn(practice)
        offer = open_offer_to(row.member)
        assert offer is not None
        contact = routing.accept(member=row.member, offer_id=offer.public_id)
    keys = required_keys(BY_KEY[REASON])
    for number, words in enumerate(_words(practice, row), start=1):
        with clock.at(at + 2 * number * BETWEEN):
            chat.say(lock_contact(contact.pk), author="rep", text=words, client_id=uuid4(), member=row.member)
        with clock.at(at + (2 * number + 1) * BETWEEN):
            actions.reply(row.pk)
    for key in keys[: round(share * len(keys))]:
        with suppress(Invalid):  # a step of a fixed place
            guides.tick(member=row.member, contact=contact, step=key)
    row.refresh_from_db(fields=["outcome"])
    stayed = row.outcome == "stayed"
    with clock.at(at + timedelta(minutes=12)):
        routing.finish_wrap_up(
            member=row.member,
            contact_id=contact.public_id,
            disposition="saved" if stayed else "closed",
            resolved=True,
            summary="Heard the reason, answered it, stays." if stayed else "Was kept waiting, and left.",
        )
        presence.choose(member=row.member, doing="offline")


def _words(practice: Programme, row: Practice) -> Iterator[str]:
    """Yield what the rep writes to the customer's last word: the library's answers to objections, or none."""
    script = queries.script_of(row)
    answers = {
        one.entry.objection: one.entry.words
        for one in live_of(practice, "rebuttal")
        if isinstance(one.entry, Rebuttal)
    }
    said = [OPENING]
    while not (told := play(script, said)).outcome:
        yield said[-1]
        open_ = script.objections[len(told.met) :][:1]
        is_raised = any(one.says in reply.text for one in open_ for reply in told.replies)
        answer = answers[open_[0].key] if is_raised else FILLER
        said.append(DETOUR if row.persona == "hurried" else answer)
    yield said[-1]
