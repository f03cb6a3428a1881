"""Reads a file of the library, TOML, JSON or CSV, and writes one; every fault is told with its line."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from rapport.guides.library.content import PARTS, Entry, Fitting, Library, Rebuttal
from rapport.kit import spreadsheet, toml
from rapport.kit.documents import DocumentInvalid, Fault, Kind, plain_text
from rapport.kit.lines import Path

MOST_CHARACTERS = 2_000_000
A_LIBRARY = Kind("a library", most=MOST_CHARACTERS)
COLUMNS = (
    *("kind", "key", "heading", "text", "objection", "approach", "news"),
    *("reasons", "segments", "products", "evidence", "language", "owner", "review_on"),
)
LISTS = ("reasons", "segments", "products")
HEADING = {"objection": "name", "rebuttal": "title", "article": "question"}
TEXT = {"objection": "examples", "rebuttal": "words", "article": "answer"}


@dataclass(frozen=True, slots=True)
class Known:
    """The names a programme has; a library may use no other. None: not looked at."""

    reasons: Collection[str] | None = None
    segments: Collection[str] | None = None
    owners: Collection[str] | None = None
    objections: Collection[str] = ()
    """Those on file already, whatever their state."""
    kinds: dict[str, str] | None = None
    """The kinds of the entries on file, by key."""


NOTHING_KNOWN = Known()


def read_library(text: str, known: Known = NOTHING_KNOWN) -> Library:
    """Return the library that a text tells of; DocumentInvalid with every fault it has.

    A text that begins with a brace is JSON, one that begins with the names of the columns CSV, any other TOML.
    """
    text = plain_text(text)
    if text.lstrip('" ').startswith("kind") and "," in text.partition("\n")[0]:
        return _read_csv(text, known)
    return A_LIBRARY.read(text, Library, lambda library: faults_of(library, known))


def faults_of(library: Library, known: Known = NOTHING_KNOWN) -> list[Fault]:
    """Return all that is wrong with the library beyond its form, in the order of its parts."""
    return [*_keys(library, known), *_names(library, known)]


def _keys(library: Library, known: Known) -> Iterator[Fault]:
    kinds: dict[str, str] = {}
    for part, kind in PARTS.items():
        for key in getattr(library, part):
            other = kinds.get(key) or (known.kinds or {}).get(key, kind)
            if other != kind:
                yield Fault((part, key), f"{key!r} names something else already, of {other}s; choose another key.")
            kinds[key] = kind


def _names(library: Library, known: Known) -> Iterator[Fault]:
    objections = None if known.kinds is None else {*known.objections, *library.objections}
    for part in PARTS:
        for key, entry in getattr(library, part).items():
            where = (part, key)
            if known.owners is not None and entry.owner and entry.owner not in known.owners:
                words = f"{entry.owner!r} is nobody here who may write for the library."
                yield Fault((*where, "owner"), words)
            if isinstance(entry, Rebuttal) and objections is not None and entry.objection not in objections:
                yield Fault((*where, "objection"), f"There is no objection {entry.objection!r}.")
            if isinstance(entry, Fitting):
                yield from _unknown((*where, "reasons"), "reason", entry.reasons, known.reasons)
                yield from _unknown((*where, "segments"), "segment", entry.segments, known.segments)


def _unknown(where: Path, what: str, named: Iterable[str], known: Collection[str] | None) -> Iterator[Fault]:
    for at, name in enumerate(named):
        if known is not None and name not in known:
            yield Fault((*where, at), f"There is no {what} {name!r} on this programme.")


def _read_csv(text: str, known: Known) -> Library:
    A_LIBRARY.require_short(text)
    content: dict[str, dict[str, Any]] = {part: {} for part in PARTS}
    parts = {kind: part for part, kind in PARTS.items()}
    lines: dict[Path, int] = {}
    faults: list[tuple[int, str]] = []
    for line, row in _rows(text):
        kind, key = row.get("kind", ""), row.get("key", "")
        if kind not in parts:
            faults.append((line, f"The kind is one of {', '.join(parts)}."))
        elif (parts[kind], key) in lines:
            faults.append((line, f"{key!r} is given twice."))
        else:
            content[parts[kind]][key] = dict(_cells(kind, row))
            lines[parts[kind], key] = line
    if faults:
        raise DocumentInvalid(faults)
    return A_LIBRARY.take(content, Library, lambda library: faults_of(library, known), lambda: lines)


def _rows(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows with the line each begins on; DocumentInvalid for a text that is no such table."""
    rows = csv.reader(io.StringIO(text), strict=True)
    line = 1
    try:
        columns = next(rows)
        if unknown := [name for name in columns if name not in COLUMNS]:
            raise DocumentInvalid([(1, f"There is no column {unknown[0]!r}; there are {', '.join(COLUMNS)}.")])
        for cells in rows:
            begins, line = line + 1, rows.line_num
            if len(cells) > len(columns):
                raise DocumentInvalid(
                    [(begins, f"This row has {len(cells)} cells; the first has {len(columns)}.")]
                )
            if any(cells):
                yield begins, {name: spreadsheet.plain(cell) for name, cell in zip(columns, cells, strict=False)}
    except csv.Error as error:
        raise DocumentInvalid([(rows.line_num, f"This is no CSV: {error}.")]) from None


