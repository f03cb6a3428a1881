"""Reading a customer file: each row as a record of a customer, or as a bad row."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from rapport.customers.consent.actions import channels_in
from rapport.customers.importing.mapping import Attribute, CustomerMapping, HoldingMap
from rapport.customers.points import normal_email, normal_phone
from rapport.kit.errors import Invalid
from rapport.kit.intake import storable
from rapport.kit.redaction import HIDDEN, is_secret, mask
from rapport.kit.sheets import BadRow, Row, read_sheet

LIMITS = {
    "key": 100,
    "name": 200,
    "segment": 50,
    "language": 10,
    "likes": 500,
    "email": 254,
    "phone": 254,
    "own_rep": 100,
}
HOLDING_LIMIT = 100
DETAIL_LIMIT = 500
SHOWN = 200
YES = {"yes", "y", "true", "1"}
NO = {"no", "n", "false", "0", ""}


@dataclass(frozen=True, slots=True)
class HoldingRecord:
    """Something a row says the customer has."""

    key: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CustomerRecord:
    """What a row says of a customer; fields the mapping does not name are not in ``fields``."""

    line: int
    key: str
    fields: Mapping[str, Any]
    points: Mapping[str, str]
    attributes: Mapping[str, Any]
    holdings: tuple[HoldingRecord, ...]
    own_rep: str = ""
    """The agent id of the own rep; empty where the row says nothing of one."""
    bars: list[str] | None = None
    """The channels on which they are not to be contacted; None where the file says nothing of that."""


def read_rows(path: Path, mapping: CustomerMapping) -> Iterator[CustomerRecord | BadRow]:
    """Yield each row of a plain or gzipped CSV file, streamed."""
    header: list[str] | None = None
    rows = 0
    for row in read_sheet(path, delimiter=mapping.delimiter, encoding=mapping.encoding):
        if isinstance(row, BadRow):
            yield row
        elif header is None:
            header = row.fields
            if missing := sorted(mapping.columns() - set(header)):
                yield BadRow(1, f"the header lacks {', '.join(missing)}", ",".join(header)[:SHOWN])
                return
        else:
            rows += 1
            yield _row(row, header, mapping)
    if not rows:
        yield BadRow(0, "the file holds no customers")


def _row(row: Row, header: list[str], mapping: CustomerMapping) -> CustomerRecord | BadRow:
    reason = row.fault
    if not reason:
        try:
            return _record(row.line, dict(zip(header, row.fields, strict=True)), mapping)
        except Invalid as fault:
            reason = mask(str(fault)).text
    return BadRow(row.line, reason, _shown(header, row.fields, mapping))


def _shown(header: list[str], fields: list[str], mapping: CustomerMapping) -> str:
    """Return a row as the file of errors may hold it: nothing of a sensitive column, no secret in any other."""
    hidden = mapping.sensitive_columns()
    if hidden and len(fields) != len(header):
        return f"{HIDDEN} (its fields cannot be told apart; look at the line in your file)"
    if hidden:
        named = zip(header, fields, strict=True)
        fields = [HIDDEN if column in hidden else field for column, field in named]
    return mask(mapping.delimiter.join(fields)).text[:SHOWN]


def _record(line: int, row: Mapping[str, str], mapping: CustomerMapping) -> CustomerRecord:
    key = row[mapping.key].strip()
    if not key:
        raise Invalid("has no key")
    if is_secret(key):
        raise Invalid("has a card or account number for a key, and keys are shown; take another column")
    told = {name: mask(row[column].strip()).text for name, column in mapping.fields.items()}
    texts = {"key": key} | {name: text for name, text in told.items() if name in LIMITS}
    if why := storable(**{name: (text, LIMITS[name]) for name, text in texts.items()}):
        raise Invalid(why)
    points = {name: told.pop(name) for name in ("email", "phone") if name in told}
    own_rep = told.pop("own_rep", "")
    bars = channels_in(told.pop("do_not_contact")) if "do_not_contact" in told else None
    fields: dict[str, Any] = dict(told)
    if "customer_since" in fields:
        fields["customer_since"] = _day(fields["customer_since"], mapping)
    return CustomerRecord(
        line=line,
        key=key,
        fields=fields,
        points={
            kind: (normal_email if kind == "email" else normal_phone)(value)
            for kind, value in points.items()
            if value
        },
        attributes={name: _attribute(name, row, one) for name, one in mapping.attributes.items()},
        holdings=tuple(_holding(row, one, mapping) for one in mapping.holdings),
        own_rep=own_rep,
        bars=bars,
    )


def _day(text: str, mapping: CustomerMapping) -> date | None:
    if not text:
        return None
    try:
        return datetime.strptime(text, mapping.date_format).date()  # noqa: DTZ007 - a day has no zone
    except ValueError as fault:
        raise Invalid(f"{text[:40]!r} is no day as the mapping writes them") from fault


def _attribute(name: str, row: Mapping[str, str], told: Attribute) -> Any:
    text = row[told.column].strip()
    if text in told.values:
        return told.values[text]
    if why := storable(**{name: (text, DETAIL_LIMIT)}):
        raise Invalid(why)
    return _typed(name, text, told)


def _typed(name: str, text: str, told: Attribute) -> Any:
    kind = told.kind
    shown = HIDDEN if told.is_sensitive(name) else repr(text[:40])
    if kind == "text" or not text:
        return text or None
    if kind == "yes":
        if text.lower() in YES | NO:
            return text.lower() in YES
        raise Invalid(f"{name} is neither yes nor no: {shown}")
    try:
        read = int(text) if kind == "whole" else float(text)
        if not math.isfinite(read):
            raise ValueError
        return read
    except (ValueError, OverflowError) as fault:
        raise Invalid(f"{name} is no number: {shown}") from fault


def _holding(row: Mapping[str, str], told: HoldingMap, mapping: CustomerMapping) -> HoldingRecord:
    values: dict[str, Any] = {
        name: column[1:] if column.startswith("=") else row[column].strip() for name, column in told.fields.items()
    }
    key = values.pop("key")
    if why := storable(
        **{f"holding {name}": (text, HOLDING_LIMIT) for name, text in {"key": key, **values}.items()}
    ):
        raise Invalid(why)
    for name in ("opened_on", "ends_on"):
        if name in values:
            values[name] = _day(values[name], mapping)
    details = {name: row[one.column].strip() for name, one in told.details.items()}
    if why := storable(**{name: (text, DETAIL_LIMIT) for name, text in details.items()}):
        raise Invalid(why)
    return HoldingRecord(key, values | {"details": details})
