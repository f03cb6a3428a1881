"""What the addresses of certification need: a kind that keeps nothing from anybody."""

from typing import Any

from rapport.conftest import World
from rapport.learning.certification.tests.stage import PATH, a_kind


def arguments(world: World) -> dict[str, dict[str, Any]]:
    """Return the arguments of each address."""
    kind = {"key": a_kind(world, PATH, key="path").key}
    return {
        "certificate-kind": kind,
        "certificate-kind-decide": kind | {"number": 1},
        "certificate-kind-withdraw": kind,
    }
