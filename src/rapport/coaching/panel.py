"""Who was coached on what, when and how, beside each rep's weeks: what the effect of coaching is counted from.

The panel holds scores alone: whether somebody said that an action was reached, or liked the one-to-one, is not in
it, and a score by whoever coached the rep is left out, for they know what they hope to see. A rep is coached on a
question of a scorecard by the first one-to-one that ended in an action on it, and on a metric by their first
one-to-one. The week of it is on neither side, and the weeks that its agenda told of are not either: a bad month is
often why somebody is coached, and passes by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from rapport.accounts.queries import member_ids
from rapport.coaching.models import OneToOne, State
from rapport.coaching.rhythms import WEEK, monday_of
from rapport.coaching.standing import MEASURES, SCORES, values_of
from rapport.insight.queries import large_reads
from rapport.quality.queries import scored_by_supervisors

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from rapport.accounts.models import Programme

WEEKS = 52
BEFORE, ASIDE, AFTER = 8, 5, 8
"""Weeks: of the baseline, between it and the first week after coaching, and those that are counted from there."""
BY_WEEK = f"""
SELECT measure, rep, date_trunc('week', day)::date, sum(score * weight) / sum(weight)
FROM ({SCORES}) AS scores
WHERE evaluation_id IS NULL OR NOT evaluation_id = ANY(%(unblind)s)
GROUP BY 1, 2, 3
"""  # noqa: S608 - put together of what is written above


class Held(NamedTuple):
    """One one-to-one: whose, with whom, how, in the week of which Monday, how long, and what it ended in."""

    rep: int
    coach: int
    method: str
    week: date
    hours: float
    criteria: tuple[str, ...]


@dataclass(slots=True)
class Coached:
    """How one rep was coached on one measure: the first time, and the hours from then to the last week counted."""

    week: date
    coach: int
    method: str
    hours: float = 0.0


@dataclass(slots=True)
class Panel:
    """One measure: reps by weeks, NaN where nothing is known, and who of them was coached on it."""

    reps: list[int]
    scores: NDArray[np.float64]
    coached: Mapping[int, Coached] = field(default_factory=dict)
    since: date = date.min

    @property
    def first(self) -> NDArray[np.int64]:
        """The first week after each rep was coached: 0 where that was before the panel, -1 where it never was."""
        weeks = [
            max((self.coached[rep].week - self.since) // WEEK + 1, 0) if rep in self.coached else -1
            for rep in self.reps
        ]
        return np.array(weeks, dtype=np.int64)

    @property
    def hours(self) -> NDArray[np.float64]:
        """How many hours each rep was coached."""
        return np.array([self.coached[rep].hours if rep in self.coached else 0.0 for rep in self.reps])


def panels(programme: Programme, since: date, until: date) -> dict[str, Panel]:
    """Return each measure's panel of the weeks from Monday ``since`` to before Monday ``until``."""
    members = member_ids(programme)
    means = (
        (measure, members[agent_id], week, mean)
        for measure, agent_id, week, mean in _by_week(programme, since, until)
        if agent_id in members
    )
    return made_of(means, _held(programme, until), since, until)


def made_of(
    means: Iterable[tuple[str, int, date, float]], held: Iterable[Held], since: date, until: date
) -> dict[str, Panel]:
    """Put panels together from means (of a measure, a rep and the week of a Monday) and one-to-ones in order."""
    found: defaultdict[str, dict[int, dict[int, float]]] = defaultdict(lambda: defaultdict(dict))
    for measure, rep, week, mean in means:
        found[measure][rep][(week - since) // WEEK] = mean
    coached, made = _coached(held), {}
    for measure, by_rep in sorted(found.items()):
        reps = sorted(by_rep)
        scores = np.full((len(reps), (until - since) // WEEK), np.nan)
        for number, rep in enumerate(reps):
            scores[number, list(by_rep[rep])] = list(by_rep[rep].values())
        made[measure] = Panel(reps, scores, coached.get("" if measure in MEASURES else measure, {}), since)
    return made


def _by_week(programme: Programme, since: date, until: date) -> Iterator[tuple[str, str, date, float]]:
    coached = set(_done(programme).values_list("coach", "rep").distinct())
    starts = datetime.combine(since, time(), programme.zone)
    unblind = [pk for pk, *two in scored_by_supervisors(programme, starts) if tuple(two) in coached]
    with large_reads(), connection.cursor() as cursor:
        cursor.execute(BY_WEEK, {**values_of(programme, since, until), "unblind": unblind})
        yield from cursor.fetchall()


def _held(programme: Programme, until: date) -> Iterator[Held]:
    rows = _done(programme).filter(started_at__lt=datetime.combine(until, time(), programme.zone))
    for row in rows.prefetch_related("actions").order_by("started_at", "pk"):
        assert row.started_at is not None
        assert row.seconds is not None
        week = monday_of(row.started_at.astimezone(programme.zone).date())
        criteria = tuple(one.criterion for one in row.actions.all())
        yield Held(row.rep_id, row.coach_id, row.method, week, row.seconds / 3600, criteria)


def _coached(held: Iterable[Held]) -> dict[str, dict[int, Coached]]:
    """Return who was coached on what: by question of a scorecard, and under the empty name on anything."""
    found: defaultdict[str, dict[int, Coached]] = defaultdict(dict)
    for row in held:
        for measure, share in [("", 1.0), *((one, 1 / len(row.criteria)) for one in row.criteria)]:
            one = found[measure].setdefault(row.rep, Coached(row.week, row.coach, row.method))
            if row.week <= one.week + AFTER * WEEK:
                one.hours += share * row.hours
    return found


def _done(programme: Programme) -> QuerySet[OneToOne]:
    return OneToOne.objects.filter(programme=programme, state=State.DONE)
