"""The library beside the conversation."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from rapport.channels.chat import actions as chat
from rapport.conftest import World
from rapport.contacts.models import Contact
from rapport.events.models import Event
from rapport.guides import publishing as guides
from rapport.guides.library import actions
from rapport.guides.library.access import access_entry
from rapport.guides.library.reading import read_library
from rapport.routing import actions as routing
from rapport.routing import presence
from rapport.routing.queries import open_offer_to
from rapport.routing.router import turn

LIBRARY = """
[objections.fee]
name = "The fee is too high"
[rebuttals.waive]
objection = "fee"
title = "A year free"
approach = "price"
words = 'I can take "it" off, <b>now</b>.'
reasons = ["cancel"]
[articles.abroad]
question = "Can a card be closed from abroad?"
answer = "Yes."
"""


GUIDE = """
name = "Cancel a card"
[for]
reasons = ["cancel"]
[[steps]]
key = "dear"
kind = "objection"
title = "It is too dear"
objections = ["fee"]
next = "end"
"""


@pytest.fixture
def contact(world: World) -> Contact:
    actions.save_library(programme=world.programme, library=read_library(LIBRARY))
    for key in ("fee", "waive", "abroad"):
        entry = access_entry(world.programme, key)
        actions.submit(entry=entry, number=1)
        actions.approve(entry=entry, number=1, by=world.supervisor, actor="test")
        actions.publish(entry=entry, number=1)
    guides.install(programme=world.programme, text=GUIDE)
    made = chat.begin(
        programme=world.programme, email="ada@example.org", text="Hello", reason=world.reason, client_id=uuid4()
    )
    presence.choose(member=world.rep, doing="available")
    turn(world.programme)
    offer = open_offer_to(world.rep)
    assert offer is not None
    routing.accept(member=world.rep, offer_id=offer.public_id)
    return made


def desk(world: World) -> Client:
    client = Client()
    client.force_login(world.rep.user)
    return client


def look(world: World, contact: Contact, **asked: Any) -> str:
    return desk(world).get(f"/at/cards/desk/contacts/{contact.public_id}/library/", asked).content.decode()


def test_it_opens_with_what_is_made_for_the_contact(world: World, contact: Contact) -> None:
    assert f'id="library-{contact.public_id}"' in desk(world).get("/at/cards/desk/").content.decode()
    shown = look(world, contact)
    assert "A year free" in shown and "closed from abroad" not in shown
    assert 'data-use="I can take &#34;it&#34; off, &lt;b&gt;now&lt;/b&gt;."' in shown


def test_an_objection_leads_to_what_answers_it_and_a_question_to_its_answer(
    world: World, contact: Contact
) -> None:
    assert "A year free" in look(world, contact, text="fee too high")
    assert "The fee is too high" not in look(world, contact, text="fee too high")
    assert "closed from abroad" in look(world, contact, text="closing abr")
    assert "Nothing in the library fits" in look(world, contact, text="zebra")


def test_what_is_used_is_on_the_log_of_the_contact(world: World, contact: Contact) -> None:
    at = f"/at/cards/desk/contacts/{contact.public_id}/library/used/"
    assert desk(world).post(at, {"key": "waive"}).status_code == 204
    event = Event.objects.get(name="library.used")
    assert (event.subject, event.data["key"], event.actor) == (
        contact.public_id,
        "waive",
        f"member:{world.rep.pk}",
    )
    assert desk(world).post(at, {"key": "nah"}).status_code == 404
    assert desk(world).post(at).status_code == 422


def test_what_answers_the_objection_at_hand_is_noted_as_used_from_the_guide_too(
    world: World, contact: Contact
) -> None:
    page = desk(world).get("/at/cards/desk/").content.decode()
    guide = page.split('id="guide-now"')[1].split("</section>")[0]
    assert "A year free" in guide
    assert f"{contact.public_id}/library/used/" in guide and '{"key": "waive"}' in guide


def test_only_the_rep_in_hand_looks(world: World, contact: Contact) -> None:
    client = Client()
    for member, status in ((world.second_rep, 404), (world.outsider, 404)):
        client.force_login(member.user)
        assert client.get(f"/at/cards/desk/contacts/{contact.public_id}/library/").status_code == status
