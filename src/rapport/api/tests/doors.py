"""What the API's addresses need: a contact, own reps to say, a guide, and an entry of the library."""

from typing import Any

from rapport.conftest import World
from rapport.contacts import actions as contacts
from rapport.guides import publishing
from rapport.guides.library import actions as library
from rapport.guides.library.content import Objection
from rapport.guides.tests.written import simple
from rapport.offers.leaving import actions as leaving
from rapport.offers.tests.offering import some_accepted

SALE = {"key": "S-1", "customer": "C-1", "product": "card", "sold_on": "2026-03-02"}


def arguments(world: World) -> dict[str, dict[str, Any]]:
    """Return the arguments of each operation."""
    contact, _ = contacts.arrive(programme=world.programme, channel="voice", actor="test")
    of_contact = {"contact": contact.public_id}
    publishing.install(programme=world.programme, text=simple("Walked", [{"key": "thank", "title": "Thank"}]))
    of_guide = {"guide": "walked"}
    return {
        "get_contact": of_contact,
        "get_trace": of_contact,
        "list_recordings": of_contact,
        "put_own_reps": {"body": {"own_reps": {"C-1": "rep"}}},
        "deliver_file": {"feed": "customers"},
        "post_sales": {"body": {"sales": [SALE]}},
        "post_accounts": {"body": {"facts": [{"customer": "C-1", "as_of": "2026-03-02", "status": "active"}]}},
        "list_versions": of_guide,
        "read_guide": of_guide,
        "read_version": {**of_guide, "number": 1},
        "put_draft": {**of_guide, "body": {"text": simple("Walked", [{"key": "hear", "title": "Hear"}])}},
        "settle_cancellation": {"certificate": _certificate(world), "body": {"done": True}},
        "settle_accepted": {"accepted": some_accepted(world).public_id, "body": {"done": True}},
        "get_entry": {"entry": _live_entry(world)},
    }


def _certificate(world: World) -> str:
    """Return the reference of something that a customer has cancelled."""
    done = leaving.cancel(
        customer=world.customer, holding="", contact=None, channel="portal", origin="portal", by="customer",
        actor="customer",
    )  # fmt: skip
    return done.reference


def _live_entry(world: World) -> str:
    """Return the key of an entry of the library that is live."""
    entry = library.save_draft(
        programme=world.programme,
        kind="objection",
        key="costs",
        content=Objection(name="It costs too much"),
        instead_of=None,
    )
    library.submit(entry=entry, number=1)
    library.approve(entry=entry, number=1, by=world.supervisor, actor="test")
    library.publish(entry=entry, number=1)
    return entry.key
