"""The pages of who handles personal data: requests, one customer's data, and how long data is kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rapport.accounts.doors import staff_page
from rapport.accounts.roles import Right
from rapport.audit import lookers
from rapport.audit.actions import note_look
from rapport.customers.queries import found_by
from rapport.kit import clock, pages
from rapport.kit.errors import DomainError, Forbidden, Invalid
from rapport.privacy import actions, packages, queries, retention
from rapport.privacy.access import access_customer, access_package
from rapport.privacy.catalogue import SUGGESTED
from rapport.privacy.forms import read_day, read_months
from rapport.privacy.models import Request

if TYPE_CHECKING:
    from rapport.accounts.models import Member

handles = staff_page(Right.HANDLE_PERSONAL_DATA)
Step = Callable[[HttpRequest, "Member", UUID], object]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@handles
def privacy(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show what is to be answered and what is held; a customer is found by what is posted, not by the address."""
    told = request.POST.get("told", "").strip()
    found = found_by(member.programme, told) if told else None
    if found is not None:
        _look(request, member, what="search", count=len(found))
    context = {
        **_context(member),
        "told": told,
        "found": found,
        "requests": queries.open_requests(member.programme),
        "holds": queries.holds_of(member.programme),
        "days_left": queries.days_left,
    }
    return pages.render(request, "privacy/privacy.html", context)


@never_cache
@require_safe
@handles
def customer(request: HttpRequest, member: Member, customer_id: UUID) -> HttpResponseBase:
    """Show a customer's standing, requests, hold and packages, and what there is of them."""
    return _customer(request, member, customer_id)


