"""What the addresses of a person's own account need: a sign-in and a factor of somebody else."""

from typing import Any

from rapport.conftest import World
from rapport.signin import actions


def arguments(world: World) -> dict[str, dict[str, Any]]:
    """Return the arguments of each address."""
    sign_in = actions.begin(
        user=world.supervisor.user, session_key="somebody-elses", how="password", address="", browser=""
    )
    one = {"sign_in": sign_in.public_id}
    return {"account-end": one, "session-end": one, "account-remove": {"factor": 1}}
