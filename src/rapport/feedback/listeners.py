"""What this module hears of."""

from rapport.accounts.queries import is_real
from rapport.events.listeners import subscribe
from rapport.feedback import jobs


def register() -> None:
    """Ask customers when their conversation has ended, or when they did it alone; none of those made up."""
    for name in ("contact.ended", "contact.served"):
        subscribe(name, jobs.invite, where=is_real)
