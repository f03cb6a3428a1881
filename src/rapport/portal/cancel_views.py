"""The customer's pages for cancelling: who they are, one page to confirm, and the certificate.

Nothing here tries to keep anybody. Who is not found by what they say has their request kept, and a rep settles it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.timezone import localtime
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rapport.accounts.doors import public_page
from rapport.channels.chat import actions as chat
from rapport.contacts.queries import reason_by_key
from rapport.customers.points import normal_email
from rapport.customers.queries import holdings_of
from rapport.kit import pages
from rapport.kit.errors import DomainError, Invalid
from rapport.kit.limits import TooMany
from rapport.kit.pdf import Column, Paper
from rapport.offers.leaving import actions as leaving
from rapport.offers.leaving import asking
from rapport.offers.leaving.queries import cancelled_lately, certificate, request_by_id, rules_in_force
from rapport.portal import limits, queries
from rapport.portal.access import know, known, remember, remembered
from rapport.portal.forms import Person, read_person
from rapport.routing.opening import QueueShut

if TYPE_CHECKING:
    from rapport.accounts.models import Programme
    from rapport.contacts.models import Contact
    from rapport.customers.models import Customer
    from rapport.offers.models import CancelRequest


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@public_page
def cancel(request: HttpRequest, programme: Programme) -> HttpResponse:
    """Ask who somebody is, where we do not know yet, and then what they cancel: one button."""
    contact = remembered(request, programme)
    if request.method == "POST":
        return _claim(request, programme, contact)
    customer = known(request, programme) or _by_email_alone(programme, contact)
    if customer is None or "other" in request.GET:
        sent = Person(email=contact.address if contact and contact.channel == "chat" else "")
        return _who_page(request, programme, sent)
    return _confirm_page(request, programme, customer)


@require_POST
@public_page
def now(request: HttpRequest, programme: Programme) -> HttpResponse:
    """Cancel what was chosen, at once; sent twice, it is the same cancellation."""
    contact = remembered(request, programme)
    customer = known(request, programme) or _by_email_alone(programme, contact)
    if customer is None:
        return HttpResponseRedirect(reverse("portal-cancel", args=[programme.key]))
    chosen = request.POST.getlist("holding")[:50]
    held = [one.key for one in holdings_of(customer)]
    if not chosen and len(held) > 1:
        return _confirm_page(request, programme, customer, Invalid("Choose what you want to cancel."))
    done = [
        leaving.cancel(
            customer=customer,
            holding=holding,
            contact=contact if contact and contact.customer == customer and queries.is_open(contact) else None,
            channel="portal",
            origin="portal",
            by="customer",
            actor="customer",
        )
        for holding in (chosen or held or [""])
    ]
    if len(done) > 1:
        return HttpResponseRedirect(reverse("portal-cancel", args=[programme.key]))
    return HttpResponseRedirect(reverse("portal-certificate", args=[programme.key, done[0].public_id]))


@never_cache
@require_safe
@public_page
def done(request: HttpRequest, programme: Programme, certificate_id: UUID) -> HttpResponse:
    """Show a certificate to who was given its address."""
    context = {"programme": programme, "one": certificate(programme, certificate_id)}
    return pages.render(request, "portal/certificate.html", context)


@never_cache
@require_safe
@public_page
def paper(request: HttpRequest, programme: Programme, certificate_id: UUID) -> HttpResponse:
    """Hand out a certificate as a file."""
    one = certificate(programme, certificate_id)
    moment = f"{localtime(one.at, programme.zone):%d %B %Y, %H:%M:%S} ({programme.timezone})"
    page = Paper("Certificate of cancellation", footer=programme.name, made_at=one.at)
    page.sentence(f"{programme.name} confirms that the customer has cancelled, at the time below.")
    rows = [
        ("Reference", one.reference),
        ("Cancelled at", moment),
        ("What", one.product or "everything held"),
        ("Contract", one.holding or "not named"),
        ("Asked by", "the customer" if one.by == "customer" else "the customer, by one of our people"),
    ]
    page.table([Column("", 1), Column("", 3)], rows)
    response = HttpResponse(page.as_bytes(), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="cancellation-{one.reference}.pdf"'
    return response


@never_cache
@require_safe
@public_page
def asked(request: HttpRequest, programme: Programme, request_id: UUID) -> HttpResponse:
    """Show the receipt of a request, and what became of it, to who was given its address."""
    context = {"programme": programme, "one": request_by_id(programme, request_id)}
    return pages.render(request, "portal/cancel_asked.html", context)


def _by_email_alone(programme: Programme, contact: Contact | None) -> Customer | None:
    """Return whom the conversation's e-mail address leads to, where the rules take that for proof."""
    if contact is None or contact.customer is None or not contact.customer.is_active:
        return None
    return contact.customer if rules_in_force(programme).rules.proof == "email" else None


