"""Writing CSV that no spreadsheet takes for formulas. The only way we write files for spreadsheets."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from typing import Any

FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""The last four are = + - @ in full width, which some spreadsheets read like the first."""


def writer(file: Any, *, delimiter: str = ",", lineterminator: str = "\r\n") -> Sheet:
    """Return a writer of CSV rows into ``file``."""
    return Sheet(file, delimiter, lineterminator)


class Sheet:
    """Writes rows; a text that begins like a formula gets an apostrophe before it. Numbers stay numbers."""

    def __init__(self, file: Any, delimiter: str, lineterminator: str) -> None:
        self._rows = csv.writer(file, delimiter=delimiter, lineterminator=lineterminator)

    def writerow(self, cells: Iterable[object]) -> None:
        """Write one row."""
        self._rows.writerow([guarded(cell) for cell in cells])

    def writerows(self, rows: Iterable[Iterable[object]]) -> None:
        """Write some rows."""
        for row in rows:
            self.writerow(row)


def guarded(cell: object) -> object:
    """Return a cell that no spreadsheet takes for a formula. A text that is a plain number is none."""
    if not isinstance(cell, str) or not cell.lstrip("' ").startswith(FORMULAS) or _is_number(cell):
        return cell
    return f"'{cell}"


def plain(cell: str) -> str:
    """Return the text of a cell as it was before it was guarded."""
    return cell[1:] if cell.startswith("'") and guarded(cell[1:]) == cell else cell


def _is_number(text: str) -> bool:
    sign, digits = text[:1], text[1:]
    return sign in ("+", "-") and digits.isascii() and digits.replace(".", "", 1).isdigit()
