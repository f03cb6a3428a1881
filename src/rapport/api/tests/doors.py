"""What the API's addresses need: a contact."""

from typing import Any

from rapport.conftest import World
from rapport.contacts import actions as contacts


def arguments(world: World) -> dict[str, dict[str, Any]]:
    """Return the arguments of each operation."""
    contact, _ = contacts.arrive(programme=world.programme, channel="voice", actor="test")
    return {"get_contact": {"contact": contact.public_id}, "deliver_file": {"feed": "customers"}}
