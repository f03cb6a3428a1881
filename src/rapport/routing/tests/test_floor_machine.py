"""A floor at work, whose processes die at any moment: no contact is lost, doubled or stuck.

``RAPPORT_MACHINE_EXAMPLES=500`` looks longer than the suite does.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count, pairwise
from typing import Any
from uuid import uuid4

from django.db import connection
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from rapport.accounts import actions as accounts
from rapport.accounts.models import Member, Programme
from rapport.accounts.roles import Role
from rapport.channels.chat import actions as chat
from rapport.channels.chat.models import Message
from rapport.conftest import stand_in
from rapport.contacts import actions as contacts
from rapport.contacts.models import Contact, Leg, Transfer
from rapport.desk import actions as desk
from rapport.events.models import Event
from rapport.insight.check import differences
from rapport.kit import clock
from rapport.kit.errors import Conflict, Invalid, NotFound
from rapport.routing import actions, call_backs, handing, presence, publishing
from rapport.routing.models import BUSY, CallBack, Offer, Presence, StateSpan
from rapport.routing.queries import open_offer_to
from rapport.routing.room import hands_in
from rapport.routing.router import turn
from rapport.routing.tests.crashes import Crash, crashing

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SETTLED = ("closed", "abandoned")
PLAN = """
[queues.main]
name = "Main"
overflow = { after_seconds = 300, to = "second" }
routes = [{ steps = [{ anyone = true }] }]

[queues.second]
name = "Second"
routes = [{ steps = [{ anyone = true }] }]

