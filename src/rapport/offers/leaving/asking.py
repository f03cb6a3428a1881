"""Who asks to cancel on the portal: found on file, or not, and then their request is kept and becomes work.

The contact is locked before its request, and so is the customer: as whoever cancels does.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from rapport.contacts.access import lock_own
from rapport.contacts.actions import audience_of
from rapport.customers.points import normal_email
from rapport.customers.queries import (
    customer_at,
    customer_by_key,
    customer_by_number,
    holdings_of,
    points_of,
)
from rapport.customers.standing import held
from rapport.events.actions import announce
from rapport.kit import clock
from rapport.kit.errors import Conflict, Invalid
from rapport.offers import events
from rapport.offers.leaving.queries import rules_in_force
from rapport.offers.leaving.written import new_reference, plain
from rapport.offers.models import CancelRequest

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme
    from rapport.contacts.models import Contact
    from rapport.customers.models import Customer

LONGEST_WORDS = 500
State = CancelRequest.State


def found(programme: Programme, *, email: str, number: str) -> Customer | None:
    """Return the customer whom both the e-mail address and a number lead to; None where they do not agree.

    The number is the partner's of the customer or of a contract, or one that is kept sealed.
    """
    number = number.strip()[:100]
    if not number or "\x00" in number:
        return None
    try:
        told = normal_email(email)
    except Invalid:
        return None
    customer = customer_by_key(programme, number) or customer_by_number(programme, number)
    if customer is None:
        one = customer_at(programme, "email", told)
        customer = one if one and any(each.key == number for each in holdings_of(one)) else None
    if customer is None or not customer.is_active:
        return None
    return customer if any(p.kind == "email" and p.value == told for p in points_of(customer)) else None


@transaction.atomic
def ask(
    *, programme: Programme, email: str, number: str, words: str, contact: Contact | None = None
) -> CancelRequest:
    """Keep the request of somebody we could not make sure of; one that is open on the contact is that one."""
    email, number = plain(email, 254, "Your e-mail address"), plain(number, 100, "Your number")
    words = plain(words, LONGEST_WORDS, "What you want to cancel")
    if not email and not number and contact is None:
        raise Invalid("Say who you are: your e-mail address, your customer number, or both.")
    if contact is not None:
        lock_own(contact)
        going_on = CancelRequest.objects.select_for_update().filter(contact=contact, state=State.OPEN).first()
        if going_on is not None:
            return going_on
    now = clock.now()
    hours = rules_in_force(programme).rules.settle_within_hours
    made = CancelRequest.objects.create(
        programme=programme,
        reference=new_reference(),
        email=email,
        number=number,
        words=words,
        contact=contact,
        asked_at=now,
        due_at=now + timedelta(hours=hours),
    )
    told = events.CancelAsked(
        reference=made.reference,
        due_at=made.due_at.isoformat(),
        contact=str(contact.public_id) if contact else None,
    )
    audience = audience_of(contact) if contact else [f"floor:{programme.pk}"]
    announce(told, programme=programme, subject=made.public_id, actor="customer", audience=audience)
    return made


@transaction.atomic
def attach(*, request: CancelRequest, contact: Contact) -> None:
    """Have a rep meet the request in this contact."""
    CancelRequest.objects.filter(pk=request.pk, contact__isnull=True).update(contact=contact)


@transaction.atomic
def settle(*, member: Member, request_id: UUID, customer: Customer | None = None, note: str = "") -> CancelRequest:
    """Say what a request was: ``customer``'s, who has cancelled since, or not theirs to make, and why."""
    if customer is not None and held(customer) is None:
        raise Conflict("This customer has been erased.")
    rows = CancelRequest.objects.select_for_update(of=("self",)).select_related("programme", "contact")
    row = rows.filter(programme=member.programme, public_id=request_id).first()
    if row is None:
        raise Invalid("There is no such request.")
    wanted = State.HONOURED if customer is not None else State.NOT_THEIRS
    if row.state == wanted:
        return row
    if row.state != State.OPEN:
        raise Conflict("Somebody has settled this request meanwhile.")
    note = plain(note, 300, "The note")
    if customer is None and not note:
        raise Invalid("Say how you found out that it was not theirs to make.")
    row.customer, row.note = customer, note
    _settle(row, wanted, member)
    return row


def honour_of(contact: Contact, customer: Customer) -> None:
    """Settle the requests of a contact whose customer has cancelled."""
    rows = CancelRequest.objects.select_for_update(of=("self",)).select_related("programme", "contact")
    for row in rows.filter(contact=contact, state=State.OPEN):
        row.customer = customer
        _settle(row, State.HONOURED, contact.rep)


def _settle(row: CancelRequest, state: CancelRequest.State, by: Member | None) -> None:
    row.state, row.settled_at, row.settled_by = state, clock.now(), by
    row.save(update_fields=["state", "settled_at", "settled_by", "customer", "note"])
    told = events.CancelRequestSettled(reference=row.reference, state=state, on_time=row.settled_at <= row.due_at)
    actor = f"member:{by.pk}" if by else "customer"
    announce(told, programme=row.programme, subject=row.public_id, actor=actor)
