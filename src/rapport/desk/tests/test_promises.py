"""Promises as work, by the doors of those who keep them and of the supervisor."""

from datetime import timedelta

import pytest
from django.test import Client

from rapport.accounts.models import Member
from rapport.conftest import World
from rapport.customers.promises.actions import make_promise
from rapport.customers.promises.models import Promise
from rapport.desk.tests.test_desk import take, text_of
from rapport.kit import clock

AT = "/at/cards/promises/"


@pytest.fixture
def rep(client: Client, world: World) -> Client:
    client.force_login(world.rep.user)
    return client


def client_of(member: Member) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def owed(world: World, what: str = "Send the papers") -> Promise:
    with clock.at(clock.now() - timedelta(days=2)):
        return make_promise(
            member=world.rep, customer=world.customer, what=what, due_on=clock.now() + timedelta(hours=2)
        )


def test_a_rep_sees_what_they_keep_and_settles_it(rep: Client, world: World) -> None:
    one = owed(world)
    page = text_of(rep.get(AT))
    assert "Send the papers" in page and "overdue" in page and "About to be broken" not in page
    assert "Promises I keep" in text_of(rep.get("/at/cards/desk/"))
    at = f"{AT}{one.public_id}/settle/"
    assert rep.post(at, {"came_to": "kept"}).status_code == 422
    assert rep.post(at, {"came_to": "lost", "note": "x"}).status_code == 422
    assert rep.post(at, {"came_to": "kept", "note": "Sent by post"}).status_code in (200, 302)
    one.refresh_from_db()
    assert (one.state, one.note) == ("late", "Sent by post")
    assert rep.post(at, {"came_to": "broken", "note": "x"}).status_code == 409


def test_a_supervisor_sees_what_is_about_to_be_broken_and_hands_it_on(world: World) -> None:
    one = owed(world)
    supervisor, second = client_of(world.supervisor), client_of(world.second_rep)
    assert "Send the papers" in text_of(supervisor.get(AT))
    assert "Promises overdue" in text_of(supervisor.get("/at/cards/floor/"))
    assert "Promises and leaving" in text_of(supervisor.get(AT))
    assert "Promises and leaving" not in text_of(second.get(AT))
    assert "Send the papers" not in text_of(second.get(AT))
    assert second.post(f"{AT}{one.public_id}/settle/", {"came_to": "kept", "note": "x"}).status_code == 404
    assert second.post(f"{AT}{one.public_id}/hand/", {"keeper": "rep2"}).status_code == 403
    assert supervisor.post(f"{AT}{one.public_id}/hand/", {"keeper": "nobody"}).status_code == 422
    assert supervisor.post(f"{AT}{one.public_id}/hand/", {"keeper": "rep2"}).status_code in (200, 302)
    assert "Send the papers" in text_of(second.get(AT))


def test_the_next_rep_meets_it_with_who_keeps_it_and_what_failed(rep: Client, world: World) -> None:
    with clock.at(clock.now() - timedelta(days=1)):
        make_promise(
            member=world.second_rep,
            customer=world.customer,
            what="Waive the fee",
            due_on=clock.now().date() + timedelta(days=9),
        )
    _, at = take(rep, world)
    page = text_of(rep.get("/at/cards/desk/"))
    assert "Waive the fee" in page and "kept by Rep2" in page
    due = clock.now().astimezone(world.programme.zone).date() + timedelta(days=1)
    sent = {"what": "Ring in the morning", "due_on": due.isoformat(), "at": "09:30", "kind": "call_back"}
    assert "Ring in the morning" in text_of(rep.post(f"{at}promises/", sent))
    made = Promise.objects.get(kind="call_back")
    assert made.has_time and made.due_by.astimezone(world.programme.zone).hour == 9
    assert rep.post(f"{at}promises/", {**sent, "kind": "miracle"}).status_code == 422
    assert "broken" in text_of(rep.post(f"{at}promises/{made.pk}/", {"kept": "no"}))
