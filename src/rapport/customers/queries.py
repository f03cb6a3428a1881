"""Reads of the customer file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rapport.customers.models import ContactPoint, Customer, Holding, Promise, Segment

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme


def customer_at(programme: Programme, kind: str, value: str) -> Customer | None:
    """Return the customer whom this contact point leads to; None where nobody or more than one has it."""
    found = list(
        Customer.objects.select_related("segment")
        .filter(programme=programme, points__kind=kind, points__value=value)
        .distinct()[:2]
    )
    return found[0] if len(found) == 1 else None


def customer_by_key(programme: Programme, key: str) -> Customer | None:
    """Return the customer whom the partner knows by ``key``."""
    return Customer.objects.select_related("segment").filter(programme=programme, key=key).first()


def points_of(customer: Customer) -> list[ContactPoint]:
    """Return the ways to reach the customer."""
    return list(ContactPoint.objects.filter(customer=customer).order_by("kind", "id"))


def holdings_of(customer: Customer) -> list[Holding]:
    """Return what the customer has with the partner, what ends first on top."""
    return list(Holding.objects.filter(customer=customer).order_by("ends_on", "id"))


def open_promises_of(customer: Customer) -> list[Promise]:
    """Return the promises still to be kept, the most urgent first."""
    return list(
        Promise.objects.select_related("made_by__user")
        .filter(customer=customer, settled_at__isnull=True)
        .order_by("due_on", "id")
    )


def promised_by(member: Member, *, limit: int = 8) -> list[Promise]:
    """Return what the member has promised and nobody settled, the most urgent first."""
    return list(
        Promise.objects.select_related("customer")
        .filter(made_by=member, settled_at__isnull=True)
        .order_by("due_on", "id")[:limit]
    )


def segments_of(programme: Programme) -> list[Segment]:
    """Return the programme's segments."""
    return list(Segment.objects.filter(programme=programme).order_by("key"))


def keys_among(programme: Programme, keys: Iterable[str]) -> set[str]:
    """Return those of the keys that customers of the programme have."""
    return set(Customer.objects.filter(programme=programme, key__in=list(keys)).values_list("key", flat=True))
