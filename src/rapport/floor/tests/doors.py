"""What the floor's addresses need: a contact that the rep handled."""

from typing import Any

from rapport.conftest import World
from rapport.contacts import actions as contacts


def arguments(world: World) -> dict[str, dict[str, Any]]:
    """Return the arguments of each address."""
    contact, _ = contacts.arrive(programme=world.programme, channel="voice", actor="test")
    contacts.answer(contact, rep=world.rep, actor="test")
    one = {"contact_id": contact.public_id}
    return {"contact": one, "contact-part": one, "contact-ticket": one}
