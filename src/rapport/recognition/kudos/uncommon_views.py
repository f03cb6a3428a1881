"""The page of what may be uncommon service: proposed by rule, settled by a person."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode
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
from rapport.recognition.awards.views import context_of
from rapport.recognition.kudos import queries
from rapport.recognition.kudos import uncommon as service

if TYPE_CHECKING:
    from rapport.accounts.models import Member

PAGE = 10
VERDICTS = {"confirm": "It is confirmed, and the rep is told.", "turn_down": "It is turned down, and kept so."}


@never_cache
@require_safe
@staff_page(Right.GIVE_REWARDS)
def uncommon(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show what rules have found, and what was settled."""
    return _page(request, member)


@require_POST
@staff_page(Right.GIVE_REWARDS)
def settle(request: HttpRequest, member: Member, contact: UUID) -> HttpResponseBase:
    """Confirm that a contact was uncommon service, or turn it down."""
    verdict, why = request.POST.get("verdict", ""), request.POST.get("why", "")
    try:
        if verdict not in VERDICTS:
            raise Invalid("Confirm it, or turn it down.")
        service.settle(member=member, contact=contact, confirmed=verdict == "confirm", why=why)
    except (Conflict, Invalid) as error:
        return _page(request, member, error, {"contact": str(contact), "why": why})
    to = reverse("uncommon", args=[member.programme.key])
    if after := request.GET.get("after"):
        to += f"?{urlencode({'after': after})}"
    return pages.redirect(request, to, said=VERDICTS[verdict])


def _page(
    request: HttpRequest, member: Member, error: DomainError | None = None, sent: dict[str, str] | None = None
) -> HttpResponse:
    found, after = service.proposed(member), request.GET.get("after", "")
    start = next((place for place, one in enumerate(found, 1) if str(one.contact.public_id) == after), 0)
    context = {
        **context_of(member, "uncommon"),
        "proposed": found[start : start + PAGE],
        "after": after if start else "",
        "more": found[start + PAGE - 1] if len(found) > start + PAGE else None,
        "settled": queries.settled_lately(member),
        "rules": service.RULES,
        "longest": service.LONGEST,
        "called": names_for(member),
        "sent": sent or {},
        "error": str(error) if error else "",
    }
    return pages.render(request, "kudos/uncommon.html", context, status=error.status if error else 200)
