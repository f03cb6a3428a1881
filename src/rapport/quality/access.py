"""The only gates to scorecards, selections and evaluations; absent and forbidden look the same."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from rapport.accounts.roles import Right
from rapport.contacts.access import NOTHING, readable_by
from rapport.kit.errors import NotFound
from rapport.quality.models import OFFICIAL, Calibration, Evaluation, Kind, Scorecard, Selection

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from rapport.accounts.models import Member, Programme

IN = Q(submitted_at__isnull=False)
_WITH = ("rep__user", "scorer__user", "contact__reason", "version__scorecard", "selection", "calibration")


def access_scorecard(programme: Programme, key: str) -> Scorecard:
    """Return a scorecard of the programme, for whom a door has let in."""
    found = Scorecard.objects.select_related("programme").filter(programme=programme, key=key).first()
    if found is None:
        raise NotFound
    return found


def to_be_scored_by(member: Member) -> QuerySet[Selection]:
    """Return the selections that the member may score: of contacts they may read, and of nobody's but others."""
    found = Selection.objects.select_related("rep__user", "contact__reason", "scorecard")
    return found.filter(readable_by(member, "contact__"), programme=member.programme).exclude(rep=member)


def access_selection(member: Member, public_id: UUID, *, lock: bool = False) -> Selection:
    """Return a selection that the member may score, or whose contact was theirs."""
    may = Q(rep=member.pk)
    if member.may(Right.SCORE_CONTACTS):
        may |= readable_by(member, "contact__")
    found = Selection.objects.select_related("rep__user", "contact__reason", "contact__rep__user", "scorecard")
    found = found.select_for_update(of=("self",)) if lock else found
    row = found.filter(may, programme=member.programme, public_id=public_id).first()
    if row is None:
        raise NotFound
    row.programme = member.programme
    return row


def visible_to(member: Member) -> Q:
    """Return the condition on evaluations that the member may see; every list and page of them uses it.

    A rep's own score is for the others to see once the official one is in, and the official one for the rep once
    their own is in, where it was asked for. Scores of a calibration are for who has given theirs.
    """
    own_score = Evaluation.objects.filter(IN, selection=OuterRef("selection"), kind=Kind.SELF)
    official = Evaluation.objects.filter(IN, selection=OuterRef("selection"), kind__in=OFFICIAL)
    about_me = IN & Q(rep=member.pk) & ~Q(kind__in=[Kind.SELF, Kind.CALIBRATION])
    mine = Q(scorer=member.pk) | (about_me & (Q(selection__asks_self=False) | Q(Exists(own_score))))
    if not member.may(Right.SCORE_CONTACTS):
        return mine
    readably = IN & readable_by(member, "contact__") & ~Q(rep=member.pk)
    given = Evaluation.objects.filter(IN, calibration=OuterRef("calibration"), scorer=member.pk)
    shared = Q(kind__in=[*OFFICIAL, Kind.PEER]) | (Q(kind=Kind.SELF) & Q(Exists(official)))
    calibrated = Q(kind=Kind.CALIBRATION) & (Q(calibration__closed_at__isnull=False) | Q(Exists(given)))
    return mine | (readably & (shared | calibrated))


def seen_by(member: Member) -> QuerySet[Evaluation]:
    """Return the evaluations that the member may see."""
    return Evaluation.objects.select_related(*_WITH).filter(visible_to(member), programme=member.programme)


def access_evaluation(member: Member, public_id: UUID) -> Evaluation:
    """Return an evaluation that the member may see."""
    row = seen_by(member).filter(public_id=public_id).first()
    if row is None:
        raise NotFound
    row.programme = member.programme
    return row


def access_begun(member: Member, public_id: UUID) -> Evaluation:
    """Return the member's own evaluation, locked until the transaction ends: what it is of first, then itself."""
    of = Evaluation.objects.filter(programme=member.programme, scorer=member, public_id=public_id)
    list(Selection.objects.select_for_update(no_key=True).filter(pk__in=of.values("selection")))
    rows = Evaluation.objects.select_for_update(of=("self",)).select_related(*_WITH)
    row = rows.filter(programme=member.programme, scorer=member, public_id=public_id).first()
    if row is None:
        raise NotFound
    row.programme = member.programme
    return row


def access_about_me(member: Member, public_id: UUID) -> Evaluation:
    """Return an official evaluation of the member's own contact that they may see, locked."""
    seen = seen_by(member).filter(rep=member, kind__in=OFFICIAL, public_id=public_id).values("pk")
    row = Evaluation.objects.select_for_update(of=("self",)).select_related(*_WITH).filter(pk__in=seen).first()
    if row is None:
        raise NotFound
    row.programme = member.programme
    return row


def calibrations_for(member: Member) -> QuerySet[Calibration]:
    """Return the calibrations that the member is asked to score, or may look at."""
    seated = Q(seats__member=member.pk)
    may = seated | readable_by(member, "contact__") if member.may(Right.SCORE_CONTACTS) else NOTHING
    rows = Calibration.objects.select_related(
        "contact__reason", "version__scorecard", "rep__user", "made_by__user"
    )
    return rows.filter(may, programme=member.programme).exclude(rep=member).distinct()


def access_calibration(member: Member, public_id: UUID) -> Calibration:
    """Return a calibration that the member is asked to score, or may look at."""
    row = calibrations_for(member).filter(public_id=public_id).first()
    if row is None:
        raise NotFound
    row.programme = member.programme
    return row
