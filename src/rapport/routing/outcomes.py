"""What outcome to expect of whom: kept as it was counted, and read by the router as the policy takes it.

What goes in: how contacts ended, by who had them last, why their customer came, and the customer's segment.
Nothing else of a rep or a customer ever does: no age, sex, origin, language, pay, or opinion of a person.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F

from rapport.events.actions import announce
from rapport.kit import clock
from rapport.routing.events import OutcomesExpected
from rapport.routing.models import ExpectedOutcome, OutcomeScores
from rapport.routing.policy import NO_SCORES, Kind, Scores

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

KEPT_COUNTS = 2
_held: dict[tuple[int, str], tuple[int, Scores]] = {}  # the newest count of each metric that was asked for
BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Expected:
    """The outcome to expect of a rep (None: of whoever has it) with contacts of a kind, and what it rests on."""

    member: int | None
    kind: Kind
    hits: int
    trials: int
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Counted:
    """A count of a metric over these days, both included: good outcomes of known ones, and the share overall."""

    metric: str
    first_day: date
    last_day: date
    hits: int
    trials: int
    overall: float


@transaction.atomic
def keep_scores(*, programme: Programme, counted: Counted, expected: Iterable[Expected], actor: str) -> None:
    """Put a count on file, in place of one up to the same day; who reads an older one meanwhile still can."""
    of_metric = OutcomeScores.objects.filter(programme=programme, metric=counted.metric)
    of_metric.filter(last_day=counted.last_day).delete()
    scores = OutcomeScores.objects.create(
        programme=programme,
        metric=counted.metric,
        first_day=counted.first_day,
        last_day=counted.last_day,
        made_at=clock.now(),
        hits=counted.hits,
        trials=counted.trials,
        overall=counted.overall,
    )
    rows = [_row(programme, scores, one) for one in expected]
    ExpectedOutcome.objects.bulk_create(rows, batch_size=BATCH)
    newest = of_metric.order_by("-last_day").values_list("pk", flat=True)[:KEPT_COUNTS]
    of_metric.exclude(pk__in=list(newest)).delete()
    happening = OutcomesExpected(
        metric=counted.metric,
        first_day=counted.first_day.isoformat(),
        last_day=counted.last_day.isoformat(),
        outcomes=len(rows),
    )
    audience = [f"floor:{programme.pk}"]
    announce(happening, programme=programme, subject=programme.public_id, actor=actor, audience=audience)


def _row(programme: Programme, scores: OutcomeScores, one: Expected) -> ExpectedOutcome:
    return ExpectedOutcome(
        programme=programme,
        scores=scores,
        member_id=one.member,
        reason=one.kind[0],
        segment=one.kind[1],
        hits=one.hits,
        trials=one.trials,
        share=one.share,
        low=one.low,
        high=one.high,
    )


def latest_scores(programme: Programme, metric: str) -> OutcomeScores | None:
    """Return the newest count of the metric, if there is one."""
    return OutcomeScores.objects.filter(programme=programme, metric=metric).order_by("-last_day").first()


def expected_of(scores: OutcomeScores) -> list[ExpectedOutcome]:
    """Return all that was counted, by person, then by kind; first what holds for whoever has the contact."""
    found = ExpectedOutcome.objects.select_related("member__user").filter(scores=scores)
    return list(found.order_by(F("member__user__name").asc(nulls_first=True), "member_id", "reason", "segment"))


def scores_of(programme: Programme, metric: str) -> Scores:
    """Return what the policy is to expect by this metric; the newest count is read once a process."""
    scores = latest_scores(programme, metric)
    if scores is None:
        return NO_SCORES
    held_id, held = _held.get((programme.pk, metric), (None, NO_SCORES))
    if held_id != scores.pk:
        held = _read(scores.pk, scores.overall)
        _held[programme.pk, metric] = scores.pk, held
    return held


def _read(scores_id: int, overall: float) -> Scores:
    """Return a count as the policy takes it; one that is on file is never changed."""
    known: dict[tuple[Kind, int], float] = {}
    counted: dict[tuple[Kind, int], int] = {}
    usual: dict[Kind, float] = {}
    rows = ExpectedOutcome.objects.filter(scores=scores_id)
    for member, reason, segment, share, trials in rows.values_list(
        "member_id", "reason", "segment", "share", "trials"
    ).iterator():
        kind = reason, segment
        if member is None:
            usual[kind] = share
        else:
            known[kind, member], counted[kind, member] = share, trials
    return Scores(known, overall, usual, counted)
