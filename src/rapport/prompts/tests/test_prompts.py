"""From a message of a customer to a prompt on the rep's desk, by the doors both use."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from rapport.channels.chat import actions as chat
from rapport.conftest import World
from rapport.contacts.models import Contact
from rapport.desk import actions as desk
from rapport.events.queries import history_of
from rapport.guides.publishing import install
from rapport.prompts import hearing, knowing
from rapport.prompts.by_words import ByWords
from rapport.prompts.models import Prompt
from rapport.prompts.prompter import Prompter
from rapport.routing import presence, router
from rapport.routing.queries import open_offer_to

DESK = "/at/cards/desk/"
GUIDE = """
name = "Cancel a card"
[for]
reasons = ["cancel"]
[[steps]]
key = "greet"
title = "Greet"
words = "Hello {customer.first_name|there}, thank you for writing to us."
touch_point = "free"
[[steps]]
key = "hear"
kind = "ask"
title = "Hear the reason"
words = "What made you decide to close the card?"
touch_point = "guided"
required = "always"
[[steps]]
key = "offer"
kind = "offer"
title = "Offer the fee back"
slot = "fee"
words = "We could give you the fee back."
[[steps]]
key = "legal"
title = "Say the notice"
words = "Your card stays valid until the end of the month that follows your notice."
touch_point = "verbatim"
required = "always"
[[steps]]
key = "close"
kind = "close"
title = "Thank them"
"""


def text_of(response: Any) -> str:
    return str(response.content.decode())


@pytest.fixture
def contact(world: World) -> Contact:
    """A chat in the rep's hands, with a guide."""
    knowing.forget()
    install(programme=world.programme, text=GUIDE)
    chat.begin(
        programme=world.programme, email="ada@example.org", text="Hello", reason=world.reason, client_id=uuid4()
    )
    presence.choose(member=world.rep, doing="available")
    router.turn(world.programme)
    offer = open_offer_to(world.rep)
    assert offer is not None
    return desk.accept(member=world.rep, offer_id=offer.public_id)


def say(world: World, contact: Contact, text: str, author: str = "customer") -> None:
    """Say something, and have it heard."""
    member = world.rep if author == "rep" else None
    chat.say(contact, author=author, text=text, client_id=uuid4(), member=member)
    assert hearing.hear_chat(world.programme, contact.public_id, by=ByWords())


def open_of(contact: Contact) -> list[tuple[str, str]]:
    rows = Prompt.objects.filter(contact=contact, expired_at__isnull=True, dismissed_at__isnull=True)
    return [(one.kind, one.about) for one in rows.order_by("kind", "rank") if one.used_at is None]


def test_a_message_in_is_a_prompt_on_the_desk(world: World, client: Client, contact: Contact) -> None:
    client.force_login(world.rep.user)
    chat.say(contact, author="customer", text="I will switch to another bank", client_id=uuid4())
    Prompter().look()
    assert "data-prompts" in text_of(client.get(DESK))
    page = text_of(client.get(f"{DESK}contacts/{contact.public_id}/prompts/"))
    assert "Thinks of leaving" in page and "Hear the reason" in page
    assert [one.name for one in history_of(world.programme, contact.public_id)].count(
        "prompt.shown"
    ) == Prompt.objects.count()
