"""The page of news: what has to be read, signed for with one press, and who has not yet."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from rapport.accounts.doors import staff_page
from rapport.accounts.roles import Right
from rapport.kit import clock, pages
from rapport.kit.errors import DomainError, Invalid
from rapport.learning.experiences import lately
from rapport.recognition import news as actions
from rapport.recognition import queries
from rapport.recognition.models import News

if TYPE_CHECKING:
    from rapport.accounts.models import Member

either = staff_page(Right.TAKE_CONTACTS, Right.WRITE_RALLY_NOTES)


@never_cache
@require_safe
@either
def listed(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show the news that hold."""
    return _page(request, member)


@require_POST
@staff_page(Right.WRITE_RALLY_NOTES)
def publish(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Publish news; refused words stay."""
    sent = request.POST
    try:
        actions.publish(
            member=member,
            kind=sent.get("kind", ""),
            title=sent.get("title", ""),
            text=sent.get("text", ""),
            read_by=_day(sent.get("read_by", "")),
        )
    except Invalid as error:
        return _page(request, member, error)
    return pages.redirect(request, _address(member), said="Published to everyone who takes contacts.")


@require_POST
@staff_page(Right.TAKE_CONTACTS)
def sign(request: HttpRequest, member: Member, news: UUID) -> HttpResponseBase:
    """Sign that the member has read it, and go back to where it was shown."""
    actions.sign(member=member, news=news)
    is_letter = request.POST.get("from") == "letter"
    back = reverse("rally", args=[member.programme.key]) if is_letter else _address(member)
    return pages.redirect(request, back, said="Signed: you have read it.")


@require_POST
@staff_page(Right.WRITE_RALLY_NOTES)
def withdraw(request: HttpRequest, member: Member, news: UUID) -> HttpResponseBase:
    """Say that it holds no more."""
    actions.withdraw(member=member, news=news)
    return pages.redirect(request, _address(member), said="Withdrawn. Nobody has to sign for it.")


def _day(told: str) -> date | None:
    try:
        return date.fromisoformat(told) if told.strip() else None
    except ValueError:
        raise Invalid("Choose a day, or none.") from None


def _page(request: HttpRequest, member: Member, error: DomainError | None = None) -> HttpResponse:
    writes = member.may(Right.WRITE_RALLY_NOTES)
    context = {
        "member": member,
        "programme": member.programme,
        "section": "rally",
        "pieces": queries.news_for(member, who=writes),
        "writes": writes,
        "takes": member.may(Right.TAKE_CONTACTS),
        "kinds": [(key, words) for key, words in News.Kind.choices],
        "limits": actions.LONGEST,
        "told": lately(member.programme) if writes and member.may(Right.READ_EXPERIENCES) else [],
        "today": clock.now().astimezone(member.programme.zone).date(),
        "sent": request.POST.dict(),
        "error": str(error) if error else "",
    }
    return pages.render(request, "recognition/news.html", context, status=error.status if error else 200)


def _address(member: Member) -> str:
    return reverse("rally-news", args=[member.programme.key])
