"""Taking in what the partner tells of sales, in whatever order it comes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from rapport.customers.actions import ensure_customers
from rapport.customers.events import SaleTold
from rapport.customers.importing.holdings import keys_by_number
from rapport.customers.models import Customer, Standing
from rapport.customers.sales.models import Sale
from rapport.customers.sales.promised import tell_promises
from rapport.customers.sales.records import SaleRecord
from rapport.events.actions import News, announce_all
from rapport.kit import clock, sealing
from rapport.kit.redaction import is_secret

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

TOLD = ("product", "seller", "seller_name", "team", "channel", "campaign", "sold_on", "holding")
WRITTEN = (*TOLD, "customer", "as_of", "digest")
GONE = "this customer's data is restricted, or was erased on request"


@dataclass
class Written:
    """What became of a batch: ``stale`` rows told of a sale as it was before what is known already."""

    made: int = 0
    changed: int = 0
    same: int = 0
    stale: int = 0
    left_out: list[tuple[SaleRecord, str]] = field(default_factory=list)

    def add(self, other: Written) -> None:
        """Count another batch too."""
        for name in ("made", "changed", "same", "stale"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.left_out += other.left_out


@transaction.atomic
def tell_sales(*, programme: Programme, records: Sequence[SaleRecord], actor: str) -> Written:
    """Write what is told of sales: of each the latest as of its own time, in whatever order they come.

    Customers who are not on file are made. Telling the same again changes nothing.
    """
    now, done = clock.now(), Written()
    customers = _usable(programme, {one.customer for one in records})
    done.left_out = [(one, GONE) for one in records if one.customer not in customers]
    usable = [one for one in records if one.customer in customers]
    latest: dict[str, SaleRecord] = {}
    for one in _with_holdings(programme, usable):
        timed = one if one.as_of else replace(one, as_of=now + timedelta(microseconds=one.line))
        if one.key not in latest or _rank(timed) > _rank(latest[one.key]):
            latest[one.key] = timed
    done.stale = len(usable) - len(latest)
    found = Sale.objects.select_for_update().filter(programme=programme, key__in=latest).order_by("pk")
    there = {sale.key: sale for sale in found}
    told = [
        (_sale(programme, record, there.get(key), customers), record)
        for key, record in latest.items()
        if key not in there or _rank(record) >= (there[key].as_of, there[key].digest)
    ]
    done.stale += len(latest) - len(told)
    _write(told, there, done, programme, actor)
    return done


def _write(
    told: list[tuple[Sale, SaleRecord]], there: Mapping[str, Sale], done: Written, programme: Programme, actor: str
) -> None:
    changed = [(sale, record) for sale, record in told if sale.digest != record.digest]
    done.made = sum(sale.pk is None for sale, _ in changed)
    done.changed, done.same = len(changed) - done.made, len(told) - len(changed)
    for sale, record in told:
        sale.digest = record.digest
    Sale.objects.bulk_create(sale for sale, _ in told if sale.key not in there)
    Sale.objects.bulk_update([sale for sale, _ in told if sale.key in there], WRITTEN, batch_size=500)
    news = [News(_told(sale), sale.customer.public_id) for sale, _ in changed]
    news += tell_promises(programme, [(sale, record.promised) for sale, record in changed])
    announce_all(news, programme=programme, actor=actor)


def _sale(programme: Programme, record: SaleRecord, sale: Sale | None, customers: Mapping[str, Customer]) -> Sale:
    """Return the sale with what the record tells, but for the digest of what it told before."""
    sale = sale or Sale(programme=programme, key=record.key)
    for name in TOLD:
        setattr(sale, name, getattr(record, name))
    sale.customer, (sale.as_of, _) = customers[record.customer], _rank(record)
    return sale


def _told(sale: Sale) -> SaleTold:
    told = {name: getattr(sale, name) for name in ("product", "seller", "team", "channel", "campaign")}
    return SaleTold(sale=str(sale.public_id), sold_on=sale.sold_on.isoformat(), **told)


def _rank(record: SaleRecord) -> tuple[datetime, str]:
    assert record.as_of is not None
    return record.as_of, record.digest


def _usable(programme: Programme, keys: set[str]) -> dict[str, Customer]:
    """Return the customers with these keys whose data may be used, locked against erasure until the commit."""
    ensure_customers(programme=programme, segments=dict.fromkeys(sorted(keys)))
    found = Customer.objects.select_for_update(no_key=True).filter(
        programme=programme, key__in=keys, standing=Standing.ACTIVE
    )
    return {one.key: one for one in found.order_by("pk")}


def _with_holdings(programme: Programme, records: Iterable[SaleRecord]) -> list[SaleRecord]:
    """Return the records with our keys of holdings that are told by a card or account number; unknown ones go."""
    told = list(records)
    known = keys_by_number(programme, ((one.customer, one.holding) for one in told))
    return [
        replace(one, holding=known.get((one.customer, sealing.normal(one.holding)), ""))
        if is_secret(one.holding)
        else one
        for one in told
    ]