[capacity]
limits = { chat = 2 }
"""
MOST_CHATS = 2
REPS = st.integers(0, 2)
CHOICES = st.sampled_from(["available", "available", "available", "break", "offline"])
ANY = st.integers(0, 5)
MOST_WAITING = 4
MOMENTS = st.one_of(st.none(), st.none(), st.integers(1, 14))
_numbers = count(1)


class Floor(RuleBasedStateMachine):
    """Three reps, customers who come and go, a supervisor; any step may be cut off by a crash."""

    def __init__(self) -> None:
        super().__init__()
        stand_in(None)
        key = f"floor-{next(_numbers)}-{uuid4().hex[:6]}"
        self.programme, _ = accounts.ensure_programme(key=key, name=key, requires_second_factor=False)
        stand_in(self.programme)
        self.reps = [self._member(f"rep{number}", Role.REP) for number in range(3)]
        self.supervisor = self._member("lead", Role.SUPERVISOR)
        self.reason = contacts.ensure_reason(programme=self.programme, key="cancel", name="Cancel")
        contacts.ensure_disposition(programme=self.programme, key="saved", name="Stays", reason=self.reason)
        number = publishing.save_draft(programme=self.programme, text=PLAN).number
        publishing.publish(programme=self.programme, number=number, instead_of=None)
        self.now = NOON
        self.begun: set[str] = set()
        self.places: dict[int, datetime | None] = {}
        self.states: Counter[str] = Counter()
        for rep in self.reps[:2]:
            self.do(None, partial(presence.choose, member=rep, doing="available"))

    def _member(self, name: str, role: Role) -> Member:
        return accounts.ensure_member(
            programme=self.programme,
            agent_id=name,
            name=name,
            role=role,
            username=f"{self.programme.key}-{name}",
            password=None,
        )

    def do(self, moment: int | None, work: Callable[[], object]) -> bool:
        """Do the work a second later, or die at the moment; says whether the work was done."""
        self.now += timedelta(seconds=1)
        try:
            with clock.at(self.now), crashing(moment or 0, for_good=True):
                work()
        except Crash:
            connection.close()
            stand_in(self.programme)
            return False
        except (Conflict, Invalid, NotFound):
            return False
        return True

    def one(self, number: int, **conditions: Any) -> Contact | None:
        """One of the contacts of which this is so."""
        found = Contact.objects.filter(programme=self.programme, **conditions).order_by("pk")
        return found[number % len(found)] if found else None

    @precondition(lambda self: self.states["waiting"] < MOST_WAITING)
    @rule(moment=MOMENTS)
    def a_customer_comes(self, moment: int | None) -> None:
        client_id = uuid4()
        if self.do(moment, lambda: self._begin(client_id)):
            self.begun.add(f"chat:{client_id}")

    def _begin(self, client_id: Any) -> None:
        chat.begin(
            programme=self.programme,
            email="ada@example.org",
            text="Hello",
            reason=self.reason,
            client_id=client_id,
        )

    @rule(moment=MOMENTS)
    def the_router_takes_a_turn(self, moment: int | None) -> None:
        self.do(moment, lambda: turn(self.programme))

    @rule(rep=REPS, doing=CHOICES, moment=MOMENTS)
    def a_rep_chooses(self, rep: int, doing: str, moment: int | None) -> None:
        self.do(moment, lambda: presence.choose(member=self.reps[rep], doing=doing))

    def offer(self, number: int) -> Offer:
        """One of the offers that ring."""
        rings = Offer.objects.select_related("member").filter(programme=self.programme, ended_at__isnull=True)
        return rings.order_by("pk")[number % len(rings)]

    @precondition(lambda self: self.states["rings"])
    @rule(number=ANY, moment=MOMENTS)
    def a_rep_accepts(self, number: int, moment: int | None) -> None:
        offer = self.offer(number)
        self.do(moment, lambda: desk.accept(member=offer.member, offer_id=offer.public_id))

    @precondition(lambda self: self.states["rings"])
    @rule(number=ANY, moment=MOMENTS)
    def a_rep_declines(self, number: int, moment: int | None) -> None:
        offer = self.offer(number)
        self.do(moment, lambda: actions.decline(member=offer.member, offer_id=offer.public_id, because="other"))

    @precondition(lambda self: self.states["rings"] == 0 and self.states["waiting"])
    @rule(number=ANY)
    def the_floor_gets_on(self, number: int) -> None:
        """Without this the walk would seldom reach conversations."""
        rep = self.reps[number % 3]
        self.do(None, lambda: presence.choose(member=rep, doing="available"))
        self.do(None, lambda: turn(self.programme))
        for offer in Offer.objects.select_related("member").filter(programme=self.programme, ended_at=None):
            self.do(None, partial(desk.accept, member=offer.member, offer_id=offer.public_id))

    @precondition(lambda self: self.states["active"])
    @rule(number=ANY, moment=MOMENTS)
    def something_is_written(self, number: int, moment: int | None) -> None:
        contact = self.one(number, state="active", channel="chat")
        if contact is not None:
            self.do(moment, lambda: chat.say(contact, author="customer", text="Hm", client_id=uuid4()))

    @precondition(lambda self: self.states["active"])
    @rule(number=ANY, to=st.sampled_from(["queue:second", "person:", "ask:"]), moment=MOMENTS)
    def a_contact_is_handed_on(self, number: int, to: str, moment: int | None) -> None:
        contact = self.one(number, state="active", channel="chat")
        if contact is not None and contact.rep is not None:
            rep, agent = contact.rep, self.reps[number % 3].agent_id
            whom = to if to.startswith("queue") else f"{to}{agent}"
            self.do(moment, lambda: desk.hand_on(member=rep, contact_id=contact.public_id, to=whom, note="Fee"))

    @precondition(lambda self: self.states["waiting"] or self.states["active"])
    @rule(number=ANY, moment=MOMENTS)
    def a_customer_leaves(self, number: int, moment: int | None) -> None:
        contact = self.one(number, state__in=["waiting", "active"], channel="chat")
        if contact is not None:
            self.do(moment, lambda: chat.leave(contact))

    @precondition(lambda self: self.states["wrap_up"])
    @rule(number=ANY, moment=MOMENTS)
    def a_rep_wraps_up(self, number: int, moment: int | None) -> None:
        contact = self.one(number, state="wrap_up")
        if contact is not None:
            self.do(moment, lambda: self._wrap_up(contact))

    def _wrap_up(self, contact: Contact) -> None:
        assert contact.rep is not None
        desk.wrap_up(
            member=contact.rep,
            contact_id=contact.public_id,
            disposition="saved",
            resolved=True,
            summary="Stays",
            open_because="No time",
        )

    @precondition(lambda self: self.states["waiting"])
    @rule(number=ANY, moment=MOMENTS)
    def a_supervisor_moves_one(self, number: int, moment: int | None) -> None:
        contact = self.one(number, state="waiting", channel="chat")
        if contact is not None:
            to = "second" if contact.queue == "main" else "main"
            self.do(
                moment,
                lambda: handing.move_waiting(
                    member=self.supervisor, contact_id=contact.public_id, queue=to, why="other"
                ),
            )

    @precondition(lambda self: self.states["active"])
    @rule(number=ANY, moment=MOMENTS)
    def a_call_back_is_booked(self, number: int, moment: int | None) -> None:
        contact = self.one(number, state="active")
        if contact is not None and contact.rep is not None:
            rep, due_at = contact.rep, self.now + timedelta(minutes=5)
            self.do(
                moment,
                lambda: call_backs.book(
                    member=rep,
                    contact_id=contact.public_id,
                    phone="030 123456",
                    due_at=due_at,
                    is_mine=bool(number % 2),
                ),
            )

    @precondition(lambda self: self.states["call_backs"])
    @rule(moment=MOMENTS)
    def call_backs_fall_due(self, moment: int | None) -> None:
        self.do(moment, self._put_in_line)

    def _put_in_line(self) -> None:
        for one in call_backs.due_call_backs(self.programme):
            call_backs.put_in_line(one)

    @rule(seconds=st.sampled_from([10, 40, 150, 400]), silent=st.sets(REPS))
    def time_passes(self, seconds: int, silent: set[int]) -> None:
        self.now += timedelta(seconds=seconds)
        with clock.at(self.now):
            for number in {0, 1, 2} - silent:
                presence.pulse(member=self.reps[number])

    @invariant()
    def what_is_on_file_agrees(self) -> None:
        self.states = check_contacts(self.programme, self.begun, self.places)
        check_reps(self.programme)

    def teardown(self) -> None:
        """Everybody comes back and works until nothing is left to do."""
        for _ in range(60):
            if not self._work_is_left():
                break
            self.now += timedelta(seconds=45)
            self._all_do_what_they_can()
        assert not self._work_is_left(), "stuck"
        check_the_end(self.programme)

    def _work_is_left(self) -> bool:
        open_contacts = Contact.objects.filter(programme=self.programme).exclude(state__in=SETTLED)
        call_backs_left = CallBack.objects.filter(programme=self.programme, state__in=("booked", "due"))
        return open_contacts.exists() or call_backs_left.exists()

    def _all_do_what_they_can(self) -> None:
        with clock.at(self.now):
            for rep in self.reps:
                presence.pulse(member=rep)
                presence.choose(member=rep, doing="available")
            self._put_in_line()
            turn(self.programme)
            for rep in self.reps:
                if (offer := open_offer_to(rep)) is not None:
                    desk.accept(member=rep, offer_id=offer.public_id)
            for contact in Contact.objects.filter(programme=self.programme, state="active"):
                actions.end_conversation(contact, by="customer", actor="customer")
            for contact in Contact.objects.filter(programme=self.programme, state="wrap_up"):
                self._wrap_up(contact)


def check_contacts(programme: Programme, begun: set[str], places: dict[int, datetime | None]) -> Counter[str]:
    """Who came is on file once and whole, each contact in one state and at its place; return how many in which."""
    found = list(Contact.objects.filter(programme=programme))
    assert begun <= {one.external_id for one in found}
    legs: defaultdict[int, list[int | None]] = defaultdict(list)
    for contact_id, rep_id in Leg.objects.filter(programme=programme, ended_at__isnull=True).values_list(
        "contact_id", "rep_id"
    ):
        legs[contact_id].append(rep_id)
    written = set(Message.objects.filter(programme=programme, author="customer").values_list("contact", flat=True))
    for one in found:
        assert legs[one.pk] == ([one.rep_id] if one.state == "active" else [])
        assert (one.rep_id is None) == (one.state in ("waiting", "abandoned"))
        assert places.setdefault(one.pk, one.placed_at) == one.placed_at
        if one.channel == "chat":
            assert one.pk in written
    for offer in Offer.objects.select_related("contact").filter(programme=programme, ended_at__isnull=True):
        asked = Transfer.objects.filter(contact=offer.contact, to=offer.member, done_at__isnull=True)
        assert offer.contact.state == "waiting" or (offer.contact.state == "active" and asked.exists())
    booked = CallBack.objects.filter(programme=programme, state="booked")
    rings = Offer.objects.filter(programme=programme, ended_at__isnull=True)
    return Counter(one.state for one in found) + Counter(call_backs=booked.count(), rings=rings.count())


def check_reps(programme: Programme) -> None:
    """What each rep does agrees with what they have in hand; the ledger of it has neither gap nor overlap."""
    hands = hands_in(programme.pk)
    for one in Presence.objects.filter(programme=programme):
        hand = hands[one.member_id]
        assert hand.handling["chat"] + hand.rings <= MOST_CHATS
        busy = None if one.doing == "offline" else hand.doing
        assert one.doing == busy if busy else one.doing not in BUSY
        spans = list(StateSpan.objects.filter(member=one.member_id).order_by("started_at", "pk"))
        for before, after in pairwise(spans):
            assert before.ended_at is not None and before.ended_at <= after.started_at
        now = [span.doing for span in spans if span.ended_at is None]
        assert now == ([] if one.doing == "offline" else [one.doing])


def check_the_end(programme: Programme) -> None:
    """Each contact came and ended once, each offer ended once, and the log tells the same as the rows."""
    lives = Counter(
        Event.objects.filter(programme=programme, name__startswith="contact.").values_list("subject", "name")
    )
    ends = ("contact.closed", "contact.abandoned")
    for public_id in Contact.objects.filter(programme=programme).values_list("public_id", flat=True):
        assert lives[public_id, "contact.arrived"] == 1
        assert sum(lives[public_id, name] for name in ends) == 1
        assert lives[public_id, "contact.offered"] == lives[public_id, "contact.offer_ended"]
    assert not Offer.objects.filter(programme=programme, ended_at__isnull=True).exists()
    assert not Leg.objects.filter(programme=programme, wrapped_at__isnull=True).exists()
    assert list(differences(programme)) == []


def test_no_contact_is_lost_doubled_or_stuck_whatever_dies(transactional_db: Any) -> None:
    run_state_machine_as_test(
        Floor,
        settings=settings(
            max_examples=int(os.environ.get("RAPPORT_MACHINE_EXAMPLES", "8")),
            stateful_step_count=40,
            derandomize="RAPPORT_MACHINE_EXAMPLES" not in os.environ,
            suppress_health_check=list(HealthCheck),
        ),
    )
