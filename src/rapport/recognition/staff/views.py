"""The page of how work is: the question to who is asked, and what fortnights that are over say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from rapport.accounts.doors import staff_page
from rapport.accounts.roles import Right
from rapport.kit import pages
from rapport.kit.errors import Conflict, DomainError, Invalid
from rapport.recognition.staff import actions, queries
from rapport.recognition.staff.models import LEAST, MOST

if TYPE_CHECKING:
    from rapport.accounts.models import Member

ANSWERS = [("1", "Bad"), ("2", "Rather bad"), ("3", "So-so"), ("4", "Good"), ("5", "Very good")]


@never_cache
@require_safe
@staff_page(Right.TAKE_CONTACTS, Right.READ_STAFF, Right.MANAGE_PROGRAMME)
def how_work_is(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show the question, and what was answered in fortnights that are over."""
    return _page(request, member)


@require_POST
@staff_page(Right.TAKE_CONTACTS)
def answer(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Answer the fortnight's question."""
    told = request.POST.get("value", "")
    try:
        actions.answer(member=member, value=int(told) if told in dict(ANSWERS) else 0)
    except (Conflict, Invalid) as error:
        return _page(request, member, error)
    back = reverse("staff", args=[member.programme.key])
    return pages.redirect(request, back, said="Thank you. Nobody can see which answer is yours.")


@require_POST
@staff_page(Right.MANAGE_PROGRAMME)
def set_fewest(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Say how few people may be shown."""
    told = request.POST.get("fewest", "")
    try:
        actions.set_fewest(
            member=member, fewest=int(told) if told.isascii() and len(told) <= 3 and told.isdigit() else 0
        )
    except Invalid as error:
        return _page(request, member, error)
    back = reverse("staff", args=[member.programme.key])
    return pages.redirect(request, back, said="It holds for fortnights that nobody has answered yet.")


def _page(request: HttpRequest, member: Member, error: DomainError | None = None) -> HttpResponse:
    context = {
        **context_of(member, "question"),
        "is_asked": queries.is_asked(member),
        "answers": ANSWERS,
        "fortnights": queries.fortnights(member.programme, teams=member.may(Right.READ_STAFF)),
        "sets": member.may(Right.MANAGE_PROGRAMME),
        "bounds": (LEAST, MOST),
        "error": str(error) if error else "",
    }
    return pages.render(request, "staff/how_work_is.html", context, status=error.status if error else 200)


def context_of(member: Member, tab: str) -> dict[str, Any]:
    """Return what every page of how work is is shown with."""
    return {
        "member": member,
        "programme": member.programme,
        "section": "staff",
        "tab": tab,
        "takes": member.may(Right.TAKE_CONTACTS),
        "reads": member.may(Right.READ_STAFF),
        "coaches": member.may(Right.COACH),
        "fewest": queries.fewest_of(member.programme),
        "error": "",
    }
