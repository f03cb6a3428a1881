"""What a customer's open page fetches: where they are, and the lines it lacks."""

from datetime import timedelta
from uuid import uuid4

from django.test import Client

from rapport.channels.chat import actions as chat
from rapport.channels.chat.models import Conversation, Message
from rapport.conftest import World, at_most
from rapport.events.models import Event
from rapport.kit import clock
from rapport.portal.tests.test_portal import begin, connect

PART = "/p/cards/contact/part/"
JSON = {"Accept": "application/json"}


def test_only_the_lines_after_the_last_shown_come_with_where_the_customer_is(world: World, client: Client) -> None:
    contact = connect(world, begin(client))
    last = Message.objects.latest("pk").pk
    with clock.at(clock.now() + timedelta(minutes=5)):
        seen = chat.say(contact, author="rep", text="I see.", client_id=uuid4(), member=world.rep)
    with clock.at(clock.now() + timedelta(minutes=10)):
        chat.say(contact, author="rep", text="One moment.", client_id=uuid4(), member=world.rep)
        page = client.get(PART, {"after": seen.pk}).content.decode()
        assert "One moment." in page and "Hello?" not in page and "You are talking with Rep" in page
        assert "I see." in client.get(PART, {"after": last}).content.decode()
        for nonsense in ("", "x", "-1", "9" * 30):
            assert "Hello?" in client.get(PART, {"after": nonsense}).content.decode()


def test_a_message_is_answered_with_its_line_and_its_event(world: World, client: Client) -> None:
    contact = connect(world, begin(client))
    message = {"text": "My card", "client_id": str(uuid4()), "after": Message.objects.latest("pk").pk}
    told = client.post("/p/cards/contact/say/", message, headers=JSON).json()
    event = Event.objects.filter(name="chat.message", subject=contact.public_id).latest("pk")
    assert told["event"] == str(event.pk)
    assert told["lines"].count("My card") == 1 and f'data-client="{message["client_id"]}"' in told["lines"]
    again = client.post("/p/cards/contact/say/", message, headers=JSON).json()
    assert again["event"] == "0" and again["lines"].count("My card") == 1


def test_an_open_page_is_noted_without_writing_each_time(world: World, client: Client) -> None:
    contact = connect(world, begin(client))
    began = clock.now()
    for later, noted in ((10, 10), (12, 10), (16, 16)):
        with clock.at(began + timedelta(seconds=later)):
            client.get(PART)
        assert Conversation.objects.get(contact=contact).customer_seen_at == began + timedelta(seconds=noted)


def test_the_page_costs_few_statements(world: World, client: Client) -> None:
    contact = connect(world, begin(client))
    for number in range(20):
        chat.say(contact, author="rep", text=f"Line {number}", client_id=uuid4(), member=world.rep)
    last = Message.objects.latest("pk").pk
    with at_most(6):
        client.get(PART, {"after": last})
    sent = {"text": "My card", "client_id": str(uuid4()), "after": last}
    with at_most(18):
        client.post("/p/cards/contact/say/", sent, headers=JSON)
