"""What this module hears of."""

from rapport.accounts.queries import is_real
from rapport.events.listeners import subscribe
from rapport.quality.repeats import jobs


def register() -> None:
    """Look for returns among calls that a log tells of late."""
    subscribe("calls.imported", jobs.find_imported, where=is_real)
