"""Reads of consent."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rapport.customers.consent.models import Barred, ContactBar

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from rapport.accounts.models import Programme
    from rapport.customers.models import Customer

CHANNELS = tuple(Barred)


def bars_of(customer: Customer) -> list[ContactBar]:
    """Return how the customer is not to be contacted now, and since when."""
    return list(ContactBar.objects.filter(customer=customer, until__isnull=True).order_by("since", "pk"))


def barred_from(programme: Programme, *channels: str) -> QuerySet[ContactBar, int]:
    """Return the ids of the customers not to be contacted on one of the channels, or at all; for a query."""
    found = ContactBar.objects.filter(programme=programme, until__isnull=True)
    return found.filter(channel__in=[Barred.ANY, *channels]).values_list("customer_id", flat=True)


def bars_among(programme: Programme, customers: Iterable[int]) -> dict[int, set[str]]:
    """Return the channels on which each of the customers (ids) is not to be contacted."""
    found: dict[int, set[str]] = {}
    rows = ContactBar.objects.filter(programme=programme, customer__in=list(customers), until__isnull=True)
    for customer, channel in rows.values_list("customer_id", "channel"):
        found.setdefault(customer, set()).add(channel)
    return found
