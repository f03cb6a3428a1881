"""Own reps: they first, then who stands in, then the queue; not when away, declined, or not in the plan."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from rapport.accounts.models import Member
from rapport.channels.chat import actions as chat
from rapport.conftest import World
from rapport.contacts.models import Contact
from rapport.customers import books
from rapport.customers.models import Customer, OwnRep, Standing
from rapport.kit import clock
from rapport.routing import actions, presence
from rapport.routing.floor_state import as_waiting
from rapport.routing.models import Offer, Preferred, Presence
from rapport.routing.own_reps import first_steps
from rapport.routing.plan.rules import Personal
from rapport.routing.queries import open_offer_to
from rapport.routing.router import turn
from rapport.routing.tests.test_handing import plan
from rapport.routing.why_waiting import why_waiting

PLAN = """
[queues.main]
name = "Main"
routes = [{ steps = [{ anyone = true }] }]

[personal]
patience_seconds = 40
stand_in_seconds = 20
most_customers = 2
"""
ACTOR = "command"


@contextmanager
def later(world: World, seconds: float) -> Iterator[None]:
    """So many seconds on, with everybody's desk still open."""
    with clock.at(clock.now() + timedelta(seconds=seconds)):
        Presence.objects.update(seen_at=clock.now())
        yield


def own(world: World, rep: Member | None, customer: Customer | None = None) -> None:
    books.assign_own_rep(
        programme=world.programme,
        customers=[(customer or world.customer).public_id],
        rep=rep,
        why="knows",
        actor=ACTOR,
    )


def stands_in(world: World, rep: Member, *by: Member) -> None:
    books.name_stand_ins(programme=world.programme, rep=rep, by=by, actor=ACTOR)


def a_chat(world: World) -> Contact:
    return chat.begin(
        programme=world.programme, email="ada@example.org", text="Hello", reason=world.reason, client_id=uuid4()
    )


def here(*members: Member, doing: str = "available") -> None:
    for member in members:
        presence.choose(member=member, doing=doing)


def rung(world: World) -> Member | None:
    """Who is offered the contact after the router's next turn."""
    turn(world.programme)
    offer = Offer.objects.select_related("member__user").filter(ended_at__isnull=True).first()
    return offer.member if offer else None


@pytest.fixture
def floor(world: World) -> World:
    """Rep is the customer's own, second_rep stands in, the supervisor is anybody."""
    plan(world, PLAN)
    own(world, world.rep)
    stands_in(world, world.rep, world.second_rep)
    return world


def test_a_free_own_rep_is_asked_though_others_have_been_idle_longer(floor: World) -> None:
    here(floor.supervisor, floor.second_rep)
    with later(floor, 5):
        here(floor.rep)
        a_chat(floor)
        assert rung(floor) == floor.rep
        offer = open_offer_to(floor.rep)
        assert offer and "; wants their own rep, Rep. Rep was the only free rep who fits." in offer.words
        assert offer.trace["steps"] == ["their own rep", "who stands in for their own rep", "any rep"]


def test_a_busy_own_rep_is_waited_for_then_who_stands_in_is_asked_then_the_queue(floor: World) -> None:
    here(floor.rep, floor.second_rep, doing="break")
    here(floor.supervisor)
    a_chat(floor)
    assert rung(floor) is None
    with later(floor, 39):
        assert rung(floor) is None
    with later(floor, 41):
        assert rung(floor) is None  # for who stands in
    with later(floor, 61):
        assert rung(floor) == floor.supervisor
        words = Offer.objects.get().words
        assert "wants any rep (step 3 of 3)" in words and "Rep takes nothing just now" in words


def test_who_stands_in_is_asked_when_the_own_rep_is_off_the_floor_or_patience_is_over(floor: World) -> None:
    here(floor.supervisor)
    with later(floor, 1):
        here(floor.second_rep)
        a_chat(floor)
        assert rung(floor) == floor.second_rep
        words = Offer.objects.get().words
        assert "wants who stands in for their own rep, Rep2 (step 2 of 3; " in words
        assert "nobody signed in fits step 1 (their own rep))" in words


def test_nobody_waits_for_people_who_are_all_away(floor: World) -> None:
    here(floor.supervisor)
    a_chat(floor)
    assert rung(floor) == floor.supervisor


def test_an_own_rep_who_declines_leaves_who_stands_in_their_whole_time(floor: World) -> None:
    here(floor.rep)
    here(floor.second_rep, doing="break")
    here(floor.supervisor)
    a_chat(floor)
    assert rung(floor) == floor.rep
    with later(floor, 15):
        offer = open_offer_to(floor.rep)
        assert offer is not None
        actions.decline(member=floor.rep, offer_id=offer.public_id, because="must_go")
    with later(floor, 34):
        assert rung(floor) is None
    with later(floor, 36):
        assert rung(floor) == floor.supervisor


