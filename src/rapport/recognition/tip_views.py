"""The page of tips: what speaks for each, what reading it changed, and those that are told no more."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from rapport.accounts.doors import staff_page
from rapport.accounts.names import names_for
from rapport.accounts.roles import Right
from rapport.kit import pages
from rapport.kit.errors import Conflict, DomainError, Invalid
from rapport.recognition import effect, findings, tips

if TYPE_CHECKING:
    from rapport.accounts.models import Member


@never_cache
@require_safe
@staff_page(Right.READ_RALLY_NOTES)
def listed(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show the tips that are live, and those retired last."""
    return _page(request, member)


@require_POST
@staff_page(Right.WRITE_RALLY_NOTES)
def write(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Put a tip on file by hand; refused words stay."""
    sent = request.POST
    try:
        tips.write(
            member=member,
            text=sent.get("text", ""),
            evidence=sent.get("evidence", ""),
            measure=sent.get("measure", ""),
        )
    except (Invalid, Conflict) as error:
        return _page(request, member, error)
    return pages.redirect(request, _address(member), said="The tip is on file. A letter can tell it now.")


@require_POST
@staff_page(Right.WRITE_RALLY_NOTES)
def retire(request: HttpRequest, member: Member, tip: UUID) -> HttpResponseBase:
    """Tell a tip no more."""
    try:
        tips.take_back(member=member, tip=tip)
    except Conflict as error:
        return _page(request, member, error)
    return pages.redirect(request, _address(member), said="It is told no more.")


def _page(request: HttpRequest, member: Member, error: DomainError | None = None) -> HttpResponse:
    live, retired = tips.shelf(member.programme, names_for(member))
    context = {
        "member": member,
        "programme": member.programme,
        "section": "rally",
        "live": live,
        "retired": retired,
        "writes": member.may(Right.WRITE_RALLY_NOTES),
        "measures": findings.measures(),
        "after": effect.AFTER,
        "sent": request.POST.dict(),
        "error": str(error) if error else "",
    }
    return pages.render(request, "recognition/tips.html", context, status=error.status if error else 200)


def _address(member: Member) -> str:
    return reverse("rally-tips", args=[member.programme.key])
