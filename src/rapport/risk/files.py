"""Reading a file of customers of whom it is known whether they left, by a mapping; faults are told by line."""

from __future__ import annotations

import csv
import gzip
import tomllib
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import TextIOWrapper
from pathlib import Path
from typing import IO, Annotated, Any

from pydantic import Field, ValidationError

from rapport.kit.documents import Part, faults_of
from rapport.kit.errors import Invalid
from rapport.kit.intake import is_delimiter, is_encoding
from rapport.risk.table import Table, table_of

MOST_ROWS = 5_000_000
MOST_COLUMNS = 500
Column = Annotated[str, Field(min_length=1, max_length=200)]
Texts = Annotated[list[str], Field(max_length=1000)]


class Outcome(Part):
    """The column that says whether a customer left, and its words for both."""

    column: Column
    left: Texts = Field(min_length=1)
    stayed: Texts = Field(min_length=1)


class FileMapping(Part):
    """Which column says what. Every other column is a feature."""

    id: Column
    outcome: Outcome
    leave_out: list[Column] = []
    categories: list[Column] = []
    unknown: Texts = [""]
    delimiter: str = ","
    encoding: str = "utf-8"


@dataclass(frozen=True, slots=True)
class Customers:
    """Customers of a file: what is known of each, and whether they left; rows in the same order."""

    ids: list[str]
    left: list[bool]
    table: Table

    def only(self, rows: list[int]) -> Customers:
        """Return the customers at these places."""
        return Customers([self.ids[i] for i in rows], [self.left[i] for i in rows], self.table.only(rows))


@dataclass
class _Rows:
    ids: dict[str, int] = field(default_factory=dict)
    left: list[bool] = field(default_factory=list)
    records: list[dict[str, str | None]] = field(default_factory=list)


def read_mapping(path: Path) -> FileMapping:
    """Return the mapping in a TOML file. Raises Invalid with a sentence that says what to mend."""
    try:
        told = FileMapping.model_validate(tomllib.loads(path.read_text("utf-8")))
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, one.path))}: {one.words}" for one in faults_of(error)[:5])
        raise Invalid(f"The mapping {path} cannot be used. {faults}") from error
    except (OSError, ValueError, RecursionError) as error:
        raise Invalid(f"The mapping {path} cannot be read: {error}.") from error
    if not is_delimiter(told.delimiter) or not is_encoding(told.encoding):
        raise Invalid(f"In the mapping {path}, the delimiter or the encoding cannot be used.")
    if both := sorted(set(told.outcome.left) & set(told.outcome.stayed)):
        raise Invalid(f"In the mapping {path}, {both[0]!r} says both that a customer left and that they stayed.")
    return told


def read_customers(path: Path, mapping: FileMapping) -> Customers:
    """Return the customers in a plain or gzipped CSV file. Raises Invalid, with the line, for a bad one."""
    rows = _Rows()
    try:
        with _opened(path, mapping.encoding) as file:
            _read(path, csv.reader(file, delimiter=mapping.delimiter, strict=True), mapping, rows)
    except (OSError, EOFError, zlib.error) as error:
        raise Invalid(f"{path} cannot be read: {error}.") from error
    except UnicodeError as error:
        raise Invalid(f"{path} is not written in {mapping.encoding}.") from error
    if not rows.left:
        raise Invalid(f"{path} holds no customers.")
    return Customers(list(rows.ids), rows.left, table_of(rows.records))


@contextmanager
def _opened(path: Path, encoding: str) -> Iterator[IO[str]]:
    with path.open("rb") as plain:
        is_packed = plain.read(2) == b"\x1f\x8b"
        plain.seek(0)
        with TextIOWrapper(gzip.open(plain) if is_packed else plain, encoding=encoding, newline="") as file:
            yield file


def _read(path: Path, reader: Any, mapping: FileMapping, rows: _Rows) -> None:
    header: list[str] = []
    while True:
        try:
            told = next(reader, None)
        except csv.Error as error:
            raise Invalid(f"{path}, line {reader.line_num}: this is no CSV ({error}).") from error
        if told is None:
            return
        if not header:
            header = _header(path, told, mapping)
        elif told:
            _take(f"{path}, line {reader.line_num}", header, told, mapping, rows)


def _header(path: Path, told: list[str], mapping: FileMapping) -> list[str]:
    header = [told[0].removeprefix("\ufeff"), *told[1:]] if told else []
    wanted = {mapping.id, mapping.outcome.column, *mapping.leave_out, *mapping.categories}
    if missing := sorted(wanted - set(header)):
        raise Invalid(f"{path}: the header lacks {', '.join(missing)}.")
    if len(set(header)) < len(header):
        raise Invalid(f"{path}: two columns have the same name. Give each its own.")
    if len(header) > MOST_COLUMNS:
        raise Invalid(f"{path}: {len(header):,} columns are too many; {MOST_COLUMNS} are taken.")
    return header


def _take(where: str, header: list[str], told: list[str], mapping: FileMapping, rows: _Rows) -> None:
    if len(told) != len(header):
        raise Invalid(f"{where}: has {len(told)} fields instead of {len(header)}.")
    row = {name: text.strip() for name, text in zip(header, told, strict=True)}
    who, said = row.pop(mapping.id), row.pop(mapping.outcome.column)
    if not who:
        raise Invalid(f"{where}: has no {mapping.id}.")
    if who in rows.ids:
        raise Invalid(f"{where}: this customer is in the file twice. Give each one row.")
    if said not in mapping.outcome.left and said not in mapping.outcome.stayed:
        raise Invalid(f"{where}: {mapping.outcome.column} is neither a word for left nor one for stayed.")
    if len(rows.left) >= MOST_ROWS:
        raise Invalid(f"{where}: more than {MOST_ROWS:,} customers are not read.")
    rows.ids[who] = len(rows.left)
    rows.left.append(said in mapping.outcome.left)
    rows.records.append(_features(row, mapping))


def _features(row: Mapping[str, str], mapping: FileMapping) -> dict[str, str | None]:
    left_out = set(mapping.leave_out)
    return {
        name: None if text in mapping.unknown or not text else text
        for name, text in row.items()
        if name not in left_out
    }
