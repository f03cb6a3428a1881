"""A trial of a plan in the middle of the month: drawn as real contacts are, and played by the plan drawn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from rapport.accounts.queries import members_of
from rapport.demo.month import HEAD_START, Month, Visit, stranger
from rapport.demo.people import MANAGER
from rapport.kit import clock
from rapport.replays import actions as replays
from rapport.routing import publishing, trials, versions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rapport.accounts.models import Member, Programme

SHARE = 0.3
NOW, TRIED = "plus = 0.5, priority = 1.5", "plus = 1, priority = 3"  # minutes, as the plans say it
TRIED_HEAD_START = tuple(2 * seconds for seconds in HEAD_START)
NOTE = "Twice the head start for our best customers"
LEAST = 0.02  # of the service level
UNITS_NEEDED = 20_000


@dataclass(frozen=True, slots=True)
class Tried:
    """The trial with what the month asks of it; ``whose`` are the customers' public ids, in their order."""

    programme: Programme
    number: int
    key: str
    control: int
    candidate: int
    starts: datetime
    ends: datetime
    whose: Sequence[str]

    def plan_for(self, visit: Visit, now: float) -> int | None:
        """Return the number of the plan drawn for who comes now; None before and after the trial."""
        if not self.starts.timestamp() <= now < self.ends.timestamp():
            return None
        whose = str(UUID(self.whose[visit.customer])) if visit.customer >= 0 else stranger(visit)
        return self.candidate if trials.draws(self.key, whose, SHARE) else self.control

    def head_start(self, visit: Visit) -> float:
        """Return the head start in seconds by the plan drawn."""
        return (TRIED_HEAD_START if visit.plan == self.candidate else HEAD_START)[visit.segment]


def begin(programme: Programme, month: Month, whose: Sequence[str]) -> Tried:
    """Have the manager try a draft in the middle half of the month that is about to be played."""
    quarter = (month.end - month.since) / 4
    starts, ends = (datetime.fromtimestamp(month.since + quarter * part, UTC) for part in (1, 3))
    manager, actor = _manager(programme)
    now = versions.version_in_force(programme)
    with clock.at(starts):
        text = versions.text_in_force(programme).replace(NOW, TRIED)
        draft = publishing.save_draft(programme=programme, text=text, note=NOTE, by=manager, actor=actor)
        begun = trials.begin(
            programme=programme,
            number=draft.number,
            instead_of=now.number if now else None,
            terms=trials.Terms(
                share=SHARE, ends_at=ends, metric="service_level", least=LEAST, units_needed=UNITS_NEEDED
            ),
            by=manager,
            actor=actor,
        )
    return Tried(programme, begun.number, begun.key, begun.control.number, draft.number, starts, ends, whose)


def end(tried: Tried) -> None:
    """End the trial when its time was up: the plan in force stays."""
    with clock.at(tried.ends):
        trials.end_due((tried.programme, tried.number))


def replay(tried: Tried) -> None:
    """Have yesterday played again by the plan that was tried; the worker does it when the demonstration runs."""
    manager, actor = _manager(tried.programme)
    yesterday = clock.now().astimezone(tried.programme.zone).date() - timedelta(days=1)
    text = versions.version_by_number(tried.programme, tried.candidate).text
    replays.ask(
        programme=tried.programme,
        first=yesterday,
        last=yesterday,
        plans=[replays.Tried(f"Version {tried.candidate}", text)],
        seeds=replays.SEEDS[0],
        by=manager,
        actor=actor,
    )


def _manager(programme: Programme) -> tuple[Member, str]:
    """Return the manager, and what the log calls them."""
    [found] = (one for one in members_of(programme) if one.agent_id == MANAGER)
    return found, f"member:{found.pk}"
