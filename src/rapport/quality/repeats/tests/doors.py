"""What the addresses of returns need: somebody who came back."""

from typing import Any

from rapport.conftest import World
from rapport.quality.repeats.tests.test_returns import came_back


def arguments(world: World) -> dict[str, dict[str, Any]]:
    """Return the arguments of each address."""
    found = {"found": came_back(world, "walked@example.org").public_id}
    return {"return-lay": found, "return-mend": found}
