"""What the addresses of how work is need: nothing."""

from typing import Any

from rapport.conftest import World


def arguments(world: World) -> dict[str, dict[str, Any]]:
    """Return the arguments of each address."""
    return {}
