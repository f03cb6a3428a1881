"""A programme with something to practise, and a practice as far as a test wants it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.db import connection

from rapport.accounts.models import Member, Programme
from rapport.accounts.practising import practice_of
from rapport.channels.chat import actions as chat
from rapport.channels.chat.queries import messages_of
from rapport.conftest import World
from rapport.contacts.access import lock_contact
from rapport.contacts.models import Contact
from rapport.events.models import Event
from rapport.guides import publishing
from rapport.guides.library import actions as library
from rapport.guides.library.access import access_entry
from rapport.guides.library.reading import read_library
from rapport.kit.walls import inside
from rapport.learning.practice import actions, jobs
from rapport.learning.practice.models import Practice
from rapport.learning.practice.setting_up import set_up
from rapport.quality import scorecards
from rapport.routing import actions as routing
from rapport.routing.queries import open_offer_to
from rapport.routing.router import turn

LIBRARY = """
[objections.fee]
name = "The fee is too high"
examples = ["It costs too much for what it does."]

[rebuttals.waive]
objection = "fee"
title = "The fee off for a year"
approach = "price"
words = "We can waive the yearly fee for twelve months, starting today."
reasons = ["cancel"]
"""
GUIDE = """
name = "Cancel a card"
[for]
reasons = ["cancel"]

[fields.moved]
label = "Which bank do they move to?"
type = "choice"
choices = ["Northbank", "Southbank"]

[[steps]]
key = "hear"
kind = "ask"
title = "Hear why"
words = "Where do you move?"
touch_point = "free"
required = "always"
asks = ["moved"]

[[steps]]
key = "close"
kind = "close"
title = "Close"
"""
CARD = """
name = "Listening"
fatal = "zero"
[[sections]]
name = "All"
[[sections.questions]]
key = "heard"
text = "Did they hear why?"
weight = 60
[[sections.questions]]
key = "touch"
text = "Were all touch points covered?"
weight = 40
fact = "touch_points"
"""
WAIVES = "I can waive the yearly fee for twelve months. Would that help?"


def stock(world: World, guide: str = GUIDE) -> None:
    """Put a library and a guide of the real programme in force."""
    programme = world.programme
    library.save_library(programme=programme, library=read_library(LIBRARY))
    for key in ("fee", "waive"):
        entry = access_entry(programme, key)
        library.submit(entry=entry, number=1)
        library.approve(entry=entry, number=1, by=world.supervisor, actor="test")
        library.publish(entry=entry, number=1)
    publishing.install(programme=programme, text=guide)


def a_scorecard(world: World) -> None:
    """Put a scorecard in force."""
    programme = world.programme
    made = scorecards.save_draft(programme=programme, key="listening", text=CARD, instead_of=None, actor="test")
    told: dict[str, Any] = {"row": made.scorecard, "number": 1, "actor": "test"}
    scorecards.submit(**told)
    scorecards.approve(**told, by=world.supervisor)
    scorecards.publish(**told)


def held(world: World, persona: str = "hurried") -> Practice:
    """Return a practice that is over and wrapped up: the customer was answered nothing, and left."""
    row = taken(world, persona)
    for words in ("Hello", "Hm", "Hm", "Hm"):
        answered(row, words)
    with inside(row.programme_id):
        wrapped_up(row)
    return row


def a_practice_programme(world: World) -> Programme:
    """Return where the people of the world practise, with a library and a guide."""
    stock(world)
    return set_up(programme=world.programme, actor="test")


def practised_in(world: World) -> Programme:
    """Return where the people of the world practise."""
    found = practice_of(world.programme)
    assert found is not None
    return found


def begun(world: World, persona: str = "open", member: Member | None = None) -> Practice:
    """Return a practice that is begun, and rings."""
    row = actions.begin(member=member or world.rep, persona=persona)
    turn(row.programme)
    return row


def taken(world: World, persona: str = "open", member: Member | None = None) -> Practice:
    """Return a practice that the rep has taken."""
    row = begun(world, persona, member)
    with inside(row.programme_id):
        offer = open_offer_to(row.member)
        assert offer is not None
        routing.accept(member=row.member, offer_id=offer.public_id)
    return row


def says(row: Practice, text: str) -> None:
    """Have the rep write something, and the listener hear of it."""
    with inside(row.programme_id):
        contact = lock_contact(row.contact_id)
        chat.say(contact, author="rep", text=text, client_id=uuid4(), member=row.member)
        event = Event.objects.filter(name="chat.message").latest("pk")
    jobs.hear(programme_id=row.programme_id, event_id=event.pk)


def answered(row: Practice, text: str) -> str:
    """Have the rep write something; return what the customer replies."""
    says(row, text)
    jobs.reply(programme_id=row.programme_id, practice_id=row.pk)
    return said(row)[-1][1]


def wrapped_up(row: Practice) -> None:
    """Have the rep wrap the contact up."""
    told = {"disposition": "saved", "resolved": True, "summary": "Told of the fee"}
    routing.finish_wrap_up(member=row.member, contact_id=contact_of(row).public_id, **told)  # type: ignore[arg-type]


def contact_of(row: Practice) -> Contact:
    """Return the contact of a practice as it is now."""
    with inside(row.programme_id):
        return Contact.objects.get(pk=row.contact_id)


def said(row: Practice) -> list[tuple[str, str]]:
    """Return what was said, each with who said it."""
    with inside(row.programme_id):
        contact = Contact.objects.get(pk=row.contact_id)
        return [(one.author, one.text) for one in messages_of(contact) if one.author != "system"]


def counted(programme: Programme) -> dict[str, int]:
    """Return how many rows each table has of a programme."""
    tables = "SELECT table_name FROM information_schema.columns WHERE column_name = 'programme_id' AND "
    with inside(programme.pk), connection.cursor() as cursor:
        cursor.execute(f"{tables} table_schema = 'public' AND table_name NOT LIKE 'pg_%%'", [])
        names = [name for (name,) in cursor.fetchall()]
        found = {}
        for name in names:
            cursor.execute(f'SELECT count(*) FROM "{name}" WHERE programme_id = %s', [programme.pk])
            found[name] = cursor.fetchone()[0]
    return found
