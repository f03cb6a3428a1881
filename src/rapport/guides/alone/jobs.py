"""Background work: who has not gone on for a day has left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rapport.accounts.doors import one_by_one_in_each
from rapport.guides.alone.actions import IDLE, leave_if_idle
from rapport.guides.models import Alone
from rapport.jobs.actions import periodic
from rapport.kit import clock

if TYPE_CHECKING:
    from rapport.accounts.models import Programme


@periodic("guides.leave_the_idle", cron="*/10 * * * *")
def leave_the_idle(timestamp: int) -> None:
    """Every ten minutes, let go of customers alone in a guide who have not gone on for a day."""
    one_by_one_in_each(_idle, leave_if_idle)


def _idle(programme: Programme) -> list[Alone]:
    return list(
        Alone.objects.filter(programme=programme, outcome="", moved_at__lte=clock.now() - IDLE).order_by("pk")
    )
