"""What this module hears of."""

from rapport.events.listeners import subscribe
from rapport.feedback import jobs


def register() -> None:
    """Ask customers when their conversation has ended."""
    subscribe("contact.ended", jobs.invite)
