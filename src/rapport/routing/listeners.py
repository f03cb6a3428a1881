"""What this module hears of."""

from rapport.events.listeners import subscribe
from rapport.routing import jobs

SHUTS_OUT = (
    "person.place_changed",
    "person.clearance_changed",
    "person.right_changed",
    "person.shut_out",
    "role.adjusted",
    "programme.rules_changed",
)


def register() -> None:
    """Take people off the floor when they sign out, and when they may not be there any more."""
    subscribe("person.signed_out", jobs.sign_off)
    for name in SHUTS_OUT:
        subscribe(name, jobs.clear_floor)
