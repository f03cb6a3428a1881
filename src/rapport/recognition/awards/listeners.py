"""What awards hear of."""

from rapport.events.listeners import subscribe
from rapport.recognition.awards import jobs


def register() -> None:
    """Look again at awards where a claim that may have counted changes."""
    subscribe("ledger.moved", jobs.look_again)
