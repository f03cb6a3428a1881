"""Where reps stand, measure by measure, among those with the same kind of work; counted each night.

Scores are adjusted for reason and segment, and shrunk (:mod:`rapport.numeric.mix`). Quality counts contacts drawn
at random only. Handle time is kept as the rep's own, beside nobody else's: it is context, never a target.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import isnan
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray

from rapport.accounts.queries import members_with
from rapport.accounts.roles import Right
from rapport.coaching import events, hard
from rapport.coaching.models import Hard, Standing
from rapport.coaching.rhythms import monday_of
from rapport.events.actions import announce
from rapport.insight.registry import metric
from rapport.kit import clock, filters
from rapport.kit.turns import Turn, take_turns
from rapport.numeric.mix import FEWEST_SCORES, standing
from rapport.quality.gaps import criteria_of

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme

LOOKS_BACK = timedelta(days=91)
LEAST = FEWEST_SCORES
"""Of fewer contacts nothing is told beside others."""
MEASURES = ("satisfaction", "resolution_by_customers", "touch_point_coverage")
"""The metrics beside the questions of scorecards; more is better in each."""
CONTEXT = "average_handle_time"
OF_CONTACTS = """
WHERE contact.programme_id = %(programme)s AND contact.rep IS NOT NULL
    AND contact.arrived_at >= %(starts)s AND contact.arrived_at < %(ends)s
"""
CAME_IN = f"{OF_CONTACTS} AND contact.direction = 'in'"
SCORES = f"""
SELECT 'satisfaction' AS measure, contact.rep, contact.reason, contact.segment, contact.local_date AS day,
    survey.rating::double precision AS score, 1 AS weight, NULL::bigint AS evaluation_id
FROM fact_contact AS contact JOIN fact_survey AS survey ON survey.contact_id = contact.contact_id
{CAME_IN} AND contact.answered_at IS NOT NULL AND survey.rating IS NOT NULL
UNION ALL
SELECT 'resolution_by_customers', contact.rep, contact.reason, contact.segment, contact.local_date,
    survey.resolved::integer::double precision, 1, NULL
FROM fact_contact AS contact JOIN fact_survey AS survey ON survey.contact_id = contact.contact_id
{CAME_IN} AND contact.answered_at IS NOT NULL AND survey.resolved IS NOT NULL
UNION ALL
SELECT 'touch_point_coverage', contact.rep, contact.reason, contact.segment, contact.local_date,
    guide.covered::double precision / guide.required, guide.required, NULL
FROM fact_contact AS contact JOIN fact_coverage AS guide ON guide.contact_id = contact.contact_id
{CAME_IN} AND contact.answered_at IS NOT NULL AND guide.required > 0
UNION ALL
SELECT scored.form || '/' || scored.criterion, contact.rep, contact.reason, contact.segment, contact.local_date,
    scored.score, 1, scored.evaluation_id
FROM fact_contact AS contact JOIN fact_criterion AS scored ON scored.contact_id = contact.contact_id
{OF_CONTACTS} AND scored.is_random
"""  # noqa: S608 - put together of what is written above
OWN = f"""
SELECT 'average_handle_time', contact.rep, NULL, NULL, contact.local_date,
    sum(contact.talk_seconds + coalesce(contact.wrap_up_seconds, 0)), 1
FROM fact_leg AS contact
{CAME_IN} AND contact.outcome = 'answered' AND contact.closed_at IS NOT NULL
GROUP BY contact.contact_id, contact.rep, contact.local_date
"""  # noqa: S608 - put together of what is written above
COUNTED = f"""
SELECT measure, rep, reason, segment, day, score, weight FROM ({SCORES}) AS scores UNION ALL {OWN}
"""  # noqa: S608 - put together of what is written above


class Score(NamedTuple):
    """One contact's score: by whom, of what kind, when; ``weight`` is for the own figure, as its metric has it."""

    rep: str
    reason: str
    segment: str
    day: date
    score: float
    weight: int


@dataclass(frozen=True, slots=True)
class Told:
    """One measure of a rep as its page shows it; ``place`` is empty where nothing is told beside others."""

    row: Standing
    name: str
    unit: str
    own: str
    apart: str
    place: str
    is_context: bool

    @property
    def trend(self) -> list[float]:
        """The means of the rep's own weeks."""
        return [mean for _, _, mean in self.row.weeks]


@transaction.atomic
def count(*, programme: Programme) -> int:
    """Count anew where each rep stands, in place of what was counted before; return how many rows there are."""
    take_turns(Turn.ONE_TO_ONES, programme.pk)
    now = clock.now()
    until = now.astimezone(programme.zone).date()
    since = until - LOOKS_BACK
    reps = {one.agent_id: one.pk for one in members_with(programme, Right.TAKE_CONTACTS)}
    by_measure: defaultdict[str, list[Score]] = defaultdict(list)
    for measure, rep, reason, segment, day, score, weight in _scores(programme, since, until):
        if rep in reps:
            by_measure[measure].append(Score(rep, reason or "", segment or "", day, score, weight))
    rows = [
        Standing(
            programme=programme,
            rep_id=reps[rep],
            measure=measure,
            since=since,
            until=until,
            counted_at=now,
            **told,
        )
        for measure, scores in by_measure.items()
        for rep, told in _standings(measure, scores)
    ]
    Standing.objects.filter(programme=programme).delete()
    Standing.objects.bulk_create(rows)
    _keep_hard(programme, reps, {"since": since, "until": until, "counted_at": now})
    happening = events.StandingCounted(
        reps=len({one.rep_id for one in rows}),
        measures=len(by_measure),
        since=since.isoformat(),
        until=until.isoformat(),
    )
    announce(happening, programme=programme, subject=programme.public_id, actor="system")
    return len(rows)


