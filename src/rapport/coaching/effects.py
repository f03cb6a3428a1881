"""What coaching changed: counted each Monday from scores alone, and told with what may be laid to chance.

All figures of one counting hold together: a measure's range is of 1 - 0.05 / measures, that of each of its parts
(methods, supervisors) narrower by as many as there are parts, and a part is told as found only where its measure
is. So a counting without any effect says that it found one at most 5 times of 100. A rep's own figures hold
together likewise.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from math import isnan
from typing import TYPE_CHECKING, Any

import numpy as np
from django.db import transaction
from numpy.typing import NDArray

from rapport.accounts.roles import Right
from rapport.coaching import events
from rapport.coaching.models import Effect, Method
from rapport.coaching.panel import AFTER, ASIDE, BEFORE, WEEKS, Panel, panels
from rapport.coaching.rhythms import WEEK, monday_of
from rapport.coaching.standing import measure_names, signed, unit_of
from rapport.events.actions import announce
from rapport.kit import clock
from rapport.kit.turns import Turn, take_turns
from rapport.numeric import staggered
from rapport.numeric.intervals import Estimate

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme

ERR = 0.05
SPAN = {"before": BEFORE, "after": AFTER, "aside": ASIDE}
VERDICTS = {
    "few": ("too few to tell", "idle"),
    "before": ("had changed before: not to be told", "warn"),
    "up": ("better after coaching", "good"),
    "down": ("worse after coaching", "bad"),
    "none": ("no effect found", "idle"),
    "whole": ("not found on the whole", "idle"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One effect as it is shown; ``verdict`` is a key of VERDICTS, ``who`` a method or a supervisor."""

    row: Effect
    name: str
    unit: str
    who: str
    verdict: str

    @property
    def words(self) -> str:
        """What it says."""
        return VERDICTS[self.verdict][0]

    @property
    def tone(self) -> str:
        """Its tone on a page."""
        return VERDICTS[self.verdict][1]

    @property
    def change(self) -> str:
        """The change with its sign: points of 100 for shares."""
        return signed(self.row.value, self.unit)

    @property
    def apart(self) -> str:
        """The ends of its range."""
        return f"{signed(self.row.low, self.unit)} to {signed(self.row.high, self.unit)}"

    @property
    def per_hour(self) -> str:
        """The change per hour of coaching; empty where it is not told."""
        return "" if self.row.per_hour is None else signed(self.row.per_hour, self.unit)

    @property
    def per_hour_apart(self) -> str:
        """The ends of its range."""
        return f"{signed(self.row.per_hour_low, self.unit)} to {signed(self.row.per_hour_high, self.unit)}"


@dataclass(frozen=True, slots=True)
class Measured:
    """One measure's effect and its parts: by method, and by supervisor as far as the reader may see them."""

    whole: Told
    parts: list[Told]


@transaction.atomic
def count(*, programme: Programme) -> int:
    """Count anew what coaching changed, over whole weeks, in place of the last counting; return how many rows."""
    take_turns(Turn.ONE_TO_ONES, programme.pk)
    now = clock.now()
    until = monday_of(now.astimezone(programme.zone).date())
    since = until - WEEKS * WEEK
    told = {"programme": programme, "since": since, "until": until, "counted_at": now}
    rows = [Effect(**told, **one) for one in estimated(panels(programme, since, until))]
    Effect.objects.filter(programme=programme).delete()
    Effect.objects.bulk_create(rows)
    happening = events.EffectsCounted(
        measures=len({one.measure for one in rows}),
        found=sum(one.is_found for one in rows if not (one.method or one.coach_id or one.rep_id)),
        since=since.isoformat(),
        until=until.isoformat(),
    )
    announce(happening, programme=programme, subject=programme.public_id, actor="system")
    return len(rows)


def estimated(made: dict[str, Panel]) -> list[dict[str, Any]]:
    """Return what the panels tell: of all who were coached, by method and supervisor, and of each rep."""
    return [*_of_all(made), *_of_each_rep(made)]


def _of_all(made: dict[str, Panel]) -> Iterator[dict[str, Any]]:
    """Yield each measure's effect and those of its methods and supervisors."""
    coached = {measure: panel for measure, panel in made.items() if panel.coached}
    whole = {measure: _effect(panel, panel.first >= 0) for measure, panel in coached.items()}
    measures = sum(not isnan(one.overall.value) for one in whole.values()) or 1
    for measure, panel in coached.items():
        yield _row(measure, panel, panel.first >= 0, whole[measure], 1 - ERR / measures)
        parts = [
            ({name: of}, was, _effect(panel, was))
            for name in ("method", "coach_id")
            for of, was in sorted(_parted(panel, name.removesuffix("_id")).items())
        ]
        told = sum(not isnan(one.overall.value) for *_, one in parts) or 1
        for group, was, effect in parts:
            yield group | _row(measure, panel, was, effect, 1 - ERR / measures / told)


def _effect(panel: Panel, counted: NDArray[np.bool_]) -> staggered.Effect:
    """Let the estimator see numbers only: scores by week, first weeks, hours."""
    return staggered.staggered_effect(panel.scores, panel.first, counted=counted, dose=panel.hours, **SPAN)


