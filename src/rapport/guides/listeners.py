"""What this module hears of."""

from rapport.events.listeners import subscribe
from rapport.guides import jobs


def register() -> None:
    """Send the transactions that were asked for."""
    subscribe("guide.transaction_asked", jobs.send_transaction)
