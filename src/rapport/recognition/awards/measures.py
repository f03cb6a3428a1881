"""What awards may be for: metrics of the registry that say how well, and never how many or how fast."""

from __future__ import annotations

from dataclasses import dataclass

VOTES = "votes"
"""The measure that is no metric: whom their peers name."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A metric that an award may be for: by which kind of work it is adjusted, and when a month of it is known.

    ``days`` after the month everything in it has matured; ``is_claim``: so many more as claims take to mature.
    """

    metric: str
    kind: str
    days: int
    is_claim: bool = False


MEASURES: dict[str, Measure] = {
    one.metric: one
    for one in (
        Measure("verified_save_rate", "leaving_reason", 5, is_claim=True),
        Measure("stick_60", "leaving_reason", 5, is_claim=True),
        Measure("first_contact_resolution", "reason", 8),
        Measure("resolution_by_customers", "reason", 5),
        Measure("satisfaction", "reason", 5),
        Measure("satisfied_customers", "reason", 5),
        Measure("quality_score", "reason", 14),
        Measure("quality_passed", "reason", 14),
        Measure("customer_critical_accuracy", "reason", 14),
        Measure("promise_kept_rate", "kind", 8),
        Measure("promise_broken_rate", "kind", 8),
    )
}
"""Left out on purpose: counts of contacts, times, what reps say of themselves, and saves that are only claimed."""
