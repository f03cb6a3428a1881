"""Background work of this module; each may run again and changes nothing then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rapport.accounts.doors import in_each_real_programme
from rapport.coaching import actions, duty, effects, rhythms, standing
from rapport.jobs.actions import periodic

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

__all__ = ["count", "count_effects", "keep"]


@periodic("coaching.keep", "*/10 * * * *")
def keep(timestamp: int) -> None:
    """Every ten minutes: plan the next one-to-ones, remind of them, end and mark what nobody did."""
    in_each_real_programme(_keep)


def _keep(programme: Programme) -> None:
    actions.end_forgotten(programme=programme)
    duty.end_forgotten_duty(programme=programme)
    rhythms.miss_overdue(programme=programme)
    rhythms.plan_ahead(programme=programme)
    rhythms.remind(programme=programme)


@periodic("coaching.count", "41 2 * * *")
def count(timestamp: int) -> None:
    """Every night: count where each rep stands."""
    in_each_real_programme(lambda programme: standing.count(programme=programme))


@periodic("coaching.effects", "11 3 * * 1")
def count_effects(timestamp: int) -> None:
    """Every Monday: count what coaching changed."""
    in_each_real_programme(lambda programme: effects.count(programme=programme))
