"""Reads of requests, holds and packages, and of what there is of a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Q

from rapport.accounts.queries import member_names
from rapport.kit import clock
from rapport.privacy.catalogue import everything, subject_of
from rapport.privacy.models import Hold, Package, Request

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from rapport.accounts.models import Programme
    from rapport.customers.models import Customer


@dataclass(frozen=True, slots=True)
class Part:
    """A kind of data there is of a customer, and what erasure does to it."""

    title: str
    rows: int
    goes: bool
    """Whether the rows go; otherwise they stay, and the person is taken out of them."""


def parts_of(customer: Customer) -> list[Part]:
    """Return what there is of a customer, as erasure would find it."""
    subject = subject_of(customer.programme, [customer.pk])
    found = [(kept, kept.there(kept.of(subject)).count()) for kept in reversed(everything())]
    return [Part(kept.title, rows, kept.deletes) for kept, rows in found if rows]


def hold_on(programme: Programme, customer_id: int) -> Hold | None:
    """Return the hold that keeps a customer's data now."""
    return _holding(programme).filter(customer=customer_id).first()


def held_customers(programme: Programme) -> list[int]:
    """Return the customers whose data must be kept."""
    return list(_holding(programme).values_list("customer_id", flat=True))


def holds_of(programme: Programme) -> list[Hold]:
    """Return the programme's holds, the oldest first."""
    return list(_holding(programme).select_related("customer").order_by("placed_at"))


def _holding(programme: Programme) -> QuerySet[Hold]:
    today = clock.now().astimezone(programme.zone).date()
    return Hold.objects.filter(
        Q(until__isnull=True) | Q(until__gte=today), programme=programme, lifted_at__isnull=True
    )


def open_requests(programme: Programme, *, limit: int = 200) -> list[Request]:
    """Return the requests still to be answered, the most urgent first."""
    found = Request.objects.select_related("customer").filter(programme=programme, status=Request.Status.OPEN)
    return list(found.order_by("due_on", "pk")[:limit])


def listed_requests(programme: Programme, *, after: int = 0, limit: int = 100) -> list[Request]:
    """Return a page of the programme's requests in the order they were recorded, behind the cursor ``after``."""
    found = Request.objects.select_related("customer").filter(programme=programme, pk__gt=after)
    return list(found.order_by("pk")[:limit])


def requests_of(customer: Customer) -> list[Request]:
    """Return the customer's requests, the latest first."""
    return list(Request.objects.filter(customer=customer).order_by("-received_on", "-pk"))


def packages_of(customer: Customer) -> list[Package]:
    """Return the customer's packages without their content, the latest first."""
    return list(Package.objects.defer("content").filter(customer=customer).order_by("-asked_at"))


def who(programme: Programme, actors: Iterable[str]) -> dict[str, str]:
    """Return the names of those who did something, by what events call them."""
    ids = {int(actor.removeprefix("member:")): actor for actor in actors if actor.startswith("member:")}
    return {ids[pk]: name for pk, name in member_names(programme, ids).items()}


def days_left(request: Request, today: date) -> int:
    """Return how many days there are to answer a request; below 0 it is late."""
    return (request.due_on - today).days
