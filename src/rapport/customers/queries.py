"""Reads of the customer file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q

from rapport.customers.models import (
    ContactPoint,
    Customer,
    FileChange,
    Holding,
    OwnRep,
    Reveal,
    SealedValue,
    Segment,
    Standing,
)
from rapport.customers.points import normal_email, normal_phone
from rapport.kit import sealing
from rapport.kit.errors import Invalid
from rapport.kit.often import OneOf

Texts = Mapping[str, str]

if TYPE_CHECKING:
    from django.db.models import QuerySet

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


def customer_by_number(programme: Programme, told: str) -> Customer | None:
    """Return the customer who has this account, card or other sealed number; None where nobody or several do.

    It is found by its keyed hash: no value is opened.
    """
    rows = SealedValue.objects.filter(programme=programme, finder__in=sealing.finders(told, programme.pk))
    customers = list(Customer.objects.select_related("segment").filter(pk__in=rows.values("customer"))[:2])
    return customers[0] if len(customers) == 1 else None


def sealed_of(customer: Customer) -> list[SealedValue]:
    """Return the customer's sealed values by their hints, those of the customer before those of holdings."""
    rows = SealedValue.objects.filter(customer=customer).defer("sealed", "finder")
    return list(rows.order_by("holding_id", "field"))


def revealed_ids(member: Member, *, contact_id: int, held_since: datetime) -> set[int]:
    """Return the ids of the sealed values the member has been shown since they took this contact."""
    found = Reveal.objects.filter(member=member, contact_id=contact_id, held_since=held_since)
    return set(found.values_list("value", flat=True))


def customer_by_id(programme: Programme, public_id: UUID) -> Customer | None:
    """Return the customer whom events and pages call so, whatever its standing."""
    return Customer.objects.select_related("segment").filter(programme=programme, public_id=public_id).first()


def points_of(customer: Customer) -> list[ContactPoint]:
    """Return the ways to reach the customer."""
    return list(ContactPoint.objects.filter(customer=customer).order_by("kind", "id"))


def holdings_of(customer: Customer) -> list[Holding]:
    """Return what the customer has with the partner, what ends first on top."""
    return list(Holding.objects.filter(customer=customer).order_by("ends_on", "id"))


def segments_of(programme: Programme) -> list[Segment]:
    """Return the programme's segments."""
    return list(Segment.objects.filter(programme=programme).order_by("key"))


def keys_among(programme: Programme, keys: Iterable[str]) -> set[str]:
    """Return those of the keys that customers of the programme have."""
    return set(Customer.objects.filter(programme=programme, key__in=list(keys)).values_list("key", flat=True))


def rows_by_key(programme: Programme, keys: Iterable[str]) -> dict[str, int]:
    """Return the internal ids of customers whose data may be used, by the partner's key."""
    found = Customer.objects.filter(OneOf("key", keys), programme=programme, standing=Standing.ACTIVE)
    return dict(found.values_list("key", "id"))


def ids_by_key(programme: Programme, keys: Iterable[str]) -> dict[str, UUID]:
    """Return the public ids of the customers whom the partner knows by these keys, by key."""
    found = Customer.objects.filter(programme=programme, key__in=list(keys))
    return dict(found.exclude(standing=Standing.ERASED).values_list("key", "public_id"))


def keys_of(programme: Programme, public_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return what the partner calls the customers with these public ids."""
    found = Customer.objects.filter(programme=programme, public_id__in=set(public_ids))
    return dict(found.values_list("public_id", "key"))


def found_by(programme: Programme, told: str) -> list[Customer]:
    """Return up to ten customers, whatever their standing, by exact key, e-mail address or telephone number."""
    told = told.strip()
    points = Q()
    for kind, normal in (("email", normal_email), ("phone", normal_phone)):
        try:
            points |= Q(points__kind=kind, points__value=normal(told))
        except Invalid:
            continue
    wanted = Q(key=told) | points
    found = Customer.objects.select_related("segment").filter(wanted, programme=programme)
    return list(found.distinct().order_by("pk")[:10])


def addresses_of(programme: Programme, customers: Iterable[int]) -> set[str]:
    """Return the addresses and numbers that lead to these customers and to nobody else."""
    own = ContactPoint.objects.filter(programme=programme, customer__in=list(customers))
    shared = ContactPoint.objects.filter(programme=programme, value__in=own.values("value")).exclude(
        customer__in=list(customers)
    )
    return set(own.values_list("value", flat=True)) - set(shared.values_list("value", flat=True))


def idle_since(programme: Programme, instant: datetime, *, but: Iterable[int] = ()) -> QuerySet[Customer]:
    """Return the customers whose file nobody has brought up to date since, and who are not erased."""
    found = Customer.objects.filter(programme=programme, updated_at__lt=instant)
    return found.exclude(standing=Standing.ERASED).exclude(pk__in=list(but))


def erased_since(programme: Programme, instant: datetime) -> list[Customer]:
    """Return the customers erased since."""
    found = Customer.objects.filter(programme=programme, standing=Standing.ERASED, standing_since__gte=instant)
    return list(found.order_by("pk"))


def not_erased(programme: Programme) -> QuerySet[Customer]:
    """Return the programme's customers but for those who are erased, for a query to choose from."""
    return Customer.objects.filter(programme=programme).exclude(standing=Standing.ERASED)


def holdings_in(programme: Programme) -> QuerySet[Holding]:
    """Return what all customers of the programme hold, for a query to choose by."""
    return Holding.objects.filter(programme=programme)


def points_in(programme: Programme) -> QuerySet[ContactPoint]:
    """Return the contact points of all customers of the programme, for a query to choose by."""
    return ContactPoint.objects.filter(programme=programme)


def own_reps_in(programme: Programme) -> QuerySet[OwnRep]:
    """Return who is whose own rep now, for a query to choose by."""
    return OwnRep.objects.filter(programme=programme, until__isnull=True)


def attribute_kinds(programme: Programme, *, sample: int = 2000) -> dict[str, str]:
    """Return the names of the file's attributes, and of what kind the values of some customers are: number, yes,
    day or text. Sensitive ones are sealed elsewhere, and not among them.
    """
    rows = Customer.objects.filter(programme=programme, standing=Standing.ACTIVE).order_by("-pk")
    found: dict[str, set[str]] = {}
    for attributes in rows.values_list("attributes", flat=True)[:sample]:
        for name, value in attributes.items():
            found.setdefault(name, set()).add(_kind(value))
    return {name: _one_kind(kinds) for name, kinds in sorted(found.items())}


def _kind(value: object) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "yes"
    if isinstance(value, int | float):
        return "number"
    return "day" if re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(value)) else "text"


def _one_kind(kinds: set[str]) -> str:
    known = kinds - {""}
    return known.pop() if len(known) == 1 else "text"


def fields_changed(customer: Customer, *, by: str, since: datetime, until: datetime) -> set[str]:
    """Return which fields of the file an actor brought up to date between two instants."""
    found = FileChange.objects.filter(customer=customer, actor=by, at__gte=since, at__lte=until)
    return {field for after in found.values_list("after", flat=True) for field in after}


def changes_since(programme: Programme, instant: datetime) -> Iterator[tuple[int, datetime, Texts, Texts]]:
    """Yield what changed in files since: whose, when, what was said before and after; the newest first."""
    rows = FileChange.objects.filter(programme=programme, at__gt=instant).order_by("-at", "-pk")
    yield from rows.values_list("customer_id", "at", "before", "after").iterator(chunk_size=5_000)
