"""A guide told in words: whom it is for, what its conditions ask, and a picture of where its steps lead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rapport.guides.definition import graph
from rapport.guides.definition.conditions import in_words
from rapport.guides.definition.facts import RESULT
from rapport.guides.definition.rules import END, Comparison, Condition, For, Guide, Move

KINDS = (
    ("say", "Say"),
    ("ask", "Ask"),
    ("do", "Do"),
    ("check", "Check"),
    ("branch", "Branch"),
    ("offer", "Offer"),
    ("objection", "Objection"),
    ("close", "Close"),
)
TOUCH_POINTS = (
    ("", "No touch point"),
    ("verbatim", "Word for word"),
    ("guided", "Points to cover"),
    ("free", "In own words"),
)
REQUIRED = (("", "May be left out"), ("always", "Always"), ("when", "Under conditions"))
OPERATORS = (
    ("is", "is"),
    ("is_not", "is not"),
    ("at_least", "is at least"),
    ("at_most", "is at most"),
    ("between", "is from, to"),
    ("known", "is known"),
    ("unknown", "is not known"),
)
WRITTEN = ("written", "as the text says")
ABOUT = {"customer": "Customer", "contact": "Contact", "last": "Last visit", "rep": "Rep"}
NO_VALUE = ("known", "unknown")


@dataclass(frozen=True, slots=True)
class Node:
    """A step in the picture: its place, and whether something is wrong with it."""

    key: str
    title: str
    x: int
    y: int
    classes: str


@dataclass(frozen=True, slots=True)
class Edge:
    """A way from one step to another, as a path of SVG; ``words``: when it is taken."""

    path: str
    words: str
    classes: str


@dataclass(frozen=True, slots=True)
class Picture:
    """The steps and their ways, drawn."""

    nodes: list[Node]
    edges: list[Edge]
    width: int
    height: int


def for_in_words(for_: For, reasons: Mapping[str, str], segments: Mapping[str, str]) -> str:
    """Return which contacts a guide is for."""
    parts = [
        ", ".join(reasons.get(one, one) for one in for_.reasons) or "Any reason",
        ", ".join(segments.get(one, one) for one in for_.segments),
        ", ".join(for_.channels),
        ", ".join(for_.languages),
    ]
    return " · ".join(part for part in parts if part)


def operator_of(one: Comparison | Condition) -> tuple[str, str]:
    """Return how a comparison asks, and for what, as a form has it; several ways at once stay as written."""
    asked = {
        "is": ", ".join(map(value_in_words, one.is_)),
        "is_not": ", ".join(map(value_in_words, one.is_not)),
        "at_least": "" if one.at_least is None else value_in_words(one.at_least),
        "at_most": "" if one.at_most is None else value_in_words(one.at_most),
        "known" if one.known else "unknown": "" if one.known is None else "yes",
    }
    said = {name: words for name, words in asked.items() if words}
    if said.keys() == {"at_least", "at_most"}:
        return "between", f"{said['at_least']}, {said['at_most']}"
    if len(said) > 1:
        return WRITTEN[0], one.model_dump_json(by_alias=True, exclude_defaults=True)
    name, words = next(iter(said.items()), ("is", ""))
    return name, "" if name in NO_VALUE else words


def value_in_words(value: Any) -> str:
    """Return a value as people write it in a form."""
    return (
        ("yes" if value else "no")
        if isinstance(value, bool)
        else f"{value:g}"
        if isinstance(value, float)
        else str(value)
    )


def fact_in_words(name: str, guide: Guide) -> str:
    """Return a fact or field as people call it."""
    if name in guide.fields:
        return guide.fields[name].label
    if name.startswith(RESULT):
        return f"What came of {name.removeprefix(RESULT)}"
    about, _, what = name.partition(".")
    return f"{ABOUT[about]}: {what.split('.')[-1].replace('_', ' ')}" if about in ABOUT else name


def moves_in_words(moves: Sequence[Move]) -> str:
    """Return the moves of a case."""
    return ", ".join(map(_move, moves))


def _move(one: Move) -> str:
    if one.back:
        return "back"
    for name in ("cover", "uncover", "skip", "go", "result", "answer"):
        said = getattr(one, name)
        if said is not None:
            value = f" = {value_in_words(one.value)}" if one.value is not None else ""
            return f"{'on' if name == 'go' and not said else f'{name} {said}'}{value}"
    return "nothing"


WIDTH, HEIGHT, ACROSS, DOWN, MARGIN, SIDE, END_WIDTH = 148, 36, 184, 62, 12, 40, 102


def picture_of(guide: Guide, tones: Mapping[str, str], current: str = "") -> Picture:
    """Draw the guide from its first step downwards; each step stands below the ones that lead to it.

    ``tones`` has what is wrong with a step: bad or warn. Steps that no way leads to stand below all others.
    """
    rows = _rows(guide)
    places = {
        key: (MARGIN + column * ACROSS, MARGIN + row * DOWN)
        for row, keys in enumerate(rows)
        for column, key in enumerate(keys)
    }
    reached = graph.reached(guide, [graph.first(guide)])
    nodes = []
    for key, (x, y) in places.items():
        step = guide.by_key.get(key)
        if step is None:
            nodes.append(Node("", "End", x, y, "node node-end"))
            continue
        marks = {
            f"tone-{tones.get(key)}": bool(tones.get(key)),
            "is-current": key == current,
            "is-counted": bool(step.touch_point),
            "is-apart": key not in reached and not step.aside,
        }
        classes = ["node", f"node-{step.kind}", *(mark for mark, has in marks.items() if has)]
        nodes.append(Node(key, step.title, x, y, " ".join(classes)))
    edges = [edge for step in guide.steps if step.key in reached for edge in _edges(guide, step.key, places)]
    width = 2 * MARGIN + max(map(len, rows), default=1) * ACROSS - (ACROSS - WIDTH) + SIDE // 2 + 8
    return Picture(nodes, edges, width, 2 * MARGIN + len(rows) * DOWN - (DOWN - HEIGHT))


def _edges(guide: Guide, key: str, places: Mapping[str, tuple[int, int]]) -> list[Edge]:
    step = guide.by_key[key]
    if step.aside:
        return []
    ways = [(one.to, in_words(one.when)) for one in step.branches]
    ways.append((graph.otherwise(guide, step), "otherwise" if ways else ""))
    found = []
    for to, words in ways:
        if to in places:
            classes = "edge edge-branch" if words and words != "otherwise" else "edge"
            wide = WIDTH if to in guide.by_key else END_WIDTH
            found.append(Edge(_path(places[key], places[to], wide), words, classes))
    return found


def _path(start: tuple[int, int], end: tuple[int, int], wide: int) -> str:
    """Return the way down to the next row; round by the right where steps stand between, or it leads back up."""
    (x, y), (to_x, to_y) = start, end
    if to_y - y == DOWN:
        x, y, to_x, bend = x + WIDTH // 2, y + HEIGHT, to_x + WIDTH // 2, (DOWN - HEIGHT) // 2
        return f"M{x} {y} C{x} {y + bend} {to_x} {to_y - bend} {to_x} {to_y - 2}"
    x, y, to_x, to_y = x + WIDTH, y + HEIGHT // 2, to_x + wide, to_y + HEIGHT // 2 - (4 if to_y < y else 8)
    out = max(x, to_x) + min(10 + abs(to_y - y) // 12, SIDE)
    return f"M{x} {y} C{out} {y} {out} {to_y} {to_x + 2} {to_y}"


def _rows(guide: Guide) -> list[list[str]]:
    """Return the steps row by row: each below all that lead to it, but for ways that lead back up."""
    depth = _depths(guide, graph.first(guide))
    apart = [step.key for step in guide.steps if step.key not in depth]
    last = max((row for key, row in depth.items() if key != END), default=0) + 1
    depth[END] = last
    rows: list[list[str]] = [[] for _ in range(last + 1)]
    for key in [*(step.key for step in guide.steps if step.key in depth), END]:
        rows[depth[key]].append(key)
    rows += [apart[at : at + 2] for at in range(0, len(apart), 2)]
    return [row for row in rows if row]


def _depths(guide: Guide, start: str) -> dict[str, int]:
    """Return how many steps the longest way to each step has; ways back up do not count."""
    order: list[str] = []
    state: dict[str, bool] = {}  # in hand, or passed
    back: set[tuple[str, str]] = set()
    left = [(start, iter(_targets(guide, start)))] if start != END else []
    state[start] = True
    while left:
        key, ways = left[-1]
        to = next(ways, None)
        if to is None:
            left.pop()
            state[key] = False
            order.append(key)
        elif to not in state:
            state[to] = True
            left.append((to, iter(_targets(guide, to))))
        elif state[to]:
            back.add((key, to))
    depth = dict.fromkeys(order, 0)
    for key in reversed(order):
        for to in _targets(guide, key):
            if (key, to) not in back:
                depth[to] = max(depth[to], depth[key] + 1)
    return depth


def _targets(guide: Guide, key: str) -> list[str]:
    step = guide.by_key.get(key)
    known = {*guide.by_key, END}
    return [to for to in graph.targets(guide, step) if to in known] if step else []
