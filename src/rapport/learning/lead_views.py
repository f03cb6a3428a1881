"""The pages of who asks people to learn: what is asked for, who has not, and one more attempt."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from rapport.accounts.doors import staff_page
from rapport.accounts.queries import members_with, teams_of
from rapport.accounts.roles import RIGHTS, Right
from rapport.kit import pages
from rapport.kit.errors import DomainError
from rapport.learning import actions, assigning, forms, queries
from rapport.learning.views import at, context_of

if TYPE_CHECKING:
    from rapport.accounts.models import Member

lead = staff_page(Right.ASSIGN_COURSES)


@never_cache
@require_safe
@lead
def who(request: HttpRequest, member: Member) -> HttpResponseBase:
    """List who is to take a course and has not, and what is asked for."""
    return _who(request, member)


@require_POST
@lead
def assign(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Ask people to take a course by a day."""
    sent = request.POST

    def act() -> str:
        audience, _, who = sent.get("who", "").partition(":")
        made = assigning.assign(
            member=member,
            course=sent.get("course", ""),
            audience=audience,
            who=who,
            due_on=forms.read_day(sent.get("due_on", "")),
        )
        count = made.enrolments.count()
        return f"Asked: {count} {'person' if count == 1 else 'people'}."

    return _do(request, member, act)


@require_POST
@lead
def end(request: HttpRequest, member: Member, assignment: UUID) -> HttpResponseBase:
    """Ask nobody more."""

    def act() -> str:
        count = assigning.end(member=member, assignment=assignment)
        return f"Ended. {count} who had not begun need not any more."

    return _do(request, member, act)


@require_POST
@lead
def grant(request: HttpRequest, member: Member, enrolment: UUID) -> HttpResponseBase:
    """Give somebody one more attempt."""

    def act() -> str:
        actions.grant_attempt(member=member, enrolment=enrolment, lesson=request.POST.get("lesson", ""))
        return "One more attempt is given."

    return _do(request, member, act)


def _do(request: HttpRequest, member: Member, act: Callable[[], str]) -> HttpResponse:
    try:
        said = act()
    except DomainError as error:
        if error.status == 404:
            raise
        return _who(request, member, error)
    return pages.redirect(request, at(member, "learning-who"), said=said)


def _who(request: HttpRequest, member: Member, error: DomainError | None = None) -> HttpResponse:
    programme, course = member.programme, request.GET.get("course", "")
    rows = queries.who_has_not(programme, course=course)
    context = {
        **context_of(member, "who"),
        "rows": rows,
        "course": course,
        "stuck": queries.stuck(rows),
        "assignments": queries.assignments_of(programme),
        "names": {one.course_id: one.name for one in queries.live_courses(programme).values()},
        "courses": queries.titles_of(programme),
        "audiences": _audiences(member),
        "sent": request.POST.dict(),
        "error": str(error) if error else "",
    }
    return pages.render(request, "learning/who.html", context, status=error.status if error else 200)


def _audiences(member: Member) -> list[tuple[str, str]]:
    """Return who may be asked, as a form names them, and in words."""
    people = members_with(member.programme, Right.LEARN)
    roles = [role for role, rights in RIGHTS.items() if Right.LEARN in rights]
    return [
        ("all:", "Everybody"),
        *((f"role:{one.value}", f"Every {one.value.replace('_', ' ')}") for one in roles),
        *((f"team:{one.name}", f"Team {one.name}") for one in teams_of(member.programme)),
        *((f"person:{one.agent_id}", one.name) for one in sorted(people, key=lambda one: one.name.casefold())),
    ]
