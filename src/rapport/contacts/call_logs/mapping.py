"""How somebody's CSV log of calls maps to our records: a TOML file, checked when it is read."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rapport.kit.errors import Invalid
from rapport.kit.intake import is_delimiter, is_encoding

from .records import Outcome

FIELDS = [
    "external_id",
    "arrived_at",
    "queued_at",
    "answered_at",
    "ended_at",
    "wait_seconds",
    "talk_seconds",
    "outcome",
    "customer_key",
    "segment_key",
    "reason_key",
    "agent_id",
]
NEEDED = ("external_id", "arrived_at", "outcome")
IGNORED = "ignored"
OUTCOMES = (*get_args(Outcome), IGNORED)
TABLES = ("columns", "outcomes", "reasons", "segments", "head_start_seconds", "defaults")
SETTINGS = ("timezone", "delimiter", "encoding", "instant_format")


@dataclass(frozen=True, slots=True)
class CsvMapping:
    """Which column holds which field, and how values are written.

    `instant_format` is a strptime format, or "iso", or "epoch" (seconds). `outcomes` takes a value of the
    log to one of ours, or to "ignored". `defaults` holds reason_key and segment_key for rows that name
    none.
    """

    columns: Mapping[str, str]
    outcomes: Mapping[str, str]
    timezone: ZoneInfo
    delimiter: str
    encoding: str
    instant_format: str
    reasons: Mapping[str, str]
    segments: Mapping[str, str]
    head_start_seconds: Mapping[str, int]
    defaults: Mapping[str, str]


def read_mapping(path: Path) -> CsvMapping:
    """The mapping in a TOML file. Raises Invalid with a sentence that says what to mend."""
    try:
        told = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as fault:
        raise Invalid(f"The mapping {path} cannot be read: {fault}.") from fault
    if unknown := sorted(set(told) - {*TABLES, *SETTINGS}):
        raise Invalid(f"The mapping {path} has unknown entries: {', '.join(unknown)}.")
    tables = {name: told.get(name, {}) for name in TABLES}
    if wrong := [name for name, table in tables.items() if not isinstance(table, dict)]:
        raise Invalid(f"In the mapping {path}, {wrong[0]} must be a table.")
    _texts(path, tables)
    return CsvMapping(
        **tables | {"columns": _columns(path, tables["columns"]), "outcomes": _outcomes(path, tables["outcomes"])},
        timezone=_zone(path, told.get("timezone")),
        delimiter=_delimiter(path, told.get("delimiter", ",")),
        encoding=_encoding(path, told.get("encoding", "utf-8")),
        instant_format=str(told.get("instant_format", "iso")),
    )


def _texts(path: Path, tables: Mapping[str, dict[str, Any]]) -> None:
    """Refuse what is no text; ``outcomes`` may list several values, ``head_start_seconds`` are whole numbers."""
    for name, table in tables.items():
        kind = int if name == "head_start_seconds" else str
        if name != "outcomes" and (wrong := [key for key, one in table.items() if type(one) is not kind]):
            what = "a whole number" if kind is int else "a text"
            raise Invalid(f"In the mapping {path}, {name}.{wrong[0]} must be {what}.")


def _columns(path: Path, columns: dict[str, str]) -> dict[str, str]:
    if missing := [name for name in NEEDED if name not in columns]:
        raise Invalid(f"The mapping {path} names no column for {', '.join(missing)}.")
    if unknown := sorted(set(columns) - set(FIELDS)):
        raise Invalid(
            f"The mapping {path} maps unknown fields {', '.join(unknown)}; there are {', '.join(FIELDS)}."
        )
    return columns


def _outcomes(path: Path, outcomes: dict[str, Any]) -> dict[str, str]:
    """From {our outcome: [their values]} to {their value: our outcome}."""
    if unknown := sorted(set(outcomes) - set(OUTCOMES)):
        raise Invalid(f"The mapping {path} has outcomes {', '.join(unknown)}; there are {', '.join(OUTCOMES)}.")
    listed = {ours: values if isinstance(values, list) else [values] for ours, values in outcomes.items()}
    return {str(value): ours for ours, values in listed.items() for value in values}


def _delimiter(path: Path, delimiter: object) -> str:
    if not is_delimiter(delimiter):
        raise Invalid(f"In the mapping {path}, delimiter must be one character.")
    return str(delimiter)


def _encoding(path: Path, encoding: object) -> str:
    if not is_encoding(encoding):
        raise Invalid(f"The mapping {path} names the encoding {encoding!r}, which cannot be read; save as UTF-8.")
    return str(encoding)


def _zone(path: Path, name: object) -> ZoneInfo:
    try:
        return ZoneInfo(str(name or "UTC"))
    except (ZoneInfoNotFoundError, ValueError, OSError) as fault:
        raise Invalid(f"The mapping {path} names the time zone {name!r}, which does not exist.") from fault
