"""The pages of feeds: how each stands, its contract, what came and went, and who decided what."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from rapport.accounts.doors import staff_page
from rapport.accounts.roles import Right
from rapport.feeds import actions, queries
from rapport.kit import pages
from rapport.kit.errors import DomainError, Invalid

if TYPE_CHECKING:
    from rapport.accounts.models import Member


@never_cache
@require_safe
@staff_page(Right.SEE_FEEDS)
def feeds(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show how every feed of the programme stands."""
    context = {
        "member": member,
        "programme": member.programme,
        "section": "feeds",
        "feeds": queries.feeds_of(member.programme),
        "deliveries": queries.deliveries_of(member.programme),
    }
    return pages.render(request, "feeds/feeds.html", context)


@never_cache
@require_safe
@staff_page(Right.SEE_FEEDS)
def feed(request: HttpRequest, member: Member, feed: str) -> HttpResponseBase:
    """Show one feed: its contract, its deliveries, and what was decided about it."""
    return _page(request, member, feed)


@require_POST
@staff_page(Right.MANAGE_FEEDS)
def contract(request: HttpRequest, member: Member, feed: str) -> HttpResponseBase:
    """Put the feed's contract on file; a text that cannot be read comes back with what is wrong."""
    text = request.POST.get("text", "").replace("\r\n", "\n")
    try:
        actions.write_contract(programme=member.programme, feed=feed, text=text, actor=f"member:{member.pk}")
    except Invalid as error:
        return _page(request, member, feed, text=text, error=error)
    return _back(request, member, feed, "The contract is on file.")


@require_POST
@staff_page(Right.MANAGE_FEEDS)
def decide(request: HttpRequest, member: Member, feed: str) -> HttpResponseBase:
    """Let a stopped feed run again, or stop one; the reason is kept."""
    does = actions.stop if request.POST.get("what") == "stop" else actions.release
    try:
        does(
            programme=member.programme,
            feed=feed,
            reason=request.POST.get("reason", ""),
            actor=f"member:{member.pk}",
        )
    except Invalid as error:
        return _page(request, member, feed, error=error)
    said = "The feed is stopped." if does is actions.stop else "The feed runs again."
    return _back(request, member, feed, said)


@require_POST
@staff_page(Right.MANAGE_FEEDS)
def accept(request: HttpRequest, member: Member, delivery: UUID) -> HttpResponseBase:
    """Accept one delivery as it is; the reason is kept."""
    found = queries.delivery_by_id(member.programme, delivery)
    try:
        actions.accept(
            programme=member.programme,
            delivery=delivery,
            reason=request.POST.get("reason", ""),
            actor=f"member:{member.pk}",
        )
    except Invalid as error:
        return _page(request, member, found.feed, error=error)
    return _back(request, member, found.feed, "Accepted: the same file is taken when it comes again.")


def _page(
    request: HttpRequest, member: Member, key: str, *, text: str | None = None, error: DomainError | None = None
) -> HttpResponse:
    found = queries.feed_of(member.programme, key)
    context = {
        "member": member,
        "programme": member.programme,
        "section": "feeds",
        "feed": found,
        "manages": member.may(Right.MANAGE_FEEDS),
        "text": text if text is not None else (found.contract.text if found.contract else ""),
        "error": str(error) if error else "",
        "deliveries": queries.deliveries_of(member.programme, feed=key),
        "decisions": queries.decisions_of(member.programme, feed=key),
        "longest_reason": actions.LONGEST_REASON,
    }
    return pages.render(request, "feeds/feed.html", context, status=error.status if error else 200)


def _back(request: HttpRequest, member: Member, feed: str, said: str) -> HttpResponse:
    return pages.redirect(request, reverse("feed", args=[member.programme.key, feed]), said=said)
