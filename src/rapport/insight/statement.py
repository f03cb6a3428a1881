"""The partner's statement of a month: what the books of the ledger did, and what stuck of the claims due.

Every figure can be counted again from the exported events alone, by the SQL in ``statement.sql``; a test does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rapport.insight import keeping
from rapport.insight.figures import Figure, quotient
from rapport.insight.queries import bounds
from rapport.kit import clock
from rapport.kit.errors import NotFound
from rapport.ledger.queries import booked, due
from rapport.offers.leaving.queries import ended

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

SQL = Path(__file__).with_name("statement.sql")
CLAIMS, WISHES = "claims", "wishes"
LINES = {
    "opening": "Open at the beginning",
    "made": "Claimed",
    "matured": "Matured",
    "reversed": "Reversed",
    "void": "Void: was not eligible",
    "closing": "Open at the end",
}
OUTCOMES = {"stayed": "Stayed", "left": "Left", "undecided": "Thinks it over", "withdrawn": "Was none"}
LOST = {
    "cancelled": "Cancelled",
    "not_paying": "Does not pay",
    "set_to_cancel": "Set to cancel",
    "charged_back": "Charged back",
    "complaint_upheld": "Complaint upheld",
    "saved_again": "Wanted to leave again, and was saved again",
}
SPLITS = {
    "due_by_reason": "reason",
    "due_by_offer": "offer",
    "due_by_product": "product",
    "due_by_team": "team",
    "due_by_selling_team": "selling team",
    "due_by_segment": "segment",
    "due_by_channel": "channel",
}


class Row(NamedTuple):
    """One figure: its part, the group, the line, claims or wishes or a currency in minor units, and how much."""

    part: str
    key: str
    line: str
    unit: str
    amount: int


@dataclass(frozen=True, slots=True)
class Statement:
    """A month's statement as it stands at ``as_of``; the month runs from ``starts`` to before ``ends``."""

    month: date
    starts: datetime
    ends: datetime
    as_of: datetime
    rows: tuple[Row, ...]

    @property
    def is_over(self) -> bool:
        """Whether the month has passed."""
        return self.ends <= self.as_of

    @property
    def currencies(self) -> list[str]:
        """The currencies that claims of the books cost anything in."""
        return sorted({row.unit for row in self.rows if row.part == "books" and row.unit != CLAIMS})

    def amount(self, part: str, line: str, unit: str = CLAIMS, key: str = "") -> int:
        """Return one figure; 0 where there is none."""
        wanted = (part, key, line, unit)
        return next((row.amount for row in self.rows if row[:4] == wanted), 0)

    def stick(self, part: str = "due", key: str = "") -> Figure:
        """Return the stick of claims that came due, of those judged; the cohort are all of them."""
        matured, lost = (self.amount(part, line, key=key) for line in ("matured", "reversed"))
        return quotient(matured, matured + lost, self.amount(part, "due", key=key))

    def keys(self, part: str) -> list[str]:
        """Return the groups of a part, those with most claims first, what is not known last."""
        due = {row.key: row.amount for row in self.rows if row.part == part and row.line == "due"}
        return sorted(due, key=lambda key: (key == "", -due[key], key))


def month_of(text: str) -> date:
    """Return the first day of a month as addresses have it (2026-10); NotFound where it is none."""
    try:
        return datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007 - a month, not an instant
    except ValueError as wrong:
        raise NotFound from wrong


def after(month: date) -> date:
    """Return the first day of the month after."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def months_of(programme: Programme) -> list[date]:
    """Return the months there are statements of, the latest first: from the first claim made to now."""
    first, last = keeping.extent(programme) or (None, None)
    months = []
    month = first.replace(day=1) if first else None
    while month and last and month <= last:
        months.append(month)
        month = after(month)
    return months[::-1]


def statement_of(programme: Programme, month: date) -> Statement:
    """Count a month's statement as known now."""
    starts, ends = bounds(programme, month, after(month) - timedelta(days=1))
    as_of = clock.now()
    rows = [
        *_books(booked(programme, starts, ends)),
        *_due(due(programme, starts, min(ends, as_of))),
        *(Row("wishes", "", outcome, WISHES, count) for outcome, count in ended(programme, starts, ends)),
    ]
    return Statement(month, starts, ends, as_of, tuple(sorted(row for row in rows if row.amount)))


def _books(kept: Iterable[tuple[str, str, int, int]]) -> Iterator[Row]:
    """Yield what the books did; what is open at the end is what was, and all that moved."""
    totals: dict[tuple[str, str], int] = {}
    for line, currency, claims, cost in kept:
        lines = {"opening": ("opening", "closing"), "made": ("made", "closing"), "moved": ("closing",)}
        for told in lines.get(line, (line,)):
            totals[told, CLAIMS] = totals.get((told, CLAIMS), 0) + claims
            if currency:
                totals[told, currency] = totals.get((told, currency), 0) + cost
    for (line, unit), amount in totals.items():
        yield Row("books", "", line, unit, amount)


def _due(kept: Iterable[tuple[str, str, str, str, int]]) -> Iterator[Row]:
    """Yield the claims that came due, of all and by group: how many, and what became of them."""
    counted: dict[tuple[str, str, str], int] = {}
    for split, key, state, why, number in kept:
        part = f"due_by_{split}" if split else "due"
        told = [(part, key, "due")]
        if state != "provisional":
            told.append((part, key, state))
        if part == "due" and state == "reversed":
            told.append(("lost", why, "reversed"))
        for one in told:
            counted[one] = counted.get(one, 0) + number
    yield from (Row(*one, CLAIMS, number) for one, number in counted.items())


def as_table(rows: Iterable[Row]) -> Iterator[tuple[object, ...]]:
    """Yield the rows of the file that a statement is sent as, its heading first."""
    yield Row._fields
    yield from rows
