"""Scripts: the graph of a task's steps and what is said at each, as STAR's files hold them."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rapport.kit.errors import Invalid

INSERTION = re.compile(r"\{(\w+)")
MOST_HOPS = 40  # a graph that goes round is followed no further


@dataclass(frozen=True)
class Script:
    """A task: what follows what, and the reply of each step.

    A node whose words are no sentence (`Available`, `Yes`, `Query`) is a *condition*, all others are *steps*.
    """

    name: str
    follows: Mapping[str, str]
    replies: Mapping[str, str]
    steps: tuple[str, ...] = field(init=False)
    depth: Mapping[str, int] = field(init=False)
    after: Mapping[str, tuple[str, ...]] = field(init=False)

    def __post_init__(self) -> None:
        steps = tuple(name for name, words in self.replies.items() if words.strip()[-1:] in (".", "?", "!", "}"))
        object.__setattr__(self, "steps", steps)
        object.__setattr__(self, "depth", self._depths())
        conditions = [each for each in self.replies if each not in steps]
        after = {
            name: tuple(each for each in conditions if self.follows.get(each) == name)
            for name in self.follows.values()
        }
        object.__setattr__(self, "after", after)

    @property
    def nodes(self) -> frozenset[str]:
        """Return all that stands in the graph."""
        return frozenset(self.follows) | frozenset(self.follows.values())

    @property
    def domain(self) -> str:
        """Return the matter that a task is of: the first word of its name."""
        return self.name.split("_")[0]

    def chain(self) -> list[str]:
        """Return the steps of the graph in its order."""
        return sorted((step for step in self.steps if step in self.depth), key=lambda step: self.depth[step])

    def hops(self, start: str | None) -> dict[str, int]:
        """Return how far behind a node each that follows it comes."""
        found: dict[str, int] = {}
        node = self.follows.get(start) if start else None
        while node is not None and node not in found:
            found[node] = len(found) + 1
            node = self.follows.get(node)
        return found

    def _depths(self) -> dict[str, int]:
        """Return of each node how many come before it at most."""
        found: dict[str, int] = {}
        for head in set(self.follows) - set(self.follows.values()):
            node: str | None = head
            for depth in range(MOST_HOPS):
                if node is None or found.get(node, -1) >= depth:
                    break
                found[node] = depth
                node = self.follows.get(node)
        return found


def read(folder: Path) -> dict[str, Script]:
    """Return the scripts of a folder, one folder each: `NAME/NAME.json`, and `NAME/responses.json` if there."""
    if not folder.is_dir():
        raise Invalid(f"There is no folder {folder} with scripts.")
    found = {
        each.name: _script(each) for each in sorted(folder.iterdir()) if (each / f"{each.name}.json").exists()
    }
    if not found:
        raise Invalid(f"The folder {folder} has no script: one is a folder NAME with a file NAME.json.")
    return found


def _script(folder: Path) -> Script:
    file, more = folder / f"{folder.name}.json", folder / "responses.json"
    told = _json(file)
    graph, replies = told.get("graph"), told.get("replies")
    if not (_is_words(graph) and _is_words(replies)):
        raise Invalid(f"The file {file} has no graph and replies that map names to texts.")
    further = _json(more) if more.exists() else {}
    if not _is_words(further):
        raise Invalid(f"The file {more} does not map names to texts.")
    return Script(folder.name, graph, {**further, **replies})


def _json(file: Path) -> Any:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise Invalid(f"The file {file} is no JSON: {fault}.") from fault
    if not isinstance(found, dict):
        raise Invalid(f"The file {file} holds no object.")
    return found


def _is_words(found: object) -> bool:
    return isinstance(found, dict) and all(isinstance(each, str) for pair in found.items() for each in pair)
