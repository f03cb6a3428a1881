"""On which line of a text of TOML or JSON each value stands, so that a fault can be shown where it was written.

Only for texts that their own reader has taken: nothing is checked here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Path = tuple[str | int, ...]

BLANK = " \t\r\n,"
ENDS_WORD = " \t\r\n,]}#=:."


@dataclass(frozen=True, slots=True)
class Span:
    """Where a table's header (``key`` is empty) or a pair in the table stands in a text of TOML."""

    table: Path
    key: Path
    start: int
    end: int


def lines_of(text: str) -> dict[Path, int]:
    """Return the line (from 1) of every key and of every item of an array, by its path."""
    scanner = _Scanner(text)
    if text.lstrip().startswith("{"):
        scanner.value(())
    else:
        scanner.document()
    return scanner.found


def line_of(lines: dict[Path, int], path: Sequence[str | int]) -> int:
    """Return the line of the path, or of the nearest part of the text that holds it; 1 where nothing does."""
    for length in range(len(path), 0, -1):
        if line := lines.get(tuple(path[:length])):
            return line
    return 1


def spans_of(text: str) -> list[Span]:
    """Return the headers of tables and the pairs right in them, in the order of a text of TOML."""
    scanner = _Scanner(text)
    scanner.document()
    return scanner.spans


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text, self.at, self.found = text, 0, dict[Path, int]()
        self.spans: list[Span] = []
        self.arrays: dict[Path, int] = {}  # arrays of tables, and how many tables each has so far

    def document(self) -> None:
        table: Path = ()
        while self.skip():
            start = self.at
            key: Path = ()
            if self.text.startswith("[", self.at):
                table = self.header()
            else:
                key = self.pair(table)
            self.spans.append(Span(table, key, start, self.at))

    def header(self) -> Path:
        is_array = self.text.startswith("[[", self.at)
        line = self.line()
        self.at += 2 if is_array else 1
        path = self.within_arrays(self.key())
        self.at += 2 if is_array else 1
        if is_array:
            number = self.arrays.get(path, 0)
            self.arrays[path] = number + 1
            self.found.setdefault(path, line)
            path = (*path, number)
        self.found.setdefault(path, line)
        return path

    def within_arrays(self, key: Path) -> Path:
        """Return the path of a table whose name goes through arrays of tables: it is of the last one of each."""
        path: Path = ()
        for number, part in enumerate(key):
            path = (*path, part)
            if path in self.arrays and number < len(key) - 1:
                path = (*path, self.arrays[path] - 1)
        return path

    def pair(self, table: Path) -> Path:
        line = self.line()
        key = self.key()
        for length in range(1, len(key) + 1):
            self.found.setdefault((*table, *key[:length]), line)
        self.at += 1  # the = or :
        self.value((*table, *key))
        return key

    def key(self) -> Path:
        parts: list[str] = []
        while True:
            self.skip()
            parts.append(self.string() if self.text[self.at] in "\"'" else self.word())
            self.skip()
            if not self.text.startswith(".", self.at):
                return tuple(parts)
            self.at += 1

    def value(self, path: Path) -> None:
        self.skip()
        start = self.text[self.at]
        if start in "\"'":
            self.string()
        elif start == "{":
            self.at += 1
            while self.skip() and self.text[self.at] != "}":
                self.pair(path)
            self.at += 1
        elif start == "[":
            self.items(path)
        else:
            self.bare()

    def items(self, path: Path) -> None:
        self.at += 1
        number = 0
        while self.skip() and self.text[self.at] != "]":
            self.found[(*path, number)] = self.line()
            self.value((*path, number))
            number += 1
        self.at += 1

    def string(self) -> str:
        quote = self.text[self.at]
        ends = quote * 3 if self.text.startswith(quote * 3, self.at) else quote
        start = self.at = self.at + len(ends)
        while not self.text.startswith(ends, self.at):
            self.at += 2 if quote == '"' and self.text[self.at] == "\\" else 1
        found = self.text[start : self.at]
        self.at += len(ends)
        while len(ends) == 3 and self.text.startswith(quote, self.at):
            self.at += 1  # a text may end with quotes of its own
        return found

    def word(self) -> str:
        start = self.at
        while self.at < len(self.text) and self.text[self.at] not in ENDS_WORD:
            self.at += 1
        return self.text[start : self.at]

    def bare(self) -> None:
        """Pass a number, a date or a truth value."""
        while self.at < len(self.text) and self.text[self.at] not in "\r\n,]}#":
            self.at += 1

    def skip(self) -> bool:
        """Pass what is blank and comments; return whether anything is left."""
        while self.at < len(self.text):
            if self.text[self.at] == "#":
                self.at = self.text.find("\n", self.at) % (len(self.text) + 1)
            elif self.text[self.at] in BLANK:
                self.at += 1
            else:
                return True
        return False

    def line(self) -> int:
        return self.text.count("\n", 0, self.at) + 1
