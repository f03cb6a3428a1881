"""Whether a queue takes a contact now: its hours, and how many wait in it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from rapport.contacts.queries import waiting_in
from rapport.events.actions import announce
from rapport.kit import clock
from rapport.kit.errors import Conflict
from rapport.kit.hours import moment_in_words
from rapport.kit.turns import Turn, take_turns
from rapport.routing.events import ContactTurnedAway
from rapport.routing.models import CallBack
from rapport.routing.queries import hours_in, queue_in
from rapport.routing.routes import queue_for
from rapport.routing.versions import plan_in_force

if TYPE_CHECKING:
    from rapport.accounts.models import Programme
    from rapport.contacts.models import Contact
    from rapport.routing.plan.rules import Plan, QueueRules

MOST_NUMBERS = 200  # left for one queue, where the plan does not say how many it may hold
FULL = "So many people are waiting that we could not answer you in good time. Please try again a little later."


class QueueShut(Conflict):
    """The queue is closed or full; the message is for the customer."""

    code = "queue_shut"

    def __init__(self, words: str, *, queue: str, why: str, calls_back: bool) -> None:
        super().__init__(words)
        self.queue, self.why, self.calls_back = queue, why, calls_back


def require_open(programme: Programme, queue: str, plan: Plan) -> None:
    """Raise QueueShut where a queue of the plan is closed or full.

    Contacts that come at once are counted one after the other. The caller holds the transaction.
    """
    rules = plan.queues[queue]
    calls_back = _call_back_at(plan, queue, programme.zone) is not None
    if words := _closed_words(plan, queue, programme.zone):
        raise QueueShut(words, queue=queue, why="closed", calls_back=calls_back)
    if rules.most_waiting is not None:
        take_turns(Turn.OPENING, programme.pk)
        if sum(one.queue == queue for one in waiting_in(programme)) >= rules.most_waiting:
            raise QueueShut(rules.closed.full or FULL, queue=queue, why="full", calls_back=calls_back)


def room_for_call_back(contact: Contact) -> datetime:
    """Return when a customer who leaves a number now is rung up: when the queue opens, or as soon as it can be.

    Conflict where the plan offers no call-back, or as many numbers were left as the queue may hold. Those left at
    once are counted one after the other. The caller holds the transaction.
    """
    programme, plan = contact.programme, plan_in_force(contact.programme).plan
    queue = queue_in(plan, contact)
    due_at = _call_back_at(plan, queue, programme.zone)
    if due_at is None:
        raise Conflict("We cannot offer a call-back for this. Please write to us again when we are open.")
    take_turns(Turn.OPENING, programme.pk)
    left = CallBack.objects.select_related("about__reason").filter(
        programme=programme, booked_by__isnull=True, state=CallBack.State.BOOKED
    )
    waiting = sum(one.queue == queue for one in waiting_in(programme))
    if waiting + sum(queue_in(plan, one.about) == queue for one in left) >= most_numbers(plan.queues[queue]):
        raise Conflict("So many people have left a number that we cannot take another. Please try again later.")
    return due_at


def _call_back_at(plan: Plan, queue: str, zone: ZoneInfo) -> datetime | None:
    """Return when who leaves a number now is rung up; None where the plan offers no call, or never opens again."""
    if not plan.queues[queue].closed.call_back:
        return None
    hours, now = hours_in(plan, queue, zone), clock.now()
    return hours.opens_at(now) if hours else now


def most_numbers(rules: QueueRules) -> int:
    """Return how many may stand in line and have left a number for the queue, together."""
    return 2 * rules.most_waiting if rules.most_waiting else MOST_NUMBERS


def closed_for_all(programme: Programme, channel: str, reasons: list[str]) -> tuple[str, bool]:
    """Return what to tell a customer when every queue that the reasons lead to is closed, else an empty text.

    And whether each of them offers to call back.
    """
    plan = plan_in_force(programme).plan
    queues = {queue_for(plan, channel, reason) for reason in reasons} or {queue_for(plan, channel, None)}
    told = [_closed_words(plan, queue, programme.zone) for queue in sorted(queues)]
    return (told[0], all(_call_back_at(plan, one, programme.zone) for one in queues)) if all(told) else ("", False)


def note_turned_away(programme: Programme, refusal: QueueShut) -> None:
    """Put on record that a customer was turned away; the caller holds the transaction."""
    announce(
        ContactTurnedAway(queue=refusal.queue, why=refusal.why),
        programme=programme,
        subject=programme.public_id,
        actor="customer",
        audience=[f"floor:{programme.pk}"],
    )


def closed_words(programme: Programme, queue: str) -> str:
    """Return what to tell a customer outside the queue's hours, else an empty text."""
    return _closed_words(plan_in_force(programme).plan, queue, programme.zone)


def _closed_words(plan: Plan, queue: str, zone: ZoneInfo) -> str:
    calendar, now = hours_in(plan, queue, zone), clock.now()
    if calendar is None or calendar.is_open(now):
        return ""
    rules = plan.queues[queue]
    told, opens = rules.closed.message or "We are closed now.", calendar.opens_at(now)
    return f"{told} We open again: {moment_in_words(opens, now, calendar.zone)}." if opens else told
