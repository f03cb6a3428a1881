"""What awards are counted from: figures of the registry by rep, day and kind of work; who may win; shifts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from math import isnan
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rapport.accounts.queries import members_with
from rapport.accounts.roles import Right
from rapport.insight.queries import metrics
from rapport.insight.registry import metric
from rapport.learning.certification import queries as certification
from rapport.ledger.queries import stick_days
from rapport.quality.queries import fatal_reps
from rapport.recognition.awards.deciding import Decided, Rule, Scores, count_votes, decide, fair_chances, turned
from rapport.recognition.awards.measures import MEASURES, VOTES
from rapport.recognition.awards.models import LEAST, Compares, Vote

if TYPE_CHECKING:
    from rapport.accounts.models import Programme
    from rapport.recognition.awards.models import Category

BEFORE = 3
SHIFTS = ((0, 12, "mornings"), (12, 17, "afternoons"), (17, 24, "evenings"))
FEW_PEOPLE = 3


@dataclass(frozen=True, slots=True)
class Found:
    """What counting an award gives; see :class:`rapport.recognition.awards.models.Award` for the parts."""

    counted: list[dict[str, Any]]
    fair: list[dict[str, Any]]
    winners: dict[str, float | None]
    why_nobody: str
    eligible: int


def rule_of(category: Category) -> dict[str, Any]:
    """Return the rule as an award keeps it."""
    kept = ("name", "measure", "compares", "fewest", "sure", "most")
    return {name: getattr(category, name) for name in kept}


def first_of_next(month: date) -> date:
    """Return the first day of the month after."""
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)


def months_before(month: date, count: int) -> date:
    """Return the first day of the month so many months before."""
    for _ in range(count):
        month = (month - timedelta(days=1)).replace(day=1)
    return month


def span_of(measure: str, compares: str, month: date) -> tuple[date, date]:
    """Return the first and last day that an award of the month counts."""
    first = months_before(month, BEFORE) if compares == Compares.IMPROVEMENT and measure != VOTES else month
    return first, first_of_next(month) - timedelta(days=1)


def known_on(programme: Programme, measure: str, month: date) -> date:
    """Return the day from which everything of the month that the measure counts can have matured."""
    end = first_of_next(month)
    if measure == VOTES:
        return end
    told = MEASURES[measure]
    return end + timedelta(days=told.days + (stick_days(programme) if told.is_claim else 0))


def count(
    category: Category, month: date, *, previews: bool = True, may_win: Collection[str] | None = None
) -> Found:
    """Count an award of a category and month by what is on file now; ``previews``: also how fair its rule is.

    ``may_win`` are the agent ids of those who could, where that was settled before; None: who can by now.
    """
    programme = category.programme
    may_win = eligible(programme, month) if may_win is None else may_win
    if category.measure == VOTES:
        return _by_votes(category, month, may_win)
    reps, kinds, scores = scores_of(category, month)
    if not reps:
        return Found([], [], {}, "Nothing was counted in that month.", len(may_win))
    rule = Rule(category.compares == Compares.IMPROVEMENT, category.fewest, category.sure, category.most)
    able = np.array([one in may_win for one in reps], dtype=float)
    found = decide(scores, rule, able)
    is_told = previews and (~np.isnan(found.chance)).sum() > 1
    sign = 1 if metric(category.measure).better == "up" else -1
    return Found(
        [_counted(one, at, found, scores, one in may_win, sign) for at, one in enumerate(reps)],
        _preview(category, month, rule, found, scores, able, reps, kinds) if is_told else [],
        {reps[at]: float(found.chance[at]) for at in found.winners},
        found.why_nobody,
        int((~np.isnan(found.chance)).sum()),
    )


def eligible(programme: Programme, month: date) -> set[str]:
    """Return the agent ids of who may win an award of the month: taking contacts, certified, no fatal error."""
    starts, ends = _bounds(programme, month)
    fatal, sure = fatal_reps(programme, starts, ends), certified(programme, ends)
    members = members_with(programme, Right.TAKE_CONTACTS)
    return {one.agent_id for one in members if one.pk not in fatal and (sure is None or one.pk in sure)}


def certified(programme: Programme, at: datetime) -> set[int] | None:
    """Return the ids of members who were certified; None where the programme certified nobody yet."""
    held = certification.certified(programme, at)
    certifies = any(one.live_from and one.live_from <= at for one in certification.live_kinds(programme))
    return held if held or certifies else None


def scores_of(category: Category, month: date) -> tuple[list[str], list[str], Scores]:
    """Return the reps and kinds of work by number, and the scores, turned so that higher is better."""
    told = MEASURES[category.measure]
    first, last = span_of(category.measure, category.compares, month)
    rows = metrics(category.programme, [category.measure], first, last, by=["rep", "day", told.kind])
    cells = [(row.group, row[category.measure]) for row in rows if row.group["rep"] is not None]
    used = [(group, one) for group, one in cells if one.denominator]
    reps, person = _numbered([str(group["rep"]) for group, _ in used])
    kinds, kind = _numbered([str(group[told.kind] or "") for group, _ in used])
    later = np.array([str(group["day"]) >= month.isoformat() for group, _ in used], dtype=np.int64)
    value = np.array([float(one.value or 0) for _, one in used])
    weight = np.array([float(one.denominator or 0) for _, one in used])
    found = Scores(value, weight, person, kind, later, len(reps))
    return reps, kinds, turned(found, metric(category.measure).better)


def _counted(rep: str, at: int, found: Decided, scores: Scores, may_win: bool, sign: int) -> dict[str, Any]:
    """Return what is kept of a rep: their own figure, how far from the middle with its interval, the chance."""
    mine = (scores.person == at) & (scores.later == 1)
    own = sign * float(np.average(scores.value[mine], weights=scores.weight[mine])) if mine.any() else None
    told, chance = found.told, float(found.chance[at])
    ends = sorted((_plain(sign * told.low[at]), _plain(sign * told.high[at])), key=lambda one: one or 0.0)
    return {
        "rep": rep,
        "scores": int(told.scores[at]),
        "own": own,
        "above": _plain(sign * told.value[at]),
        "low": ends[0],
        "high": ends[1],
        "chance": _plain(chance),
        "may_win": may_win,
    }


def _plain(value: float) -> float | None:
    return None if isnan(value) else float(value)


def _by_votes(category: Category, month: date, may_win: Collection[str]) -> Found:
    rows = Vote.objects.filter(category=category, month=month, voter__is_active=True)
    votes = dict(rows.values_list("voter__agent_id", "named__agent_id"))
    fewest = max(category.fewest, LEAST)
    found, winners, why = count_votes(votes, frozenset(may_win), fewest=fewest, most=category.most)
    counted = [{"rep": one, "votes": votes} for one, votes in sorted(found.items()) if votes >= LEAST]
    return Found(counted, [], dict.fromkeys(winners), why, len(may_win))


def _usual(scores: Scores) -> NDArray[np.int64]:
    """Return for each person the kind of work they had most of."""
    kinds = int(scores.kind.max(initial=0)) + 1
    counts = np.bincount(scores.person * kinds + scores.kind, scores.weight, minlength=scores.people * kinds)
    found: NDArray[np.int64] = counts.reshape(scores.people, kinds).argmax(axis=1)
    return found


def _preview(
    category: Category, month: date, rule: Rule, found: Decided, scores: Scores, may_win: NDArray[np.float64],
    reps: list[str], kinds: list[str],
) -> list[dict[str, Any]]:  # fmt: skip
    """Return for each shift and kind of work how many of those who could win have it, and their chance in sum."""
    able = ~np.isnan(found.chance)
    names = [name for *_, name in SHIFTS]
    mostly = _shifts(category.programme, month)
    shift = np.array([mostly.get(one, len(SHIFTS)) for one in reps], dtype=np.int64)
    fair, usual = fair_chances(scores, rule, may_win, shift, named=f"{category.key} {month}"), _usual(scores)
    groups: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for at in np.flatnonzero(able):
        if shift[at] < len(names):
            groups["shift", names[shift[at]]].append(int(at))
        groups["kind", kinds[usual[at]]].append(int(at))
    return [
        {
            "by": by,
            "name": name,
            "people": len(members),
            "share": len(members) / int(able.sum()),
            "chance": float(fair[members].sum()),
        }
        for (by, name), members in sorted(groups.items())
        if len(members) >= FEW_PEOPLE
    ]


def _shifts(programme: Programme, month: date) -> dict[str, int]:
    """Return for each rep the part of the day in which most of their contacts came."""
    parts: defaultdict[str, list[float]] = defaultdict(lambda: [0.0] * len(SHIFTS))
    last = first_of_next(month) - timedelta(days=1)
    for row in metrics(programme, ["contacts_answered"], month, last, by=["rep", "hour"]):
        hour = row.group["hour"]
        if row.group["rep"] is not None and isinstance(hour, int):
            at = next(number for number, (_, until, _) in enumerate(SHIFTS) if hour < until)
            parts[str(row.group["rep"])][at] += float(row["contacts_answered"].value or 0)
    return {rep: int(np.argmax(told)) for rep, told in parts.items()}


def _bounds(programme: Programme, month: date) -> tuple[datetime, datetime]:
    ends = first_of_next(month)
    starts, until = (datetime.combine(day, time(), programme.zone) for day in (month, ends))
    return starts, until


def _numbered(names: list[str]) -> tuple[list[str], NDArray[np.int64]]:
    found, numbers = np.unique(np.array(names, dtype=object), return_inverse=True)
    return [str(one) for one in found], numbers.astype(np.int64)


def as_kept(found: Found) -> dict[str, Any]:
    """Return the parts of it that an award keeps."""
    return {name: value for name, value in asdict(found).items() if name in ("counted", "fair", "why_nobody")}
