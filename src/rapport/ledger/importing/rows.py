"""Reading a file of accounts: each row as the partner's word on an account, or as a bad row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from rapport.kit import clock
from rapport.kit.errors import Invalid
from rapport.kit.intake import storable
from rapport.kit.redaction import is_secret, mask
from rapport.kit.sheets import BadRow, Row, read_sheet
from rapport.ledger.importing.mapping import FIELDS, NEEDED, AccountMapping
from rapport.ledger.judging import Status, end_of

LONGEST = 100
SHOWN = 200
HIGHEST = 2_000_000_000
FIRST_YEAR = 1970


class WordRecord(NamedTuple):
    """The partner's word on what a customer has, as a row tells it."""

    line: int
    customer: str
    holding: str
    as_of: datetime
    status: Status
    sequence: int
    since: datetime | None


class Reader:
    """Reads the rows of one file by its mapping, with days in the programme's zone."""

    def __init__(self, mapping: AccountMapping, zone: ZoneInfo) -> None:
        self._mapping = mapping
        self._zone = zone
        self._instant = lru_cache(maxsize=4096)(self._read_instant)
        self._latest = end_of(clock.last_day(clock.now(), zone), zone)

    def read(self, path: Path) -> Iterator[WordRecord | BadRow]:
        """Yield each row, streamed."""
        places: Mapping[str, int] | None = None
        for row in read_sheet(path, delimiter=self._mapping.delimiter, encoding=self._mapping.encoding):
            if isinstance(row, BadRow):
                yield row
            elif places is None:
                places = self._places(row.fields)
                if missing := [self._column(name) for name in NEEDED if name not in places]:
                    yield BadRow(row.line, f"the header lacks {', '.join(missing)}")
                    return
            else:
                yield self._row(row, places)
        if places is None:
            yield BadRow(0, "the file holds no accounts")

    def _column(self, name: str) -> str:
        return self._mapping.fields.get(name, "" if self._mapping.fields else name)

    def _places(self, header: list[str]) -> dict[str, int]:
        at = {column: place for place, column in enumerate(header)}
        return {name: at[self._column(name)] for name in FIELDS if self._column(name) in at}

    def _row(self, row: Row, places: Mapping[str, int]) -> WordRecord | BadRow:
        if row.fault:
            return BadRow(row.line, row.fault)
        try:
            return self.record(row.line, {name: row.fields[place].strip() for name, place in places.items()})
        except Invalid as fault:
            text = mask(self._mapping.delimiter.join(row.fields)).text[:SHOWN]
            return BadRow(row.line, mask(str(fault)).text, text)

    def record(self, line: int, told: Mapping[str, str]) -> WordRecord:
        """Return what the fields of one row tell; Invalid where they tell nothing that can be used."""
        customer, holding = told["customer"], told.get("holding", "")
        if not customer:
            raise Invalid("has no customer")
        if why := storable(customer=(customer, LONGEST), holding=(holding, LONGEST)):
            raise Invalid(why)
        if is_secret(holding):
            raise Invalid("has a card or account number for a holding; take another column, or a part of it")
        status = self._mapping.statuses.get(told["status"])
        if status is None:
            raise Invalid(f"has the status {told['status'][:40]!r}, which the mapping does not name")
        as_of = self._instant(told["as_of"])
        if as_of > self._latest:
            raise Invalid("tells of a day to come")
        since = self._instant(told["since"]) if told.get("since") else None
        if since is not None and since > as_of:
            raise Invalid("says that it is so since a day after the one it tells of")
        return WordRecord(line, customer, holding, as_of, status, _whole(told.get("sequence", "")), since)

    def _read_instant(self, text: str) -> datetime:
        """Return the instant; a day is its end, in the programme's zone."""
        form = self._mapping.date_format
        try:
            found = datetime.strptime(text, form) if form else datetime.fromisoformat(text)  # noqa: DTZ007 - below
            is_day = "%H" not in form if form else len(text) <= len("2026-03-31")
            if found.year < FIRST_YEAR:
                raise ValueError
            if is_day:
                return end_of(found.date(), self._zone)
            return found if found.tzinfo else found.replace(tzinfo=self._zone)
        except (ValueError, OverflowError) as fault:
            raise Invalid(f"{text[:40]!r} is no day such as 2026-03-31 or as the mapping writes them") from fault


def _whole(text: str) -> int:
    if not text:
        return 0
    if not (text.isascii() and text.isdigit()) or len(text) > 10 or int(text) > HIGHEST:
        raise Invalid(f"has the sequence {text[:40]!r}, which is no whole number from 0 to {HIGHEST}")
    return int(text)
