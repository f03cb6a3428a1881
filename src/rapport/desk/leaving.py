"""A wish to leave on the desk: opened, worked, ended; and cancelling, which nothing here can stand before."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from rapport.accounts.doors import staff_page
from rapport.accounts.roles import Right
from rapport.contacts.access import access_in_hand
from rapport.desk.actions import customer_in_hand, in_hand
from rapport.desk.leaving_now import leaving_of
from rapport.desk.parts import about
from rapport.kit import pages
from rapport.kit.errors import Conflict
from rapport.offers.choosing.queries import accepted_for
from rapport.offers.leaving import actions
from rapport.offers.leaving.queries import attempt_of

if TYPE_CHECKING:
    from rapport.accounts.models import Member
    from rapport.contacts.models import Contact
    from rapport.offers.models import SaveAttempt

at_desk = staff_page(Right.TAKE_CONTACTS)


@never_cache
@require_GET
@at_desk
def now(request: HttpRequest, member: Member, contact_id: UUID) -> HttpResponseBase:
    """Show how the wish to leave stands."""
    return _part(request, member, contact_id)


@require_POST
@at_desk
def begin(request: HttpRequest, member: Member, contact_id: UUID) -> HttpResponseBase:
    """Open a wish to leave on the contact in hand."""
    contact, _ = customer_in_hand(member, contact_id)
    actions.recognise(contact=contact, origin="rep", actor=_actor(member), surely=True)
    return pages.announce(_part(request, member, contact_id), "The wish to leave is open.", shown=False)


@require_POST
@at_desk
def product(request: HttpRequest, member: Member, contact_id: UUID) -> HttpResponseBase:
    """Say what they want to leave."""
    actions.set_product(attempt=attempt_in_hand(member, contact_id), holding=request.POST.get("holding", ""))
    return _part(request, member, contact_id)


@require_POST
@at_desk
def reason(request: HttpRequest, member: Member, contact_id: UUID) -> HttpResponseBase:
    """Say why they want to leave, and what would have to change."""
    sent = request.POST
    actions.set_reason(
        attempt=attempt_in_hand(member, contact_id),
        reason=sent.get("leaving_reason", ""),
        would_change=sent.get("would_change"),
        actor=_actor(member),
    )
    return _part(request, member, contact_id)


@require_POST
@at_desk
def again(request: HttpRequest, member: Member, contact_id: UUID) -> HttpResponseBase:
    """Note that they have clearly asked to cancel once more."""
    actions.ask_again(attempt=attempt_in_hand(member, contact_id), actor=_actor(member))
    return _part(request, member, contact_id)


@require_POST
@at_desk
def end(request: HttpRequest, member: Member, contact_id: UUID) -> HttpResponseBase:
    """Say what came of it: they stay, think it over, or do not want to leave after all."""
    sent = request.POST
    attempt = attempt_in_hand(member, contact_id)
    actions.end_attempt(
        attempt=attempt,
        outcome=sent.get("outcome", ""),
        because=sent.get("because", ""),
        offer=accepted_for(attempt.pk),
        actor=_actor(member),
    )
    return pages.announce(_part(request, member, contact_id), "What came of the wish to leave is on file.")


@require_POST
@at_desk
def cancel(request: HttpRequest, member: Member, contact_id: UUID) -> HttpResponseBase:
    """Cancel for the customer in hand, at once."""
    contact = in_hand(member, contact_id)
    if contact.customer is None:
        raise Conflict("First find out who this is (E), so that the right contract is cancelled.")
    done = actions.cancel_now(attempt=_open_or_new(contact, member), by="rep", actor=_actor(member))
    return pages.announce(_part(request, member, contact_id), f"Cancelled. Certificate {done.reference}.")


def _part(request: HttpRequest, member: Member, contact_id: UUID) -> HttpResponse:
    contact = access_in_hand(member, contact_id)
    context = {**about(member, contact), "work": {"leaving": leaving_of(contact)}}
    return pages.render(request, "desk/leaving_part.html", context)


def _open_or_new(contact: Contact, member: Member) -> SaveAttempt:
    found = attempt_of(contact)
    if found is not None:
        return found
    assert contact.customer is not None
    return actions.open_attempt(
        customer=contact.customer, origin="rep", channel=contact.channel, contact=contact, actor=_actor(member)
    )


def attempt_in_hand(member: Member, contact_id: UUID) -> SaveAttempt:
    """Return the wish to leave on the contact in hand; Conflict where none was opened."""
    contact, _ = customer_in_hand(member, contact_id)
    found = attempt_of(contact)
    if found is None:
        raise Conflict("No wish to leave is open on this contact. Open one first (F).")
    return found


def _actor(member: Member) -> str:
    return f"member:{member.pk}"
