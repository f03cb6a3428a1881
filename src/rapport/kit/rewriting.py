"""Changes what a text says and leaves the rest of it, with its comments and its blanks, as it was written.

For documents that people write by hand and by forms at once (rapport.kit.documents).
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rapport.kit import toml
from rapport.kit.lines import Path, Span, spans_of

IDENTITY = ("key", "name")  # by which a table in an array is known again


def rewrite(text: str, content: Mapping[str, Any]) -> str:
    """Return the text, which its reader has taken before, changed so that it says ``content``.

    Only what differs is written anew. Comments stay, but for those within what is taken away; where a text is
    written in a way that cannot be changed in part, the whole is written anew.
    """
    if text.lstrip().startswith("{"):
        return json.dumps(content, indent=2, ensure_ascii=False, default=str) + "\n"
    try:
        changed = _Text(text).changed(tomllib.loads(text), content)
        if tomllib.loads(changed) == content:
            return changed
    except tomllib.TOMLDecodeError:
        pass  # what was put together is no TOML
    return toml.write(content)


@dataclass(slots=True, eq=False)
class _Block:
    """A table's header with the comments before it and its pairs; the first one has no header."""

    path: Path
    text: str

    def pairs(self, key: Path) -> list[Span]:
        """Return the pairs of this name, also those whose dotted names begin with it."""
        return [one for one in spans_of(self.text) if one.key and one.key[: len(key)] == key]

    def put(self, name: str, value: Any) -> None:
        """Write a pair in place of the one there was, else after the last."""
        said = toml.pair(name, value)
        if found := self.pairs((name,)):
            for span in reversed(found[1:]):
                self._cut(span)
            self.text = self.text[: found[0].start] + said + self.text[self._end(found[0]) :]
            return
        spans = spans_of(self.text)
        at = self._next_line(spans[-1].end) if spans else 0
        before = self.text[:at]
        self.text = f"{before}{'' if before.endswith(chr(10)) or not before else chr(10)}{said}\n{self.text[at:]}"

    def take(self, name: str) -> None:
        """Take a pair away, with its line."""
        for span in reversed(self.pairs((name,))):
            self._cut(span)

    def _cut(self, span: Span) -> None:
        self.text = self.text[: span.start] + self.text[self._next_line(span.end) :]

    def _end(self, span: Span) -> int:
        return span.start + len(self.text[span.start : span.end].rstrip())

    def _next_line(self, at: int) -> int:
        return self.text.find("\n", at) + 1 or len(self.text)


class _Text:
    """A text of TOML as a row of blocks."""

    def __init__(self, text: str) -> None:
        self.blocks = _blocks(text)

    def changed(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
        self.table((), old, new)
        told = [one.text.strip("\n") for one in self.blocks]
        return "\n\n".join(one for one in told if one) + "\n"

    def table(self, path: Path, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        """Bring a table from what it says to what it should say."""
        for name in {**old, **new}:
            here: Path = (*path, name)
            was: Any = old.get(name)
            value: Any = new.get(name)
            if name in old and name in new and was == value:
                continue
            is_apart = any(one.path[: len(here)] == here for one in self.blocks)
            if name not in new:
                self.take(path, name)
            elif is_apart and isinstance(was, Mapping) and isinstance(value, Mapping):
                self.table(here, was, value)
            elif is_apart and _is_tables(was) and _is_apart(path, value):
                self.array(here, was, value)
            elif not was and _is_apart(path, value):
                self.take(path, name)
                at = self.place(here, value)
                self.blocks[at:at] = _fresh(here, value)
            else:
                self.take_apart(here)
                self.own(path).put(name, value)

    def array(self, path: Path, old: Sequence[Any], new: Sequence[Any]) -> None:
        """Bring an array of tables to what it should say; tables are known again by their key or name."""
        matched = _matched(old, new)
        for number, one in enumerate(new):
            if (was := matched[number]) is not None:
                self.table((*path, was), old[was], one)
        depth = len(path)
        mine = [one for one in self.blocks if one.path[:depth] == path]
        at = self.blocks.index(mine[0])
        rest = [one for one in self.blocks if one not in mine]
        groups = [
            _fresh(path, [one])
            if (was := matched[number]) is None
            else [block for block in mine if block.path[depth] == was]
            for number, one in enumerate(new)
        ]
        self.blocks = [*rest[:at], *(block for group in groups for block in group), *rest[at:]]

    def own(self, path: Path) -> _Block:
        """Return the block with the pairs of a table; one without a header of its own gets one."""
        found = next((one for one in self.blocks if one.path == path), None)
        if found is None:
            found = _fresh(path, {})[0]
            self.blocks.insert(self.place(path, {}), found)
        return found

    def take(self, path: Path, name: str) -> None:
        self.take_apart((*path, name))
        for block in self.blocks:
            if block.path == path:
                block.take(name)

    def take_apart(self, here: Path) -> None:
        self.blocks = [one for one in self.blocks if not one.path or one.path[: len(here)] != here]

    def place(self, here: Path, value: Any) -> int:
        """Return where a new table goes: after its like, an array at the end, any other before the arrays."""
        alike = [at for at, one in enumerate(self.blocks) if one.path[:1] == here[:1]]
        if alike:
            return alike[-1] + 1
        arrays = [at for at, one in enumerate(self.blocks) if len(one.path) > 1 and isinstance(one.path[1], int)]
        return arrays[0] if arrays and isinstance(value, Mapping) else len(self.blocks)


def _blocks(text: str) -> list[_Block]:
    heads = [(Path(), 0)]
    passed = 0
    for span in spans_of(text):
        if not span.key:
            heads.append((span.table, _lead(text, span.start, passed)))
        passed = span.end
    ends = [start for _, start in heads[1:]] + [len(text)]
    return [_Block(path, text[start:end]) for (path, start), end in zip(heads, ends, strict=True)]


def _lead(text: str, start: int, passed: int) -> int:
    """Return where the comments begin that stand right before a header."""
    begin = text.rfind("\n", 0, start) + 1
    while begin > passed:
        before = text.rfind("\n", 0, begin - 1) + 1
        if before < passed or not text[before:begin].lstrip().startswith("#"):
            break
        begin = before
    return max(begin, passed)


def _fresh(path: Path, value: Any) -> list[_Block]:
    """Return the blocks of a table, or of an array of them, that was not there."""
    content = value
    for name in reversed(path):
        content = {name: content}
    return _blocks(toml.write(content))[1:]


def _is_apart(path: Path, value: Any) -> bool:
    """Say whether the value has headers of its own: a table that is not within an array, or several."""
    return all(isinstance(part, str) for part in path) and (isinstance(value, Mapping) or _is_tables(value))


def _is_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, Mapping) for one in value)


def _matched(old: Sequence[Any], new: Sequence[Any]) -> list[int | None]:
    """Return for each of the new tables which of the old ones it was, if any."""
    left = {_identity(one, at): at for at, one in enumerate(old)}
    return [left.pop(_identity(one, at), None) for at, one in enumerate(new)]


def _identity(table: Mapping[str, Any], at: int) -> Any:
    return next((repr(table[name]) for name in IDENTITY if name in table), at)
