"""The pages of books: who may, what they show, and what they change."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from rapport.conftest import World
from rapport.customers.book_queries import book_of, hand_overs_in, own_rep_of, stand_ins_in
from rapport.customers.models import Customer, Standing
from rapport.kit import clock
from rapport.kit.filters import day
from rapport.routing.tests.test_own_reps import own


def at(name: str, *arguments: object) -> str:
    return reverse(name, args=["cards", *arguments])


@pytest.fixture
def supervisor(client: Client, world: World) -> Client:
    client.force_login(world.supervisor.user)
    return client


@pytest.fixture
def rep(world: World) -> Client:
    client = Client()
    client.force_login(world.rep.user)
    return client


def test_only_who_manages_books_sees_them(rep: Client, world: World) -> None:
    outsider = Client()
    outsider.force_login(world.outsider.user)
    mine = world.rep.user.public_id
    for page in (at("books"), at("book", mine)):
        assert (rep.get(page).status_code, outsider.get(page).status_code) == (403, 404)
    for action in (at("book-give"), at("book-hand-over"), at("book-move", mine), at("book-stand-ins", mine)):
        assert (rep.post(action).status_code, outsider.post(action).status_code) == (403, 404)
    assert outsider.get(at("desk-book")).status_code == 404


def test_a_customer_is_given_found_by_what_they_tell_and_shown_in_the_book(
    supervisor: Client, rep: Client, world: World
) -> None:
    sent = {"customer": "ada@example.org", "rep": "rep", "why": "asked"}
    page = supervisor.post(at("book-give"), sent, follow=True).content.decode()
    assert "Ada Byron is Rep&#39;s customer now." in page
    assert "Ada Byron" in supervisor.get(at("book", world.rep.user.public_id)).content.decode()
    assert "Ada Byron" in rep.get(at("desk-book")).content.decode()
    for wrong in ({**sent, "customer": "nobody"}, {**sent, "rep": "ghost"}, {**sent, "why": "import"}):
        told = supervisor.post(at("book-give"), wrong, headers={"HX-Request": "true"})
        assert told.status_code in (404, 422), wrong
    supervisor.post(at("book-give"), {**sent, "rep": "-"})
    assert own_rep_of(world.customer) is None


def test_of_a_customer_whose_data_is_restricted_neither_name_key_nor_segment_is_shown(
    supervisor: Client, rep: Client, world: World
) -> None:
    own(world, world.rep, world.customer)
    Customer.objects.update(standing=Standing.RESTRICTED)
    for who, page in ((supervisor, at("book", world.rep.user.public_id)), (rep, at("desk-book"))):
        shown = who.get(page).content.decode()
        assert "Restricted customer" in shown
        assert all(told not in shown for told in ("Ada Byron", "C-1", "Priority"))


def test_some_or_all_of_a_book_are_moved(supervisor: Client, world: World) -> None:
    second = Customer.objects.create(programme=world.programme, key="C-2", name="Bob Boole")
    for one in (world.customer, second):
        own(world, world.rep, one)
    move = at("book-move", world.rep.user.public_id)
    to = {"rep": "rep2", "why": "balance"}
    assert supervisor.post(move, to).status_code == 422
    assert supervisor.post(move, {**to, "customers": "x"}).status_code == 422
    page = supervisor.post(move, {**to, "customers": str(second.public_id)}, follow=True).content.decode()
    assert "1 customer moved to Rep2." in page and "Bob Boole" not in page
    supervisor.post(move, {**to, "all": "yes"})
    assert len(book_of(world.second_rep)) == 2


def test_stand_ins_are_named_by_the_supervisor_and_by_the_rep(
    supervisor: Client, rep: Client, world: World
) -> None:
    supervisor.post(at("book-stand-ins", world.rep.user.public_id), {"stand_in": ["rep2", "supervisor", ""]})
    named = stand_ins_in(world.programme)[world.rep.pk]
    assert [one.agent_id for one in named] == ["rep2", "supervisor"]
    rep.post(at("desk-book-stand-ins"), {"stand_in": ["", "supervisor"]})
    assert [one.agent_id for one in stand_ins_in(world.programme)[world.rep.pk]] == ["supervisor"]
    assert rep.post(at("desk-book-stand-ins"), {"stand_in": ["rep"]}).status_code == 422
    assert "Supervisor" in supervisor.get(at("books")).content.decode()


def test_a_book_is_handed_over_and_given_back(supervisor: Client, rep: Client, world: World) -> None:
    today = clock.now().astimezone(world.programme.zone).date()
    sent = {"rep": "rep", "to": "rep2", "first_day": today.isoformat()}
    hand_over = at("book-hand-over")
    for last in ("", "soon", (today - timedelta(days=1)).isoformat()):
        assert supervisor.post(hand_over, {**sent, "last_day": last}).status_code == 422
    last = (today + timedelta(days=2)).isoformat()
    page = supervisor.post(hand_over, {**sent, "last_day": last}, follow=True).content.decode()
    assert f"Rep2 keeps Rep&#39;s book from {day(today)} to {day(today + timedelta(days=2))}." in page
    assert "Rep2 keeps your book" in rep.get(at("desk-book")).content.decode()
    (one,) = hand_overs_in(world.programme)
    assert supervisor.post(hand_over, {**sent, "last_day": last}).status_code == 409
    supervisor.post(at("book-hand-over-end", one.public_id))
    assert hand_overs_in(world.programme) == []
