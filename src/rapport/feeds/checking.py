"""Looking at a delivered file: is it what the contract says? Streamed, bounded, and silent on what it holds."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import IO, Any

from rapport.feeds.terms import KINDS, Column, Terms, fits

MB = 1024 * 1024
SHOWN = 5  # lines named for each kind of breach
LARGEST_MANIFEST = 64 * 1024
LONGEST_LINE = 1 * MB
ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")
PROGRAMS = (b"MZ", b"\x7fELF", b"%PDF", b"\xd0\xcf\x11\xe0")
GZIP = b"\x1f\x8b"
Breach = dict[str, str]  # code, words


class _Stop(Exception):
    """The file cannot be read on."""


@dataclass
class Look:
    """What a file is, and in which ways it is not what was agreed."""

    size: int = 0
    sha256: str = ""
    rows: int = 0
    bad: int = 0
    sums: dict[str, Decimal] = field(default_factory=dict)
    found: dict[str, list[str]] = field(default_factory=dict)

    def note(self, code: str, words: str) -> None:
        """Note a breach; of many of one kind only the first are told."""
        told = self.found.setdefault(code, [])
        if len(told) <= SHOWN:
            told.append(words if len(told) < SHOWN else "and more")

    @property
    def breaches(self) -> list[Breach]:
        """The breaches, by code."""
        return [{"code": code, "words": "; ".join(words)} for code, words in self.found.items()]


def look(path: Path, terms: Terms | None, manifest: Path | None = None) -> Look:
    """Look at a file. Without terms only at its size, checksum and what it is made of."""
    found = Look(size=path.stat().st_size)
    most = (terms or Terms(largest_mb=4096)).largest_mb * MB
    if found.size > most:
        found.note("too_large", f"the file is larger than {most // MB} MB")
        return found
    found.sha256 = checksum(path)
    if not _is_text(path, found) or terms is None:
        return found
    if terms.columns:
        try:
            _rows(path, terms, most, found)
        except _Stop as stop:
            found.note("unreadable", str(stop))
    _compare(found, terms, manifest)
    return found


def checksum(path: Path) -> str:
    """Return the SHA-256 of a file as text."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _is_text(path: Path, found: Look) -> bool:
    """Judge by content, not by name: a file of a partner is text, plain or gzipped, and nothing else."""
    with path.open("rb") as file:
        start = file.read(64 * 1024)
    if start.startswith(GZIP):
        try:
            start = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(start, 64 * 1024)
        except zlib.error:
            found.note("unreadable", "the file is no whole gzip file")
            return False
    if start.startswith((*ARCHIVES, *PROGRAMS, GZIP)):
        found.note("not_text", "the file is an archive, a program or a document; send CSV, plain or gzipped")
    elif b"\x00" in start and not start.startswith((b"\xff\xfe", b"\xfe\xff")):
        found.note("not_text", "the file holds bytes that no text holds")
    return "not_text" not in found.found


def _rows(path: Path, terms: Terms, most: int, found: Look) -> None:
    with closing(_opened(path)) as file:
        reader = csv.reader(_lines(file, terms.encoding, most), delimiter=terms.delimiter, strict=True)
        header = _next(reader)
        if header is None:
            found.note("columns_missing", "the file is empty")
            return
        if missing := sorted(set(terms.columns) - set(header)):
            found.note("columns_missing", f"the header lacks {', '.join(missing)}")
            return
        if len(set(header)) < len(header):
            found.note("columns_missing", "the header names a column twice")
            return
        places = [(header.index(name), name, column) for name, column in terms.columns.items()]
        found.sums = {name: Decimal(0) for name in terms.sums}
        while (row := _next(reader)) is not None:
            if row:
                _row(reader.line_num, row, len(header), places, found)


def _row(line: int, row: list[str], width: int, places: list[tuple[int, str, Column]], found: Look) -> None:
    found.rows += 1
    if len(row) != width:
        found.bad += 1
        found.note("fields_wrong", f"line {line} has {len(row)} fields instead of {width}")
        return
    wrong = False
    for place, name, column in places:
        text = row[place].strip()
        if text and not fits(column.kind, text):
            found.note("type_wrong", f"line {line}: {name} is not {KINDS[column.kind]}")
            wrong = True
        elif not text and column.required:
            found.note("required_empty", f"line {line}: {name} is empty")
            wrong = True
        elif text and name in found.sums:
            found.sums[name] += Decimal(text)
    found.bad += wrong


def _next(reader: Any) -> list[str] | None:
    try:
        return next(reader, None)
    except (csv.Error, UnicodeError, EOFError, zlib.error, gzip.BadGzipFile) as fault:
        raise _Stop(f"line {reader.line_num + 1} cannot be read ({type(fault).__name__})") from fault


def _opened(path: Path) -> IO[bytes]:
    with path.open("rb") as file:
        zipped = file.read(2) == GZIP
    return gzip.open(path, "rb") if zipped else path.open("rb")  # type: ignore[return-value] # both read bytes


def _lines(file: IO[bytes], encoding: str, most: int) -> Iterator[str]:
    """Yield lines; stop where the file unpacks to more than it may have, or has no lines at all."""
    read, number = 0, 0
    while line := file.readline(LONGEST_LINE + 1):
        read, number = read + len(line), number + 1
        if read > most:
            raise _Stop(f"the file unpacks to more than {most // MB} MB")
        if len(line) > LONGEST_LINE:
            raise _Stop(f"line {number} is longer than {LONGEST_LINE // MB} MB")
        text = line.decode(encoding)
        yield text.removeprefix("\ufeff") if number == 1 else text


def _compare(found: Look, terms: Terms, manifest: Path | None) -> None:
    if found.rows and found.bad / found.rows <= terms.most_bad:
        for code in ("type_wrong", "required_empty", "fields_wrong"):
            found.found.pop(code, None)
    if manifest is None or not manifest.is_file():
        if terms.manifest:
            found.note("manifest_missing", "the manifest with its counts and checksum did not come with the file")
        return
    told = _manifest(manifest, found)
    if told is None:
        return
    if terms.manifest and not {"rows", "sha256"} <= set(told):
        found.note("manifest_missing", "the manifest does not tell rows and sha256")
    if "sha256" in told and str(told["sha256"]).lower() != found.sha256:
        found.note("checksum_differs", "the file's SHA-256 is not the one in the manifest")
    if "rows" in told and terms.columns and told["rows"] != found.rows:
        found.note("rows_differ", f"{found.rows} rows came, the manifest tells another number")
    _compare_sums(found, terms, told.get("sums", {}))


def _compare_sums(found: Look, terms: Terms, told: Any) -> None:
    for name in terms.sums:
        try:
            agreed = isinstance(told, dict) and Decimal(str(told.get(name))) == found.sums.get(name)
        except InvalidOperation:
            agreed = False
        if not agreed:
            found.note("sum_differs", f"the sum of {name} is not the one in the manifest")


def _manifest(path: Path, found: Look) -> Mapping[str, Any] | None:
    try:
        if path.stat().st_size > LARGEST_MANIFEST:
            raise ValueError
        told = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        found.note("manifest_missing", "the manifest cannot be read")
        return None
    return told