def _claim(request: HttpRequest, programme: Programme, contact: Contact | None) -> HttpResponse:
    sent, number = read_person(request.POST), request.POST.get("number", "").strip()[:100]
    sent.errors.pop("email", None) if number and not sent.email.strip() else None
    if sent.errors:
        return _who_page(request, programme, sent, number=number, status=422)
    try:
        limits.check_claim(request, programme)
        customer = asking.found(programme, email=sent.email, number=number)
        if customer is not None:
            response = HttpResponseRedirect(reverse("portal-cancel", args=[programme.key]))
            know(response, customer)
            return response
        made, contact = _keep(request, programme, contact, sent, number)
    except (Invalid, TooMany) as error:
        sent.errors["form"] = str(error)
        return _who_page(request, programme, sent, number=number, status=error.status)
    response = HttpResponseRedirect(reverse("portal-cancel-asked", args=[programme.key, made.public_id]))
    if contact is not None:
        remember(response, contact)
    return response


def _keep(
    request: HttpRequest, programme: Programme, contact: Contact | None, sent: Person, number: str
) -> tuple[CancelRequest, Contact | None]:
    """Keep the request, and have a rep meet it at once: in the conversation that goes on, or in a new one."""
    going_on = contact if contact is not None and queries.is_open(contact) else None
    made = asking.ask(programme=programme, email=sent.email, number=number, words=sent.text, contact=going_on)
    words = f"I want to cancel. {sent.text}".strip()
    if going_on is not None:
        if going_on.state in ("waiting", "active"):
            chat.say(going_on, author="customer", text=words, client_id=sent.client_id)
        return made, going_on
    about = rules_in_force(programme).rules.reasons
    reason = next(filter(None, (reason_by_key(programme, key) for key in about)), None)
    try:
        email = normal_email(sent.email)
        limits.check(request, programme, email)
        begun = chat.begin(programme=programme, email=email, text=words, reason=reason, client_id=sent.client_id)
    except (Invalid, TooMany, QueueShut):
        return made, None  # the request is kept all the same, and is work by its deadline
    asking.attach(request=made, contact=begun)
    return made, begun


def _who_page(
    request: HttpRequest, programme: Programme, sent: Person, *, number: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "programme": programme,
        "sent": sent,
        "number": number,
        "hours": rules_in_force(programme).rules.settle_within_hours,
    }
    return pages.render(request, "portal/cancel_who.html", context, status=status)


def _confirm_page(
    request: HttpRequest, programme: Programme, customer: Customer, error: DomainError | None = None
) -> HttpResponse:
    cancelled = cancelled_lately(customer)
    gone = {one.holding for one in cancelled}
    context = {
        "programme": programme,
        "holdings": [one for one in holdings_of(customer) if one.key not in gone],
        "cancelled": cancelled,
        "has_all": "" in gone,
        "error": str(error) if error else "",
    }
    return pages.render(request, "portal/cancel.html", context, status=error.status if error else 200)
