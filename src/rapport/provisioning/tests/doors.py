"""What SCIM's addresses need: any name will do, since the token is asked for first."""

from typing import Any

from rapport.conftest import World


def arguments(world: World) -> dict[str, dict[str, Any]]:
    """Return the arguments of each address."""
    return {
        "scim-Users-one": {"number": "1"},
        "scim-Groups-one": {"number": "1"},
        "scim-Schemas-one": {"which": "urn:ietf:params:scim:schemas:core:2.0:User"},
        "scim-ResourceTypes-one": {"which": "User"},
        "scim-nothing": {"rest": "nothing"},
    }
