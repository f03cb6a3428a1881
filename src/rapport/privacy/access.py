"""The gates to a customer whose data is asked about, and to a package of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from rapport.customers.queries import customer_by_id
from rapport.kit.errors import NotFound
from rapport.privacy.models import Package, Request

if TYPE_CHECKING:
    from rapport.accounts.models import Programme
    from rapport.customers.models import Customer

Row = TypeVar("Row")


def access_customer(programme: Programme, public_id: UUID) -> Customer:
    """Return the customer, whatever its standing, for who has come in by the right to handle personal data."""
    customer = customer_by_id(programme, public_id)
    if customer is None:
        raise NotFound
    return customer


def access_request(programme: Programme, public_id: UUID, *, lock: bool = False) -> Request:
    """Return a request of the programme."""
    requests = Request.objects.select_related("customer", "programme")
    found = (requests.select_for_update(of=("self",)) if lock else requests).filter(
        programme=programme, public_id=public_id
    )
    return _one(found.first())


def access_package(programme: Programme, public_id: UUID, *, lock: bool = False) -> Package:
    """Return a package of the programme."""
    packages = Package.objects.select_related("customer", "programme")
    found = (packages.select_for_update(of=("self",)) if lock else packages).filter(
        programme=programme, public_id=public_id
    )
    return _one(found.first())


def _one(row: Row | None) -> Row:
    if row is None:
        raise NotFound
    return row
