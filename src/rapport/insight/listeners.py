"""What this module hears of."""

from rapport.events.listeners import subscribe
from rapport.insight import jobs


def register() -> None:
    """Count what outcome to expect when a plan comes into force, which may go by another metric."""
    subscribe("plan.published", jobs.score)
