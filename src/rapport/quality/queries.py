"""Reads of scorecards, selections and evaluations; which evaluations a person may see, ``access`` says."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db.models import Avg, Count, Exists, OuterRef, Q

from rapport.kit.versions import live_versions, newest_versions
from rapport.quality.definition import Scorecard as Card
from rapport.quality.definition import scorecard_kept
from rapport.quality.models import (
    OFFICIAL,
    Answer,
    Draw,
    Evaluation,
    Kind,
    Origin,
    SamplingRule,
    Scorecard,
    ScorecardVersion,
    Selection,
)

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet

    from rapport.accounts.models import Member, Programme

COUNTED = Q(kind__in=OFFICIAL, stands=True, submitted_at__isnull=False, selection__origin=Origin.RANDOM)
"""The evaluations that figures are made of."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A scorecard in a list: the version that is live, the newest one, and how its contacts are drawn."""

    row: Scorecard
    live: ScorecardVersion | None
    newest: ScorecardVersion
    state: str
    rule: SamplingRule | None


@dataclass(frozen=True, slots=True)
class Told:
    """An official evaluation that stands, for modules above."""

    rep: int
    evaluation: UUID
    contact: UUID
    form: str
    version: int
    kind: str
    is_random: bool
    is_picked: bool
    score_permille: int
    fatal: bool
    submitted_at: datetime


@dataclass(frozen=True, slots=True)
class CriterionScore:
    """A rep's mean score of one criterion, 0 to 1, over ``n`` contacts drawn at random."""

    rep: int
    form: str
    criterion: str
    score: float
    n: int


def live_version(row: Scorecard) -> ScorecardVersion | None:
    """Return the version by which contacts are scored now."""
    return live_versions(ScorecardVersion, row.programme_id).filter(scorecard=row).first()


def card_of(version: ScorecardVersion) -> Card:
    """Return what a version says."""
    return scorecard_kept(version.text)


def scorecards_of(programme: Programme) -> list[Listed]:
    """Return the programme's scorecards by name, the live ones first."""
    live = {one.scorecard_id: one for one in live_versions(ScorecardVersion, programme)}
    rules = {one.scorecard_id: one for one in SamplingRule.objects.filter(programme=programme)}
    found = []
    for one in newest_versions(ScorecardVersion, programme):
        shown, key = live.get(one.scorecard_id), one.scorecard_id
        found.append(Listed(one.scorecard, shown, one, (shown or one).state(shown), rules.get(key)))
    return sorted(found, key=lambda one: (one.live is None, one.newest.name.casefold()))


def rule_of(row: Scorecard) -> SamplingRule | None:
    """Return how the scorecard's contacts are drawn."""
    return SamplingRule.objects.select_related("changed_by__user").filter(scorecard=row).first()


def draws_of(row: Scorecard, *, limit: int = 12) -> list[Draw]:
    """Return the scorecard's latest draws, with how many of each were scored and passed over."""
    done = Evaluation.objects.filter(
        selection=OuterRef("selections"), kind__in=OFFICIAL, stands=True, submitted_at__isnull=False
    )
    rows = Draw.objects.filter(rule__scorecard=row).annotate(
        scored=Count("selections", filter=Exists(done)),
        passed_over=Count("selections", filter=~Q(selections__passed_over="")),
    )
    return list(rows.order_by("-starts_on")[:limit])


def not_scored(rows: QuerySet[Selection]) -> QuerySet[Selection]:
    """Return those of the selections that wait for their official score; begun ones are among them."""
    official = Evaluation.objects.filter(
        selection=OuterRef("pk"), kind__in=OFFICIAL, stands=True, submitted_at__isnull=False
    )
    return rows.filter(~Exists(official), passed_over="", scorecard__withdrawn_at__isnull=True)


