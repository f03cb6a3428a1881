"""What the addresses of sitting in need: a chat that somebody else holds."""

from typing import Any
from uuid import uuid4

from rapport.channels.chat import actions as chat
from rapport.conftest import World
from rapport.contacts import actions as contacts
from rapport.quality.monitoring import actions


def arguments(world: World) -> dict[str, dict[str, Any]]:
    """Return the arguments of each address."""
    held = chat.begin(
        programme=world.programme, email="held@example.org", text="Hello", reason=world.reason, client_id=uuid4()
    )
    contacts.answer(held, rep=world.second_rep, actor="test")
    actions.sit_in(member=world.supervisor, contact_id=held.public_id)
    steps = ("", "-sit-in", "-whisper", "-join", "-say", "-leave", "-pulse")
    return {f"monitoring{step}": {"contact": held.public_id} for step in steps}
