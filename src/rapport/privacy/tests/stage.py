"""A customer of whom every module knows something, and what must not be found when they are gone."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import connection

from rapport.accounts import actions as accounts
from rapport.accounts.models import Member
from rapport.accounts.roles import Right, Role
from rapport.channels.chat import actions as chat
from rapport.channels.cti import actions as cti
from rapport.channels.cti.forms import read
from rapport.conftest import World
from rapport.contacts import actions as contacts
from rapport.contacts.models import Contact
from rapport.customers import actions as customers
from rapport.customers.models import Customer, Holding
from rapport.customers.promises import actions as promises
from rapport.feedback import actions as feedback
from rapport.guides import actions as guides
from rapport.guides import publishing as guide_files
from rapport.guides.tests.written import simple
from rapport.insight import queries as insight
from rapport.insight.registry import METRICS, RELATIONS
from rapport.kit import clock
from rapport.quality.recordings.models import Recording
from rapport.recognition import actions as recognition
from rapport.routing import actions as routing
from rapport.routing import presence
from rapport.routing.queries import open_offer_to
from rapport.routing.router import turn

NINE = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
LATER = NINE + timedelta(days=60)
STEPS = [{"key": "why", "title": "Hear the reason", "words": "Why?", "touch_point": "required"}]
WORDS = (
    "Ada Byron",
    "Lovelace",
    "ada@example.org",
    "4930123456",
    "30 123456",
    "C-1",
    "likes whist",
    "shoesize",
    "Visa of hers",
    "her secret question",
    "her summary line",
    "her fee back",
    "her follow-up line",
    "her callback",
    "she hung up on it",
    "glad of my analytical engine",
    "her request note",
    "her voice",
)


def manager(world: World) -> Member:
    return accounts.ensure_member(
        programme=world.programme, agent_id="manager", name="Mona", role=Role.MANAGER, username="manager"
    )


def known(world: World) -> Customer:
    """Fill the customer's file, and let them write, call and answer; return them as they are now."""
    programme, customer = world.programme, world.customer
    Customer.objects.filter(pk=customer.pk).update(attributes={"shoesize": 38})
    Holding.objects.create(programme=programme, customer=customer, key="h1", product="Card", label="Visa of hers")
    with clock.at(NINE):
        guide_files.install(programme=programme, text=simple("Cancel", STEPS, "cancel"), actor="test")
    changes = {"name": "Ada Lovelace", "likes": "likes whist"}
    with clock.at(NINE):
        customers.update_file(member=world.rep, customer=customer, version=1, changes=changes)
        customers.update_file(member=world.rep, customer=customer, version=2, changes={"name": "Ada Byron"})
        first = chatted(world)
        recorded(world, call(world, "pbx-1", "+49 30 123456"))
    with clock.at(NINE + timedelta(hours=1)):
        promises.make_promise(
            member=world.rep, customer=customer, what="her callback", due_on=NINE.date(), contact_id=first.pk
        )
        contacts.follow_up(member=world.rep, contact=first, holds=True, comment="her follow-up line")
        recognition.draft(programme=programme, day=NINE.date(), actor="test")
    customer.refresh_from_db()
    return customer


def chatted(world: World, email: str = "ada@example.org", text: str = "her secret question") -> Contact:
    """Have a chat from the first word to the survey."""
    programme = world.programme
    contact = chat.begin(programme=programme, email=email, text=text, reason=world.reason, client_id=uuid4())
    presence.choose(member=world.rep, doing="available")
    turn(programme)
    offer = open_offer_to(world.rep)
    assert offer is not None
    contact = routing.accept(member=world.rep, offer_id=offer.public_id)
    guides.begin(contact, actor="test")
    chat.say(contact, author="rep", text="her secret question, answered", client_id=uuid4(), member=world.rep)
    routing.end_conversation(Contact.objects.get(pk=contact.pk), by="rep", actor="test")
    contact.refresh_from_db()
    guides.close(contact, actor="test", because="she hung up on it")
    routing.finish_wrap_up(
        member=world.rep,
        contact_id=contact.public_id,
        disposition="saved",
        resolved=True,
        summary="her summary line",
        value_given="her fee back",
    )
    contact.refresh_from_db()
    feedback.answer(
        contact=contact, rating=5, resolved=True, comment="I am glad of my analytical engine, thank you"
    )
    presence.choose(member=world.rep, doing="offline")
    return contact


def call(world: World, call_id: str, number: str) -> Contact:
    """Have somebody call, and give up."""
    for seconds, event in enumerate(("newCall", "hangup")):
        at = (clock.now() - timedelta(seconds=60 - seconds)).isoformat()
        told = {"event": event, "callId": call_id, "from": number, "to": "1", "at": at}
        contact = cti.take(programme=world.programme, told=read(told))
    return contact


def recorded(world: World, contact: Contact) -> None:
    """Have the call recorded; of the sound there is the key that opens it."""
    Recording.objects.create(
        programme=world.programme, contact=contact, sha256="0" * 64, kind="wav", layout="both", rate=8000,
        frames=80_000, kept_bytes=100, basis="agreed", began_at=clock.now(), arrived_at=clock.now(),
        sealed_secret="her voice", outline=b"her voice",
    )  # fmt: skip


def every_figure(world: World) -> dict[str, Any]:
    """Return every metric by every way it can be split, as counted a while later."""
    ways = {dimension for relation in RELATIONS.values() for dimension in relation.dimensions}
    cuts: list[tuple[str, ...]] = [(), *((way,) for way in sorted(ways)), ("rep", "day"), ("reason", "hour")]
    found = insight.cuts(world.programme, METRICS, None, None, cuts, now=LATER)
    assert set(found[()][0].figures) == set(METRICS)
    return {", ".join(cut): rows for cut, rows in found.items()}


def whole_database() -> str:
    """Return every row of every table as text."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        parts = []
        for table in tables:
            cursor.execute(f'SELECT "{table}"::text FROM "{table}"')
            parts += [f"{table}: {row[0]}" for row in cursor.fetchall()]
    return "\n".join(parts)


def left(words: Iterable[str] = WORDS) -> list[str]:
    """Return the rows in which one of the words still stands."""
    rows = whole_database().splitlines()
    return [f"{word!r} in {row[:300]}" for row in rows for word in words if word in row]


def token(world: World, *rights: Right) -> dict[str, str]:
    secret = accounts.issue_token(programme=world.programme, name="privacy", rights=list(rights))
    return {"Authorization": f"Bearer {secret}"}