def _keep_hard(programme: Programme, reps: Mapping[str, int], told: dict[str, Any]) -> None:
    days = values_of(programme, told["since"], told["until"])
    found = hard.rows_of(programme, reps, days["starts"], days["ends"])
    rows = [Hard(programme=programme, **told, **one) for one in found]
    Hard.objects.filter(programme=programme).delete()
    Hard.objects.bulk_create(rows)


def measure_names(programme: Programme) -> dict[str, str]:
    """Return the measures (in each, more is better): questions of scorecards in their order, then metrics."""
    return dict(criteria_of(programme)) | {key: metric(key).name for key in MEASURES}


def told_of(rep: Member, names: Mapping[str, str]) -> list[Told]:
    """Return the rep's measures by their names (``measure_names``) and in their order, handle time last."""
    order = [*names, CONTEXT]
    rows = {one.measure: one for one in Standing.objects.filter(programme=rep.programme, rep=rep)}
    return [_told(rows[key], names.get(key) or metric(key).name) for key in order if key in rows]


def _told(row: Standing, name: str) -> Told:
    unit = unit_of(row.measure)
    is_context = row.measure == CONTEXT
    return Told(
        row,
        name,
        unit,
        filters.duration(row.own) if unit == "seconds" else _written(row.own, unit),
        ""
        if row.above is None
        else f"{signed(row.above, unit)} ({signed(row.low, unit)} to {signed(row.high, unit)})",
        "" if row.above is None or row.low is None or row.high is None else _place(row.low, row.high),
        is_context,
    )


def unit_of(measure: str) -> str:
    """Return the unit of a metric, or of a question of a scorecard: a share."""
    return metric(measure).unit if measure in (*MEASURES, CONTEXT) else "share"


def _place(low: float, high: float) -> str:
    return "above the middle" if low > 0 else "below the middle" if high < 0 else "not to be told from the middle"


def _written(value: float, unit: str) -> str:
    return filters.percent(value) if unit == "share" else filters.number(value, 2)


def signed(value: float | None, unit: str) -> str:
    """Write a difference with its sign: of shares in points of 100."""
    shown = (value or 0.0) * (100 if unit == "share" else 1)
    return f"{shown:+z.{1 if unit == 'share' else 2}f}".replace("-", "−")


def values_of(programme: Programme, since: date, until: date) -> dict[str, Any]:
    """Return what the SQL above asks for, of contacts that came on these days, the second left out."""
    starts, ends = (datetime.combine(day, time(), programme.zone) for day in (since, until))
    return {"programme": programme.pk, "starts": starts, "ends": ends}


def _scores(
    programme: Programme, since: date, until: date
) -> Iterator[tuple[str, str, str, str, date, float, int]]:
    with connection.cursor() as cursor:
        cursor.execute(COUNTED, values_of(programme, since, until))
        yield from cursor.fetchall()


def _standings(measure: str, scores: Sequence[Score]) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield each rep's own figure and weeks, and where they stand in a measure."""
    reps, who = _numbered([one.rep for one in scores])
    values, weights = np.array([one.score for one in scores]), np.array([one.weight for one in scores])
    factors = [_numbered([one.reason for one in scores])[1], _numbered([one.segment for one in scores])[1]]
    found = None if measure == CONTEXT else standing(values, who, factors, people=len(reps))
    peers = 0 if found is None else int((~np.isnan(found.value)).sum())
    days = [one.day for one in scores]
    for number, rep in enumerate(reps):
        mine = np.flatnonzero(who == number)
        is_told = found is not None and not isnan(found.value[number])
        yield (
            rep,
            {
                "contacts": len(mine),
                "own": float(np.average(values[mine], weights=weights[mine])),
                "above": float(found.value[number]) if found is not None and is_told else None,
                "low": float(found.low[number]) if found is not None and is_told else None,
                "high": float(found.high[number]) if found is not None and is_told else None,
                "peers": peers,
                "weeks": _weeks([(days[at], float(values[at]), int(weights[at])) for at in mine]),
            },
        )


def _numbered(names: Sequence[str]) -> tuple[list[str], NDArray[np.int64]]:
    found, numbers = np.unique(np.array(names, dtype=object), return_inverse=True)
    return [str(one) for one in found], numbers.astype(np.int64)


def _weeks(scores: Sequence[tuple[date, float, int]]) -> list[tuple[str, int, float]]:
    by_week: defaultdict[date, list[tuple[float, int]]] = defaultdict(list)
    for day, score, weight in scores:
        by_week[monday_of(day)].append((score, weight))
    return [
        (week.isoformat(), len(of), sum(score * weight for score, weight in of) / sum(weight for _, weight in of))
        for week, of in sorted(by_week.items())
    ]
