"""Background work of this module."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from rapport.accounts.doors import in_each_real_programme
from rapport.insight.queries import metrics
from rapport.jobs.actions import periodic
from rapport.kit import clock
from rapport.recognition import actions, effect, tips
from rapport.recognition.queries import note_of

if TYPE_CHECKING:
    from rapport.accounts.models import Programme


@periodic("recognition.draft_yesterday", "5,35 * * * *")
def draft_yesterday(timestamp: int) -> None:
    """After each programme's midnight, draft the notes of the day that ended, if people called on it."""
    in_each_real_programme(_draft_yesterday)


def _draft_yesterday(programme: Programme) -> None:
    yesterday = clock.now().astimezone(programme.zone).date() - timedelta(days=1)
    if note_of(programme, yesterday) is None and _had_contacts(programme, yesterday):
        actions.draft(programme=programme, day=yesterday, actor="system")


def _had_contacts(programme: Programme, day: date) -> bool:
    return bool(metrics(programme, ("contacts_offered",), day, day)[0]["contacts_offered"].value)


@periodic("recognition.keep_tips", "47 2 * * *")
def keep_tips(timestamp: int) -> None:
    """Every night: count what tips changed whose week is over, and bring all tips' evidence up to date."""
    in_each_real_programme(_keep_tips)


def _keep_tips(programme: Programme) -> None:
    effect.count_due(programme=programme)
    tips.gather(programme=programme, afresh=True)
