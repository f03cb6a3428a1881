"""The pages of calibration: who scores what unseen, the scores side by side, and how far people agree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from rapport.accounts.doors import staff_page
from rapport.accounts.queries import members_with
from rapport.accounts.roles import Right
from rapport.kit import pages
from rapport.kit.errors import DomainError
from rapport.quality import calibrating, queries
from rapport.quality.access import access_calibration, calibrations_for, seen_by
from rapport.quality.forms import read_id
from rapport.quality.models import Evaluation, Seat
from rapport.quality.views import context_of

if TYPE_CHECKING:
    from rapport.accounts.models import Member

scoring_page = staff_page(Right.SCORE_CONTACTS)
MOST = 60


@never_cache
@require_safe
@scoring_page
def calibrations(request: HttpRequest, member: Member) -> HttpResponseBase:
    """List calibrations, ask for a new one, and say how far people agree."""
    return _list(request, member)


@require_POST
@scoring_page
def new(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Ask several people to score one contact unseen."""
    sent = request.POST
    try:
        row = calibrating.open_calibration(
            member=member,
            contact_id=read_id(sent.get("contact", "")),
            scorecard=sent.get("scorecard", ""),
            agent_ids=sent.getlist("who"),
        )
    except DomainError as error:
        return _list(request, member, error=error)
    return _to(request, member, row.public_id, "Opened. Nobody sees others’ scores before theirs is in.")


@never_cache
@require_safe
@scoring_page
def calibration(request: HttpRequest, member: Member, calibration: UUID) -> HttpResponseBase:
    """Show a calibration: who has scored, and the scores that the member may see, side by side."""
    row = access_calibration(member, calibration)
    seen = seen_by(member).filter(calibration=row, submitted_at__isnull=False).order_by("scorer__user__name")
    in_already = Evaluation.objects.filter(calibration=row, submitted_at__isnull=False).values_list(
        "scorer", flat=True
    )
    seats = Seat.objects.select_related("member__user").filter(calibration=row).order_by("member__user__name")
    context = {
        **context_of(member, "calibration"),
        "row": row,
        "card": queries.card_of(row.version),
        "scores": [(one, queries.answers_of(one)) for one in seen],
        "seats": [(one.member, one.member_id in set(in_already)) for one in seats],
        "has_seat": any(one.member_id == member.pk for one in seats),
        "is_mine_in": member.pk in set(in_already),
        "may_close": row.made_by_id == member.pk and row.closed_at is None,
    }
    return pages.render(request, "quality/calibration.html", context)


@require_POST
@scoring_page
def begin(request: HttpRequest, member: Member, calibration: UUID) -> HttpResponseBase:
    """Take up one's own score."""
    row = calibrating.begin(member=member, calibration_id=calibration)
    return pages.redirect(request, reverse("evaluation", args=[member.programme.key, row.public_id]))


@require_POST
@scoring_page
def close(request: HttpRequest, member: Member, calibration: UUID) -> HttpResponseBase:
    """Take no more scores."""
    calibrating.close(member=member, calibration_id=calibration)
    return _to(request, member, calibration, "Closed. It counts in how far people agree.")


def _list(request: HttpRequest, member: Member, error: DomainError | None = None) -> HttpResponse:
    cards = queries.scorecards_of(member.programme)
    asked = request.GET.get("scorecard")
    chosen = next((one for one in cards if one.row.key == asked), cards[0] if cards else None)
    context: dict[str, Any] = {
        **context_of(member, "calibration"),
        "rows": calibrations_for(member).order_by("-made_at")[:MOST],
        "cards": [(one.row.key, one.live.name) for one in cards if one.live],
        "people": members_with(member.programme, Right.SCORE_CONTACTS),
        "sent": request.POST,
        "chosen": chosen,
        "agreements": calibrating.agreement(member.programme, chosen.row) if chosen else [],
        "biases": calibrating.biases(member.programme, chosen.row) if chosen else [],
        "error": str(error) if error else "",
    }
    return pages.render(request, "quality/calibrations.html", context, status=error.status if error else 200)


def _to(request: HttpRequest, member: Member, calibration: UUID, said: str) -> HttpResponse:
    return pages.redirect(request, reverse("calibration", args=[member.programme.key, calibration]), said=said)