def self_scores_open(member: Member, *, limit: int = 50) -> list[Selection]:
    """Return the contacts of the member that they are asked to score themselves and have not."""
    done = Evaluation.objects.filter(selection=OuterRef("pk"), kind=Kind.SELF, submitted_at__isnull=False)
    rows = Selection.objects.select_related("contact__reason", "contact__customer", "scorecard")
    rows = rows.filter(~Exists(done), rep=member, asks_self=True, passed_over="")
    return list(rows.filter(scorecard__withdrawn_at__isnull=True).order_by("-made_at")[:limit])


def answers_of(evaluation: Evaluation) -> dict[str, Answer]:
    """Return what was answered, by the question's key."""
    return {one.question: one for one in Answer.objects.filter(evaluation=evaluation)}


def evaluations_of(rep: Member, since: datetime) -> list[Told]:
    """Return a rep's official evaluations that stand, submitted since, the newest first."""
    return evaluations_of_all(rep.programme, [rep.pk], since)


def evaluations_of_all(programme: Programme, reps: Collection[int], since: datetime) -> list[Told]:
    """Return the same of several reps, by their ids."""
    rows = Evaluation.objects.filter(
        programme=programme, rep__in=reps, kind__in=OFFICIAL, stands=True, submitted_at__gte=since
    )
    told = rows.order_by("-submitted_at").values_list(
        "rep", "public_id", "contact__public_id", "version__scorecard__key", "version__number", "kind",
        "selection__origin", "score", "is_fatal", "submitted_at",
    )  # fmt: skip
    return [
        Told(
            rep,
            evaluation,
            contact,
            form,
            version,
            kind,
            origin == Origin.RANDOM,
            origin not in (Origin.RANDOM, Origin.ON_THE_JOB),
            score or 0,
            fatal,
            at or since,
        )
        for rep, evaluation, contact, form, version, kind, origin, score, fatal, at in told
    ]


def fatal_reps(programme: Programme, starts: datetime, ends: datetime) -> set[int]:
    """Return the ids of reps with a fatal error, officially found, in a contact that came in [starts, ends)."""
    rows = Evaluation.objects.filter(programme=programme, kind__in=OFFICIAL, stands=True, is_fatal=True)
    rows = rows.filter(submitted_at__isnull=False, contact__arrived_at__gte=starts, contact__arrived_at__lt=ends)
    return set(rows.values_list("rep", flat=True))


def scored_by_supervisors(programme: Programme, since: datetime) -> list[tuple[int, int, int]]:
    """Return the official evaluations but analysts' own, handed in since then: its id, who scored, and whom."""
    rows = Evaluation.objects.filter(programme=programme, kind__in=OFFICIAL, submitted_at__gte=since)
    return list(rows.exclude(kind=Kind.ANALYST).values_list("pk", "scorer", "rep"))


def criterion_scores(programme: Programme, since: date, until: date) -> list[CriterionScore]:
    """Return each rep's mean score of each criterion, of contacts drawn at random that came in [since, until).

    Days are the programme's. What did not apply is not counted.
    """
    rows = _counted_answers(programme, since, until).values(
        "evaluation__rep", "evaluation__version__scorecard__key", "question"
    )
    found = rows.annotate(mean=Avg("points"), n=Count("pk")).order_by("evaluation__rep")
    return [
        CriterionScore(
            rep=one["evaluation__rep"],
            form=one["evaluation__version__scorecard__key"],
            criterion=one["question"],
            score=float(one["mean"]) / 1000,
            n=one["n"],
        )
        for one in found
    ]


def _counted_answers(programme: Programme, since: date, until: date) -> QuerySet[Answer]:
    start, end = (datetime(day.year, day.month, day.day, tzinfo=programme.zone) for day in (since, until))
    counted = Evaluation.objects.filter(
        COUNTED, programme=programme, contact__arrived_at__gte=start, contact__arrived_at__lt=end
    )
    return Answer.objects.filter(evaluation__in=counted, points__isnull=False)
