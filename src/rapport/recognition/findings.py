"""What others found that makes a tip: words that won a trial, what coaching raised, what goes with resolution."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.db import connection

from rapport.coaching.effects import found_of
from rapport.guides.definition.insertions import fill
from rapport.guides.trials.queries import name_of, words_won
from rapport.insight.registry import METRICS
from rapport.insight.wording import Tried, compare_words
from rapport.kit import clock
from rapport.kit.filters import number, percent
from rapport.numeric.intervals import share_difference
from rapport.quality.gaps import criteria_of
from rapport.recognition.models import Tip

if TYPE_CHECKING:
    from rapport.accounts.models import Programme
    from rapport.guides.trials.models import WordsTrial

LOOKS_BACK = timedelta(days=91)
MEASURES = ("resolution_by_customers", "satisfaction", "touch_point_coverage", "resolution_by_reps")
"""What a tip may be judged by, the usual one first."""
LONGEST, LONGEST_EVIDENCE = 500, 300
FEWEST = 15
"""Contacts on either side below which nothing is told of a criterion."""
SURE = 0.05
MET = """
SELECT scored.form || '/' || scored.criterion, scored.score >= 1,
    COUNT(*), COUNT(*) FILTER (WHERE survey.resolved)
FROM fact_contact AS contact
JOIN fact_criterion AS scored ON scored.contact_id = contact.contact_id
JOIN fact_survey AS survey ON survey.contact_id = contact.contact_id
WHERE contact.programme_id = %(programme)s AND contact.direction = 'in' AND scored.is_random
    AND contact.arrived_at >= %(starts)s AND contact.arrived_at < %(ends)s AND survey.resolved IS NOT NULL
GROUP BY 1, 2
"""
"""Contacts drawn at random: of those that met a criterion, and of those that did not, how many customers say were
resolved."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What makes a tip. ``effect`` is in the measure's units, above 0 where it is for the better."""

    source: Tip.Source
    ref: str
    measure: str
    text: str
    evidence: str
    known_on: date
    count: int | None = None
    effect: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def is_shown(self) -> bool:
        """Whether the evidence leaves no difference out, for the better."""
        return self.low is not None and self.low > 0

    @property
    def is_against(self) -> bool:
        """Whether it leaves no difference out, for the worse."""
        return self.high is not None and self.high < 0


def of_trials(programme: Programme, *, but: frozenset[str] = frozenset()) -> Iterator[Finding]:
    """Yield the words that won a trial of late, with what it found, but those of these refs."""
    now = clock.now()
    for trial in words_won(programme, now - LOOKS_BACK, now + timedelta(days=1)):
        ref, words = f"trial {trial.number}", fill(trial.words[trial.winner or 0], {})
        if trial.winner and len(words) <= LONGEST and ref not in but:
            yield _of_trial(trial, ref, words)


def _of_trial(trial: WordsTrial, ref: str, words: str) -> Finding:
    assert trial.starts_at is not None and trial.ended_at is not None
    tried = Tried(trial.number, trial.others, trial.share, trial.starts_at, trial.ended_at, trial.units_needed)
    found = compare_words(trial.programme, tried, (trial.metric,))[(trial.winner or 1) - 1][0]
    sign = -1 if found.metric.better == "down" else 1
    ends = sorted(sign * end for end in (found.low, found.high) if end is not None)
    is_known = found.difference is not None and len(ends) == 2 and found.metric.unit in ("share", "rating")
    return Finding(
        source=Tip.Source.TRIAL,
        ref=ref,
        measure=trial.metric if trial.metric in MEASURES else MEASURES[0],
        text=words,
        evidence=f"On trial these words did best: {name_of(trial)}"[:LONGEST_EVIDENCE],
        known_on=trial.ended_at.astimezone(trial.programme.zone).date(),
        count=found.units if is_known else None,
        effect=sign * found.difference if is_known and found.difference is not None else None,
        low=ends[0] if is_known else None,
        high=ends[1] if is_known else None,
    )


def of_coaching(programme: Programme) -> Iterator[Finding]:
    """Yield the measures that coaching raised, as counted last, against reps not yet coached."""
    for one in found_of(programme):
        row = one.row
        yield Finding(
            source=Tip.Source.COACHING,
            ref=row.measure,
            measure=row.measure if row.measure in MEASURES else MEASURES[0],
            text=f"Worth your next one-to-one: {one.name}"[:LONGEST],
            evidence=f"Those coached rose in this beyond those not yet coached, {row.hours:.0f} hours in all.",
            known_on=row.until,
            count=row.treated,
            effect=row.value,
            low=row.low,
            high=row.high,
        )


def of_quality(programme: Programme) -> Iterator[Finding]:
    """Yield each criterion with how much more often customers call contacts resolved that met it.

    All criteria are looked at together: the intervals are wider for it (Bonferroni), so that one in twenty nights
    at most finds any where there is none.
    """
    today = clock.now().astimezone(programme.zone).date()
    counted = {(key, met): (count, resolved) for key, met, count, resolved in _met(programme, today)}
    told = [
        (key, text, counted[key, False], counted[key, True])
        for key, text in criteria_of(programme)
        if min(counted.get((key, met), (0, 0))[0] for met in (False, True)) >= FEWEST
    ]
    for key, text, missed, met in told:
        apart = share_difference(missed[1], missed[0], met[1], met[0], 1 - SURE / len(told))
        shares = f"{_of(met)} that did, {_of(missed)} others"
        yield Finding(
            source=Tip.Source.QUALITY,
            ref=key,
            measure=MEASURES[0],
            text=f"So that the answer is yes: {text}"[:LONGEST],
            evidence=f"Contacts that met this were resolved more often, as customers say: {shares}.",
            known_on=today,
            count=missed[0] + met[0],
            effect=float(apart.value),
            low=float(apart.low),
            high=float(apart.high),
        )


def _of(counted: tuple[int, int]) -> str:
    of, resolved = counted
    return f"{percent(resolved / of)} of {number(of)}"


def _met(programme: Programme, today: date) -> list[tuple[str, bool, int, int]]:
    starts, ends = (datetime.combine(day, time(), programme.zone) for day in (today - LOOKS_BACK, today))
    with connection.cursor() as cursor:
        cursor.execute(MET, {"programme": programme.pk, "starts": starts, "ends": ends})
        rows: list[tuple[str, bool, int, int]] = cursor.fetchall()
    return rows


def measures() -> list[tuple[str, str]]:
    """Return what a tip may be judged by, as people choose it."""
    return [(key, METRICS[key].name) for key in MEASURES]
