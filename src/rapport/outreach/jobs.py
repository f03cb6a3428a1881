"""Background work of this module."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rapport.accounts.doors import in_each_real_programme
from rapport.jobs.actions import periodic
from rapport.outreach.lists import actions, queries

if TYPE_CHECKING:
    from rapport.accounts.models import Programme


@periodic("outreach.refresh_lists", cron="20 4 * * *")
def refresh_lists(timestamp: int) -> None:
    """Look every night who is on each list; who fits the night before stays."""
    in_each_real_programme(_refresh)


def _refresh(programme: Programme) -> None:
    for which in queries.to_refresh(programme):
        actions.refresh(which=which)
