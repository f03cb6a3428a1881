"""The page of one's own thanks and awards, and the form to thank somebody."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rapport.accounts.doors import staff_page
from rapport.accounts.names import names_for
from rapport.accounts.roles import Right
from rapport.contacts.access import access_contact
from rapport.kit import pages
from rapport.kit.errors import DomainError, NotFound
from rapport.recognition.awards.queries import won_by
from rapport.recognition.awards.views import context_of
from rapport.recognition.kudos import actions, queries

if TYPE_CHECKING:
    from rapport.accounts.models import Member

everybody = staff_page(Right.READ_RALLY_NOTES, Right.CONFIRM_AWARDS)


@never_cache
@require_safe
@everybody
def thanks(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show what thanks and awards the member has, and what they gave."""
    return _page(request, member)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@everybody
def thank(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Thank a rep; the address may name the contact that it is for."""
    told = request.POST.get("contact", "") if request.method == "POST" else request.GET.get("contact", "")
    try:
        contact = UUID(told) if told else None
    except ValueError:
        raise NotFound from None
    about = access_contact(member, contact) if contact else None
    called = names_for(member)
    error: DomainError | None = None
    if request.method == "POST":
        sent = request.POST
        try:
            actions.give(member=member, to=sent.get("to", ""), words=sent.get("words", ""), contact=contact)
            return pages.redirect(request, _at(member), said="Your thanks are there.")
        except DomainError as fault:
            error = fault
    rep = called.key_of(about.rep.agent_id) if about is not None and about.rep else ""
    choices = [(called.key_of(one.agent_id), called.of_agent(one.agent_id)) for one in queries.to_thank(member)]
    context = {
        **context_of(member, "thanks"),
        "about": about,
        "rep": rep,
        "reps": sorted(choices, key=lambda one: one[1].casefold()),
        "left": queries.left_of(member),
        "longest": actions.LONGEST,
        "sent": request.POST.dict(),
        "error": str(error) if error else "",
    }
    return pages.render(request, "kudos/thank.html", context, status=error.status if error else 200)


@require_POST
@everybody
def withdraw(request: HttpRequest, member: Member, kudos: UUID) -> HttpResponseBase:
    """Take back thanks of one's own."""
    actions.withdraw(member=member, kudos=kudos)
    return pages.redirect(request, _at(member), said="It is taken back.")


def _page(request: HttpRequest, member: Member) -> HttpResponse:
    received = queries.received_by(member) if member.may(Right.TAKE_CONTACTS) else []
    uncommon = queries.uncommon_of(member)
    context = {
        **context_of(member, "thanks"),
        "received": received,
        "uncommon": uncommon,
        "readable": queries.readable_contacts(member, [*received, *uncommon]),
        "given": queries.given_by(member),
        "left": queries.left_of(member),
        "milestones": queries.milestones_of(member),
        "words": queries.customers_words(member) if member.may(Right.TAKE_CONTACTS) else [],
        "won": won_by(member),
        "called": names_for(member),
    }
    return pages.render(request, "kudos/thanks.html", context)


def _at(member: Member) -> str:
    return reverse("recognition", args=[member.programme.key])