def test_stand_ins_are_asked_in_their_order_and_a_circle_of_them_is_harmless(floor: World) -> None:
    stands_in(floor, floor.second_rep, floor.rep)
    stands_in(floor, floor.rep, floor.second_rep, floor.supervisor)
    here(floor.supervisor)
    with later(floor, 1):
        here(floor.second_rep)
        contact = a_chat(floor)
        (seen,) = as_waiting(floor.programme, [contact])
        assert [step.people for step in seen.steps] == [
            (floor.rep.pk,),
            (floor.second_rep.pk,),
            (floor.second_rep.pk, floor.supervisor.pk),
            (),
        ]
        assert rung(floor) == floor.second_rep


def test_who_keeps_the_book_meanwhile_is_asked_and_then_the_own_rep_again(floor: World) -> None:
    today = clock.now().astimezone(floor.programme.zone).date()
    books.hand_over(
        programme=floor.programme,
        rep=floor.rep,
        to=floor.supervisor,
        first_day=today,
        last_day=today + timedelta(days=6),
        actor=ACTOR,
    )
    here(floor.rep, floor.second_rep)
    with later(floor, 1):
        here(floor.supervisor)
        contact = a_chat(floor)
        assert rung(floor) == floor.supervisor
        assert "wants who keeps their own rep's book, Supervisor" in Offer.objects.get().words
    with later(floor, 8 * 24 * 3600):
        (seen,) = as_waiting(floor.programme, [contact])
        assert seen.steps[0].people == (floor.rep.pk,)


def test_restricted_data_names_no_own_rep_and_a_plan_without_patience_has_none(floor: World) -> None:
    contact = a_chat(floor)
    rules = Personal(patience_seconds=40)
    assert first_steps(floor.programme, Personal(), [contact]) == {}
    assert set(first_steps(floor.programme, rules, [contact])) == {contact.pk}
    Customer.objects.filter(pk=floor.customer.pk).update(standing=Standing.RESTRICTED)
    assert first_steps(floor.programme, rules, [contact]) == {}


def test_reading_own_reps_takes_as_many_queries_for_many_contacts_as_for_one(floor: World) -> None:
    one, many = [a_chat(floor)], [a_chat(floor) for _ in range(5)]
    counts = []
    for waiting in (one, many):
        with CaptureQueriesContext(
            connection,
        ) as counted:
            first_steps(floor.programme, Personal(patience_seconds=40, stand_in_seconds=20), waiting)
        counts.append(len(counted))
    assert counts == [4, 4]


def test_who_has_an_own_rep_goes_to_them_and_not_to_who_had_the_last_contact(floor: World) -> None:
    here(floor.second_rep)
    own(floor, None)
    a_chat(floor)
    assert rung(floor) == floor.second_rep
    offer = open_offer_to(floor.second_rep)
    assert offer is not None
    contact = actions.accept(member=floor.second_rep, offer_id=offer.public_id)
    actions.end_conversation(contact, by="rep", actor="customer")
    again = a_chat(floor)
    assert Preferred.objects.filter(contact=again, why="recontact").exists()
    own(floor, floor.rep)
    third = a_chat(floor)
    assert third.follows_id or Contact.objects.get(pk=third.pk).follows_id
    assert not Preferred.objects.filter(contact=third).exists()
    assert OwnRep.objects.filter(until__isnull=True).count() == 1


def test_the_desk_says_why_here_and_the_file_whose_customer_it_is(floor: World, client: Client) -> None:
    client.force_login(floor.second_rep.user)
    here(floor.second_rep)
    a_chat(floor)
    turn(floor.programme)
    page = client.get("/at/cards/desk/").content.decode()
    assert "Own rep: Rep" in page and "wants who stands in for their own rep, Rep2" in page


def test_the_floor_says_for_whom_a_contact_is_kept_and_how_long(floor: World) -> None:
    here(floor.rep, doing="break")
    here(floor.supervisor)
    contact = a_chat(floor)
    with later(floor, 10):
        still = why_waiting(contact)
    assert still is not None
    told = still.words
    assert "Needs their own rep, Rep (step 1 of 3): Rep is on a break." in told
    assert "In 30 s also who stands in for their own rep, Rep2." in told


def test_who_is_back_while_their_rep_still_wraps_up_goes_to_that_rep(world: World) -> None:
    here(world.rep)
    a_chat(world)
    assert rung(world) == world.rep
    offer = open_offer_to(world.rep)
    assert offer is not None
    contact = actions.accept(member=world.rep, offer_id=offer.public_id)
    actions.end_conversation(contact, by="rep", actor="customer")
    here(world.second_rep)
    again = a_chat(world)
    assert rung(world) is None and Contact.objects.get(pk=again.pk).follows == contact
    actions.finish_wrap_up(
        member=world.rep, contact_id=contact.public_id, disposition="saved", resolved=True, summary="Cut off"
    )
    assert rung(world) == world.rep
    contact.refresh_from_db()
    assert contact.state == "closed"
