"""What this module hears of."""

from rapport.events.listeners import subscribe
from rapport.offers import jobs


def register() -> None:
    """Have the partner carry cancellations out."""
    subscribe("leaving.cancelled", jobs.carry_out)
