"""Several contacts at one desk: which one is shown, what the strip tells of the others, what rings beside them."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from rapport.channels.chat import actions as chat
from rapport.conftest import World
from rapport.contacts import actions as contacts
from rapport.contacts.models import Contact
from rapport.routing import actions as routing
from rapport.routing import presence, publishing
from rapport.routing.queries import open_offer_to
from rapport.routing.router import turn

DESK = "/at/cards/desk/"
PLAN = '[queues.main]\nname = "Main"\nroutes = [{ steps = [{ anyone = true }] }]\n[capacity.limits]\nchat = 2\n'


def ring(world: World, name: str) -> Contact:
    contact = chat.begin(
        programme=world.programme,
        email=f"{name}@example.org",
        text=f"I am {name}",
        reason=world.reason,
        client_id=uuid4(),
    )
    turn(world.programme)
    return contact


def take(client: Client, world: World, name: str) -> tuple[Contact, str]:
    contact = ring(world, name)
    offer = open_offer_to(world.rep)
    assert offer is not None
    return contact, text_of(client.post(f"{DESK}offers/{offer.public_id}/accept/"))


def text_of(response: Any) -> str:
    assert response.status_code == 200, response.content.decode()
    return str(response.content.decode())


def shown_in(page: str) -> str:
    """Return what the columns are about: the part behind the strip."""
    return page[page.index('id="talk"') :]


@pytest.fixture
def rep(client: Client, world: World) -> Client:
    draft = publishing.save_draft(programme=world.programme, text=PLAN)
    publishing.publish(programme=world.programme, number=draft.number, instead_of=None)
    client.force_login(world.rep.user)
    presence.choose(member=world.rep, doing="available")
    return client


def test_one_contact_alone_has_no_strip(rep: Client, world: World) -> None:
    _, page = take(rep, world, "ann")
    assert "In your hands" not in page
    assert "I am ann" in page


def test_the_contact_asked_for_is_shown_else_the_one_the_page_shows_else_the_newest(
    rep: Client, world: World
) -> None:
    ann, _ = take(rep, world, "ann")
    bob, page = take(rep, world, "bob")
    assert "I am bob" in shown_in(page), "what was taken last is shown"
    assert "2 of 2 chats" in page
    assert page.index("ann@example.org") < page.index("bob@example.org"), "the one taken first stands first"
    work = f"{DESK}work/"
    assert "I am bob" in shown_in(text_of(rep.get(work)))
    for path, shown in [(work, ann), (DESK, ann), (work, bob)]:
        words = "I am ann" if shown == ann else "I am bob"
        assert words in shown_in(text_of(rep.get(f"{path}?contact={shown.public_id}")))
    assert "I am ann" in shown_in(text_of(rep.get(work, headers={"Rapport-Shown": str(ann.public_id)})))
    for nonsense in ("nonsense", str(uuid4())):
        assert "I am bob" in shown_in(text_of(rep.get(work, {"contact": nonsense})))
    said = rep.post(
        f"{DESK}contacts/{ann.public_id}/messages/",
        {"text": "Hello Ann", "client_id": str(uuid4())},
        headers={"Rapport-Shown": str(ann.public_id)},
    )
    assert "I am ann" in text_of(said) and "Hello Ann" in text_of(said) and "I am bob" not in text_of(said)


def test_a_contact_of_somebody_else_is_not_shown_for_the_asking(rep: Client, world: World) -> None:
    ann, _ = take(rep, world, "ann")
    presence.choose(member=world.rep, doing="break")
    presence.choose(member=world.second_rep, doing="available")
    bob = ring(world, "bob")
    offer = open_offer_to(world.second_rep)
    assert offer is not None
    routing.accept(member=world.second_rep, offer_id=offer.public_id)
    page = text_of(rep.get(f"{DESK}?contact={bob.public_id}"))
    assert "I am ann" in page
    assert "bob" not in page
    assert Contact.objects.get(pk=ann.pk).rep == world.rep


def test_the_strip_counts_what_waits_for_an_answer(rep: Client, world: World) -> None:
    ann, _ = take(rep, world, "ann")
    _, page = take(rep, world, "bob")
    assert page.count('data-unanswered="1"') == 2, "nobody has answered the first words"
    chat.say(ann, author="customer", text="Hello?", client_id=uuid4())
    assert 'data-unanswered="2"' in text_of(rep.get(f"{DESK}work/"))
    answer = {"text": "Here I am", "client_id": str(uuid4())}
    assert "Here I am" in text_of(rep.post(f"{DESK}contacts/{ann.public_id}/messages/", answer))
    page = text_of(rep.get(f"{DESK}strip/"))
    assert 'data-unanswered="0"' in page
    assert page.count('data-unanswered="1"') == 1


def test_what_rings_beside_a_chat_leaves_it_on_the_page(rep: Client, world: World) -> None:
    ann, _ = take(rep, world, "ann")
    ring(world, "bob")
    page = text_of(rep.get(f"{DESK}work/"))
    assert "I am ann" in shown_in(page)
    assert 'aria-label="Ringing"' in page
    assert "I am bob" in page[: page.index('id="talk"')]
    offer = open_offer_to(world.rep)
    assert offer is not None
    shown = {"Rapport-Shown": str(ann.public_id)}
    page = text_of(rep.post(f"{DESK}offers/{offer.public_id}/decline/", {"because": "other"}, headers=shown))
    assert "Nothing new rings until you are available again" in page
    assert "I am ann" in shown_in(page)
    rep.post(f"{DESK}presence/", {"doing": "available"})
    assert "Nothing new rings" not in text_of(rep.get(f"{DESK}work/"))


def test_a_call_that_interrupts_a_chat_is_beside_it(rep: Client, world: World) -> None:
    ann, _ = take(rep, world, "ann")
    call, _ = contacts.arrive(
        programme=world.programme, channel="voice", actor="pbx", address="+49 30 1", reason=world.reason
    )
    routing.answer_elsewhere(call, rep=world.rep, actor="pbx")
    page = text_of(rep.get(f"{DESK}work/", {"contact": str(ann.public_id)}))
    assert "I am ann" in shown_in(page)
    assert "1 of 2 chats, 1 of 1 call" in page
    assert "You are talking on the telephone" in shown_in(text_of(rep.get(f"{DESK}work/")))
