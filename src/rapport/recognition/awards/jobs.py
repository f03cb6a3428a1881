"""Background work of awards; each may run again and changes nothing then."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from rapport.accounts.doors import one_by_one_in_each
from rapport.events.queries import event_by_id
from rapport.jobs.actions import job, periodic
from rapport.recognition.awards import actions, queries

if TYPE_CHECKING:
    from datetime import date

    from rapport.accounts.models import Programme


@periodic("awards.draft", "23 3 * * *")
def draft(timestamp: int) -> None:
    """Every night: draft the awards whose month has matured."""
    one_by_one_in_each(_due, _draft)


def _due(programme: Programme) -> list[tuple[Programme, str, date]]:
    return [(programme, *one) for one in queries.due(programme)]


def _draft(told: tuple[Programme, str, date]) -> bool:
    programme, category, month = told
    return actions.draft(programme=programme, category=category, month=month, actor="system") is not None


@job("awards.look_again")
def look_again(programme_id: int, event_id: int) -> None:
    """Look again at the awards for which a claim counted that has changed."""
    event = event_by_id(event_id)
    for award in queries.resting_on(event.programme, UUID(event.data["claim"])):
        actions.look_again(programme=event.programme, award_id=award)
