"""Reading a CSV file that somebody sent, plain or gzipped, streamed: each row with what is wrong with it."""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BufferedIOBase
from pathlib import Path


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that could not be read, and why."""

    line: int
    reason: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row's fields; ``fault`` says why they cannot be told apart, where they cannot."""

    line: int
    fields: list[str]
    fault: str = ""


@dataclass
class _Undecodable:
    """Notes the lines whose bytes are not in the file's encoding while the text is read around them."""

    lines: set[int] = field(default_factory=set)


def read_sheet(path: Path, *, delimiter: str, encoding: str) -> Iterator[Row | BadRow]:
    """Yield the header first, then every row that is not empty; a row that is no CSV is a bad one."""
    bad, width = _Undecodable(), 0
    with _opened(path) as file:
        reader = csv.reader(_lines(file, encoding, bad), delimiter=delimiter, strict=True)
        while True:
            try:
                fields = next(reader)
            except StopIteration:
                return
            except (csv.Error, EOFError, zlib.error, gzip.BadGzipFile) as fault:
                yield BadRow(reader.line_num + 1, _fault(fault))
                if not isinstance(fault, csv.Error):
                    return
                continue
            if not width:
                width = len(fields)
                yield Row(reader.line_num, fields)
            elif fields:
                yield Row(reader.line_num, fields, _wrong(reader.line_num, fields, width, encoding, bad))


def _wrong(line: int, fields: list[str], width: int, encoding: str, bad: _Undecodable) -> str:
    if line in bad.lines:
        return f"is not written in {encoding}"
    return f"has {len(fields)} fields instead of {width}" if len(fields) != width else ""


def _fault(fault: Exception) -> str:
    if isinstance(fault, csv.Error):
        return f"is no CSV ({fault})"
    return f"the file ends early or is damaged from here on ({fault})"


def _opened(path: Path) -> BufferedIOBase:
    with path.open("rb") as file:
        zipped = file.read(2) == b"\x1f\x8b"
    return gzip.open(path, "rb") if zipped else path.open("rb")


def _lines(file: BufferedIOBase, encoding: str, bad: _Undecodable) -> Iterator[str]:
    for number, line in enumerate(file, 1):
        try:
            text = line.decode(encoding)
        except UnicodeError:
            bad.lines.add(number)
            text = line.decode(encoding, "replace")
        yield text.removeprefix("\ufeff") if number == 1 else text
