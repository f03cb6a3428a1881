"""What this module hears of."""

from rapport.events.listeners import subscribe
from rapport.replays import jobs


def register() -> None:
    """Run what was asked for."""
    subscribe("replay.asked", jobs.run)
