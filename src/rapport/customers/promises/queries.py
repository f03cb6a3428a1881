"""Reads of promises."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q

from rapport.customers.models import Standing
from rapport.customers.promises.models import Promise, PromiseKind, State
from rapport.kit import clock

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from rapport.accounts.models import Member, Programme
    from rapport.customers.models import Customer

REMEMBERED = timedelta(days=90)
"""For how long the next rep is shown that a promise was broken or kept late."""


def open_promises_of(customer: Customer) -> list[Promise]:
    """Return the promises still to be kept, the most urgent first."""
    found = _told().filter(customer=customer, state=State.OPEN)
    return list(found.exclude(customer__standing=Standing.ERASED).order_by("due_by", "id"))


def failed_of(customer: Customer) -> list[Promise]:
    """Return the promises that were lately broken, or kept late: what to begin the conversation with."""
    found = _told().filter(customer=customer, state__in=(State.BROKEN, State.LATE))
    return list(found.filter(settled_at__gte=clock.now() - REMEMBERED).order_by("-settled_at", "-id")[:5])


def has_broken(customer: Customer) -> bool:
    """Say whether a promise to the customer was lately broken, or is overdue."""
    broken = Q(state=State.BROKEN, settled_at__gte=clock.now() - REMEMBERED)
    overdue = Q(state=State.OPEN, due_by__lt=clock.now())
    return Promise.objects.filter(broken | overdue, customer=customer).exists()


def with_promise_due(programme: Programme, customers: Iterable[int], *, by: date) -> set[int]:
    """Return those of the customers (ids) to whom something promised is due by the day and not settled.

    What is of a kind that moves nobody forward does not count.
    """
    still = PromiseKind.objects.filter(programme=programme, moves_forward=False).values("key")
    due = Promise.objects.filter(programme=programme, customer__in=list(customers), state=State.OPEN)
    return set(due.filter(due_on__lte=by).exclude(kind__in=still).values_list("customer_id", flat=True))


def kept_by(member: Member, *, limit: int | None = None) -> list[Promise]:
    """Return what the member has to keep, themself or with their team, the most urgent first."""
    mine = Q(keeper=member)
    if member.team_id:
        mine |= Q(keeping_team=member.team_id)
    found = _at_work(member.programme).filter(mine)
    return list(found.order_by("due_by", "id")[:limit])


def about_to_be_broken(programme: Programme, *, within: timedelta, limit: int | None = None) -> list[Promise]:
    """Return the open promises, whoever keeps them, that are overdue or due within the time, most urgent first."""
    found = _at_work(programme).filter(due_by__lt=clock.now() + within)
    return list(found.order_by("due_by", "id")[:limit])


def at_risk(programme: Programme, *, within: timedelta) -> tuple[int, int]:
    """Return how many promises are overdue, and how many more are due within the time."""
    now = clock.now()
    found = _at_work(programme).filter(due_by__lt=now + within)
    overdue = found.filter(due_by__lt=now).count()
    return overdue, found.count() - overdue


def promises_of(customer: Customer) -> list[Promise]:
    """Return everything promised to the customer that stands, newest first."""
    found = _told().filter(customer=customer).exclude(state=State.WITHDRAWN)
    return list(found.exclude(customer__standing=Standing.ERASED).order_by("-made_at", "-id"))


def promise_by_id(programme: Programme, public_id: UUID) -> Promise | None:
    """Return a promise of the programme."""
    return _told().filter(programme=programme, public_id=public_id).first()


def promises_with_sales(sales: Iterable[int]) -> dict[int, list[Promise]]:
    """Return what was promised with each of the sales (ids), in the order told; nothing that was taken back."""
    found: dict[int, list[Promise]] = {}
    rows = Promise.objects.filter(sale__in=list(sales)).exclude(state=State.WITHDRAWN)
    for promise in rows.order_by("sale_id", "number"):
        found.setdefault(promise.sale_id or 0, []).append(promise)
    return found


def made_on(contact_id: int) -> list[Promise]:
    """Return the promises that were put on file on a contact."""
    return list(_told().filter(contact_id=contact_id).order_by("pk"))


def is_overdue(promise: Promise, now: datetime | None = None) -> bool:
    """Say whether it is still open after the instant it had to be kept by."""
    return promise.is_open and promise.due_by < (now or clock.now())


def _told() -> QuerySet[Promise]:
    return Promise.objects.select_related(
        "customer", "sale", "made_by__user", "keeper__user", "keeping_team", "programme"
    )


def _at_work(programme: Programme) -> QuerySet[Promise]:
    """Return what is still to be kept to customers whose data may be used."""
    return _told().filter(programme=programme, state=State.OPEN, customer__standing=Standing.ACTIVE)


def open_in(programme: Programme) -> QuerySet[Promise]:
    """Return what is still to be kept to anybody, for a query to choose by."""
    return Promise.objects.filter(programme=programme, state=State.OPEN)
