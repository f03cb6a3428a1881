"""What the floor's addresses need: a contact that the rep handled."""

from typing import Any

from rapport.conftest import World
from rapport.contacts import actions as contacts
from rapport.kit import clock
from rapport.routing import call_backs


def arguments(world: World) -> dict[str, dict[str, Any]]:
    """Return the arguments of each address."""
    contact, _ = contacts.arrive(programme=world.programme, channel="voice", actor="test")
    contacts.answer(contact, rep=world.rep, actor="test")
    one = {"contact_id": contact.public_id}
    names = ("contact", "contact-part", "contact-ticket", "contact-move", "contact-take-back")
    booked = call_backs.book(
        member=world.rep, contact_id=contact.public_id, phone="+4930123456", due_at=clock.now(), is_mine=True
    )
    return {**dict.fromkeys(names, one), "floor-call-off": {"call_back_id": booked.public_id}}
