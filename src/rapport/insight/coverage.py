"""How guides are gone through: coverage by guide, version, rep and step, where contacts leave, what nobody uses.

Counted from the facts of contacts and of steps, over contacts that a rep had and closed, by when they came.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection

from rapport.insight.queries import large_reads
from rapport.insight.words import SMALL

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

THROUGH = "end"

MEANT = """
FROM {facts} AS facts JOIN fact_contact AS contact ON contact.contact_id = facts.contact_id
WHERE contact.programme_id = %(programme)s AND facts.programme_id = %(programme)s
    AND contact.arrived_at >= %(since)s AND contact.arrived_at < %(until)s AND contact.closed_at IS NOT NULL
    AND contact.answered_at IS NOT NULL  -- what customers do alone has figures of its own
    AND (%(guide)s = '' OR facts.guide = %(guide)s)
    AND (%(version)s::integer IS NULL OR facts.version = %(version)s)
    AND (%(rep)s = '' OR contact.rep = %(rep)s)
"""
BY = """
SELECT {group}, COUNT(*), SUM(facts.required), SUM(facts.covered), COUNT(*) FILTER (WHERE facts.left_open > 0),
    COUNT(*) FILTER (WHERE facts.left_at <> 'end' AND facts.left_at <> '')
""" + MEANT.format(facts="fact_coverage")
GROUPED = {
    "version": BY.format(group="facts.guide, facts.version") + "GROUP BY 1, 2 ORDER BY 1, 2 DESC",
    "rep": BY.format(group="contact.rep") + "AND contact.rep IS NOT NULL GROUP BY 1",
}
LEFT = f"SELECT facts.left_at, COUNT(*) {MEANT.format(facts='fact_coverage')} AND facts.left_at <> '' GROUP BY 1"
STEPS = f"""
SELECT facts.step, COUNT(*), COUNT(*) FILTER (WHERE facts.is_required),
    COUNT(*) FILTER (WHERE facts.is_required AND facts.came_to = 'done'),
    COUNT(*) FILTER (WHERE facts.came_to = 'done'),
    COUNT(*) FILTER (WHERE facts.came_to = 'left_out'),
    COUNT(*) FILTER (WHERE facts.came_to = 'open'),
    COUNT(*) FILTER (WHERE facts.came_to = 'done' AND facts.how IN ('heard', 'customer'))
{MEANT.format(facts="fact_step")}
GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is counted: contacts that came in [since, until), of a guide, a version, a rep; empty: any."""

    since: datetime
    until: datetime
    guide: str = ""
    version: int | None = None
    rep: str = ""


@dataclass(frozen=True, slots=True)
class Covered:
    """Contacts of one group: their required touch points, how many were done, and who left before the end."""

    group: tuple[Any, ...]
    contacts: int
    required: int
    covered: int
    with_open: int
    left: int

    @property
    def share(self) -> float | None:
        """The share of required touch points that were done; None where none was required."""
        return self.covered / self.required if self.required else None

    @property
    def is_small(self) -> bool:
        """Whether it rests on few contacts."""
        return self.contacts < SMALL


@dataclass(frozen=True, slots=True)
class StepCounts:
    """What came of one step: ``contacts`` came by or required it; ``left_here`` ended their guide at it."""

    step: str
    contacts: int = 0
    required: int = 0
    required_done: int = 0
    done: int = 0
    left_out: int = 0
    open: int = 0
    by_itself: int = 0
    left_here: int = 0

    @property
    def share(self) -> float | None:
        """The share of those who required it that had it done; None where nobody did."""
        return self.required_done / self.required if self.required else None

    @property
    def is_small(self) -> bool:
        """Whether it rests on few contacts."""
        return 0 < self.contacts < SMALL


def by_version(programme: Programme, asked: Asked) -> list[Covered]:
    """Return the coverage of each guide's versions, the newest first."""
    return [_covered(row, 2) for row in _rows(programme, GROUPED["version"], asked)]


def by_rep(programme: Programme, asked: Asked) -> list[Covered]:
    """Return the coverage by the agent id of who had the contact last."""
    return [_covered(row, 1) for row in _rows(programme, GROUPED["rep"], asked)]


def by_step(programme: Programme, asked: Asked) -> dict[str, StepCounts]:
    """Return what came of each step that anybody came by, and at which contacts left, by the key of the step."""
    left = dict(_rows(programme, LEFT, asked))
    found = {
        row[0]: replace(StepCounts(*row), left_here=left.get(row[0], 0)) for row in _rows(programme, STEPS, asked)
    }
    return found | {step: StepCounts(step, left_here=number) for step, number in left.items() if step not in found}


def _covered(row: Sequence[Any], width: int) -> Covered:
    contacts, required, covered, with_open, left = row[width:]
    return Covered(tuple(row[:width]), contacts, int(required or 0), int(covered or 0), with_open, left)


def _rows(programme: Programme, sql: str, asked: Asked) -> list[tuple[Any, ...]]:
    values: Mapping[str, Any] = {
        "programme": programme.pk,
        "since": asked.since,
        "until": asked.until,
        "guide": asked.guide,
        "version": asked.version,
        "rep": asked.rep,
    }
    with large_reads(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())
