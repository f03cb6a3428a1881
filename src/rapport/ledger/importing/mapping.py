"""How somebody's file of accounts maps to ours: a TOML file, or the columns' own names where there is none."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rapport.kit.errors import Invalid
from rapport.kit.intake import is_delimiter, is_encoding
from rapport.ledger.judging import Status

NEEDED = ("customer", "as_of", "status")
FIELDS = (*NEEDED, "holding", "sequence", "since")
TOP = ("delimiter", "encoding", "date_format", "fields", "statuses")


@dataclass(frozen=True, slots=True)
class AccountMapping:
    """Which column says what, and which of our statuses each of the partner's is."""

    delimiter: str = ","
    encoding: str = "utf-8"
    date_format: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    statuses: Mapping[str, Status] = field(default_factory=dict)


def read_mapping(path: Path | None) -> AccountMapping:
    """Return the mapping in a TOML file. Raises Invalid with a sentence that says what to mend."""
    told = _told(path) if path is not None else {}
    fields, statuses = told.get("fields", {}), told.get("statuses", {})
    for name, given, known in (("entries", told, TOP), ("fields", fields, FIELDS)):
        if not isinstance(given, dict):
            raise Invalid(f"In the mapping {path}, {name} must be a table.")
        if unknown := ", ".join(sorted(set(given) - set(known))):
            raise Invalid(f"The mapping {path} has unknown {name} {unknown}; there are {', '.join(known)}.")
    if fields and (missing := [name for name in NEEDED if name not in fields]):
        raise Invalid(f"The mapping {path} does not say which columns are {', '.join(missing)}.")
    if not isinstance(statuses, dict) or not all(one in list(Status) for one in statuses.values()):
        raise Invalid(f"In the mapping {path}, each of statuses is one of {', '.join(Status)}.")
    found = AccountMapping(
        told.get("delimiter", ","),
        told.get("encoding", "utf-8"),
        told.get("date_format", ""),
        fields,
        {name: Status(one) for name, one in statuses.items()} or {str(one): one for one in Status},
    )
    texts = (*fields.values(), found.date_format)
    if not all(isinstance(one, str) for one in texts):
        raise Invalid(f"In the mapping {path}, fields and date_format must be texts.")
    if not is_delimiter(found.delimiter) or not is_encoding(found.encoding):
        raise Invalid(f"In the mapping {path}, delimiter or encoding cannot be used.")
    return found


def _told(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as fault:
        raise Invalid(f"The mapping {path} cannot be read: {fault}.") from fault
