"""What the addresses of thanks need: thanks that somebody gave."""

from typing import Any

from rapport.conftest import World
from rapport.recognition.kudos import actions


def arguments(world: World) -> dict[str, dict[str, Any]]:
    """Return the arguments of each address."""
    made = actions.give(member=world.rep, to="rep2", words="For the quiet way you handled it")
    return {"thanks-withdraw": {"kudos": made.public_id}}
