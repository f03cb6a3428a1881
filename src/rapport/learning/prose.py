"""How the words of a lesson are shown: paragraphs and lists, as they are written with plain characters. Pure.

An empty line ends a paragraph. Lines that begin with ``1.`` or ``1)`` are numbered items, with ``-``, ``*`` or
``•`` unnumbered ones; further lines belong to the item above. Nothing else has a meaning.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["paragraph", "numbers", "points"]
NUMBER = re.compile(r"\s*(\d{1,2})[.)]\s+(?=\S)")
POINT = re.compile(r"\s*[-*•]\s+(?=\S)")


@dataclass(slots=True)
class Item:
    """A paragraph, or an item of a list with its number (0: it has none)."""

    text: str
    number: int = 0


@dataclass(slots=True)
class Block:
    """A paragraph, which is one item, or a list."""

    kind: Kind
    items: list[Item]


def blocks(text: str) -> list[Block]:
    """Return the paragraphs and lists of a text, in order."""
    found: list[Block] = []
    is_open = False  # a line without a mark goes on with what is above it
    for line in text.splitlines():
        if not line.strip():
            is_open = False
            continue
        kind, item = _read(line)
        if kind == "paragraph" and is_open:
            found[-1].items[-1].text += f"\n{item.text}"
        elif kind != "paragraph" and found and found[-1].kind == kind:
            found[-1].items.append(item)
        else:
            found.append(Block(kind, [item]))
        is_open = True
    return found


def _read(line: str) -> tuple[Kind, Item]:
    if number := NUMBER.match(line):
        return "numbers", Item(line[number.end() :].strip(), int(number[1]))
    if point := POINT.match(line):
        return "points", Item(line[point.end() :].strip())
    return "paragraph", Item(line.strip())