@require_POST
@handles
def allow_return(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Let the key of a customer who was erased be used again."""
    key = request.POST.get("key", "")
    actions.allow_return(programme=member.programme, key=key, actor=_actor(member))
    to = reverse("privacy", args=[member.programme.key])
    return pages.redirect(request, to, said="Files and calls may use this key again.")


@require_POST
@handles
def act(request: HttpRequest, member: Member, customer_id: UUID, step: str) -> HttpResponseBase:
    """Do one of STEPS, and show the customer as it is afterwards; a refusal is shown where it was asked."""
    if step not in STEPS:
        raise Invalid("There is no such step.")
    try:
        STEPS[step](request, member, customer_id)
    except DomainError as error:
        if error.status == 404:
            raise
        return _customer(request, member, customer_id, error=error, at=step)
    to = reverse("privacy-customer", args=[member.programme.key, customer_id])
    return pages.redirect(request, to, said=DONE[step])


@require_POST
@handles
def take(request: HttpRequest, member: Member, package_id: UUID) -> HttpResponseBase:
    """Hand out a package, once."""
    if access_package(member.programme, package_id).with_sensitive:
        _require_reveal(member)
    content = packages.take(by=lookers.person(request, member), package_id=package_id)
    name = f"personal-data-{package_id}.zip"
    return HttpResponse(
        content,
        content_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Right.MANAGE_PROGRAMME)
def keeping(request: HttpRequest, member: Member) -> HttpResponseBase:
    """Show how long each kind of data is kept and what would go tonight; change it."""
    error = ""
    if request.method == "POST":
        try:
            for kind, months in read_months(request.POST, SUGGESTED).items():
                retention.set_period(programme=member.programme, kind=kind, months=months, actor=_actor(member))
            said = "Kept. The numbers say what would go tonight."
            return pages.redirect(request, reverse("retention", args=[member.programme.key]), said=said)
        except Invalid as refused:
            error = str(refused)
    context = {
        **_context(member),
        "section": "retention",
        "rules": retention.rules_of(member.programme),
        "sent": request.POST,
        "error": error,
    }
    return pages.render(request, "privacy/retention.html", context, status=422 if error else 200)


def _open(request: HttpRequest, member: Member, customer_id: UUID) -> object:
    sent = request.POST
    return actions.open_request(
        programme=member.programme,
        customer_id=customer_id,
        kind=sent.get("kind", ""),
        proof=sent.get("proof", ""),
        note=sent.get("note", ""),
        received_on=read_day(sent.get("received_on", "")),
        actor=_actor(member),
    )


def _answer(request: HttpRequest, member: Member, customer_id: UUID) -> object:
    try:
        asked = UUID(request.POST.get("request", ""))
    except ValueError:
        raise Invalid("Choose which request is answered.") from None
    done = request.POST.get("done") == "yes"
    return actions.close_request(programme=member.programme, request_id=asked, done=done, actor=_actor(member))


def _restrict(request: HttpRequest, member: Member, customer_id: UUID) -> object:
    return actions.restrict(programme=member.programme, customer_id=customer_id, actor=_actor(member))


def _release(request: HttpRequest, member: Member, customer_id: UUID) -> object:
    return actions.release(programme=member.programme, customer_id=customer_id, actor=_actor(member))


def _hold(request: HttpRequest, member: Member, customer_id: UUID) -> object:
    return actions.place_hold(
        programme=member.programme,
        customer_id=customer_id,
        why=request.POST.get("why", ""),
        until=read_day(request.POST.get("until", "")),
        actor=_actor(member),
    )


def _lift(request: HttpRequest, member: Member, customer_id: UUID) -> object:
    return actions.lift_hold(programme=member.programme, customer_id=customer_id, actor=_actor(member))


def _require_reveal(member: Member) -> None:
    if not member.may(Right.REVEAL):
        raise Forbidden("Your role does not include seeing masked values, so they cannot be in a copy you take.")


def _package(request: HttpRequest, member: Member, customer_id: UUID) -> object:
    if "with_sensitive" in request.POST:
        _require_reveal(member)
    return packages.ask(
        programme=member.programme,
        customer_id=customer_id,
        with_sensitive="with_sensitive" in request.POST,
        why=request.POST.get("why", ""),
        actor=_actor(member),
    )


def _erase(request: HttpRequest, member: Member, customer_id: UUID) -> object:
    confirmed = request.POST.get("confirmed", "")
    return actions.erase(
        programme=member.programme, customer_id=customer_id, confirmed=confirmed, actor=_actor(member)
    )


STEPS: dict[str, Step] = {
    "asked": _open,
    "answered": _answer,
    "restricted": _restrict,
    "released": _release,
    "held": _hold,
    "lifted": _lift,
    "packed": _package,
    "erased": _erase,
}
DONE = {
    "asked": "The request is recorded.",
    "answered": "The request is closed.",
    "restricted": "Restricted: the data is kept, and not used.",
    "released": "The restriction is lifted.",
    "held": "The hold is placed: nothing of this customer goes.",
    "lifted": "The hold is lifted.",
    "packed": "The package is being made. It is ready in a moment.",
    "erased": "Erased. Facts and figures are as they were.",
}


def _customer(
    request: HttpRequest, member: Member, customer_id: UUID, *, error: DomainError | None = None, at: str = ""
) -> HttpResponse:
    found = access_customer(member.programme, customer_id)
    _look(request, member, what="customer", subject=found.public_id, about=f"personal data {at}".strip())
    requests, made = queries.requests_of(found), queries.packages_of(found)
    hold = queries.hold_on(member.programme, found.pk)
    actors = {one.opened_by for one in requests} | {one.asked_by for one in made}
    context = {
        **_context(member),
        "customer": found,
        "parts": queries.parts_of(found),
        "requests": requests,
        "packages": made,
        "hold": hold,
        "names": queries.who(member.programme, actors | ({hold.placed_by} if hold else set())),
        "kinds": Request.Kind.choices,
        "proofs": Request.Proof.choices,
        "days_left": queries.days_left,
        "error": str(error) if error else "",
        "refused": at,
        "sent": request.POST,
    }
    return pages.render(request, "privacy/customer.html", context, status=error.status if error else 200)


def _look(request: HttpRequest, member: Member, **told: Any) -> None:
    note_look(
        lookers.person(request, member), right=Right.HANDLE_PERSONAL_DATA, why="handling personal data", **told
    )


def _context(member: Member) -> dict[str, Any]:
    return {
        "member": member,
        "programme": member.programme,
        "section": "privacy",
        "today": clock.now().astimezone(member.programme.zone).date(),
    }


def _actor(member: Member) -> str:
    return f"member:{member.pk}"
