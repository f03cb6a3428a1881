"""The pages of leaving: reasons, fair-save rules agreed to by two people, and what is still to be settled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from rapport.accounts.doors import staff_page
from rapport.accounts.roles import Right
from rapport.audit import lookers
from rapport.audit.actions import note_look
from rapport.customers.queries import customer_by_key
from rapport.kit import pages
from rapport.kit.errors import DomainError, Invalid
from rapport.offers.leaving import actions, asking, carrying_out, keeping, queries
from rapport.offers.leaving.rules import EXAMPLE
from rapport.studio.routing import actor_of

if TYPE_CHECKING:
    from rapport.accounts.models import Member

looking = staff_page(Right.WRITE_GUIDES, Right.APPROVE_GUIDES)
writing = staff_page(Right.WRITE_GUIDES)
approving = staff_page(Right.APPROVE_GUIDES)
settling = staff_page(Right.TAKE_CONTACTS, Right.MOVE_CONTACTS)


@never_cache
@require_safe
@looking
def reasons(request: HttpRequest, member: Member) -> HttpResponseBase:
    """List why customers leave, on two levels."""
    return _reasons_page(request, member)


@require_POST
@writing
def change_reason(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Add, rename, retire or bring back a reason."""
    sent, place, actor = request.POST, member.programme, actor_of(member)
    key, name, todo = sent.get("key", "")[:50], sent.get("name", ""), sent.get("do", "")
    try:
        if todo == "add":
            keeping.add_reason(programme=place, name=name, parent=sent.get("parent", "")[:50], actor=actor)
        elif todo == "rename":
            keeping.rename_reason(programme=place, key=key, name=name, actor=actor)
        elif todo in ("retire", "bring_back"):
            keeping.retire_reason(programme=place, key=key, is_retired=todo == "retire", actor=actor)
        else:
            raise Invalid("Choose what to do with the reason.")
    except DomainError as error:
        return _reasons_page(request, member, error)
    return pages.redirect(
        request, reverse("leaving-reasons", args=[member.programme.key]), said="The list is changed."
    )


@never_cache
@require_safe
@looking
def rules(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show the fair-save rules in force, their versions, and the text to go on from."""
    versions = queries.rules_versions(member.programme)
    wanted = request.GET.get("version", "")
    shown = next((one for one in versions if str(one.number) == wanted), None)
    text = shown.text if shown else versions[0].text if versions else EXAMPLE
    return _rules_page(request, member, text)


@require_POST
@writing
def save_rules(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Put rules on file as a draft; those with faults come back with them."""
    text = request.POST.get("text", "")
    try:
        made = keeping.save_rules(
            programme=member.programme,
            text=text,
            note=request.POST.get("note", ""),
            by=member,
            actor=actor_of(member),
        )
    except DomainError as error:
        return _rules_page(request, member, text, error)
    to = reverse("leaving-rules", args=[member.programme.key])
    return pages.redirect(request, to, said=f"Version {made.number} is on file. Somebody else approves it.")


@require_POST
@approving
def approve_rules(request: HttpRequest, member: Member, number: int) -> HttpResponseBase:
    """Bring a version that somebody else wrote into force."""
    keeping.approve_rules(programme=member.programme, number=number, by=member, actor=actor_of(member))
    to = reverse("leaving-rules", args=[member.programme.key])
    return pages.redirect(request, to, said=f"Version {number} is in force for wishes to leave from now on.")


@never_cache
@require_safe
@settling
def work(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show what is to be settled: requests of people we could not make sure of, cancellations not carried out."""
    return _work_page(request, member)


@require_POST
@settling
def settle(request: HttpRequest, member: Member, request_id: UUID) -> HttpResponseBase:
    """Say whose request it was, and cancel for them; or that it was not theirs to make, and why."""
    sent, place = request.POST, member.programme
    try:
        if sent.get("do") == "honour":
            customer = customer_by_key(place, sent.get("customer", "").strip()[:100])
            if customer is None:
                raise Invalid("Nobody on file has this customer key. Check it with them.")
            asking.settle(member=member, request_id=request_id, customer=customer)
            done = actions.cancel(
                customer=customer,
                holding=sent.get("holding", "").strip()[:100],
                contact=None,
                channel="portal",
                origin="portal",
                by="rep",
                actor=actor_of(member),
            )
            said = f"Cancelled. Certificate {done.reference}."
        else:
            asking.settle(member=member, request_id=request_id, note=sent.get("note", ""))
            said = "The request is closed."
    except DomainError as error:
        return _work_page(request, member, error)
    return pages.redirect(request, reverse("leaving-work", args=[place.key]), said=said)


@require_POST
@settling
def acknowledge(request: HttpRequest, member: Member, reference: str) -> HttpResponseBase:
    """Note that the partner has carried a cancellation out, by hand."""
    carrying_out.acknowledge(
        programme=member.programme, reference=reference, said=request.POST.get("said", ""), actor=actor_of(member)
    )
    to = reverse("leaving-work", args=[member.programme.key])
    return pages.redirect(request, to, said="Noted: the partner has carried it out.")


def _reasons_page(request: HttpRequest, member: Member, error: DomainError | None = None) -> HttpResponse:
    context = {
        **_context(member, "reasons", error),
        "groups": queries.reasons_of(member.programme, with_retired=True),
        "writes": member.may(Right.WRITE_GUIDES),
    }
    return pages.render(request, "studio/leaving/reasons.html", context, status=error.status if error else 200)


def _rules_page(request: HttpRequest, member: Member, text: str, error: DomainError | None = None) -> HttpResponse:
    context = {
        **_context(member, "rules", error),
        "text": text,
        "in_force": queries.rules_in_force(member.programme),
        "versions": queries.rules_versions(member.programme),
        "writes": member.may(Right.WRITE_GUIDES),
        "approves": member.may(Right.APPROVE_GUIDES),
    }
    return pages.render(request, "studio/leaving/rules.html", context, status=error.status if error else 200)


def _work_page(request: HttpRequest, member: Member, error: DomainError | None = None) -> HttpResponse:
    asked, to_do = queries.open_requests(member.programme), queries.cancellations_to_do(member.programme)
    note_look(
        lookers.person(request, member),
        what="list",
        right=Right.TAKE_CONTACTS if member.may(Right.TAKE_CONTACTS) else Right.MOVE_CONTACTS,
        about="requests to cancel, and cancellations to do",
        count=len(asked) + len(to_do),
    )
    context = {**_context(member, "work", error), "requests": asked, "to_do": to_do}
    return pages.render(request, "studio/leaving/work.html", context, status=error.status if error else 200)


def _context(member: Member, tab: str, error: DomainError | None) -> dict[str, Any]:
    return {
        "member": member,
        "programme": member.programme,
        "section": "leaving",
        "tab_of_leaving": tab,
        "reads_rules": member.may(Right.WRITE_GUIDES) or member.may(Right.APPROVE_GUIDES),
        "settles": member.may(Right.TAKE_CONTACTS) or member.may(Right.MOVE_CONTACTS),
        "error": str(error) if error else "",
    }
