"""Writing a batch of customer records: made, or brought up to date, in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from rapport.customers.actions import ensure_segment
from rapport.customers.consent.actions import take_bars
from rapport.customers.events import CustomerChanged
from rapport.customers.importing.holdings import ready
from rapport.customers.importing.mapping import CustomerMapping
from rapport.customers.importing.own_reps import NamedReps
from rapport.customers.importing.rows import CustomerRecord
from rapport.customers.models import ContactPoint, Customer, FileChange, Holding, Segment
from rapport.customers.sensitive import HOLDING, Keeper, Spot
from rapport.customers.standing import erased_among
from rapport.events.actions import record_history
from rapport.kit import clock
from rapport.kit.classes import FieldClass
from rapport.kit.turns import Turn, take_turns

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

ACTOR = "import"
UPDATED = ["name", "segment", "customer_since", "language", "likes", "attributes", "version", "updated_at"]
RESTRICTED = "the customer's data is restricted, so it was not changed"
ERASED = "this customer was erased on request and is not made again; who handles personal data can allow it"
Values = dict[str, Any]
Difference = tuple[dict[str, str], dict[str, str]]


@dataclass
class Written:
    """What became of a batch."""

    made: int = 0
    changed: int = 0
    same: int = 0
    left_out: list[tuple[CustomerRecord, str]] = field(default_factory=list)
    """Records of customers whose data may not be used, or whose own rep cannot be, with the reason."""


class Importer:
    """Writes customer records into one programme; remembers its segments."""

    def __init__(self, programme: Programme, mapping: CustomerMapping) -> None:
        self.programme = programme
        self._mapping = mapping
        self._segments: dict[str, Segment] = {}
        self._keeper: Keeper | None = None

    @transaction.atomic
    def write(self, records: Sequence[CustomerRecord]) -> Written:
        """Make or change the customers; of several records of one customer the last counts."""
        take_turns(Turn.CUSTOMERS, self.programme.pk)
        last = {record.key: record for record in records}
        keeper, named = self._classed(records), NamedReps(self.programme, last)
        there = {customer.key: customer for customer in self._locked(last)}
        left_out = named.refused(there) | self._left_out(last, there)
        last = {key: record for key, record in last.items() if key not in left_out}
        there = {key: customer for key, customer in there.items() if key not in left_out}
        new = [Customer(programme=self.programme, key=key) for key in last if key not in there]
        before = {key: _told(there[key]) if key in there else {} for key in last}
        customers = there | {customer.key: customer for customer in new}
        for key, record in last.items():
            self._apply(customers[key], record, keeper)
        Customer.objects.bulk_create(new)
        changes = {key: _difference(before[key], _told(customers[key])) for key in last}
        for key, extra in self._write_parts(last, customers, keeper).items():
            changes[key] = _joined(changes[key], extra)
        for key, change in named.give(customers).items():
            changes[key] = _joined(changes[key], {"own_rep": change})
        told = {customers[key]: one.bars for key, one in last.items() if one.bars is not None}
        for customer, was_and_is in take_bars(programme=self.programme, told=told).items():
            changes[customer.key] = _joined(changes[customer.key], {"do_not_contact": was_and_is})
        changed = [there[key] for key, change in changes.items() if change and key in there]
        self._save(changed)
        self._tell({customers[key]: change for key, change in changes.items() if change}, new)
        refused = [(record, left_out[record.key]) for record in records if record.key in left_out]
        same = len(records) - len(new) - len(changed) - len(refused)
        return Written(len(new), len(changed), same, refused)

    def _tell(self, changes: Mapping[Customer, Difference], new: list[Customer]) -> None:
        """Keep what a file that was there said before, and tell the log which fields changed."""
        now, made = clock.now(), {customer.pk for customer in new}
        FileChange.objects.bulk_create(
            FileChange(
                programme=self.programme, customer=customer, at=now, actor=ACTOR, before=before, after=after
            )
            for customer, (before, after) in changes.items()
            if customer.pk not in made
        )
        told = [
            (CustomerChanged(_fields(after)), customer.public_id, now) for customer, (_, after) in changes.items()
        ]
        record_history(told, programme=self.programme, actor=ACTOR)

    def _left_out(self, keys: Iterable[str], there: Mapping[str, Customer]) -> dict[str, str]:
        """Return the keys that must not be written, with why: erased customers do not come back by a file."""
        restricted = {key for key, customer in there.items() if not customer.is_active}
        erased = erased_among(self.programme, set(keys) - set(there))
        return dict.fromkeys(restricted, RESTRICTED) | dict.fromkeys(erased, ERASED)

    def _locked(self, keys: Iterable[str]) -> Iterable[Customer]:
        return (
            Customer.objects.select_for_update(no_key=True, of=("self",))
            .select_related("segment")
            .filter(programme=self.programme, key__in=list(keys))
            .order_by("pk")
        )

    def _classed(self, records: Sequence[CustomerRecord]) -> Keeper:
        """Know every attribute's class before anything is written, by the mapping and by what the rows hold."""
        if self._keeper is None:
            self._keeper = Keeper(self.programme)
            self._keeper.declare(self._mapping.classes())
        for record in records:
            for told in (record.attributes, *(one.values.get("details", {}) for one in record.holdings)):
                for name, value in told.items():
                    self._keeper.learn(name, value)
        return self._keeper

    def _apply(self, customer: Customer, record: CustomerRecord, keeper: Keeper) -> None:
        for name, value in record.fields.items():
            setattr(customer, name, self._segment(value) if name == "segment" else value)
        clear, _ = keeper.split(record.attributes)
        was = {
            name: value
            for name, value in customer.attributes.items()
            if keeper.class_of(name) != FieldClass.SENSITIVE
        }
        customer.attributes = {**was, **clear}

    def _segment(self, key: str) -> Segment | None:
        if key and key not in self._segments:
            self._segments[key] = ensure_segment(
                programme=self.programme,
                key=key,
                name=self._mapping.segments.get(key, key),
                head_start_seconds=self._mapping.head_start_seconds.get(key, 0),
            )
        return self._segments.get(key)

    def _save(self, changed: list[Customer]) -> None:
        for customer in changed:
            customer.version += 1
            customer.updated_at = clock.now()
        Customer.objects.bulk_update(changed, UPDATED, batch_size=500)

    def _write_parts(
        self, records: Mapping[str, CustomerRecord], customers: Mapping[str, Customer], keeper: Keeper
    ) -> dict[str, dict[str, tuple[str, str]]]:
        """Write holdings, contact points and sealed values; return by customer what of them changed."""
        ids = {customer.pk: key for key, customer in customers.items()}
        extra: dict[str, dict[str, tuple[str, str]]] = {}
        self._write_points(records, customers, ids, extra)
        sealed = self._write_holdings(records, customers, keeper, extra)
        for key, record in records.items():
            clear, secret = keeper.split(record.attributes)
            told = {**dict.fromkeys(clear, ""), **secret}  # what is declared less than it was is sealed no more
            sealed |= {Spot(customers[key], None, name): text for name, text in told.items()}
        for spot, change in keeper.keep(sealed).items():
            if spot.holding or spot.field not in spot.customer.attributes:
                name = f"{HOLDING} {spot.holding.key} {spot.field}" if spot.holding else spot.field
                extra.setdefault(spot.customer.key, {})[name] = change
        return extra

    def _write_points(
        self,
        records: Mapping[str, CustomerRecord],
        customers: Mapping[str, Customer],
        ids: Mapping[int, str],
        extra: dict[str, dict[str, tuple[str, str]]],
    ) -> None:
        there = set(ContactPoint.objects.filter(customer__in=ids).values_list("customer_id", "kind", "value"))
        made = [
            ContactPoint(programme=self.programme, customer=customers[key], kind=kind, value=value)
            for key, record in records.items()
            for kind, value in record.points.items()
            if (customers[key].pk, kind, value) not in there
        ]
        ContactPoint.objects.bulk_create(made)
        for point in made:
            extra.setdefault(ids[point.customer_id], {})[point.kind] = ("", point.value)

    def _write_holdings(
        self,
        records: Mapping[str, CustomerRecord],
        customers: Mapping[str, Customer],
        keeper: Keeper,
        extra: dict[str, dict[str, tuple[str, str]]],
    ) -> dict[Spot, str]:
        """Write what customers hold, and return what of it is to be sealed."""
        pks = [customer.pk for customer in customers.values()]
        there = {(one.customer_id, one.key): one for one in Holding.objects.filter(customer__in=pks)}
        new: list[Holding] = []
        changed: list[Holding] = []
        secret: list[tuple[Holding, Mapping[str, str]]] = []
        for key, holdings in ready(self.programme, keeper, records).items():
            for told in holdings:
                found = there.get((customers[key].pk, told.key))
                holding = found or Holding(programme=self.programme, customer=customers[key], key=told.key)
                secret.append((holding, told.secret))
                before = {name: getattr(holding, name) for name in told.values}
                if found and before == told.values:
                    continue
                for name, value in told.values.items():
                    setattr(holding, name, value)
                (changed if found else new).append(holding)
                extra.setdefault(key, {})[f"{HOLDING} {told.key}"] = (
                    _text(before) if found else "",
                    _text(told.values),
                )
        Holding.objects.bulk_create(new)
        Holding.objects.bulk_update(
            changed, ["product", "label", "opened_on", "ends_on", "details"], batch_size=500
        )
        by_id = {customer.pk: customer for customer in customers.values()}
        return {
            Spot(by_id[holding.customer_id], holding, name): text
            for holding, told_secret in secret
            for name, text in told_secret.items()
        }


def _told(customer: Customer) -> Values:
    segment = customer.segment.key if customer.segment else ""
    fields = {name: getattr(customer, name) for name in ("name", "customer_since", "language", "likes")}
    return fields | {"segment": segment} | dict(customer.attributes)


def _fields(after: Mapping[str, str]) -> list[str]:
    """Name the fields that changed; a holding's own key may be an account's number, and stays out."""
    return sorted({HOLDING if name.startswith(f"{HOLDING} ") else name for name in after})


def _difference(before: Values, after: Values) -> Difference | None:
    names = [name for name in after if _text(before.get(name)) != _text(after[name])]
    if not names:
        return None
    return {name: _text(before.get(name)) for name in names}, {name: _text(after[name]) for name in names}


def _joined(found: Difference | None, extra: Mapping[str, tuple[str, str]]) -> Difference:
    before, after = found or ({}, {})
    was = {name: values[0] for name, values in extra.items()}
    return before | was, after | {name: values[1] for name, values in extra.items()}


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return ", ".join(f"{name} {_text(one)}" for name, one in value.items() if one not in (None, "", {}))
    return str(value)
