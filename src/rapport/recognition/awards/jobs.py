"""Background work of awards; each may run again and changes nothing then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rapport.accounts.doors import in_each_real_programme, one_by_one_in_each_real
from rapport.jobs.actions import periodic
from rapport.recognition.awards import actions, queries

if TYPE_CHECKING:
    from datetime import date

    from rapport.accounts.models import Programme


@periodic("awards.draft", "23 3 * * *")
def draft(timestamp: int) -> None:
    """Every night: draft the awards whose month has matured."""
    one_by_one_in_each_real(_due, _draft)


def _due(programme: Programme) -> list[tuple[Programme, str, date]]:
    return [(programme, *one) for one in queries.due(programme)]


def _draft(told: tuple[Programme, str, date]) -> bool:
    programme, category, month = told
    return actions.draft(programme=programme, category=category, month=month, actor="system") is not None


@periodic("awards.look_again", "29 * * * *")
def look_again(timestamp: int) -> None:
    """Every hour: look again at the awards for which claims counted that have changed."""
    in_each_real_programme(lambda programme: actions.look_again(programme=programme))
