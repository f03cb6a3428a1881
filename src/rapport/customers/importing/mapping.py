"""How somebody's customer file maps to ours: a TOML file, checked when it is read."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rapport.customers.sensitive import class_by_name
from rapport.kit.classes import FieldClass
from rapport.kit.errors import Invalid
from rapport.kit.intake import is_delimiter, is_encoding

FIELDS = ("name", "segment", "customer_since", "language", "likes", "email", "phone", "own_rep", "do_not_contact")
HOLDING_FIELDS = ("key", "product", "label", "opened_on", "ends_on")
KINDS = ("text", "whole", "number", "yes")
TOP = (
    "key",
    "delimiter",
    "encoding",
    "date_format",
    "fields",
    "attributes",
    "segments",
    "holdings",
    "head_start_seconds",
)


@dataclass(frozen=True, slots=True)
class Attribute:
    """A column kept with the customer; ``values`` renames what is written in it. No class: it goes by the name."""

    column: str
    kind: str
    values: Mapping[str, Any]
    field_class: FieldClass | None = None

    def is_sensitive(self, name: str) -> bool:
        """Say whether its text is shown to nobody."""
        return (self.field_class or class_by_name(name)) == FieldClass.SENSITIVE


@dataclass(frozen=True, slots=True)
class HoldingMap:
    """How one row tells of something the customer has; a field is a column, or a fixed text after ``=``."""

    fields: Mapping[str, str]
    details: Mapping[str, Attribute]


@dataclass(frozen=True, slots=True)
class CustomerMapping:
    """Which column says what. ``key`` is the column of the partner's key."""

    key: str
    delimiter: str
    encoding: str
    date_format: str
    fields: Mapping[str, str]
    attributes: Mapping[str, Attribute]
    segments: Mapping[str, str]
    head_start_seconds: Mapping[str, int]
    holdings: tuple[HoldingMap, ...]

    def columns(self) -> set[str]:
        """The columns that the file must have."""
        told = {self.key, *self.fields.values(), *(one.column for one in self.attributes.values())}
        for holding in self.holdings:
            told |= {column for column in holding.fields.values() if not column.startswith("=")}
            told |= {one.column for one in holding.details.values()}
        return told

    def classes(self) -> dict[str, FieldClass | None]:
        """The classes of all attributes and details by name, None where the mapping leaves it to the name."""
        told: dict[str, FieldClass | None] = {}
        for attributes in (self.attributes, *(holding.details for holding in self.holdings)):
            for name, one in attributes.items():
                told[name] = one.field_class or told.get(name)
        return told

    def sensitive_columns(self) -> set[str]:
        """The columns whose text is shown to nobody, not even where a row cannot be read."""
        return {
            one.column
            for attributes in (self.attributes, *(holding.details for holding in self.holdings))
            for name, one in attributes.items()
            if one.is_sensitive(name)
        }


def read_mapping(path: Path) -> CustomerMapping:
    """The mapping in a TOML file. Raises Invalid with a sentence that says what to mend."""
    try:
        told = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as fault:
        raise Invalid(f"The mapping {path} cannot be read: {fault}.") from fault
    _only(path, "entries", told, TOP)
    _shaped(path, told)
    if not isinstance(told.get("key"), str):
        raise Invalid(f'The mapping {path} does not say which column has the customer\'s key: key = "…".')
    fields = _texts(path, "fields", told.get("fields", {}))
    _only(path, "fields", fields, FIELDS)
    return CustomerMapping(
        key=told["key"],
        delimiter=told.get("delimiter", ","),
        encoding=told.get("encoding", "utf-8"),
        date_format=told.get("date_format", "%Y-%m-%d"),
        fields=fields,
        attributes={name: _attribute(path, name, one) for name, one in told.get("attributes", {}).items()},
        segments=_texts(path, "segments", told.get("segments", {})),
        head_start_seconds=told.get("head_start_seconds", {}),
        holdings=tuple(_holding(path, one) for one in told.get("holdings", [])),
    )


def _shaped(path: Path, told: Mapping[str, Any]) -> None:
    """Refuse entries of another kind than they must be."""
    starts = told.get("head_start_seconds", {})
    fine = {
        "delimiter": is_delimiter(told.get("delimiter", ",")),
        "encoding": is_encoding(told.get("encoding", "utf-8")),
        "date_format": isinstance(told.get("date_format", ""), str),
        "attributes": isinstance(told.get("attributes", {}), dict),
        "head_start_seconds": isinstance(starts, dict) and all(type(one) is int for one in starts.values()),
        "holdings": isinstance(told.get("holdings", []), list),
    }
    if wrong := [name for name, is_fine in fine.items() if not is_fine]:
        raise Invalid(f"In the mapping {path}, {', '.join(wrong)} cannot be used; the reference shows how it is.")


def _texts(path: Path, what: str, told: object) -> dict[str, str]:
    if not isinstance(told, dict) or not all(isinstance(one, str) for one in told.values()):
        raise Invalid(f"In the mapping {path}, {what} must be a table of texts.")
    return told


def _only(path: Path, what: str, told: Mapping[str, Any], known: tuple[str, ...]) -> None:
    if unknown := sorted(set(told) - set(known)):
        raise Invalid(f"The mapping {path} has unknown {what} {', '.join(unknown)}; there are {', '.join(known)}.")


def _attribute(path: Path, name: str, told: Any) -> Attribute:
    if isinstance(told, str):
        return Attribute(told, "text", {})
    told = told if isinstance(told, dict) else {}
    kind, field_class, values = told.get("kind", "text"), told.get("class"), told.get("values", {})
    if not isinstance(told.get("column"), str) or kind not in KINDS or not isinstance(values, dict):
        raise Invalid(
            f"In the mapping {path}, attribute {name} needs a column; its kind may be {', '.join(KINDS)}."
        )
    if field_class is not None and field_class not in list(FieldClass):
        raise Invalid(f"In the mapping {path}, the class of {name} may be {', '.join(FieldClass)}.")
    return Attribute(told["column"], kind, values, FieldClass(field_class) if field_class else None)


def _holding(path: Path, told: object) -> HoldingMap:
    told = told if isinstance(told, dict) else {}
    details = told.get("details", {})
    if not isinstance(details, dict):
        raise Invalid(f"In the mapping {path}, details of holdings must be a table.")
    fields = _texts(path, "holdings", {name: value for name, value in told.items() if name != "details"})
    _only(path, "fields of holdings", fields, HOLDING_FIELDS)
    if "key" not in fields or "product" not in fields:
        raise Invalid(f"In the mapping {path}, each of holdings needs a key and a product.")
    return HoldingMap(fields, {name: _attribute(path, name, one) for name, one in details.items()})
