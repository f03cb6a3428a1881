"""The pages of practice, in the real programme: who there is to practise with, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from rapport.accounts.doors import staff_page
from rapport.accounts.practising import practice_of
from rapport.accounts.roles import Right
from rapport.contacts.queries import reasons_of
from rapport.kit import pages
from rapport.kit.errors import DomainError
from rapport.kit.walls import inside
from rapport.learning.practice import actions, queries, setting_up
from rapport.learning.practice.access import access_practice
from rapport.learning.practice.personas import personas
from rapport.learning.views import at, context_of

if TYPE_CHECKING:
    from rapport.accounts.models import Member

learner = staff_page(Right.LEARN)
writer = staff_page(Right.WRITE_COURSES)


@never_cache
@require_safe
@learner
def page(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show who there is to practise with, the practice under way, and those before."""
    return _page(request, member)


@require_POST
@learner
def begin(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Begin a practice and go to the practice desk."""
    try:
        row = actions.begin(
            member=member, persona=request.POST.get("persona", ""), reason=request.POST.get("reason", "")
        )
    except DomainError as error:
        return _page(request, member, error)
    return pages.redirect(request, reverse("desk", args=[row.programme.key]))


@require_POST
@writer
def set_up(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Make or renew where the programme's people practise."""
    try:
        setting_up.set_up(programme=member.programme, actor=f"member:{member.pk}")
    except DomainError as error:
        return _page(request, member, error)
    return pages.redirect(request, at(member, "practice"), said="What people practise with is as it is live now.")


@require_POST
@learner
def look(request: HttpRequest, member: Member, practice: UUID) -> HttpResponseBase:
    """Go to the contact of a practice, where it was."""
    place = actions.look(member=member)
    with inside(place.programme_id):
        row = access_practice(place, practice)
    return pages.redirect(request, reverse("contact", args=[place.programme.key, row.contact.public_id]))


def _page(request: HttpRequest, member: Member, error: DomainError | None = None) -> HttpResponse:
    practice = practice_of(member.programme)
    context: dict[str, Any] = {
        **context_of(member, "practice"),
        "practice": practice,
        "personas": personas(),
        "outcomes": queries.STATES,
        "error": str(error) if error else "",
    }
    if practice is not None:
        with inside(practice.pk):
            place = queries.own_place(member, practice)
            context |= {
                "reasons": [(one.key, one.name) for one in reasons_of(practice)],
                "going_on": queries.goes_on(place) if place else None,
                "practices": queries.practices_shown(member, practice),
            }
    return pages.render(request, "practice/practice.html", context, status=error.status if error else 200)
