"""What the addresses of Rally Notes need: a published letter."""

from typing import Any

from rapport.conftest import World
from rapport.kit import clock
from rapport.recognition import actions


def arguments(world: World) -> dict[str, dict[str, Any]]:
    """Return the arguments of each address."""
    today = clock.now().astimezone(world.programme.zone).date()
    actions.draft(programme=world.programme, day=today, actor="test")
    actions.edit(member=world.supervisor, day=today, words={"our_news": "A quiet day."})
    actions.publish(member=world.supervisor, day=today)
    actions.see(member=world.rep, day=today)
    return {name: {"day": today} for name in ("rally-day", "rally-read", "rally-edit")}
