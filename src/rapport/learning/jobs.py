"""Background work of this module; each may run again and changes nothing then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rapport.accounts.doors import in_each_real_programme, in_turn
from rapport.jobs.actions import periodic
from rapport.learning import assigning, media, refreshing

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

__all__ = ["keep", "refresh", "remove_unnamed"]


@periodic("learning.keep", "7,37 * * * *")
def keep(timestamp: int) -> None:
    """Twice an hour: enrol who joined an audience, and remind who is to take a course that is due or overdue."""
    in_each_real_programme(_keep)


def _keep(programme: Programme) -> None:
    assigning.hand_out(programme=programme)
    assigning.remind(programme=programme)


@periodic("learning.remove_unnamed", "53 3 * * *")
def remove_unnamed(timestamp: int) -> None:
    """Every night: remove files of pictures and videos that nothing names."""
    in_turn(lambda programme: media.remove_unnamed(programme=programme))


@periodic("learning.refresh", "19 4 * * *")
def refresh(timestamp: int) -> None:
    """Every night of a month's first week: draft the refresher of the month before, where it is not yet."""
    in_each_real_programme(lambda programme: refreshing.draft_due(programme=programme))
