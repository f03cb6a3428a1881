"""What a contract says, as TOML; checked when it is read."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from rapport.kit.errors import Invalid
from rapport.kit.intake import is_delimiter, is_encoding

INCOMING = ("calls", "customers", "sales", "accounts", "cti")
OUTGOING = ("contacts", "events", "metrics", "digests")
KINDS = {
    "text": "a text",
    "whole": "a whole number",
    "number": "a number",
    "day": "a day such as 2026-03-31",
    "instant": "a time such as 2026-03-31T08:00",
    "yes": "yes or no",
}
MADE_OF = ("every_hours", "manifest", "most_bad", "webhook", "file", "columns", "sums", "mapping")
FILE = ("delimiter", "encoding", "largest_mb")
YES = frozenset(("yes", "no", "y", "n", "true", "false", "1", "0"))
LARGEST_MB = 512
LONGEST = 20_000  # characters of a contract


@dataclass(frozen=True, slots=True)
class Column:
    """A column that must be there."""

    kind: str = "text"
    required: bool = False


@dataclass(frozen=True, slots=True)
class Terms:
    """What a contract asks of each delivery."""

    columns: Mapping[str, Column] = field(default_factory=dict)
    every_hours: float | None = None
    manifest: bool = False
    most_bad: float = 0.0
    sums: tuple[str, ...] = ()
    webhook: str = ""
    delimiter: str = ","
    encoding: str = "utf-8"
    largest_mb: int = LARGEST_MB
    mapping: str = ""


def read_terms(text: str) -> Terms:
    """Return the terms in a TOML text. Raises Invalid with a sentence that says what to mend."""
    if len(text) > LONGEST or "\x00" in text:
        raise Invalid(f"A contract has at most {LONGEST} characters, and no NUL among them.")
    try:
        told = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as fault:
        raise Invalid(f"The contract is no TOML: {fault}.") from fault
    _only("entries", told, MADE_OF)
    file = _table(told, "file")
    _only("entries in file", file, FILE)
    columns = {name: _column(name, one) for name, one in _table(told, "columns").items()}
    sums = _texts(told, "sums")
    if strange := [name for name in sums if name not in columns or columns[name].kind not in ("whole", "number")]:
        raise Invalid(f"The contract sums {', '.join(strange)}, which must be columns of numbers.")
    return Terms(
        columns=columns,
        every_hours=_number(told, "every_hours", lowest=0.1, highest=24 * 366),
        manifest=_yes(told, "manifest"),
        most_bad=_number(told, "most_bad", lowest=0, highest=1) or 0.0,
        sums=sums,
        webhook=_text(told, "webhook", ""),
        delimiter=_delimiter(file),
        encoding=_encoding(file),
        largest_mb=int(_number(file, "largest_mb", lowest=1, highest=100_000) or LARGEST_MB),
        mapping=_text(told, "mapping", ""),
    )


def fits(kind: str, text: str) -> bool:
    """Say whether a text that is not empty is of the kind."""
    try:
        match kind:
            case "whole":
                int(text)
            case "number":
                return Decimal(text).is_finite()
            case "day":
                date.fromisoformat(text)
            case "instant":
                datetime.fromisoformat(text)
            case "yes":
                return text.lower() in YES
    except (ValueError, InvalidOperation):
        return False
    return True


def _only(what: str, told: Mapping[str, Any], known: tuple[str, ...]) -> None:
    if unknown := sorted(set(told) - set(known)):
        raise Invalid(f"The contract has unknown {what} {', '.join(unknown)}; there are {', '.join(known)}.")


def _column(name: str, told: Any) -> Column:
    told = {"type": told} if isinstance(told, str) else told
    if not isinstance(told, dict):
        raise Invalid(f'The column {name} is written as {name} = "text", or with type and required.')
    _only(f"entries in the column {name}", told, ("type", "required"))
    kind = told.get("type", "text")
    if kind not in KINDS:
        raise Invalid(f"The column {name} has an unknown type; there are {', '.join(KINDS)}.")
    return Column(kind, _yes(told, "required"))


def _table(told: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = told.get(name, {})
    if not isinstance(found, dict):
        raise Invalid(f"In the contract, {name} must be a table: [{name}].")
    return found


def _texts(told: Mapping[str, Any], name: str) -> tuple[str, ...]:
    found = told.get(name, [])
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise Invalid(f"In the contract, {name} must be a list of texts.")
    return tuple(found)


def _text(told: Mapping[str, Any], name: str, default: str) -> str:
    found = told.get(name, default)
    if not isinstance(found, str):
        raise Invalid(f"In the contract, {name} must be a text.")
    return found


def _yes(told: Mapping[str, Any], name: str) -> bool:
    found = told.get(name, False)
    if not isinstance(found, bool):
        raise Invalid(f"In the contract, {name} must be true or false.")
    return found


def _number(told: Mapping[str, Any], name: str, *, lowest: float, highest: float) -> float | None:
    found = told.get(name)
    if found is None:
        return None
    if isinstance(found, bool) or not isinstance(found, int | float) or not lowest <= found <= highest:
        raise Invalid(f"In the contract, {name} must be a number from {lowest} to {highest}.")
    return float(found)


def _delimiter(file: Mapping[str, Any]) -> str:
    found = _text(file, "delimiter", ",")
    if not is_delimiter(found):
        raise Invalid("In the contract, delimiter must be one character.")
    return found


def _encoding(file: Mapping[str, Any]) -> str:
    found = _text(file, "encoding", "utf-8")
    if not is_encoding(found):
        raise Invalid("In the contract, encoding is one that cannot be read line by line, or that nobody knows.")
    return found
