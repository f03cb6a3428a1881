"""Whether a queue takes a contact now: its hours, and how many wait in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

from rapport.contacts.queries import waiting_in
from rapport.events.actions import announce
from rapport.kit import clock
from rapport.kit.errors import Conflict
from rapport.kit.hours import moment_in_words
from rapport.routing.events import ContactTurnedAway
from rapport.routing.queries import hours_of
from rapport.routing.routes import queue_for
from rapport.routing.versions import plan_in_force

if TYPE_CHECKING:
    from rapport.accounts.models import Programme
    from rapport.contacts.models import Contact
    from rapport.routing.plan.rules import QueueRules

LOCK_CLASS = 7_303  # the first half of our advisory locks' two-part key; the second is the programme
FULL = "So many people are waiting that we could not answer you in good time. Please try again a little later."


class QueueShut(Conflict):
    """The queue is closed or full; the message is for the customer."""

    code = "queue_shut"

    def __init__(self, words: str, *, queue: str, why: str) -> None:
        super().__init__(words)
        self.queue, self.why = queue, why


def require_open(contact: Contact) -> None:
    """Raise QueueShut where the queue that the contact would stand in is closed or full.

    Contacts that come at once are counted one after the other. The caller holds the transaction.
    """
    programme, plan = contact.programme, plan_in_force(contact.programme).plan
    queue = queue_for(plan, contact.channel, contact.reason.key if contact.reason else None)
    rules = plan.queues[queue]
    if words := _closed(programme, queue, rules):
        raise QueueShut(words, queue=queue, why="closed")
    if rules.most_waiting is not None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_CLASS, programme.pk])
        if sum(one.queue == queue for one in waiting_in(programme)) >= rules.most_waiting:
            raise QueueShut(rules.closed.full or FULL, queue=queue, why="full")


def closed_for_all(programme: Programme, channel: str, reasons: list[str]) -> str:
    """Return what to tell a customer when every queue that the reasons lead to is closed, else an empty text."""
    plan = plan_in_force(programme).plan
    queues = {queue_for(plan, channel, reason) for reason in reasons} or {queue_for(plan, channel, None)}
    told = [_closed(programme, queue, plan.queues[queue]) for queue in sorted(queues)]
    return told[0] if all(told) else ""


def note_turned_away(programme: Programme, refusal: QueueShut) -> None:
    """Put on record that a customer was turned away; the caller holds the transaction."""
    announce(
        ContactTurnedAway(queue=refusal.queue, why=refusal.why),
        programme=programme,
        subject=programme.public_id,
        actor="customer",
        audience=[f"floor:{programme.pk}"],
    )


def _closed(programme: Programme, queue: str, rules: QueueRules) -> str:
    """Return what to tell a customer outside the queue's hours, else an empty text."""
    calendar, now = hours_of(programme, queue), clock.now()
    if calendar is None or calendar.is_open(now):
        return ""
    told, opens = rules.closed.message or "We are closed now.", calendar.opens_at(now)
    return f"{told} We open again: {moment_in_words(opens, now, calendar.zone)}." if opens else told
