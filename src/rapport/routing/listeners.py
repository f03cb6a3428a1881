"""What this module hears of."""

from rapport.events.listeners import subscribe
from rapport.routing import jobs


def register() -> None:
    """Take people off the floor when they sign out."""
    subscribe("person.signed_out", jobs.sign_off)
