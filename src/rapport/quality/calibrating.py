"""Calibration: several score one contact unseen, and it shows whether they mean the same by the questions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

import numpy as np
from django.db import transaction

from rapport.accounts.queries import members_with
from rapport.accounts.roles import Right
from rapport.contacts.access import access_contact
from rapport.events.actions import announce
from rapport.kit import clock
from rapport.kit.errors import Conflict, Forbidden, Invalid
from rapport.numeric.agreement import FEWEST_UNITS, Level, krippendorff_alpha, rater_bias
from rapport.quality import events, queries
from rapport.quality.access import access_calibration
from rapport.quality.models import Answer, Calibration, Evaluation, Kind, Scorecard, Seat

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from numpy.typing import NDArray

    from rapport.accounts.models import Member, Programme
    from rapport.numeric.intervals import Estimate

NOBODY_AGREES = 0.4
"""An alpha below this, of a question with enough sessions, is shown as one that nobody agrees on."""
SAID_AT = FEWEST_UNITS
"""So many calibrations have to be scored before agreement is judged at all."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far those who scored agree on one question, over ``sessions`` calibrations with two scores or more."""

    question: str
    text: str
    sessions: int
    alpha: Estimate

    @property
    def says(self) -> str:
        """What it says: too few, nobody agrees, varies little, or nothing to add."""
        if self.sessions < SAID_AT:
            return "few"
        if np.isnan(self.alpha.value):
            return "same"
        return "nobody" if self.alpha.value < NOBODY_AGREES else ""


@dataclass(frozen=True, slots=True)
class Above:
    """How far above the others one person scores the same contacts, as a share of 1; ends NaN where few."""

    member: Member
    sessions: int
    mean: float
    low: float
    high: float

    @property
    def is_few(self) -> bool:
        """Whether there are too few contacts for an interval."""
        return bool(np.isnan(self.low))


@transaction.atomic
def open_calibration(*, member: Member, contact_id: UUID, scorecard: str, agent_ids: Sequence[str]) -> Calibration:
    """Ask several people to score one contact unseen; who asks may be among them."""
    contact = access_contact(member, contact_id)
    if not member.may(Right.SCORE_CONTACTS):
        raise Forbidden("Who scores contacts opens calibrations.")
    row = Scorecard.objects.filter(programme=member.programme, key=scorecard).first()
    version = queries.live_version(row) if row else None
    if version is None:
        raise Invalid("Choose a scorecard that is live.")
    if contact.rep is None or contact.state != "closed":
        raise Conflict("Only a contact that a rep has closed can be scored.")
    may = {one.agent_id: one for one in members_with(member.programme, Right.SCORE_CONTACTS)}
    asked = [may[each] for each in dict.fromkeys(agent_ids) if each in may and may[each].pk != contact.rep_id]
    if len(asked) < 2:
        raise Invalid("Choose at least two people who score contacts; the rep cannot be one.")
    made = Calibration.objects.create(
        programme=member.programme,
        version=version,
        contact=contact,
        rep=contact.rep,
        made_by=member,
        made_at=clock.now(),
    )
    Seat.objects.bulk_create(Seat(programme=member.programme, calibration=made, member=one) for one in asked)
    told = events.CalibrationOpened(
        contact=str(contact.public_id), form=version.scorecard.key, version=version.number, seats=len(asked)
    )
    announce(told, programme=member.programme, subject=made.public_id, actor=f"member:{member.pk}")
    return made


@transaction.atomic
def begin(*, member: Member, calibration_id: UUID) -> Evaluation:
    """Take up one's own score of a calibration; again: the one begun before."""
    found = access_calibration(member, calibration_id)
    row = Calibration.objects.select_for_update().get(pk=found.pk)
    if not Seat.objects.filter(calibration=row, member=member).exists():
        raise Forbidden("You are not among those who score this one.")
    begun = Evaluation.objects.filter(calibration=row, scorer=member).first()
    if begun is not None:
        return begun
    if row.closed_at is not None:
        raise Conflict("This calibration is closed.")
    return Evaluation.objects.create(
        programme=member.programme,
        contact=found.contact,
        rep=found.rep,
        calibration=row,
        version=found.version,
        kind=Kind.CALIBRATION,
        scorer=member,
        begun_at=clock.now(),
    )


@transaction.atomic
def close(*, member: Member, calibration_id: UUID) -> None:
    """Take no more scores: everybody who may read the contact may see them then."""
    found = access_calibration(member, calibration_id)
    row = Calibration.objects.select_for_update().get(pk=found.pk)
    if member.pk != row.made_by_id:
        raise Forbidden("Who opened it closes it.")
    if row.closed_at is not None:
        return
    Evaluation.objects.filter(calibration=row, submitted_at__isnull=True).delete()
    row.closed_at = clock.now()
    row.save(update_fields=["closed_at"])
    told = events.CalibrationClosed(scores=Evaluation.objects.filter(calibration=row).count())
    announce(told, programme=member.programme, subject=row.public_id, actor=f"member:{member.pk}")


def agreement(programme: Programme, scorecard: Scorecard) -> list[Agreement]:
    """Return how far people agree on each question of a scorecard, over its closed calibrations."""
    version = queries.live_version(scorecard) or scorecard.versions.order_by("-number").first()
    rows = Answer.objects.filter(evaluation__in=_closed(programme, scorecard), points__isnull=False).values_list(
        "question", "evaluation__calibration", "evaluation__scorer", "points"
    )
    by_question: defaultdict[str, dict[tuple[int, int], int]] = defaultdict(dict)
    for question, session, scorer, points in rows:
        by_question[question][session or 0, scorer] = points or 0
    found = []
    for one in queries.card_of(version).questions if version else []:
        table = _table(by_question[one.key])
        told = int(((~np.isnan(table)).sum(axis=1) >= 2).sum())
        level: Level = "nominal" if one.kind == "yes_no" else "ordinal"
        found.append(Agreement(one.key, one.text, told, krippendorff_alpha(table, level)))
    return found


def _table(scores: Mapping[tuple[int, int], float]) -> NDArray[np.float64]:
    """Return one row a session and one column a person, by their numbers; NaN where somebody did not score."""
    sessions = sorted({session for session, _ in scores})
    scorers = sorted({scorer for _, scorer in scores})
    table = np.full((len(sessions), len(scorers)), np.nan)
    for (session, scorer), points in scores.items():
        table[sessions.index(session), scorers.index(scorer)] = points
    return table


def biases(programme: Programme, scorecard: Scorecard) -> list[Above]:
    """Return by how much each person scores above or below the others on the same contacts; by name."""
    scores: dict[tuple[int, int], float] = {}
    people: dict[int, Member] = {}
    for one in _closed(programme, scorecard).select_related("scorer__user"):
        scores[one.calibration_id or 0, one.scorer_id] = (one.score or 0) / 1000
        people[one.scorer_id] = one.scorer
    told = rater_bias(_table(scores))
    found = [
        Above(
            people[scorer],
            int(told.units[place]),
            *map(float, (told.value[place], told.low[place], told.high[place])),
        )
        for place, scorer in enumerate(sorted(people))
        if told.units[place]
    ]
    return sorted(found, key=lambda one: one.member.name)


def _closed(programme: Programme, scorecard: Scorecard) -> QuerySet[Evaluation]:
    return Evaluation.objects.filter(
        programme=programme,
        kind=Kind.CALIBRATION,
        version__scorecard=scorecard,
        calibration__closed_at__isnull=False,
        submitted_at__isnull=False,
    )