def _parted(panel: Panel, name: str) -> dict[Any, NDArray[np.bool_]]:
    """Return who was coached first by each method, or by each coach."""
    groups: defaultdict[Any, set[int]] = defaultdict(set)
    for rep, one in panel.coached.items():
        groups[getattr(one, name)].add(rep)
    return {key: np.array([rep in reps for rep in panel.reps]) for key, reps in groups.items()}


def _row(
    measure: str, panel: Panel, counted: NDArray[np.bool_], effect: staggered.Effect, confidence: float
) -> dict[str, Any]:
    wider = effect.at(confidence) if effect.treated >= staggered.FEWEST_TREATED else effect
    return {
        "measure": measure,
        "coached": int((counted & (panel.first >= 0)).sum()),
        "treated": effect.treated,
        "controls": effect.controls,
        "hours": float(panel.hours[counted].sum()),
        "confidence": confidence,
        **_ends("value", "low", "high", wider.overall),
        **_ends("per_hour", "per_hour_low", "per_hour_high", wider.per_dose),
        **_ends("ahead", "ahead_low", "ahead_high", effect.ahead),
    }


def _ends(value: str, low: str, high: str, one: Estimate) -> dict[str, float | None]:
    is_known = not isnan(one.low)
    return {value: one.value, low: one.low, high: one.high} if is_known else dict.fromkeys((value, low, high))


def _of_each_rep(made: dict[str, Panel]) -> Iterator[dict[str, Any]]:
    """Yield each coached rep's own change, beside those not yet coached."""
    found: defaultdict[int, list[tuple[str, Panel, int]]] = defaultdict(list)
    for measure, panel in made.items():
        for number, rep in enumerate(panel.reps):
            if rep in panel.coached and not isnan(
                staggered.own_change(panel.scores, panel.first, number, **SPAN).value
            ):
                found[rep].append((measure, panel, number))
    for rep, several in found.items():
        confidence = 1 - ERR / len(several)
        for measure, panel, number in several:
            change = staggered.own_change(panel.scores, panel.first, number, **SPAN, confidence=confidence)
            yield {
                "rep_id": rep,
                "measure": measure,
                "coached": 1,
                "treated": 1,
                "controls": int((panel.first < 0).sum()),
                "hours": float(panel.hours[number]),
                "confidence": confidence,
                **_ends("value", "low", "high", change),
            }


def counted_of(programme: Programme) -> tuple[date, date, datetime] | None:
    """Return the days that the last counting looked at, and when it was; None before the first."""
    return Effect.objects.filter(programme=programme).values_list("since", "until", "counted_at").first()


def told_to(member: Member) -> list[Measured]:
    """Return each measure's effect with its parts; those of other supervisors for who has the right only."""
    rows = Effect.objects.select_related("coach__user").filter(programme=member.programme, rep__isnull=True)
    if not member.may(Right.READ_COACHING):
        rows = rows.exclude(coach__isnull=False) | rows.filter(coach=member)
    return measured(member.programme, list(rows))


def measured(programme: Programme, rows: list[Effect]) -> list[Measured]:
    """Return effects by measure: questions of scorecards in their order, then metrics."""
    names = measure_names(programme)
    found = []
    for key, name in names.items():
        of = [one for one in rows if one.measure == key]
        whole = next((one for one in of if not one.method and one.coach_id is None), None)
        if whole is None:
            continue
        parts = [one for one in of if one is not whole]
        parts.sort(key=lambda one: (one.coach_id is not None, _who(one).casefold()))
        found.append(
            Measured(
                _told(whole, name, _verdict(whole)),
                [_told(one, name, _part_verdict(one, whole)) for one in parts],
            )
        )
    return found


def found_of(programme: Programme) -> list[Told]:
    """Return the measures in which those coached rose, as counted last, beyond those not yet coached."""
    rows = Effect.objects.filter(programme=programme, rep__isnull=True, coach__isnull=True, method="")
    return [one.whole for one in measured(programme, list(rows)) if one.whole.verdict == "up"]


def own_of(rep: Member, names: Mapping[str, str]) -> list[Told]:
    """Return what coaching changed for one rep."""
    rows = {one.measure: one for one in Effect.objects.filter(programme=rep.programme, rep=rep)}
    return [_told(rows[key], name, _verdict(rows[key])) for key, name in names.items() if key in rows]


def _told(row: Effect, name: str, verdict: str) -> Told:
    return Told(row, name, unit_of(row.measure), _who(row), verdict)


def _who(row: Effect) -> str:
    return Method(row.method).label if row.method else row.coach.name if row.coach else ""


def _verdict(row: Effect) -> str:
    if not row.is_told:
        return "few"
    if row.is_apart_before:
        return "before"
    return "none" if not row.is_found else "up" if (row.value or 0) > 0 else "down"


def _part_verdict(row: Effect, whole: Effect) -> str:
    """A part is found only where its whole is: so many are looked at that some would always seem to be."""
    found = _verdict(row)
    return "whole" if found in ("up", "down") and not whole.is_found else found
