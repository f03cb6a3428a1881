"""A rep's own scores beside the official ones, where both are in; and picked contacts beside random ones.

For modules above, which say who may see them. Nothing here tells of a score whose counterpart is still to come.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from rapport.quality.access import seen_by
from rapport.quality.models import OFFICIAL, Answer, Evaluation, Kind, Origin, Selection
from rapport.quality.queries import answers_of, card_of, scorecards_of

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from rapport.accounts.models import Member, Programme
    from rapport.quality.definition import Question


@dataclass(frozen=True, slots=True)
class Gap:
    """One contact scored by its rep and officially; scores from 0 to 1."""

    contact: UUID
    is_picked: bool
    at: datetime
    own: float
    other: float


@dataclass(frozen=True, slots=True)
class Line:
    """One question as the rep and the other answered it; None where it was not asked of one."""

    question: Question
    own: Answer | None
    other: Answer | None

    @property
    def apart(self) -> float | None:
        """How much higher the rep scored it, from -1 to 1; None where one of them gave no points."""
        if self.own is None or self.other is None or self.own.points is None or self.other.points is None:
            return None
        return (self.own.points - self.other.points) / 1000


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Both evaluations of a contact, question by question."""

    own: Evaluation
    other: Evaluation
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class Scored:
    """How far a selection is: whether each side has begun, and has handed in."""

    own_begun: UUID | None
    own_in: bool
    other_in: bool
    other_by: str


def criteria_of(programme: Programme) -> list[tuple[str, str]]:
    """Return the questions that count on live scorecards, as (scorecard/question, its text)."""
    return [
        (f"{one.row.key}/{each.key}", each.text)
        for one in scorecards_of(programme)
        if one.live is not None
        for each in card_of(one.live).questions
        if each.weight or each.critical
    ]


def state_of(selection: Selection) -> Scored:
    """Return how far a selection's scores are, and of nobody what they are."""
    rows = list(_of(selection))
    own = next((one for one in rows if one.kind == Kind.SELF), None)
    official = next((one for one in rows if one.kind in OFFICIAL and one.stands), None)
    return Scored(
        own.public_id if own else None,
        own is not None and own.submitted_at is not None,
        official is not None and official.submitted_at is not None,
        official.scorer.name if official else "",
    )


def side_by_side(member: Member, selection: Selection) -> SideBySide | None:
    """Return both scores of a selection; None until both are in, and for who may not see both."""
    rows = list(seen_by(member).filter(selection=selection, submitted_at__isnull=False).order_by("pk"))
    own = next((one for one in rows if one.kind == Kind.SELF), None)
    other = next((one for one in rows if one.kind in OFFICIAL and one.stands), None)
    if own is None or other is None:
        return None
    mine, theirs = answers_of(own), answers_of(other)
    lines = [Line(one, mine.get(one.key), theirs.get(one.key)) for one in card_of(other.version).questions]
    return SideBySide(own, other, [one for one in lines if one.own or one.other])


def official_of(member: Member, rep: Member, since: datetime, until: datetime) -> list[Evaluation]:
    """Return the official evaluations of a rep handed in between these instants that the member may see."""
    rows = seen_by(member).filter(rep=rep, kind__in=OFFICIAL, stands=True)
    return list(rows.filter(submitted_at__gte=since, submitted_at__lte=until).order_by("-submitted_at")[:20])


def gaps_of(rep: Member, since: datetime) -> list[Gap]:
    """Return the rep's contacts since then of which both scores are in, the oldest first."""
    rows = Evaluation.objects.filter(
        programme=rep.programme, rep=rep, submitted_at__isnull=False, selection__isnull=False
    ).select_related("contact", "selection")  # fmt: skip
    own = {one.selection_id: one for one in rows.filter(kind=Kind.SELF)}
    official = rows.filter(kind__in=OFFICIAL, stands=True, selection__in=list(own), contact__arrived_at__gte=since)
    return [
        Gap(
            one.contact.public_id,
            one.selection is not None and one.selection.origin == Origin.OWN,
            one.contact.arrived_at,
            (own[one.selection_id].score or 0) / 1000,
            (one.score or 0) / 1000,
        )
        for one in official.order_by("contact__arrived_at")
    ]


def official_scores(rep: Member, since: datetime) -> dict[str, list[tuple[datetime, float]]]:
    """Return the rep's official scores, of contacts that came since then: those ``picked`` and ``random``.

    Scores that the rep may not see yet, since their own is asked for and not in, are left out.
    """
    rows = Evaluation.objects.filter(
        programme=rep.programme, rep=rep, kind__in=OFFICIAL, stands=True, shown_at__isnull=False,
        contact__arrived_at__gte=since, selection__origin__in=[Origin.OWN, Origin.RANDOM],
    ).order_by("contact__arrived_at")  # fmt: skip
    found: dict[str, list[tuple[datetime, float]]] = {"picked": [], "random": []}
    for origin, at, score in rows.values_list("selection__origin", "contact__arrived_at", "score"):
        found["picked" if origin == Origin.OWN else "random"].append((at, (score or 0) / 1000))
    return found


def scorecards_for(programme: Programme) -> list[tuple[str, str]]:
    """Return the scorecards that are live, by key and name."""
    return [(one.row.key, one.live.name) for one in scorecards_of(programme) if one.live is not None]


def _of(selection: Selection) -> QuerySet[Evaluation]:
    rows = Evaluation.objects.select_related("scorer__user", "version__scorecard", "rep__user")
    return rows.filter(selection=selection).exclude(kind=Kind.CALIBRATION).order_by("pk")
