"""Simulated floors on which it is known what coaching changes: a year of scores, and who was coached, and why.

Reps differ, weeks differ for all, teams drift, each rep has good and bad stretches that hang together, and bad
months that pass by themselves. A score is the share of the few contacts drawn in the week that met the criterion.
The supervisors choose whom to coach in one of these ways:

- ``lot``: by nothing that has to do with scores;
- ``worst``: each rep in every third week or so, on the criterion that was lowest in the last month;
- ``month``: each week the rep of the team with the lowest last month, on the two lowest criteria;
- ``fell``: the same, with whoever fell the most from the half year before;
- ``team``: the whole team within a few weeks, each team at its own time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from rapport.coaching.panel import WEEKS, Held, Panel, made_of
from rapport.coaching.rhythms import WEEK

WAYS = ("lot", "worst", "month", "fell", "team")
METHODS = ("talk", "contact")
SINCE = date(2025, 11, 17)
UNTIL = SINCE + WEEKS * WEEK


@dataclass(frozen=True, slots=True)
class Floor:
    """``met`` of ``drawn`` contacts met each criterion: shapes (criteria, reps, weeks) and (reps, weeks)."""

    drawn: np.ndarray
    met: np.ndarray
    held: list[Held]

    def means(self) -> Iterator[tuple[str, int, date, float]]:
        """Yield what the panel is made of."""
        for criterion, rep, week in zip(*np.nonzero(np.broadcast_to(self.drawn > 0, self.met.shape)), strict=True):
            mean = self.met[criterion, rep, week] / self.drawn[rep, week]
            yield name(criterion), int(rep), SINCE + int(week) * WEEK, float(mean)

    def panels(self) -> dict[str, Panel]:
        """Return the panels, as they are made of rows."""
        return made_of(self.means(), self.held, SINCE, UNTIL)


def name(criterion: int) -> str:
    """Return the key of a criterion."""
    return f"service/{criterion}"


def a_floor(
    seed: int, way: str, *, teams: int = 3, each: int = 12, criteria: int = 4, effect: float = 0.0
) -> Floor:
    """Simulate a year in which coaching on a criterion adds ``effect`` to it from the next week on."""
    random = np.random.default_rng(seed)
    reps = teams * each
    team = np.repeat(np.arange(teams), each)
    drawn = random.poisson(2, (reps, WEEKS)) * (random.random((reps, WEEKS)) < 0.92)
    level = _levels(random, criteria, team)
    met = np.zeros(level.shape, dtype=np.int64)
    coached = np.zeros((criteria, reps), bool)
    supervisors = _Supervisors(random, way, team)
    held = []
    for week in range(WEEKS):
        share = np.clip(level[:, :, week] + effect * coached, 0.02, 0.98)
        met[:, :, week] = random.binomial(drawn[:, week], share)
        for rep, on in supervisors.choose(week, met, drawn):
            coached[on, rep] = True
            method = METHODS[int(random.integers(2))]
            keys = tuple(name(one) for one in on)
            held.append(Held(rep, reps + int(team[rep]), method, SINCE + week * WEEK, 0.5, keys))
    return Floor(drawn, met, held)


def _levels(random: np.random.Generator, criteria: int, team: np.ndarray) -> np.ndarray:
    """How likely each contact meets each criterion, had nobody been coached."""
    reps, teams = team.size, int(team.max()) + 1
    common = 0.005 * random.normal(size=(criteria, 1, WEEKS)).cumsum(axis=2)
    common += 0.7 + 0.04 * random.normal(size=(criteria, 1, 1)) + 0.02 * random.normal(size=common.shape)
    own = 0.08 * random.normal(size=(criteria, reps, 1)) + _drifting(random, (criteria, reps), 0.6, 0.06)
    bad = random.random((reps, WEEKS)) < 0.02
    for rep, week in zip(*np.nonzero(bad), strict=True):
        bad[rep, week : week + random.integers(2, 7)] = True
    crews: np.ndarray = _drifting(random, (criteria, teams), 0.8, 0.02)[:, team]
    return np.asarray(common + own + crews - 0.15 * bad)


def _drifting(random: np.random.Generator, shape: tuple[int, int], stays: float, spread: float) -> np.ndarray:
    shocks = spread * random.normal(size=(*shape, WEEKS))
    shocks[..., 1:] *= np.sqrt(1 - stays**2)
    for week in range(1, WEEKS):
        shocks[..., week] += stays * shocks[..., week - 1]
    return shocks


class _Supervisors:
    def __init__(self, random: np.random.Generator, way: str, team: np.ndarray) -> None:
        self.random, self.way, self.team = random, way, team
        self.begins = random.integers(13, WEEKS - 8, size=int(team.max()) + 1)
        self.last = np.full(team.size, -WEEKS)

    def choose(self, week: int, met: np.ndarray, drawn: np.ndarray) -> Iterator[tuple[int, list[int]]]:
        """Yield whom to coach this week, and on which criteria."""
        criteria, reps = met.shape[:2]
        if self.way == "lot":
            for rep in np.flatnonzero(self.random.random(reps) < 0.06):
                yield int(rep), [int(self.random.integers(criteria))]
        elif self.way == "team":
            now = (self.begins[self.team] <= week) & (week < self.begins[self.team] + 3)
            for rep in np.flatnonzero(now & (self.random.random(reps) < 0.4)):
                yield int(rep), list(range(criteria))
        elif week >= 4:
            yield from self._by_scores(week, met, drawn)

    def _by_scores(self, week: int, met: np.ndarray, drawn: np.ndarray) -> Iterator[tuple[int, list[int]]]:
        off = _shares(met, drawn, week - 4, week)
        off -= np.nanmean(off, axis=1, keepdims=True)
        if self.way == "worst":
            for one in np.flatnonzero((self.random.random(self.team.size) < 0.3) & ~np.isnan(off[0])):
                yield int(one), [int(off[:, one].argmin())]
            return
        total = off.mean(axis=0)
        if self.way == "fell" and week >= 12:
            total = total - _shares(met, drawn, max(week - 26, 0), week - 4).mean(axis=0)
        total = np.where((week - self.last < 6) | np.isnan(total), np.inf, total)
        for team in range(self.begins.size):
            mine = np.flatnonzero(self.team == team)
            rep: int = mine.tolist()[int(total[mine].argmin())]
            if np.isfinite(total[rep]):
                self.last[rep] = week
                yield rep, [int(one) for one in off[:, rep].argsort()[:2]]


def _shares(met: np.ndarray, drawn: np.ndarray, first: int, end: int) -> np.ndarray:
    number = drawn[:, first:end].sum(axis=1)
    return np.where(number > 0, met[:, :, first:end].sum(axis=2) / np.maximum(number, 1), np.nan)
