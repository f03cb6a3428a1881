"""Customers as they were at an instant, and who of them left afterwards: what a risk is learnt from through time.

A file is turned back: what it says now, less every change since. Nothing that came after the instant is in what is
known at it; a test puts something telling there, and looks for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from rapport.contacts.queries import of_known_customers
from rapport.customers.queries import changes_since, holdings_in, not_erased
from rapport.ledger.queries import cancelled_in
from rapport.offers.leaving.queries import attempts_in
from rapport.risk.table import Table, table_of

if TYPE_CHECKING:
    from rapport.accounts.models import Programme
    from rapport.risk.models import RiskRules

Record = dict[str, Any]
LONG = timedelta(days=3650)
WINDOW = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Lesson:
    """Customers as they were, by their ids, and who of them left within the time; the rows in the same order."""

    customers: list[int]
    table: Table
    left: list[bool]


class Past:
    """A programme's customers, to be turned back to one instant after another."""

    def __init__(self, programme: Programme, rules: RiskRules, now: datetime) -> None:
        self._programme, self._rules, self._now = programme, rules, now
        rows = (
            not_erased(programme)
            .filter(standing="active")
            .values_list("pk", "attributes", "customer_since", "segment__key")
        )
        self._rows = {pk: (attributes, since, segment) for pk, attributes, since, segment in rows}
        self._changes = list(changes_since(programme, now - LONG))
        self._left_at = self._leavings()
        self._gone = {pk for pk, row in self._rows.items() if self._says_left(row[0].get(rules.attribute))}
        holdings = holdings_in(programme).values_list("customer_id", "opened_on", "ends_on")
        self._holdings = _grouped(holdings)
        contacts = of_known_customers(programme).values_list("customer_id", "arrived_at")
        self._contacts = _grouped(contacts)
        wishes = attempts_in(programme).values_list("customer_id", "opened_at")
        self._wishes = _grouped(wishes)

    def lesson(self, at: datetime) -> Lesson:
        """Return the customers who were there at the instant, and who of them left within the days after it."""
        end = at + timedelta(days=self._rules.days)
        records = self.records(at)
        left = [at < self._left_at.get(pk, self._now + LONG) <= end for pk in records]
        return Lesson(list(records), table_of(list(records.values())), left)

    def records(self, at: datetime) -> dict[int, Record]:
        """Return what was known at the instant of each customer who was there and had not left."""
        day = at.astimezone(self._programme.zone).date()
        back = self._turned_back(at)
        found = {}
        for pk, (attributes, since, segment) in self._rows.items():
            left = self._left_at.get(pk)
            is_gone = left <= at if left else pk in self._gone
            if is_gone or (since is not None and since > day):
                continue
            record = self._read({**attributes, "segment": segment, **back.get(pk, {})})
            record["days with us"] = (day - since).days if since else None
            found[pk] = record | self._around(pk, at)
        return found

    def _read(self, known: Record) -> Record:
        """Return what may be learnt from: neither what says who left, nor what is to be left out."""
        left_out = {self._rules.attribute, *self._rules.left_out}
        return {
            name: value
            for name, value in known.items()
            if name not in left_out and isinstance(value, bool | int | float | str | None)
        }

    def _around(self, customer: int, at: datetime) -> Record:
        day = at.astimezone(self._programme.zone).date()
        holdings = [row for row in self._holdings.get(customer, ()) if row[0] is None or row[0] <= day]
        ends = [(end - day).days for _, end in holdings if end and end >= day]
        recent = [when for (when,) in self._contacts.get(customer, ()) if at - WINDOW < when <= at]
        wishes = [when for (when,) in self._wishes.get(customer, ()) if when <= at]
        return {
            "products": len(holdings),
            "days to the next end of a contract": min(ends, default=None),
            "contacts in 90 days": len(recent),
            "wishes to leave before": len(wishes),
        }

    def _turned_back(self, at: datetime) -> dict[int, Record]:
        """Return by customer what files said at the instant of what was changed since."""
        found: dict[int, Record] = {}
        for customer, when, before, _ in self._changes:  # the newest first, so that the oldest has the last word
            if when <= at:
                break
            if customer in self._rows:
                own = {*self._rows[customer][0], "segment"}
                said = {name: _typed(text) for name, text in before.items() if name in own}
                found.setdefault(customer, {}).update(said)
        return found

    def _leavings(self) -> dict[int, datetime]:
        """Return when customers left, the first time: by a wish that ended so, by what their file said, or by the
        partner's accounts.
        """
        rows = attempts_in(self._programme).filter(outcome="left").values_list("customer_id", "ended_at")
        told = [(pk, when) for pk, when in rows if when] + cancelled_in(self._programme)
        told += [
            (pk, when) for pk, when, _, after in self._changes if self._says_left(after.get(self._rules.attribute))
        ]
        found: dict[int, datetime] = {}
        for pk, when in told:
            found[pk] = min(when, found.get(pk, when))
        return found

    def _says_left(self, value: Any) -> bool:
        words = {one.casefold() for one in self._rules.values}
        return bool(self._rules.attribute) and value is not None and _word(value) in words


def together(lessons: Sequence[Lesson]) -> Lesson:
    """Return several lessons as one."""
    records = [
        dict(zip(one.table.columns, cells, strict=True))
        for one in lessons
        for cells in zip(*one.table.columns.values(), strict=True)
    ]
    return Lesson(
        [pk for one in lessons for pk in one.customers],
        table_of(records),
        [each for one in lessons for each in one.left],
    )


def _grouped(rows: Iterable[tuple[Any, ...]]) -> dict[int, list[tuple[Any, ...]]]:
    found: dict[int, list[tuple[Any, ...]]] = {}
    for customer, *values in rows:
        found.setdefault(customer, []).append(tuple(values))
    return found


def _typed(text: str) -> Any:
    return {"": None, "True": True, "False": False}.get(text, text)


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return {"true": "yes", "false": "no"}.get(text := str(value).casefold(), text)
