"""How somebody's file of sales maps to ours: a TOML file, or the columns' own names where there is none."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rapport.kit.errors import Invalid
from rapport.kit.intake import is_delimiter, is_encoding

NEEDED = ("key", "customer", "product", "sold_on")
FIELDS = (*NEEDED, "holding", "seller", "seller_name", "team", "channel", "campaign", "as_of")
PROMISED = ("what", "due_on", "kind", "kept_on")
TOP = ("delimiter", "encoding", "date_format", "fields", "promised")
MOST_PROMISES = 9


@dataclass(frozen=True, slots=True)
class SaleMapping:
    """Which column says what: of the sale, and of each promise made with it."""

    delimiter: str = ","
    encoding: str = "utf-8"
    date_format: str = "%Y-%m-%d"
    fields: Mapping[str, str] = field(default_factory=dict)
    promised: tuple[Mapping[str, str], ...] = ()

    def columns(self) -> set[str]:
        """The columns that the file must have."""
        told = set(self.fields.values())
        return told.union(*(one.values() for one in self.promised))


def by_names(header: Sequence[str], mapping: SaleMapping) -> SaleMapping:
    """Return the mapping for a file whose columns have our names; those of a second promise end in ``_2``."""
    fields = {name: name for name in FIELDS if name in header or name in NEEDED}
    promised = []
    for number in range(1, MOST_PROMISES + 1):
        end = "" if number == 1 else f"_{number}"
        columns = {name: f"promised{'' if name == 'what' else '_' + name}{end}" for name in PROMISED}
        found = {name: column for name, column in columns.items() if column in header}
        if "what" in found:
            promised.append(found)
    return SaleMapping(mapping.delimiter, mapping.encoding, mapping.date_format, fields, tuple(promised))


def read_mapping(path: Path | None) -> SaleMapping:
    """Return the mapping in a TOML file; one without fields where there is no file, or nothing in it."""
    if path is None:
        return SaleMapping()
    try:
        told = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as fault:
        raise Invalid(f"The mapping {path} cannot be read: {fault}.") from fault
    _only(path, "entries", told, TOP)
    promised = told.get("promised", [])
    if not isinstance(promised, list) or len(promised) > MOST_PROMISES:
        raise Invalid(f"In the mapping {path}, promised is a list of at most {MOST_PROMISES} tables.")
    found = SaleMapping(
        told.get("delimiter", ","),
        told.get("encoding", "utf-8"),
        told.get("date_format", "%Y-%m-%d"),
        _texts(path, "fields", told.get("fields", {}), FIELDS),
        tuple(_texts(path, "promised", one, PROMISED) for one in promised),
    )
    if not is_delimiter(found.delimiter) or not is_encoding(found.encoding):
        raise Invalid(f"In the mapping {path}, delimiter or encoding cannot be used.")
    if not isinstance(found.date_format, str):
        raise Invalid(f"In the mapping {path}, date_format must be a text.")
    if found.fields and (missing := [name for name in NEEDED if name not in found.fields]):
        raise Invalid(f"The mapping {path} does not say which columns are {', '.join(missing)}.")
    if any("what" not in one for one in found.promised):
        raise Invalid(f"In the mapping {path}, each of promised needs what: the column of the promise's words.")
    return found


def _texts(path: Path, what: str, told: Any, known: tuple[str, ...]) -> dict[str, str]:
    if not isinstance(told, dict) or not all(isinstance(one, str) for one in told.values()):
        raise Invalid(f"In the mapping {path}, {what} must be a table of columns.")
    _only(path, what, told, known)
    return told


def _only(path: Path, what: str, told: Mapping[str, Any], known: tuple[str, ...]) -> None:
    if unknown := sorted(set(told) - set(known)):
        raise Invalid(f"The mapping {path} has unknown {what} {', '.join(unknown)}; there are {', '.join(known)}.")
