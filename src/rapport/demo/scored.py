"""Copying scores in: evaluations, their answers, and what the log tells of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from typing import TYPE_CHECKING, Any
from uuid import UUID

from rapport.demo import bulk
from rapport.quality import events
from rapport.quality.sampling import business_days_after
from rapport.quality.scoring import permille

if TYPE_CHECKING:
    from random import Random

    from rapport.accounts.models import Member
    from rapport.demo.judged import Judged
    from rapport.demo.people import Setting
    from rapport.quality.facts import Fact

FORM = "conversation"
READ = 0.85  # of evaluations are acknowledged within two days
REPLIES = ("Thank you, I did not hear that myself.", "Fair. I will try it tomorrow.", "", "", "", "")
EVALUATIONS = (
    "id", "programme_id", "public_id", "contact_id", "rep_id", "selection_id", "calibration_id", "version_id",
    "kind",    "scorer_id", "begun_at", "submitted_at", "stands", "score", "passed", "is_fatal", "customer_error",
    "business_error", "compliance_error", "strengths", "next_time", "shown_at", "appeal_until", "acknowledged_at",
    "reply",
)  # fmt: skip
ANSWERS = ("programme_id", "evaluation_id", "at", "question", "value", "points", "comment", "evidence")


@dataclass(frozen=True, slots=True)
class Heard:
    """A contact that was picked, as whoever scores it finds it; ``rep`` is the rep's number."""

    row: Any
    rep: int
    facts: Mapping[str, Fact]

    @property
    def reason(self) -> str:
        """What the contact was about."""
        reason = self.row.contact.reason
        return str(reason.key) if reason else ""


@dataclass(frozen=True, slots=True)
class Score:
    """One person's evaluation: when it was handed in, and when the rep could see it."""

    heard: Heard
    kind: str
    scorer: Member
    at: datetime
    shown_at: datetime
    judged: Judged

    @property
    def is_official(self) -> bool:
        """Whether it counts as the score."""
        return self.kind in ("analyst", "supervisor")


def write(setting: Setting, version: int, scores: Sequence[Score], *, now: datetime, chance: Random) -> None:
    """Copy everything in, the first handed in first; ``version`` is the scorecard's."""
    told = sorted(scores, key=attrgetter("at"))
    programme = setting.programme
    rows: list[bulk.Row] = []
    answers: list[bulk.Row] = []
    happened: list[bulk.Told] = []
    for pk, one in zip(bulk.reserve("quality.Evaluation", len(told)), told, strict=True):
        public, read = UUID(bulk.key(chance, one.at.timestamp())), _read(one, now, chance)
        rows.append((str(pk), str(programme.pk), str(public), *_row(one, str(version), setting, read, chance)))
        answers += _answers(str(programme.pk), str(pk), one)
        happened += _told(str(public), one, read)
    bulk.copy("quality.Evaluation", EVALUATIONS, rows)
    bulk.copy("quality.Answer", ANSWERS, answers)
    bulk.tell(programme.pk, happened)
    bulk.analyze()


def _read(one: Score, now: datetime, chance: Random) -> datetime | None:
    """Return when the rep acknowledged it, if they did."""
    at = one.shown_at + timedelta(seconds=round(chance.uniform(600, 48 * 3600)))
    return at if one.is_official and chance.random() < READ and at < now else None


def _row(one: Score, version: str, setting: Setting, read: datetime | None, chance: Random) -> Iterator[str]:
    """Yield what an evaluation's row says, from its contact on."""
    selection, found = one.heard.row, one.judged.outcome
    errors = (bulk.truth(each in found.errors) for each in ("customer", "business", "compliance"))
    until = business_days_after(one.shown_at, 5, setting.programme.zone, frozenset()) if one.is_official else None
    yield from (str(selection.contact_id), str(selection.rep_id), str(selection.pk), bulk.NULL, version, one.kind)
    yield from (str(one.scorer.pk), _at(one.at - timedelta(seconds=round(chance.uniform(300, 840)))), _at(one.at))
    yield from ("t", str(found.permille), bulk.truth(found.passed), bulk.truth(bool(found.fatal)), *errors)
    yield from (bulk.free(one.judged.strengths), bulk.free(one.judged.next_time))
    yield from (_at(one.shown_at if one.is_official else None), _at(until), _at(read))
    yield chance.choice(REPLIES) if read else ""


def _answers(programme: str, evaluation: str, one: Score) -> Iterator[bulk.Row]:
    for key, worth in one.judged.outcome.points.items():
        told = one.judged.answers[key]
        value, points = (bulk.NULL,) * 2 if worth is None else (str(told.value), str(permille(worth)))
        evidence = one.judged.evidence.get(key, "")
        yield programme, evaluation, _at(one.at), key, value, points, bulk.free(told.comment), bulk.free(evidence)


def _told(public: str, one: Score, read: datetime | None) -> Iterator[bulk.Told]:
    selection, found = one.heard.row, one.judged.outcome
    submitted = events.EvaluationSubmitted(
        evaluation=public,
        contact=str(selection.contact.public_id),
        rep=selection.rep.agent_id,
        form=FORM,
        version=1,
        kind=one.kind,
        is_random=selection.origin == "random",
        score_permille=found.permille,
        fatal=bool(found.fatal),
    )
    yield one.at, submitted, public, f"member:{one.scorer.pk}"
    if read:
        yield read, events.EvaluationAcknowledged(public), public, f"member:{selection.rep_id}"


def _at(instant: datetime | None) -> str:
    return bulk.NULL if instant is None else bulk.stamp(instant.timestamp())