def _cells(kind: str, row: dict[str, str]) -> Iterator[tuple[str, Any]]:
    """Yield the parts of an entry that a row has; an empty cell says nothing, and a list has an item a line."""
    for name, cell in row.items():
        told = cell.strip()
        if not told or name in ("kind", "key"):
            continue
        lines = [line for line in told.split("\n") if line.strip()]
        if name == "heading":
            yield HEADING[kind], told
        elif name == "text":
            yield TEXT[kind], lines if kind == "objection" else told
        elif name == "evidence":
            yield name, [_evidence(line) for line in lines]
        else:
            yield name, lines if name in LISTS else told


def _evidence(line: str) -> dict[str, str]:
    fact, _, source = line.rpartition(" | ")
    return {"fact": fact, "source": source} if fact else {"fact": source}


def read_entry(kind: str, key: str, cells: dict[str, str], known: Known = NOTHING_KNOWN) -> Entry:
    """Return an entry from the cells of a row; DocumentInvalid with every fault it has."""
    part = next(name for name, one in PARTS.items() if one == kind)
    content = {part: {key: dict(_cells(kind, cells))}}
    library = A_LIBRARY.take(content, Library, lambda found: faults_of(found, known), dict)
    [(_, _, entry)] = library.entries()
    return entry


def cells_of(entry: Entry) -> dict[str, str]:
    """Return the cells of a row that say what the entry says."""
    told = entry.model_dump(mode="json", exclude_none=True)
    evidence = [f"{one['fact']} | {one['source']}" for one in told.get("evidence", [])]
    return {
        **{name: value for name, value in told.items() if name in COLUMNS},
        **{name: "\n".join(told.get(name, [])) for name in LISTS},
        "heading": entry.heading,
        "text": entry.text,
        "evidence": "\n".join(evidence),
    }


CSV = "text/csv"
"""What :func:`as_csv` writes, past the guard against formulas."""


def as_csv(library: Library) -> str:
    """Return the library as a table that reads back as the same."""
    file = io.StringIO()
    rows = spreadsheet.writer(file)
    rows.writerow(COLUMNS)
    for kind, key, entry in library.entries():
        cells = {**cells_of(entry), "kind": kind, "key": key}
        rows.writerow([cells.get(name, "") for name in COLUMNS])
    return file.getvalue()


def as_toml(library: Library) -> str:
    """Return the library as a file of TOML that reads back as the same."""
    content: dict[str, dict[str, Any]] = {part: {} for part in PARTS}
    for kind, key, entry in library.entries():
        content[f"{kind}s"][key] = entry.model_dump(exclude_defaults=True)
    return toml.write({part: entries for part, entries in content.items() if entries})
