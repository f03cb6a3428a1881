"""Why a contact still waits, as the floor, the contact's page and the API tell it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client

from rapport.accounts import actions as accounts
from rapport.accounts.models import Member
from rapport.accounts.roles import Right, Role
from rapport.channels.chat import actions as chat
from rapport.channels.cti import actions as cti
from rapport.channels.cti.forms import read
from rapport.conftest import World
from rapport.contacts.models import Contact
from rapport.kit import clock
from rapport.routing import actions, presence, publishing
from rapport.routing.models import Preferred
from rapport.routing.preferred import prefer
from rapport.routing.queries import open_offer_to
from rapport.routing.router import turn
from rapport.routing.why_waiting import why_waiting

PLAN = """
[skills]
german = "German"

[queues.main]
name = "Main"
overflow = { after_seconds = 300, to = "second" }
routes = [{ steps = [
    { skills = { german = 3 }, teams = ["Blue"], seconds = 60 },
    { skills = { german = 2 } },
] }]

[queues.second]
name = "Second line"
routes = [{ steps = [{ anyone = true }] }]
"""


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def watcher(world: World, client: Client) -> Client:
    client.force_login(world.supervisor.user)
    return client


@pytest.fixture
def planned(world: World) -> World:
    accounts.change_place(member=world.rep, team="Blue", actor="test")
    draft = publishing.save_draft(programme=world.programme, text=PLAN)
    publishing.publish(programme=world.programme, number=draft.number, instead_of=None)
    return world


def a_chat(world: World, email: str = "stranger@example.org") -> Contact:
    return chat.begin(programme=world.programme, email=email, text="Hello", reason=world.reason, client_id=uuid4())


def knows(member: Member, level: int) -> None:
    actions.set_proficiency(member=member, skill="german", level=level)


def said(contact: Contact, after: int = 0) -> str:
    with clock.at(clock.now() + timedelta(seconds=after)):
        why = why_waiting(contact)
    assert why is not None
    return why.words


def trace(world: World, client: Client, contact: Contact) -> Any:
    return client.get(f"/api/v1/programmes/cards/contacts/{contact.public_id}/trace").json()


def test_what_it_would_take_is_told_where_nobody_fits(planned: World) -> None:
    presence.choose(member=planned.second_rep, doing="available")
    knows(planned.second_rep, 1)
    knows(planned.rep, 4)
    contact = a_chat(planned)
    assert said(contact) == (
        "Needs German 3 or higher and team Blue (step 1 of 2): nobody fits now. "
        "Nearest: Rep2 lacks german 3 (has 1) and is not in team Blue. 1 off the floor would fit. "
        "In 60 s also German 2 or higher. In 5 min it moves on to Second line."
    )
    assert "(step 2 of 2): nobody fits now. Nearest: Rep2 lacks german 2 (has 1)." in said(contact, after=60)


def test_who_fits_is_told_with_what_they_do(planned: World, watcher: Client) -> None:
    knows(planned.rep, 5)
    knows(planned.second_rep, 2)
    presence.choose(member=planned.second_rep, doing="meal")
    presence.choose(member=planned.rep, doing="available")
    taken = a_chat(planned)
    turn(planned.programme)
    offer = open_offer_to(planned.rep)
    assert offer is not None
    actions.accept(member=planned.rep, offer_id=offer.public_id)
    contact = a_chat(planned)
    assert "(step 1 of 2): Rep is on a contact." in said(contact)
    assert "2 fit, of whom Rep is on a contact; Rep2 is at a meal." in said(contact, after=60)
    with clock.at(clock.now() + timedelta(seconds=100)):
        actions.end_conversation(taken, by="rep", actor="test")
        assert "Rep is in wrap-up, free in about" in said(contact)
        page = watcher.get("/at/cards/floor/now/").content.decode()
        assert "Rep is in wrap-up, free in about" in page
        page = watcher.get(f"/at/cards/contacts/{contact.public_id}/").content.decode()
        assert "Why it still waits" in page and "is at a meal" in page


def test_the_line_tells_of_those_ahead_who_need_the_same_reps_only(planned: World) -> None:
    knows(planned.rep, 3)
    presence.choose(member=planned.rep, doing="break")
    first, second = a_chat(planned), a_chat(planned)
    assert "before it in line" not in said(first)
    assert "1 before it in line could have the same rep." in said(second)
    actions.set_proficiency(member=planned.rep, skill="german", level=0)
    assert "before it in line" not in said(second)


def test_declines_stay_with_the_contact(planned: World, watcher: Client) -> None:
    knows(planned.rep, 3)
    presence.choose(member=planned.rep, doing="available")
    contact = a_chat(planned)
    turn(planned.programme)
    ringing = why_waiting(contact)
    assert ringing is not None and ringing.ringing is not None and ringing.ringing.rep == "rep"
    assert ringing.words.startswith("Ringing at Rep, ")
    offer = open_offer_to(planned.rep)
    assert offer is not None
    actions.decline(member=planned.rep, offer_id=offer.public_id, because="not_my_field")
    assert said(contact).startswith(
        "Rep declined it. Needs German 3 or higher and team Blue (step 1 of 2): Rep does"
    )
    page = watcher.get(f"/at/cards/contacts/{contact.public_id}/").content.decode()
    assert "Rep declined: does not know the matter" in page
    assert "Rep was the only free rep who fits." in page
    told = trace(planned, watcher, contact)
    assert told["waiting"]["why"]["doing"] == {"not_responding": 1}
    assert told["waiting"]["why"]["fitting"][0]["asked"] == "declined"
    [offered] = told["offers"]
    assert (offered["rep"], offered["result"], offered["declined_because"]) == ("rep", "declined", "not_my_field")
    assert offered["trace"]["rep"] == "rep" and offered["trace"]["eligible"] == ["rep"]


def test_a_contact_kept_for_somebody_says_for_whom_and_how_long(world: World) -> None:
    presence.choose(member=world.rep, doing="meeting")
    presence.choose(member=world.second_rep, doing="available")
    contact = a_chat(world)
    prefer(contact, member=world.rep, why=Preferred.Why.TRANSFER)
    told = said(contact, after=30)
    assert told.startswith("Kept for Rep, who is in a meeting, for")
    assert "Rep was named by the rep who handed it on." in told
    assert "Rep2" not in told


def test_a_call_is_the_telephone_systems(world: World, watcher: Client) -> None:
    presence.choose(member=world.rep, doing="available")
    cti.take(programme=world.programme, told=read({"event": "newCall", "callId": "7", "queue": "main"}))
    with clock.at(clock.now() + timedelta(seconds=30)):
        page = watcher.get("/at/cards/floor/now/").content.decode()
    assert "The telephone system puts this call through." in page
    assert "Nobody is being offered contacts" not in page


def test_the_trace_is_for_who_may_read_the_contact(world: World, watcher: Client) -> None:
    presence.choose(member=world.rep, doing="available")
    presence.choose(member=world.second_rep, doing="available")
    contact = a_chat(world)
    turn(world.programme)
    offer = open_offer_to(world.rep)
    assert offer is not None
    actions.accept(member=world.rep, offer_id=offer.public_id)
    assert "Passed over: Rep2" in trace(world, watcher, contact)["offers"][0]["words"]
    rep = Client()
    rep.force_login(world.rep.user)
    page = rep.get(f"/at/cards/contacts/{contact.public_id}/").content.decode()
    assert "Rep was the best of 2 free reps who fit." in page and "Passed over" not in page
    accounts.adjust_role(programme=world.programme, role=Role.REP, right=Right.USE_API, granted=True, actor="test")
    told = trace(world, rep, contact)
    assert "Passed over" not in told["offers"][0]["words"] and told["offers"][0]["trace"] == {}
    other = Client()
    other.force_login(world.outsider.user)
    assert other.get(f"/api/v1/programmes/cards/contacts/{contact.public_id}/trace").status_code == 404
