"""Chat: text of every kind, and customers who close the page at any time."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rapport.accounts.doors import one_by_one
from rapport.channels.chat import actions as chat
from rapport.channels.chat.queries import gone_from, lines_since, messages_of
from rapport.conftest import World
from rapport.contacts.models import Contact
from rapport.kit import clock
from rapport.kit.errors import Conflict, Invalid
from rapport.routing import actions as routing
from rapport.routing import presence
from rapport.routing.queries import open_offer_to
from rapport.routing.router import turn

HOSTILE = [
    "<script>alert(1)</script>",
    "'; DROP TABLE contacts_contact; --",
    "{{ 7 * 7 }}{% raw %}",
    "\u202eright to left\u202c",
    "zalgo " + "e" + "\u0301" * 200,
    "null\x00byte and bell\x07",
    "🧑‍🚀" * 100,
]


@pytest.fixture
def contact(world: World) -> Contact:
    return chat.begin(
        programme=world.programme,
        email="Ada@Example.org ",
        text="Hello",
        reason=world.reason,
        client_id=uuid4(),
    )


def answer(world: World) -> None:
    presence.choose(member=world.rep, doing="available")
    turn(world.programme)
    routing.accept(member=world.rep, offer_id=open_offer_to(world.rep).public_id)


def test_the_customer_is_found_by_the_address_however_written(contact: Contact, world: World) -> None:
    assert (contact.customer, contact.segment.key) == (world.customer, "priority")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_kept_as_text_without_control_characters(contact: Contact, text: str) -> None:
    stored = chat.say(contact, author="customer", text=text, client_id=uuid4()).text
    assert all(c.isprintable() or c in "\n\t" for c in stored)
    assert stored.replace(" ", "")[:4] == "".join(c for c in text if c.isprintable()).strip().replace(" ", "")[:4]


@pytest.mark.parametrize("text", ["x" * 10_000, "", " \n\t ", "\x00\x01"])
def test_text_that_is_too_long_or_empty_is_refused_and_nothing_is_stored(contact: Contact, text: str) -> None:
    with pytest.raises(Invalid):
        chat.say(contact, author="customer", text=text, client_id=uuid4())
    assert len(messages_of(contact)) == 1


def test_nothing_can_be_said_after_the_end(contact: Contact) -> None:
    chat.leave(contact)
    with pytest.raises(Conflict):
        chat.say(contact, author="customer", text="One more thing", client_id=uuid4())
    assert len(messages_of(contact)) == 1


def test_who_closes_the_page_in_the_queue_left_when_it_was_closed(contact: Contact) -> None:
    seen = clock.now()
    chat.customer_seen(contact)
    with clock.at(seen + timedelta(seconds=90)):
        assert one_by_one(contact.programme, gone_from, chat.abandon_if_gone) == 0
    with clock.at(seen + timedelta(seconds=150)):
        assert one_by_one(contact.programme, gone_from, chat.abandon_if_gone) == 1
        assert one_by_one(contact.programme, gone_from, chat.abandon_if_gone) == 0
    contact.refresh_from_db()
    assert contact.state == "abandoned"
    assert contact.ended_at - seen < timedelta(seconds=5)


def test_who_closes_the_page_in_the_chat_is_away_and_the_rep_ends_it(contact: Contact, world: World) -> None:
    answer(world)
    with clock.at(clock.now() + timedelta(minutes=10)):
        assert lines_since(contact)[1]
        assert one_by_one(contact.programme, gone_from, chat.abandon_if_gone) == 0
        routing.end_conversation(contact, by="rep", actor="test")
    contact.refresh_from_db()
    assert contact.state == "wrap_up"


def test_leaving_twice_or_after_the_end_changes_nothing(contact: Contact, world: World) -> None:
    answer(world)
    for _ in range(3):
        chat.leave(contact)
    contact.refresh_from_db()
    assert contact.state == "wrap_up"
    assert presence.presence_of(world.rep).doing == "wrap_up"


def test_a_chat_begins_with_few_statements(world: World) -> None:
    with CaptureQueriesContext(connection) as asked:
        chat.begin(
            programme=world.programme,
            email="ada@example.org",
            text="Hello",
            reason=world.reason,
            client_id=uuid4(),
        )

    assert len(asked) <= 17, "\n".join(one["sql"][:90] for one in asked.captured_queries)
