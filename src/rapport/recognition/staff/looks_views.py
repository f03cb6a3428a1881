"""The pages of how one's own work looks, of what others share of theirs, and of who stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from rapport.accounts.doors import staff_page
from rapport.accounts.roles import Right
from rapport.audit import lookers
from rapport.audit.actions import note_look
from rapport.kit import clock, pages
from rapport.kit.errors import DomainError, Invalid
from rapport.recognition.staff import actions, queries
from rapport.recognition.staff.signs import facts_of
from rapport.recognition.staff.staying import stays, strains
from rapport.recognition.staff.views import context_of

if TYPE_CHECKING:
    from rapport.accounts.models import Member


@never_cache
@require_safe
@staff_page(Right.TAKE_CONTACTS)
def mine(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show how the member's own work looks, and what of it they share."""
    return _page(request, member)


@require_POST
@staff_page(Right.TAKE_CONTACTS)
def share(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show a sign to somebody who coaches."""
    try:
        actions.share(member=member, sign=request.POST.get("sign", ""), reader=request.POST.get("reader", ""))
    except Invalid as error:
        return _page(request, member, error)
    return pages.redirect(request, _at(member), said="They see it from now on, for four weeks.")


@require_POST
@staff_page(Right.TAKE_CONTACTS)
def take_back(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show a sign to nobody any more."""
    actions.take_back(member=member, sign=request.POST.get("sign", "")[:10])
    return pages.redirect(request, _at(member), said="Nobody but you sees it now.")


@never_cache
@require_safe
@staff_page(Right.COACH)
def shared(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show what others share with the member of how their work looks."""
    rows = queries.shared_with(member)
    people = list({one.member_id: one.member for one in rows}.values())
    facts = facts_of(member.programme, people, clock.now()) if people else {}
    told = [(one, next(fact for fact in facts[one.member_id] if fact.key == one.sign)) for one in rows]
    note_look(
        lookers.person(request, member), what="list", right=Right.COACH, about="shared signs", count=len(told)
    )
    context = {**context_of(member, "shared"), "told": told}
    return pages.render(request, "staff/shared.html", context)


@never_cache
@require_safe
@staff_page(Right.READ_STAFF)
def staying(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show how long people stay, and of how many each sign stands out, of groups that are large enough."""
    programme = member.programme
    context = {
        **context_of(member, "staying"),
        "stays": stays(programme),
        "strains": strains(programme),
    }
    return pages.render(request, "staff/staying.html", context)


def _page(request: HttpRequest, member: Member, error: DomainError | None = None) -> HttpResponse:
    context = {
        **context_of(member, "mine"),
        "facts": facts_of(member.programme, [member], clock.now())[member.pk],
        "shares": queries.shared_by(member),
        "readers": [(one.agent_id, one.name) for one in queries.readers_for(member)],
        "error": str(error) if error else "",
    }
    return pages.render(request, "staff/mine.html", context, status=error.status if error else 200)


def _at(member: Member) -> str:
    return reverse("staff-mine", args=[member.programme.key])
