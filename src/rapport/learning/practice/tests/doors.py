"""What the addresses of practice need: one that the rep began."""

from typing import Any

from rapport.conftest import World
from rapport.learning.practice import actions
from rapport.learning.practice.setting_up import set_up


def arguments(world: World) -> dict[str, dict[str, Any]]:
    """Return the arguments of each address."""
    set_up(programme=world.programme, actor="test")
    return {"practice-look": {"practice": actions.begin(member=world.rep, persona="open").public_id}}
