"""Background work of how work is; it may run again and changes nothing then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rapport.accounts.doors import in_each_programme, in_each_real_programme
from rapport.insight.queries import large_reads
from rapport.jobs.actions import periodic
from rapport.recognition.staff import actions, staying

if TYPE_CHECKING:
    from rapport.accounts.models import Programme


@periodic("staff.forget_shared", "23 4 * * *")
def forget_shared(timestamp: int) -> None:
    """Every night: delete what people shared and is over."""
    in_each_programme(lambda programme: actions.forget_shared(programme=programme))


@periodic("staff.count_strains", "31 4 * * *")
def count_strains(timestamp: int) -> None:
    """Every night: count of how many each sign stood out, where the fortnight's is not counted yet."""
    in_each_real_programme(_count_strains)


def _count_strains(programme: Programme) -> None:
    with large_reads():  # ten weeks of everybody's time
        staying.count_strains(programme=programme)
