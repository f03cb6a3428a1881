"""Figures of quality: each criterion's mean with its interval, and how many contacts were free of critical errors.

They count official evaluations that stand, of contacts drawn at random, by the day the contact came.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from rapport.numeric.intervals import mean_interval, share_interval
from rapport.quality.models import OFFICIAL, Answer, Evaluation, Origin, Selection
from rapport.quality.queries import COUNTED, card_of, live_version

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from rapport.accounts.models import Member, Programme
    from rapport.quality.definition import Question
    from rapport.quality.definition import Scorecard as Card
    from rapport.quality.models import Scorecard

FEW = 10
"""Below so many contacts a figure is marked; it says little."""
CRITICAL = {"customer": "For the customer", "business": "For the business", "compliance": "For law and rules"}
"""For whom an error is critical; shown where the scorecard asks for one."""
FEWEST = 5
"""Below so many no figure of one rep is shown."""


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean share with its 95 % interval, of ``n`` contacts; no ends where there are too few to tell."""

    name: str
    n: int
    share: float | None
    low: float | None = None
    high: float | None = None

    @property
    def is_few(self) -> bool:
        """Whether it says little."""
        return self.n < FEW


@dataclass(frozen=True, slots=True)
class Figures:
    """What a period's random sample says of one scorecard, and what became of the sample."""

    score: Mean
    passed: Mean
    without_error: list[Mean]
    criteria: list[tuple[str, list[Mean]]]
    reps: list[tuple[Member, Mean]]
    drawn: int
    scored: int
    passed_over: int
    chosen: int


def figures_of(
    scorecard: Scorecard, programme: Programme, since: date, until: date, rep: Member | None
) -> Figures:
    """Return the figures of contacts that came in [since, until), of one rep or all; reps by name."""
    start, end = (datetime(day.year, day.month, day.day, tzinfo=programme.zone) for day in (since, until))
    picked = Selection.objects.filter(
        programme=programme,
        scorecard=scorecard,
        contact__arrived_at__gte=start,
        contact__arrived_at__lt=end,
        **({"rep": rep} if rep else {}),
    )
    card = _card(scorecard)
    rows = list(
        Evaluation.objects.select_related("rep__user")
        .filter(COUNTED, selection__in=picked)
        .order_by("rep__user__name")
    )
    drawn = picked.filter(origin=Origin.RANDOM)
    chosen = Evaluation.objects.filter(selection__in=picked.exclude(origin=Origin.RANDOM), kind__in=OFFICIAL)
    return Figures(
        score=_mean("Score", [one.score or 0 for one in rows]),
        passed=_share("Passed", [bool(one.passed) for one in rows]),
        without_error=[
            _share(name, [not getattr(one, f"{whom}_error") for one in rows])
            for whom, name in CRITICAL.items()
            if any(one.critical == whom for one in card.questions)
        ],
        criteria=_criteria(card, Answer.objects.filter(evaluation__in=rows, points__isnull=False)),
        reps=_reps(rows),
        drawn=drawn.count(),
        scored=len(rows),
        passed_over=drawn.exclude(passed_over="").count(),
        chosen=chosen.filter(stands=True, submitted_at__isnull=False).count(),
    )


def _card(scorecard: Scorecard) -> Card:
    """Return what the version says that is live, or the newest one where none is."""
    version = live_version(scorecard) or scorecard.versions.latest("number")
    return card_of(version)


def _criteria(card: Card, answers: QuerySet[Answer]) -> list[tuple[str, list[Mean]]]:
    points: defaultdict[str, list[int]] = defaultdict(list)
    for question, worth in answers.values_list("question", "points"):
        points[question].append(worth or 0)
    return [
        (
            section.name,
            [_criterion(one, points[one.key]) for one in section.questions if one.weight or one.critical],
        )
        for section in card.sections
    ]


def _criterion(question: Question, points: Sequence[int]) -> Mean:
    if question.kind == "yes_no":
        return _share(question.text, [worth == 1000 for worth in points])
    return _mean(question.text, points)


def _reps(rows: Sequence[Evaluation]) -> list[tuple[Member, Mean]]:
    by_rep: defaultdict[int, list[Evaluation]] = defaultdict(list)
    for one in rows:
        by_rep[one.rep_id].append(one)
    return [(of[0].rep, _mean(of[0].rep.name, [one.score or 0 for one in of], FEWEST)) for of in by_rep.values()]


def _mean(name: str, points: Sequence[int], fewest: int = 1) -> Mean:
    if len(points) < fewest or not points:
        return Mean(name, len(points), None)
    shares = [worth / 1000 for worth in points]
    if len(shares) < 2 or len(set(shares)) == 1:  # without a spread Student's interval would claim certainty
        return Mean(name, len(shares), shares[0])
    mean, low, high = mean_interval(shares)
    return Mean(name, len(shares), mean, max(0.0, low), min(1.0, high))


def _share(name: str, hits: Sequence[bool]) -> Mean:
    if not hits:
        return Mean(name, 0, None)
    low, high = share_interval(sum(hits), len(hits))
    return Mean(name, len(hits), sum(hits) / len(hits), float(low), float(high))
