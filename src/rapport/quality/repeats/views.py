"""The page of returns: what each is laid to, by cause, for whoever can mend it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from rapport.accounts.doors import staff_page
from rapport.accounts.roles import Right
from rapport.kit import clock, pages
from rapport.quality.repeats import actions, queries
from rapport.quality.repeats.asked import Asked, read_asked
from rapport.quality.repeats.models import CAUSES
from rapport.quality.repeats.rules import Cause
from rapport.quality.views import context_of

if TYPE_CHECKING:
    from rapport.accounts.models import Member

judging = staff_page(Right.SCORE_CONTACTS)
LATELY = timedelta(days=28)


@never_cache
@require_safe
@judging
def returns(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show who came back and why; the address holds the cause, and which of them."""
    named = dict(CAUSES)
    asked = read_asked(request.GET, _theirs(member))
    context = {
        **context_of(member, "returns"),
        "causes": CAUSES,
        "asked": asked,
        "named": named,
        "counts": queries.counts(member, clock.now() - LATELY),
        "found": queries.to_mend(member, asked),
        "options": queries.options(member, asked.cause),
        "by_hand": [(one.value, named[one]) for one in actions.BY_HAND],
        "mends": asked.cause in actions.TO_MEND,
    }
    return pages.render(request, "repeats/returns.html", context)


@require_POST
@judging
def lay(request: HttpRequest, member: Member, found: UUID) -> HttpResponseBase:
    """Lay a return to a cause."""
    sent = request.POST
    row = actions.lay(member=member, return_id=found, cause=sent.get("cause", ""), note=sent.get("note", ""))
    return _back(request, member, Asked(row.cause), f"Laid to {dict(CAUSES)[row.cause].lower()}.")


@require_POST
@judging
def mend(request: HttpRequest, member: Member, found: UUID) -> HttpResponseBase:
    """Say that it is mended, and go on with the list that it was in."""
    asked = read_asked(request.GET, "")
    row = actions.mend(member=member, return_id=found)
    listed = replace(asked, cause=row.cause)
    return _back(request, member, listed, "Mended. It stays in the figures.")


def _theirs(member: Member) -> str:
    """Return the cause that the member can do something about: routing, or else training."""
    return Cause.ROUTING if member.may(Right.MANAGE_ROUTING) and not member.team_id else Cause.TRAINING


def _back(request: HttpRequest, member: Member, asked: Asked, said: str) -> HttpResponseBase:
    at = reverse("returns", args=[member.programme.key])
    return pages.redirect(request, at + asked.address(before=asked.before), said=said)
