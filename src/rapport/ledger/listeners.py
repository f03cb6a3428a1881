"""What this module hears of."""

from rapport.events.listeners import subscribe
from rapport.ledger import jobs


def register() -> None:
    """Enter saves, and let those who choose offers learn what became of them."""
    subscribe("leaving.ended", jobs.enter)
    subscribe("ledger.moved", jobs.teach, together=True)
