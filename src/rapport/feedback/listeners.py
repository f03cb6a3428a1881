"""What this module hears of."""

from rapport.events.listeners import subscribe
from rapport.feedback import jobs


def register() -> None:
    """Ask customers when their conversation has ended, or when they did it alone."""
    subscribe("contact.ended", jobs.invite)
    subscribe("contact.served", jobs.invite)
