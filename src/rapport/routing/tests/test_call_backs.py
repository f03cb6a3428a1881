"""Call-backs: booked at the desk or by the customer, put in line once when due, rung, tried again, called off."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client

from rapport.accounts.models import Programme
from rapport.channels.chat import actions as chat
from rapport.channels.chat import jobs as chat_jobs
from rapport.conftest import World
from rapport.contacts.models import Contact
from rapport.events.models import Event
from rapport.insight.check import differences
from rapport.kit import clock
from rapport.kit.walls import inside
from rapport.portal.forms import Start
from rapport.routing import actions, call_backs, jobs, presence, publishing
from rapport.routing.models import CallBack, Offer
from rapport.routing.queries import open_offer_to
from rapport.routing.router import turn
from rapport.routing.tests.test_together import at_once
from rapport.routing.upkeep import take_off_floor

DESK = "/at/cards/desk/"
PLAN = """
[calendars.days]
hours = ["mon-sun 08:00-18:00"]

[queues.main]
name = "Main"
calendar = "days"
wait = { call_back_after_seconds = 60 }
routes = [{ steps = [{ anyone = true }] }]
"""
TEN = datetime.fromisoformat("2026-03-02T10:00:00+01:00")  # a Monday in Berlin


@pytest.fixture
def rep(client: Client, world: World) -> Client:
    Programme.objects.filter(pk=world.programme.pk).update(session_idle_minutes=600)  # these tests take hours
    client.force_login(world.rep.user)
    return client


def plan(world: World) -> None:
    draft = publishing.save_draft(programme=world.programme, text=PLAN)
    publishing.publish(programme=world.programme, number=draft.number, instead_of=None)


def in_hand(world: World) -> Contact:
    presence.choose(member=world.rep, doing="available")
    chat.begin(
        programme=world.programme, email="ada@example.org", text="Hello", reason=world.reason, client_id=uuid4()
    )
    turn(world.programme)
    offer = open_offer_to(world.rep)
    assert offer is not None
    return actions.accept(member=world.rep, offer_id=offer.public_id)


def book(client: Client, contact: Contact, **changes: str) -> int:
    sent = {"phone": "030 123456", "due_at": "2026-03-02T12:00", "who": "me", "note": "About the fee", **changes}
    return client.post(f"{DESK}contacts/{contact.public_id}/call-back/", sent).status_code


def wrapped_up(world: World, contact: Contact) -> None:
    actions.end_conversation(contact, by="customer", actor="customer")
    actions.finish_wrap_up(
        member=world.rep, contact_id=contact.public_id, disposition="other", resolved=False, summary="Calls later"
    )


def booked(world: World, client: Client, **changes: str) -> CallBack:
    """A call-back for noon, with its first contact wrapped up."""
    contact = in_hand(world)
    assert book(client, contact, **changes) == 200
    wrapped_up(world, contact)
    return CallBack.objects.get()


def ringing(world: World) -> Offer:
    jobs.put_call_backs_in_line(0)
    presence.pulse(member=world.rep)
    turn(world.programme)
    offer = open_offer_to(world.rep)
    assert offer is not None
    return offer


def test_a_call_back_rings_at_its_owner_when_it_is_due_and_is_reached(rep: Client, world: World) -> None:
    with clock.at(TEN):
        one = booked(world, rep)
        assert (one.owner, one.phone, one.due_at.isoformat()) == (
            world.rep,
            "030123456",
            "2026-03-02T11:00:00+00:00",
        )
        page = rep.get(DESK).content.decode()
        assert "My call-backs" in page and "About the fee" in page
        jobs.put_call_backs_in_line(0)
        assert Contact.objects.count() == 1
    with clock.at(TEN + timedelta(hours=2)):
        offer = ringing(world)
        assert "booked this call-back" in offer.words
        page = rep.post(f"{DESK}offers/{offer.public_id}/accept/").content.decode()
        assert "030123456" in page and "Nobody answers" in page and "About the fee" in page
        assert "You reached them and the call is over" in page
        rep.post(f"{DESK}contacts/{offer.contact.public_id}/end/")
        one.refresh_from_db()
        offer.contact.refresh_from_db()
        assert (one.state, offer.contact.state, offer.contact.direction) == ("reached", "wrap_up", "out")
        assert presence.presence_of(world.rep).doing == "wrap_up"
    assert [event.data.get("state") for event in Event.objects.filter(name="call_back.ended")] == ["reached"]
    assert list(differences(world.programme)) == []


def test_nobody_answers_and_it_is_tried_again_three_times_in_all(rep: Client, world: World) -> None:
    with clock.at(TEN):
        one = booked(world, rep)
    at = TEN + timedelta(hours=2)
    for tries in (1, 2, 3):
        with clock.at(at):
            offer = ringing(world)
            rep.post(f"{DESK}offers/{offer.public_id}/accept/")
            assert rep.post(f"{DESK}contacts/{offer.contact.public_id}/not-reached/").status_code == 200
            assert rep.post(f"{DESK}contacts/{offer.contact.public_id}/not-reached/").status_code == 409
            assert presence.presence_of(world.rep).doing == "available"
            one.refresh_from_db()
            assert one.tries == tries
        at += timedelta(minutes=30)
    assert one.state == "given_up"
    with clock.at(at):
        jobs.put_call_backs_in_line(0)
    assert Contact.objects.filter(direction="out").count() == 3


def test_what_its_owner_misses_goes_to_anyone(rep: Client, world: World) -> None:
    with clock.at(TEN):
        booked(world, rep)
        presence.choose(member=world.rep, doing="offline")
    with clock.at(TEN + timedelta(hours=2)):
        presence.choose(member=world.second_rep, doing="available")
        jobs.put_call_backs_in_line(0)
        turn(world.programme)
        assert open_offer_to(world.second_rep) is None
    with clock.at(TEN + timedelta(hours=2, minutes=10, seconds=1)):
        presence.pulse(member=world.second_rep)
        turn(world.programme)
        assert open_offer_to(world.second_rep) is not None


def test_one_for_anyone_rings_at_anyone(rep: Client, world: World) -> None:
    with clock.at(TEN):
        booked(world, rep, who="anyone")
        presence.choose(member=world.rep, doing="offline")
    with clock.at(TEN + timedelta(hours=2)):
        presence.choose(member=world.second_rep, doing="available")
        jobs.put_call_backs_in_line(0)
        turn(world.programme)
        assert open_offer_to(world.second_rep) is not None


def test_a_rep_who_vanishes_gives_the_call_back_back_to_the_line(rep: Client, world: World) -> None:
    with clock.at(TEN):
        one = booked(world, rep)
    with clock.at(TEN + timedelta(hours=2)):
        offer = ringing(world)
        actions.accept(member=world.rep, offer_id=offer.public_id)
        take_off_floor(world.rep.pk, silent_since=clock.now(), why="rep_lost")
        one.refresh_from_db()
        offer.contact.refresh_from_db()
        assert (one.state, offer.contact.state) == ("due", "waiting")


@pytest.mark.parametrize(
    "changes",
    [
        {"phone": ""},
        {"phone": "call me"},
        {"phone": "4111 1111 1111 1111"},
        {"due_at": "soon"},
        {"due_at": "2026-03-02T09:00"},
        {"due_at": "2026-03-02T20:00"},
        {"due_at": "2026-05-02T12:00"},
        {"who": "boss"},
        {"note": "x" * 301},
    ],
)
def test_what_cannot_be_kept_is_not_booked(rep: Client, world: World, changes: dict[str, str]) -> None:
    with clock.at(TEN):
        plan(world)
        assert book(rep, in_hand(world), **changes) == 422
    assert not CallBack.objects.exists()


def test_the_minute_that_was_running_when_the_page_opened_can_be_chosen(rep: Client, world: World) -> None:
    with clock.at(TEN):
        contact = in_hand(world)
    with clock.at(TEN + timedelta(seconds=119)):
        assert book(rep, contact, due_at="2026-03-02T10:00") == 200


def test_one_call_back_a_contact_and_only_by_who_holds_it(rep: Client, world: World) -> None:
    with clock.at(TEN):
        contact = in_hand(world)
        assert book(rep, contact) == book(rep, contact) == 200  # sent twice
        assert book(rep, contact, phone="040 123456") == 409
        assert CallBack.objects.count() == 1
        for member in (world.second_rep, world.outsider):
            client = Client()
            client.force_login(member.user)
            assert book(client, contact) == 404


def test_a_call_back_is_called_off_by_who_may(rep: Client, world: World) -> None:
    with clock.at(TEN):
        one = booked(world, rep)
        second, supervisor = Client(), Client()
        second.force_login(world.second_rep.user)
        supervisor.force_login(world.supervisor.user)
        assert second.post(f"{DESK}call-backs/{one.public_id}/off/").status_code == 404
        assert "Call-backs" in supervisor.get("/at/cards/floor/").content.decode()
        assert rep.post(f"/at/cards/floor/call-backs/{one.public_id}/off/").status_code == 403
        assert supervisor.post(f"/at/cards/floor/call-backs/{one.public_id}/off/").status_code == 200
        assert rep.post(f"{DESK}call-backs/{one.public_id}/off/").status_code == 409
    with clock.at(TEN + timedelta(hours=2)):
        jobs.put_call_backs_in_line(0)
    assert Contact.objects.count() == 1


def waiting_customer(world: World) -> Client:
    plan(world)
    customer = Client()
    sent = {"token": Start().token, "email": "ada@example.org", "reason": "cancel", "text": "Hello?"}
    assert customer.post("/p/cards/", sent).status_code == 302
    return customer


def test_a_customer_who_waits_long_keeps_the_place_and_is_rung_up(rep: Client, world: World) -> None:
    with clock.at(TEN):
        customer = waiting_customer(world)
        assert 'id="talk-call" hidden' in customer.get("/p/cards/contact/").content.decode()
        assert customer.post("/p/cards/contact/call-back/", {"phone": "030 123456"}).status_code == 409
    with clock.at(TEN + timedelta(minutes=1)):
        assert 'id="talk-call">' in customer.get("/p/cards/contact/").content.decode()
        assert customer.post("/p/cards/contact/call-back/", {"phone": "nonsense"}).status_code == 422
        for _ in range(2):
            assert customer.post("/p/cards/contact/call-back/", {"phone": "030 123456"}).status_code == 302
        page = customer.get("/p/cards/contact/").content.decode()
        assert "We will call you" in page and "456" in page and "030123456" not in page
    with clock.at(TEN + timedelta(minutes=20)):
        chat_jobs.abandon_the_gone(0)
        contact = Contact.objects.get()
        assert contact.state == "waiting" and contact.placed_at == TEN
        presence.choose(member=world.rep, doing="available")
        turn(world.programme)
        offer = open_offer_to(world.rep)
        assert offer is not None and offer.contact == contact
        page = rep.post(f"{DESK}offers/{offer.public_id}/accept/").content.decode()
        assert "030123456" in page and "who kept their place" in page
        rep.post(f"{DESK}contacts/{contact.public_id}/not-reached/")
        one = CallBack.objects.get()
        assert (one.state, one.tries, one.due_at) == ("booked", 1, TEN + timedelta(minutes=50))


def test_a_customer_who_leaves_the_line_is_not_rung_up(world: World) -> None:
    with clock.at(TEN):
        customer = waiting_customer(world)
    with clock.at(TEN + timedelta(minutes=2)):
        customer.post("/p/cards/contact/call-back/", {"phone": "030 123456"})
        customer.post("/p/cards/contact/leave/")
    assert CallBack.objects.get().state == "called_off"


def test_a_stranger_books_nothing(world: World) -> None:
    assert Client().post("/p/cards/contact/call-back/", {"phone": "030 123456"}).status_code == 404


def test_a_call_back_is_put_in_line_once_however_many_workers(committed_world: World) -> None:
    world = committed_world
    contact = in_hand(world)
    one = call_backs.book(
        member=world.rep, contact_id=contact.public_id, phone="030123456", due_at=clock.now(), is_mine=False
    )
    made = at_once(*[lambda: call_backs.put_in_line(one.pk)] * 5)
    assert sorted(map(bool, made)) == [False] * 4 + [True]
    assert Contact.objects.filter(direction="out").count() == 1
    assert Event.objects.filter(name="call_back.due").count() == 1


def test_a_worker_that_dies_while_putting_it_in_line_leaves_it_booked(rep: Client, world: World) -> None:
    with clock.at(TEN):
        one = booked(world, rep)
    with clock.at(TEN + timedelta(hours=2)):
        with pytest.raises(RuntimeError), transaction.atomic():
            call_backs.put_in_line(one.pk)
            raise RuntimeError
        one.refresh_from_db()
        assert one.state == "booked" and Contact.objects.count() == 1
        assert ringing(world).contact.direction == "out"


def test_who_was_erased_meanwhile_is_not_rung_up(rep: Client, world: World) -> None:
    with clock.at(TEN):
        one = booked(world, rep)
    CallBack.objects.update(phone="")
    with clock.at(TEN + timedelta(hours=2)):
        jobs.put_call_backs_in_line(0)
    one.refresh_from_db()
    assert one.state == "called_off" and Contact.objects.count() == 1


def test_another_programme_sees_no_call_backs(rep: Client, world: World) -> None:
    with clock.at(TEN):
        booked(world, rep)
    with inside(world.other.pk):
        assert not CallBack.objects.exists()
