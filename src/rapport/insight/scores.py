"""Counts what outcome to expect of whom, from the same metric that reports show, for the router to choose by."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rapport.accounts.queries import member_ids
from rapport.insight.figures import FigureRow
from rapport.insight.queries import extent, metrics
from rapport.kit import clock
from rapport.numeric.pooling import expected_outcomes
from rapport.routing.outcomes import Counted, Expected, keep_scores
from rapport.routing.policy import Kind
from rapport.routing.versions import plan_in_force

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

LOOKS_BACK = timedelta(days=180)

Integers = NDArray[np.int64]


def score_reps(programme: Programme, *, actor: str = "insight") -> int:
    """Count what outcome to expect of each rep with each kind of contact; return of how many pairs.

    Over the half year before the last day there is a contact of, yesterday at the latest; by the metric that the
    plan of routing names. Where no outcome is known yet, nothing is kept.
    """
    days = extent(programme)
    if days is None:
        return 0
    metric = plan_in_force(programme).plan.choice.outcome
    last = min(days[1], clock.now().astimezone(programme.zone).date() - timedelta(days=1))
    first = last - LOOKS_BACK
    rows = metrics(programme, [metric], first, last, ("rep", "reason", "segment")) if first <= last else []
    people = member_ids(programme)
    cells = _Cells([row for row in rows if row.group["rep"] in people and row[metric].denominator], metric)
    if not cells.rows:
        return 0
    expected = list(cells.expected(people))
    keep_scores(programme=programme, counted=cells.counted(first, last), expected=expected, actor=actor)
    return len(expected)


class _Cells:
    """What is known of pairs of rep and kind, as a table: a row for each rep, a column for each kind."""

    def __init__(self, rows: Sequence[FigureRow], metric: str) -> None:
        self.rows = rows
        self.metric = metric
        self.reps = sorted({str(row.group["rep"]) for row in rows})
        self.kinds = sorted({_kind(row) for row in rows})
        at_rep = {rep: number for number, rep in enumerate(self.reps)}
        at_kind = {kind: number for number, kind in enumerate(self.kinds)}
        shape = len(self.reps), len(self.kinds)
        self.hits: Integers = np.zeros(shape, dtype=np.int64)
        self.trials: Integers = np.zeros(shape, dtype=np.int64)
        for row in rows:
            where = at_rep[str(row.group["rep"])], at_kind[_kind(row)]
            self.hits[where] = int(row[metric].numerator)
            self.trials[where] = int(row[metric].denominator or 0)

    def counted(self, first: date, last: date) -> Counted:
        hits, trials = int(self.hits.sum()), int(self.trials.sum())
        return Counted(self.metric, first, last, hits, trials, hits / trials)

    def expected(self, people: dict[str, int]) -> Iterator[Expected]:
        """Yield what to expect of each kind whoever has it, then of each rep with it."""
        rep, kind = (axis.ravel() for axis in np.indices(self.hits.shape))
        reasons = sorted({reason for reason, _ in self.kinds})
        told = expected_outcomes(
            self.hits.ravel(),
            self.trials.ravel(),
            rep=rep,
            kind=kind,
            reason_of=[reasons.index(reason) for reason, _ in self.kinds],
        )
        for number, one in enumerate(self.kinds):
            share = told.kind[number], told.kind_low[number], told.kind_high[number]
            hits, trials = int(self.hits[:, number].sum()), int(self.trials[:, number].sum())
            yield Expected(None, one, hits, trials, *map(float, share))
        for cell, (rep_at, kind_at) in enumerate(zip(rep.tolist(), kind.tolist(), strict=True)):
            share = told.share[cell], told.low[cell], told.high[cell]
            hits, trials = int(self.hits[rep_at, kind_at]), int(self.trials[rep_at, kind_at])
            yield Expected(people[self.reps[rep_at]], self.kinds[kind_at], hits, trials, *map(float, share))


def _kind(row: FigureRow) -> Kind:
    return str(row.group["reason"] or ""), str(row.group["segment"] or "")
