"""What every import of a file shows and leaves behind: progress, a file of rows that could not be read."""

import os
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, TypeVar

from rapport.kit import redaction, spreadsheet
from rapport.kit.sheets import BadRow

Row = TypeVar("Row")
NO_NUL = "contains a character that cannot be stored"


class BadRows:
    """Writes rows that could not be read to a tab-separated file for its owner only, made with the first of them.

    Card numbers and the like are hidden in it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self._file: IO[str] | None = None
        self._rows: spreadsheet.Sheet | None = None

    def __enter__(self) -> "BadRows":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, line: int, reason: str, text: str) -> None:
        """Note that the row on ``line`` was left out, and why."""
        if self._rows is None:
            made = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            self._file = os.fdopen(made, "w", encoding="utf-8", newline="")
            self._rows = spreadsheet.writer(self._file, delimiter="\t", lineterminator="\n")
            self._rows.writerow(["line", "reason", "text"])
        self._rows.writerow([line, redaction.mask(reason).text, redaction.mask(text).text])
        self.count += 1


class Progress:
    """Says on stderr how far an import is: in one line on a terminal, else about every two seconds."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._began = self._said = time.monotonic()
        self._on_terminal = sys.stderr.isatty()

    def show(self, rows: int) -> None:
        """Say that so many rows have been read."""
        now = time.monotonic()
        if now - self._said >= (0.2 if self._on_terminal else 2):
            self._said = now
            print(self._line(rows), end="\r" if self._on_terminal else "\n", file=sys.stderr, flush=True)

    def done(self, rows: int) -> None:
        """Say the last line."""
        print(self._line(rows), file=sys.stderr, flush=True)

    def _line(self, rows: int) -> str:
        return f"  {rows:,} {self._what} read, {time.monotonic() - self._began:.0f} s"


def batches(rows: Iterable[Row | BadRow], bad: BadRows, *, size: int) -> Iterator[list[Row]]:
    """Yield the rows that could be read, ``size`` at a time; set the others aside, and say how far the file is."""
    batch, read, progress = list[Row](), 0, Progress("rows")
    for read, row in enumerate(rows, 1):
        if isinstance(row, BadRow):
            bad.add(row.line, row.reason, row.text)
        else:
            batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
            progress.show(read)
    if batch:
        yield batch
    progress.done(read)


def is_delimiter(told: object) -> bool:
    """Say whether fields of a file can be told apart by it: one character, and no quote or end of line."""
    return isinstance(told, str) and len(told) == 1 and told not in '"\r\n\0 '


def is_encoding(told: object) -> bool:
    """Say whether files in this encoding can be read: it ends lines with a line feed's byte (UTF-16 does not)."""
    try:
        return isinstance(told, str) and "\n".encode(told) == b"\n" and bool(b"\xe4\n".decode(told, "replace"))
    except (LookupError, ValueError):
        return False


def storable(**limits: tuple[str | None, int]) -> str | None:
    """Return why one of the named texts cannot be stored within its greatest length; None where all can."""
    for name, (text, longest) in limits.items():
        if text is None:
            continue
        if "\x00" in text or (not text.isascii() and any("\ud800" <= one <= "\udfff" for one in text)):
            return f"{name} {NO_NUL}"
        if len(text) > longest:
            return f"{name} is longer than {longest} characters"
    return None
