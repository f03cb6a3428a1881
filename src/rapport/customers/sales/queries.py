"""Reads of sales."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from rapport.customers.models import Standing
from rapport.customers.promises.queries import promises_with_sales
from rapport.customers.sales.models import Sale

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from rapport.accounts.models import Programme
    from rapport.customers.models import Customer
    from rapport.customers.promises.models import Promise


@dataclass(frozen=True, slots=True)
class Sold:
    """A sale and what was promised with it."""

    sale: Sale
    promised: list[Promise] = field(default_factory=list)

    @property
    def seller_words(self) -> str:
        """Who sold it, for people."""
        return self.sale.seller_name or self.sale.seller or "an unknown seller"


def sale_of(customer: Customer, *, product: str = "", holding: str = "") -> Sold | None:
    """Return the latest sale of this holding (its key), else of this product; None where none is known."""
    mine = _told().filter(customer=customer)
    found = mine.filter(holding=holding).first() if holding else None
    if found is None and product:
        found = mine.filter(product=product).first()
    return _with_promises([found])[0] if found else None


def sales_of(customer: Customer) -> list[Sold]:
    """Return everything sold to the customer, the latest first."""
    return _with_promises(_told().filter(customer=customer))


def sales_of_each(programme: Programme, customers: Iterable[int]) -> dict[int, list[Sold]]:
    """Return what was sold to each of the customers (ids), the latest first, whoever they were."""
    rows = Sale.objects.select_related("customer").filter(programme=programme, customer__in=set(customers))
    found: dict[int, list[Sold]] = {}
    for sold in _with_promises(rows.order_by("-sold_on", "-id")):
        found.setdefault(sold.sale.customer_id, []).append(sold)
    return found


def sales_between(programme: Programme, start: date, end: date) -> list[Sold]:
    """Return what was sold from one day to another (both included), by selling team and day."""
    found = Sale.objects.select_related("customer").filter(programme=programme, sold_on__range=(start, end))
    return _with_promises(found.order_by("team", "sold_on", "id"))


def selling_teams(programme: Programme) -> list[str]:
    """Return the teams that sold anything, by name."""
    found = Sale.objects.filter(programme=programme).exclude(team="")
    return list(found.order_by("team").values_list("team", flat=True).distinct())


def _told() -> QuerySet[Sale]:
    found = Sale.objects.select_related("customer").exclude(customer__standing=Standing.ERASED)
    return found.order_by("-sold_on", "-id")


def _with_promises(sales: Iterable[Sale]) -> list[Sold]:
    found = list(sales)
    promised = promises_with_sales(one.pk for one in found)
    return [Sold(one, promised.get(one.pk, [])) for one in found]
