"""What the API's addresses need: a contact, and own reps to say."""

from typing import Any

from rapport.conftest import World
from rapport.contacts import actions as contacts


def arguments(world: World) -> dict[str, dict[str, Any]]:
    """Return the arguments of each operation."""
    contact, _ = contacts.arrive(programme=world.programme, channel="voice", actor="test")
    of_contact = {"contact": contact.public_id}
    return {
        "get_contact": of_contact,
        "get_trace": of_contact,
        "put_own_reps": {"body": {"own_reps": {"C-1": "rep"}}},
        "deliver_file": {"feed": "customers"},
    }
