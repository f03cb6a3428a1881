"""What is told of a sale, by a file's row or by API, and reading it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils.crypto import salted_hmac

from rapport.customers.promises.models import OTHER
from rapport.customers.sales.mapping import SaleMapping, by_names
from rapport.kit import clock
from rapport.kit.errors import Invalid
from rapport.kit.intake import storable
from rapport.kit.redaction import is_secret, mask
from rapport.kit.sheets import BadRow, Row, read_sheet

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

LIMITS = {
    "key": 100,
    "customer": 100,
    "product": 100,
    "holding": 100,
    "seller": 100,
    "seller_name": 200,
    "team": 100,
    "channel": 50,
    "campaign": 100,
}
LONGEST_PROMISE = 300
SHOWN = 200
EARLIEST = date(1970, 1, 1)
AHEAD = timedelta(days=3660)


@dataclass(frozen=True, slots=True)
class PromisedRecord:
    """Something promised with a sale: by which day, about what, and the day it was kept, where that is known."""

    what: str
    due_on: date | None = None
    kind: str = OTHER
    kept_on: date | None = None


@dataclass(frozen=True, slots=True)
class SaleRecord:
    """A sale as it is told; ``as_of`` is the instant for which it is told (None: now, later rows later)."""

    line: int
    key: str
    customer: str
    product: str
    sold_on: date
    holding: str = ""
    seller: str = ""
    seller_name: str = ""
    team: str = ""
    channel: str = ""
    campaign: str = ""
    as_of: datetime | None = None
    promised: tuple[PromisedRecord, ...] = field(default_factory=tuple)

    @property
    def digest(self) -> str:
        """What tells this record from every other of the sale, whatever line it stood on."""
        told = asdict(replace(self, line=0, as_of=None))
        return salted_hmac("rapport.customers.sales", repr(sorted(told.items())), algorithm="sha256").hexdigest()


def checked(record: SaleRecord, kinds: Collection[str], zone: ZoneInfo) -> SaleRecord:
    """Return the record with secrets hidden; Invalid where it cannot be kept, or promises something of no kind."""
    texts = {name: getattr(record, name) for name in LIMITS}
    if missing := [name for name in ("key", "customer", "product") if not texts[name]]:
        raise Invalid(f"has no {', '.join(missing)}")
    if why := storable(**{name: (texts[name], LIMITS[name]) for name in texts}):
        raise Invalid(why)
    if is_secret(record.key) or is_secret(record.customer):
        raise Invalid("has a card or account number for a key, and keys are shown; take another column")
    kept = ("key", "customer", "holding")  # a holding's number leads to the key it has with us
    hidden: dict[str, Any] = {name: mask(text).text for name, text in texts.items() if name not in kept}
    today = clock.now().astimezone(zone).date()
    _sane("sold_on", record.sold_on, today + timedelta(days=1))
    return replace(record, **hidden, promised=tuple(_promised(one, kinds, today) for one in record.promised))


def _promised(told: PromisedRecord, kinds: Collection[str], today: date) -> PromisedRecord:
    what = mask(told.what.strip()).text
    if why := storable(promised=(what, LONGEST_PROMISE)):
        raise Invalid(why)
    if not what:
        raise Invalid("has a promise without words")
    if told.kind not in kinds:
        raise Invalid(f"has a promise of kind {told.kind[:40]!r}; there are {', '.join(kinds)}")
    for name in ("due_on", "kept_on"):
        if (day := getattr(told, name)) is not None:
            _sane(name, day, today + (AHEAD if name == "due_on" else timedelta(days=1)))
    return replace(told, what=what)


def _sane(name: str, day: date, latest: date) -> None:
    if not EARLIEST <= day <= latest:
        raise Invalid(f"has {day.isoformat()} for {name}, which cannot be")


def read_sales(
    path: Path, mapping: SaleMapping, zone: ZoneInfo, kinds: Collection[str]
) -> Iterator[SaleRecord | BadRow]:
    """Yield each row of a plain or gzipped CSV file, streamed; times without a zone are the programme's."""
    header: list[str] | None = None
    rows = 0
    for row in read_sheet(path, delimiter=mapping.delimiter, encoding=mapping.encoding):
        if isinstance(row, BadRow):
            yield row
        elif header is None:
            header = row.fields
            mapping = mapping if mapping.fields else by_names(header, mapping)
            if missing := sorted(mapping.columns() - set(header)):
                yield BadRow(1, f"the header lacks {', '.join(missing)}", ",".join(header)[:SHOWN])
                return
        else:
            rows += 1
            yield _row(row, header, mapping, zone, kinds)
    if not rows:
        yield BadRow(0, "the file holds no sales")


def _row(
    row: Row, header: list[str], mapping: SaleMapping, zone: ZoneInfo, kinds: Collection[str]
) -> SaleRecord | BadRow:
    reason = row.fault
    if not reason:
        try:
            told = dict(zip(header, row.fields, strict=True))
            return checked(_record(row.line, told, mapping, zone), kinds, zone)
        except Invalid as fault:
            reason = mask(str(fault)).text
    return BadRow(row.line, reason, mask(mapping.delimiter.join(row.fields)).text[:SHOWN])


def _record(line: int, row: Mapping[str, str], mapping: SaleMapping, zone: ZoneInfo) -> SaleRecord:
    told = {name: row[column].strip() for name, column in mapping.fields.items()}
    sold_on = _day(told.pop("sold_on"), "sold_on", mapping)
    if sold_on is None:
        raise Invalid("has no sold_on")
    as_of = _instant(told.pop("as_of", ""), zone)
    promised = [{name: row[column].strip() for name, column in one.items()} for one in mapping.promised]
    return SaleRecord(
        line=line,
        sold_on=sold_on,
        as_of=as_of,
        promised=tuple(
            PromisedRecord(
                what=one["what"],
                due_on=_day(one.get("due_on", ""), "due_on", mapping),
                kind=one.get("kind") or OTHER,
                kept_on=_day(one.get("kept_on", ""), "kept_on", mapping),
            )
            for one in promised
            if one["what"]
        ),
        **told,
    )


def _day(text: str, name: str, mapping: SaleMapping) -> date | None:
    if not text:
        return None
    try:
        return datetime.strptime(text, mapping.date_format).date()  # noqa: DTZ007 - a day has no zone
    except ValueError as fault:
        raise Invalid(f"has {text[:40]!r} for {name}, which is no day as the mapping writes them") from fault


def _instant(text: str, zone: ZoneInfo) -> datetime | None:
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError) as fault:
        raise Invalid(f"has {text[:40]!r} for as_of, which is no time such as 2026-03-31T08:00") from fault
