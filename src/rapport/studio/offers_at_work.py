"""The pages of offers at work: leave that reps ask for, what the partner could not do, the log of choices."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from rapport.kit import pages
from rapport.offers.choosing import actions, judging
from rapport.offers.choosing import queries as choosing
from rapport.offers.fulfilling import queries, sending
from rapport.studio.offers import approving, context_of, looking, writing

if TYPE_CHECKING:
    from rapport.accounts.models import Member


@never_cache
@require_safe
@looking
def work(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show who waits for leave, and what of accepted offers is left to do."""
    programme = member.programme
    context = {
        **context_of(member, "work"),
        "asked": choosing.leave_asked(programme),
        "failed": queries.to_look_at(programme),
        "waiting": queries.waiting(programme),
        "counts": queries.counts(programme),
    }
    return pages.render(request, "studio/offers/work.html", context)


@require_POST
@approving
def leave(request: HttpRequest, member: Member, presentation: UUID) -> HttpResponseBase:
    """Give leave to make an offer, or deny it."""
    is_given = request.POST.get("given", "") == "yes"
    actions.answer_leave(programme=member.programme, presentation=presentation, is_given=is_given, by=member)
    return _to(request, member, "The rep has leave." if is_given else "The rep knows that there is no leave.")


@require_POST
@writing
def again(request: HttpRequest, member: Member, fulfilment: UUID) -> HttpResponseBase:
    """Have what failed sent once more, under its key."""
    sending.try_again(programme=member.programme, fulfilment=fulfilment, by=member)
    return _to(request, member, "It is sent again, under the same key.")


@require_POST
@writing
def settle(request: HttpRequest, member: Member, fulfilment: UUID) -> HttpResponseBase:
    """Say what was done by hand, or why it cannot be done."""
    sent = request.POST
    sending.settle_by_hand(
        programme=member.programme,
        fulfilment=fulfilment,
        is_done=sent.get("done", "") == "yes",
        said=sent.get("said", ""),
        by=member,
    )
    return _to(request, member, "It is settled.")


@never_cache
@require_safe
@looking
def log(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show the latest choices with their chances, and what another policy would have kept."""
    programme = member.programme
    context = {
        **context_of(member, "log"),
        "log": choosing.log_of(programme, limit=50),
        "judgement": judging.judge(programme),
        "policy": choosing.learnt_of(programme, "save")[0],
    }
    return pages.render(request, "studio/offers/log.html", context)


def _to(request: HttpRequest, member: Member, words: str) -> HttpResponse:
    return pages.redirect(request, reverse("offers-work", args=[member.programme.key]), said=words)
