"""Labelled sentences from a file: a CSV with a header, a column of text and one of the reason; .gz too."""

import csv
import gzip
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from rapport.kit.errors import Invalid

TEXT, REASON = "text", "category"


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence somebody said, and the reason it stands for."""

    text: str
    reason: str


def lines(path: Path) -> Iterator[str]:
    """Yield a text file's lines, unpacked where its name ends in .gz; what cannot be read is refused in words."""
    try:
        opened: Callable[..., TextIO] = gzip.open if path.suffix == ".gz" else open
        with opened(path, "rt", encoding="utf-8-sig", newline="") as file:
            yield from file
    except (OSError, EOFError, UnicodeDecodeError) as fault:
        raise Invalid(f"The file {path} cannot be read: {fault}.") from fault


def read(path: Path) -> list[Example]:
    """Return a file's examples; one line at fault refuses the whole."""
    rows = csv.DictReader(lines(path), strict=True)
    try:
        if not {TEXT, REASON} <= set(rows.fieldnames or []):
            raise Invalid(f"The file {path} has no header with the columns {TEXT} and {REASON} in its first line.")
        found = [_example(row, rows.line_num, path) for row in rows]
    except csv.Error as fault:
        raise Invalid(f"The file {path}, line {rows.line_num}, is no CSV: {fault}.") from fault
    if not found:
        raise Invalid(f"The file {path} has no example.")
    return found


def _example(row: dict[str, str | None], line: int, path: Path) -> Example:
    text, reason = (row.get(TEXT) or "").strip(), (row.get(REASON) or "").strip()
    if not text or not reason:
        raise Invalid(f"The file {path}, line {line}: a line has a {TEXT} and a {REASON}.")
    return Example(text, reason)
