"""What this module hears of."""

from rapport.audit import jobs
from rapport.events.listeners import subscribe


def register() -> None:
    """Judge what may need an alarm."""
    subscribe("customer.revealed", jobs.count_reveals)
    subscribe("person.broke_glass", jobs.mind_broken_glass)
    subscribe("programme.administrators_gone", jobs.mind_missing_administrator)
