"""Showing a masked value to the member who has the customer in hand: with a reason, for this contact only."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from rapport.accounts.roles import Right
from rapport.customers.events import CustomerRevealed
from rapport.customers.models import Customer, Reveal, SealedValue
from rapport.customers.sensitive import opened
from rapport.events.actions import announce
from rapport.kit import clock, redaction
from rapport.kit.errors import Forbidden, Invalid, NotFound

if TYPE_CHECKING:
    from rapport.accounts.models import Member

REASONS = {
    "identity": "Check who they are",
    "payment": "Look into a payment",
    "correct": "Compare it with what they say",
    "asked": "They asked for it",
    "other": "Another reason",
}
LONGEST_NOTE = 200


def access_sealed(member: Member, customer: Customer, value_id: UUID) -> SealedValue:
    """Return a sealed value of the customer in hand, for a member who may see masked values at all."""
    if not member.may(Right.REVEAL):
        raise Forbidden("Your role does not include seeing masked values. Ask your supervisor.")
    found = (
        SealedValue.objects.select_related("customer", "holding")
        .filter(programme=member.programme, customer=customer, public_id=value_id)
        .first()
    )
    if found is None:
        raise NotFound
    return found


@transaction.atomic
def reveal(
    *,
    member: Member,
    customer: Customer,
    contact_id: int,
    contact_public_id: UUID,
    held_since: datetime,
    value_id: UUID,
    reason: str,
    note: str = "",
) -> str:
    """Return the value, and put on record who saw which field and why. Callers have locked the contact in hand.

    Asked again within the same contact it needs no reason; every showing is an event. Raises Invalid without a
    reason, Forbidden without the right, NotFound for another customer's value.
    """
    value = access_sealed(member, customer, value_id)
    there = Reveal.objects.filter(value=value, member=member, contact_id=contact_id, held_since=held_since).first()
    granted = there or Reveal(reason=_reason(reason, note), note=redaction.clean(note.strip()))
    text = opened(value)
    if there is None:
        granted.programme, granted.value, granted.member = member.programme, value, member
        granted.contact_id, granted.held_since, granted.at = contact_id, held_since, clock.now()
        granted.save()
    announce(
        CustomerRevealed(
            field=value.field, reason=granted.reason, contact=str(contact_public_id), again=there is not None
        ),
        programme=member.programme,
        subject=customer.public_id,
        actor=f"member:{member.pk}",
    )
    return text


def hand_out(customer: Customer) -> list[tuple[str, str | None, str]]:
    """Return the customer's own sensitive values, for a package made for them: field, of which product, value.

    Who asks for such a package says why, and that it was taken is on record.
    """
    rows = SealedValue.objects.select_related("customer", "holding").filter(customer=customer).order_by("pk")
    return [(row.field, row.holding.product if row.holding else None, opened(row)) for row in rows]


def _reason(reason: str, note: str) -> str:
    if reason not in REASONS:
        raise Invalid("Choose why you need to see this value.")
    if len(note) > LONGEST_NOTE:
        raise Invalid(f"Keep the reason under {LONGEST_NOTE} characters.")
    if reason == "other" and not note.strip():
        raise Invalid("Say in a few words why you need to see this value.")
    return reason
