"""The simulated customers: they come by chat and telephone, wait or leave, and say how it went."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from rapport.channels.chat import actions as chat
from rapport.channels.cti import actions as cti
from rapport.channels.cti.forms import Told
from rapport.contacts import queries as contacts
from rapport.contacts.access import access_own
from rapport.customers import queries as customers
from rapport.demo import demand, dice
from rapport.demo.comments import comment
from rapport.demo.crew import settled
from rapport.demo.names import EASY
from rapport.demo.topics import TOPICS
from rapport.demo.view import CALL_MARK, CHAT_MARK, View, is_simulated, politely, topic_of
from rapport.feedback import actions as feedback
from rapport.kit import clock
from rapport.kit.ids import new_id
from rapport.offers.leaving import actions as leaving
from rapport.offers.leaving import asking
from rapport.routing import presence

if TYPE_CHECKING:
    from rapport.accounts.models import Programme
    from rapport.contacts.models import Contact
    from rapport.customers.models import Customer

LEAST_AN_HOUR = 200.0  # contacts, so that the wall lives at night too
HANDLE_SECONDS = 250.0
CALLS = 0.35  # of contacts
CANCELS_ALONE, UNSURE = 0.02, 0.2  # of who comes; of those, who is not found on file
PATIENCE_SECONDS = 240.0
SOON_SECONDS = 4.0  # the next customer's delay while a real person waits for one
ANSWERS_SURVEY = 0.5
RING_SECONDS = 2.0
MOST_WAITING = 12
IDLE_SHARE = 0.25  # of the reps; when more are idle, as after the start, customers come RUSH times as often
RUSH = 8.0


@dataclass(slots=True)
class Crowd:
    """Remembers only when the next customer comes and who is still to be asked how it went."""

    customers: int
    next_at: float = 0.0
    to_rate: dict[UUID, float] = field(default_factory=dict)
    rated: set[UUID] = field(default_factory=set)
    random: random.Random = field(default_factory=random.Random)

    def act(self, view: View) -> None:
        """Let every simulated customer take the step that is due."""
        politely(view.programme, self._come, view)
        for contact in view.waiting:
            if is_simulated(contact):
                politely(view.programme, self._wait, view, contact)
        for _, contact in view.with_reps:
            if is_simulated(contact):
                politely(view.programme, self._in_hand, view, contact)
        for public_id in [one for one, due in self.to_rate.items() if due <= view.now]:
            del self.to_rate[public_id]
            politely(view.programme, self._rate, view.programme, public_id)

    def _come(self, view: View) -> None:
        if view.people_waiting and view.now - max(one.since.timestamp() for one in view.people_waiting) > 1:
            self.next_at = min(self.next_at, view.now + SOON_SECONDS)
        if view.now < self.next_at:
            return
        rush = RUSH if len(view.free) > IDLE_SHARE * reps_wanted(view) else 1.0
        self.next_at = view.now + self.random.expovariate(rate_an_hour(view) * rush / 3600)
        if len(view.waiting) >= MOST_WAITING:
            return
        customer = self._customer(view.programme)
        if self.random.random() < CANCELS_ALONE:
            self._cancel(view.programme, customer)
        elif self.random.random() < CALLS and not view.people_waiting:
            self._call(view.programme, customer)
        else:
            self._write(view.programme, customer)

    def _customer(self, programme: Programme) -> Customer | None:
        """Return somebody on file, but never one whom people are invited to play."""
        number = self.random.randrange(len(EASY), int(self.customers * 1.07) + 1)
        return customers.customer_by_key(programme, f"N-{100_000 + number}")

    def _write(self, programme: Programme, customer: Customer | None) -> None:
        topic = self.random.choices(TOPICS, [one.share for one in TOPICS])[0]
        chat.begin(
            programme=programme,
            email=_point(customer, "email") or f"somebody.{self.random.randrange(10**6)}@example.org",
            text=self.random.choice(topic.opens),
            reason=contacts.reason_by_key(programme, topic.key),
            client_id=UUID(CHAT_MARK + new_id().hex[8:]),
        )

    def _cancel(self, programme: Programme, customer: Customer | None) -> None:
        """Cancel a card on the portal; who is not on file under that number leaves a request."""
        if customer is None or self.random.random() < UNSURE:
            number, email = f"N-{self.random.randrange(900_000, 999_999)}", _point(customer, "email")
            asking.ask(programme=programme, email=email, number=number, words="My card, please.")
            return
        held = customers.holdings_of(customer)
        leaving.cancel(
            customer=customer, holding=held[0].key if held else "", contact=None, channel="portal",
            origin="portal", by="customer", actor="customer",
        )  # fmt: skip

    def _call(self, programme: Programme, customer: Customer | None) -> None:
        call = CALL_MARK + new_id().hex
        number = _point(customer, "phone") or "anonymous"
        cti.take(programme=programme, told=Told("newCall", call, clock.now(), caller=number, queue="main"))

    def _wait(self, view: View, contact: Contact) -> None:
        """Answer a call where a rep is free; leave when patience ends."""
        waited = view.now - (contact.queued_at or contact.arrived_at).timestamp()
        key = str(contact.public_id)
        if waited > PATIENCE_SECONDS * -math.log(dice.chance(key, "patience")):
            self._leave(view, contact)
        elif contact.channel == "voice" and waited > RING_SECONDS:
            self._connect(view, contact)

    def _leave(self, view: View, contact: Contact) -> None:
        if contact.channel == "chat":
            chat.leave(contact)
        else:
            cti.take(programme=view.programme, told=Told("hangup", _call_id(contact), clock.now(), cause="cancel"))

    def _connect(self, view: View, contact: Contact) -> None:
        """Do what the telephone system does: ring the simulated rep who has been free longest."""
        for one in sorted(view.free, key=lambda free: free.since):
            member = view.crew[one.member_id]
            with transaction.atomic():
                if presence.locked(member).doing != "available":
                    continue
                told = Told("answer", _call_id(contact), clock.now(), users=(member.agent_id,))
                cti.take(programme=view.programme, told=told)
            view.free.remove(one)
            return

    def _in_hand(self, view: View, contact: Contact) -> None:
        if contact.state == "wrap_up":
            self._remember(view, contact)
        elif contact.channel == "voice" and contact.answered_at is not None:
            self._talk(view, contact, view.now - contact.answered_at.timestamp())

    def _talk(self, view: View, contact: Contact, talked: float) -> None:
        if talked > dice.lognormal(HANDLE_SECONDS, 0.5, str(contact.public_id), "talk"):
            told = Told("hangup", _call_id(contact), clock.now(), cause="normalClearing")
            cti.take(programme=view.programme, told=told)

    def _remember(self, view: View, contact: Contact) -> None:
        if contact.public_id in self.rated:
            return
        self.rated.add(contact.public_id)
        if dice.chance(str(contact.public_id), "survey") < ANSWERS_SURVEY:
            self.to_rate[contact.public_id] = view.now + dice.between(4, 20, str(contact.public_id))

    def _rate(self, programme: Programme, public_id: UUID) -> None:
        contact = access_own(programme, public_id)
        rating, is_settled = judge(contact)
        key, queued, answered = str(public_id), contact.queued_at, contact.answered_at
        wait = (answered - queued).total_seconds() if answered and queued else 0.0
        dice_for = [dice.chance(key, "comment", turn) for turn in range(3)]
        words = comment(rating=rating, topic=topic_of(contact).key, wait_seconds=wait, dice=dice_for)
        feedback.answer(
            contact=contact,
            rating=rating,
            resolved=is_settled,
            comment=words if dice.chance(key, "writes") < 0.5 else "",
        )

    def pulse(self, view: View) -> None:
        """Say that the pages of simulated customers are open; forget whom we no longer need to know."""
        for contact in [*view.waiting, *(one for _, one in view.with_reps)]:
            if contact.channel == "chat" and contact.state != "wrap_up" and is_simulated(contact):
                politely(view.programme, chat.customer_seen, contact)
        self.rated &= {contact.public_id for _, contact in view.with_reps}


def judge(contact: Contact) -> tuple[int, bool]:
    """Return the rating (1 to 5) of a simulated customer and whether they feel helped."""
    key = str(contact.public_id)
    is_settled = settled(contact) if contact.resolved is None else contact.resolved
    score = 4.6 + (0.2 if is_settled else -1.8) + dice.between(-1.2, 0.8, key, "mood")
    return min(5, max(1, round(score))), is_settled


def rate_an_hour(view: View) -> float:
    """Return how many contacts an hour come now: as in the month before, but never too few to watch."""
    local = clock.now().astimezone(view.programme.zone)
    return max(LEAST_AN_HOUR, demand.weight(local) * 100_000 / 30 / float(demand.HOURS.sum()))


def reps_wanted(view: View) -> int:
    """Return how many simulated reps should be on the floor for what comes, those at a break included."""
    load = rate_an_hour(view) * (HANDLE_SECONDS + 45) / 3600
    return math.ceil(load + 0.6 * math.sqrt(load)) + 2


def _point(customer: Customer | None, kind: str) -> str:
    points = customers.points_of(customer) if customer else []
    return next((point.value for point in points if point.kind == kind), "")


def _call_id(contact: Contact) -> str:
    return (contact.external_id or "").removeprefix("call:")
