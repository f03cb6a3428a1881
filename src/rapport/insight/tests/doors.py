"""What the reports' addresses need."""

from typing import Any

from rapport.conftest import World


def arguments(world: World) -> dict[str, dict[str, Any]]:
    """Return the arguments of each address."""
    return {"metric": {"key": "service_level"}}
