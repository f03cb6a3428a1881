"""A promised call-back is one thing: one promise and one call-back, made, moved, kept and called off together."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from rapport.accounts.models import Member
from rapport.conftest import World
from rapport.contacts.models import Contact
from rapport.customers.models import ContactPoint, Promise
from rapport.customers.promises.actions import make_promise
from rapport.customers.promises.jobs import look_after_promises
from rapport.customers.promises.kinds import retire_kind
from rapport.desk.actions import put_on_file
from rapport.events.models import Event
from rapport.kit import clock
from rapport.routing import actions, call_backs, jobs
from rapport.routing.models import CallBack
from rapport.routing.tests.test_call_backs import DESK, TEN, booked, in_hand, plan, rep, ringing, wrapped_up
from rapport.routing.tests.test_together import at_once

__all__ = ["rep"]  # the fixture
NOON = TEN + timedelta(hours=2)
SENT = {"what": "Ring about the fee", "due_on": "2026-03-02", "at": "12:00", "kind": "call_back"}


def promise(client: Client, contact: Contact, **changes: str) -> int:
    return client.post(f"{DESK}contacts/{contact.public_id}/promises/", {**SENT, **changes}).status_code


def rung(world: World, at: datetime) -> Promise:
    """The promise once its call-back was answered then, and the conversation is over."""
    with clock.at(at):
        offer = ringing(world)
        contact = actions.accept(member=world.rep, offer_id=offer.public_id)
    with clock.at(at + timedelta(minutes=40)):
        actions.end_conversation(contact, by="rep", actor="test")
    return Promise.objects.get()


def as_(member: Member) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def test_a_promise_to_call_back_at_a_time_is_a_call_back_in_line_then(rep: Client, world: World) -> None:
    with clock.at(TEN):
        contact = in_hand(world)
        assert promise(rep, contact) == 200
        one, made = CallBack.objects.get(), Promise.objects.get()
        assert (one.promise, one.owner, one.due_at, one.phone) == (made, world.rep, made.due_by, "+4930123456")
        assert (made.kind, made.what, made.has_time, made.contact_id) == (
            "call_back",
            "Ring about the fee",
            True,
            contact.pk,
        )
        assert promise(rep, contact) == 200  # the same page, sent twice
        assert promise(rep, contact, at="13:00") == 409
        assert (CallBack.objects.count(), Promise.objects.count()) == (1, 1)


def test_a_call_back_booked_for_a_customer_is_a_promise(rep: Client, world: World) -> None:
    with clock.at(TEN):
        one = booked(world, rep, who="anyone")
        made = Promise.objects.get()
        assert one.promise == made and (made.what, made.keeper) == ("About the fee", world.rep)


def test_a_promise_to_call_back_without_a_time_stays_a_promise(rep: Client, world: World) -> None:
    with clock.at(TEN):
        contact = in_hand(world)
        assert promise(rep, contact, at="") == 200
        assert promise(rep, contact, kind="refund") == 200
        assert Promise.objects.count() == 2 and not CallBack.objects.exists()


def test_what_cannot_be_called_is_not_promised(rep: Client, world: World) -> None:
    with clock.at(TEN):
        plan(world)
        contact = in_hand(world)
        assert promise(rep, contact, at="18:30") == 422  # nobody is here
        assert promise(rep, contact, due_on="2026-04-20") == 422
        assert promise(rep, contact, at="09:00") == 422
        ContactPoint.objects.filter(kind="phone").delete()
        assert promise(rep, contact) == 422
        assert not Promise.objects.exists() and not CallBack.objects.exists()


def test_who_does_not_promise_call_backs_books_them_all_the_same(rep: Client, world: World) -> None:
    retire_kind(programme=world.programme, key="call_back")
    with clock.at(TEN):
        assert booked(world, rep).promise is None
    assert not Promise.objects.exists()


@pytest.mark.parametrize(
    ("minutes", "state", "late_by"), [(0, "kept", 0), (15, "kept", 0), (16, "late", 16), (200, "late", 200)]
)
def test_it_is_kept_when_the_call_begins(
    minutes: int, state: str, late_by: int, rep: Client, world: World
) -> None:
    with clock.at(TEN):
        booked(world, rep)
    made = rung(world, NOON + timedelta(minutes=minutes))
    assert (made.state, made.evidence) == (state, "contact")
    assert made.settled_at is not None and made.settled_at - made.due_by == timedelta(minutes=late_by)
    assert Event.objects.filter(name="promise.settled").count() == 1


def test_nobody_answers_so_it_moves_with_the_call_and_is_withdrawn_in_the_end(rep: Client, world: World) -> None:
    with clock.at(TEN):
        booked(world, rep)
    for number in range(3):
        with clock.at(NOON + number * timedelta(minutes=35)):
            offer = ringing(world)
            actions.accept(member=world.rep, offer_id=offer.public_id)
            call_backs.not_reached(member=world.rep, contact_id=offer.contact.public_id)
            one, made = CallBack.objects.get(), Promise.objects.get()
            assert made.is_open == (number < 2)
            assert not made.is_open or made.due_by == one.due_at
    assert (one.state, made.state, made.evidence) == ("given_up", "withdrawn", "event")
    assert Event.objects.filter(name="promise.moved").count() == 2


def test_a_first_try_that_was_late_does_not_move_the_promise(rep: Client, world: World) -> None:
    with clock.at(TEN):
        due_by = booked(world, rep).due_at
    with clock.at(NOON + timedelta(hours=1)):
        offer = ringing(world)
        actions.accept(member=world.rep, offer_id=offer.public_id)
        call_backs.not_reached(member=world.rep, contact_id=offer.contact.public_id)
    assert Promise.objects.get().due_by == due_by
    made = rung(world, NOON + timedelta(hours=2))
    assert (made.state, made.due_by) == ("late", due_by)


def test_a_call_back_that_is_called_off_takes_its_promise_back(rep: Client, world: World) -> None:
    with clock.at(TEN):
        one = booked(world, rep)
        call_backs.call_off(member=world.rep, call_back_id=one.public_id)
    made = Promise.objects.get()
    assert (made.state, made.evidence, made.note) == ("withdrawn", "event", "The call-back was called off.")


@pytest.mark.parametrize("came_to", ["kept", "broken", "withdrawn"])
def test_a_promise_that_is_settled_calls_its_call_back_off(came_to: str, rep: Client, world: World) -> None:
    with clock.at(TEN):
        booked(world, rep)
        made = Promise.objects.get()
        at = f"/at/cards/promises/{made.public_id}/settle/"
        assert as_(world.outsider).post(at, {"came_to": came_to, "note": "x"}).status_code == 404
        assert CallBack.objects.get().state == "booked"
        for _ in range(2):
            assert rep.post(at, {"came_to": came_to, "note": "Rang before"}).status_code == 302
        made.refresh_from_db()
        assert (CallBack.objects.get().state, made.state) == ("called_off", came_to)
        assert Event.objects.filter(name="call_back.ended").count() == 1
    with clock.at(NOON):
        jobs.put_call_backs_in_line(0)
    assert Contact.objects.count() == 1


def test_the_customer_rings_before_and_that_keeps_it(rep: Client, world: World) -> None:
    with clock.at(TEN):
        booked(world, rep)
        again = in_hand(world)
        made = Promise.objects.get()
        at = f"{DESK}contacts/{again.public_id}/promises/{made.pk}/"
        assert rep.post(at, {"kept": "yes"}).status_code == 200
        made.refresh_from_db()
        assert (CallBack.objects.get().state, made.state) == ("called_off", "kept")


def test_who_is_handed_the_promise_makes_the_call(rep: Client, world: World) -> None:
    with clock.at(TEN):
        booked(world, rep)
        made = Promise.objects.get()
        told = {"keeper": world.second_rep.agent_id}
        assert as_(world.supervisor).post(f"/at/cards/promises/{made.public_id}/hand/", told).status_code == 302
    assert CallBack.objects.get().owner == world.second_rep == Promise.objects.get().keeper


def test_it_stands_in_line_at_its_time_before_it_is_called_overdue(rep: Client, world: World) -> None:
    with clock.at(TEN):
        booked(world, rep)
    for minutes, times in ((1, 0), (14, 0), (16, 1), (17, 1)):
        with clock.at(NOON + timedelta(minutes=minutes)):
            look_after_promises(0)
        assert Event.objects.filter(name="promise.overdue").count() == times


def test_the_database_holds_one_call_back_to_a_promise(rep: Client, world: World) -> None:
    with clock.at(TEN):
        one = booked(world, rep)
        again = in_hand(world)
    with pytest.raises(IntegrityError), transaction.atomic():
        CallBack.objects.create(
            programme=world.programme, about=again, promise=one.promise, due_at=one.due_at, phone="1"
        )


def test_a_promise_beside_the_call_backs_is_none_of_theirs(rep: Client, world: World) -> None:
    with clock.at(TEN):
        booked(world, rep)
        other = make_promise(member=world.rep, customer=world.customer, what="Ring", kind="call_back", due_on=NOON)
    with clock.at(NOON):
        offer = ringing(world)
        contact = actions.accept(member=world.rep, offer_id=offer.public_id)
        actions.end_conversation(contact, by="rep", actor="test")
    other.refresh_from_db()
    assert other.is_open


def test_many_at_once_make_one_and_either_call_it_off_or_put_it_in_line(committed_world: World) -> None:
    world = committed_world
    with clock.at(TEN):
        contact = in_hand(world)

    def ask() -> object:
        with clock.at(TEN):  # of this thread
            return call_backs.book(
                member=world.rep, contact_id=contact.public_id, phone="030 123456", due_at=NOON, is_mine=True
            )

    at_once(ask, ask, ask)
    with clock.at(TEN):
        one, made = CallBack.objects.get(), Promise.objects.get()
        wrapped_up(world, contact)

    def settle() -> None:
        with clock.at(NOON):
            put_on_file(member=world.rep, promise_id=made.pk, came_to="kept", on=None, note="Rang before")

    def put() -> None:
        with clock.at(NOON):
            call_backs.put_in_line(one.pk)

    at_once(settle, put, settle, put)
    one.refresh_from_db()
    made.refresh_from_db()
    assert made.state == "kept"
    assert (one.state, Contact.objects.count()) in (("called_off", 1), ("due", 2))
