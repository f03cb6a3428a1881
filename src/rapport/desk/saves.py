"""A rep's own claims of saves: what became of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from rapport.accounts.doors import staff_page
from rapport.accounts.roles import Right
from rapport.insight import own
from rapport.insight.words import SMALL
from rapport.kit import pages

if TYPE_CHECKING:
    from rapport.accounts.models import Member


@never_cache
@require_GET
@staff_page(Right.TAKE_CONTACTS)
def saves(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show what the rep claimed, what stuck and why the rest did not, and the claims of one month."""
    months = {f"{first:%Y-%m}": first for first in own.months_back(member.programme)}
    asked = request.GET.get("month", "")
    month = months[asked] if asked in months else next(iter(months.values()))
    context = {
        "member": member,
        "programme": member.programme,
        "section": "desk",
        "told": own.own_saves(member),
        "month": month,
        "claims": own.claims_in(member, month),
        "small": SMALL,
    }
    return pages.render(request, "desk/saves.html", context)
