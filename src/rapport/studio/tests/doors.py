"""What the addresses of people and tokens need."""

from typing import Any

from rapport.accounts import actions as accounts
from rapport.accounts.models import ApiToken
from rapport.accounts.roles import Right
from rapport.conftest import World


def arguments(world: World) -> dict[str, dict[str, Any]]:
    """Return the arguments of each address."""
    accounts.issue_token(programme=world.programme, name="walked", rights=[Right.USE_API])
    person = {"person": world.rep.user.public_id}
    names = ("person", "person-place", "person-clearance", "person-right", "person-sessions")
    return {
        **dict.fromkeys(names, person),
        "token-end": {"token": ApiToken.objects.get(programme=world.programme, name="walked").public_id},
    }
