"""Writes the task graphs of the STAR dialogues as guides: python examples/guides_from_star.py TASKS FOLDER

A graph says which reply follows which; what a customer answers or a search finds ("yes", "available") stands in it
as a node of its own. Here such a node is a choice at the step before it, and branches lead on from there. Replies
that no graph leads to (a failed search, something out of scope) are asides; the farewell closes.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rapport.guides.definition.writing import write_guide

OF_A_SEARCH = ("available", "unavailable", "query_success", "query_failure", "info_missing", "info_missing2")
OF_A_CUSTOMER = ("yes", "no", "correct", "incorrect", "noanswer", "done")
LAST = "anything_else"
INSERTED = re.compile(r"\{(\w+)(?::\w+)?\}")
Step = dict[str, Any]


def guide_from(task: dict[str, Any]) -> str:
    """Return the guide of one task, as text."""
    return write_guide(_Task(task).guide())


class _Task:
    def __init__(self, task: dict[str, Any]) -> None:
        self.name, self.replies, self.graph = task["task"], task["replies"], task["graph"]
        self.fields: dict[str, Any] = {}
        nodes = [node for pair in self.graph.items() for node in pair]
        self.outcomes = [one for one in self.graph if one in (*OF_A_SEARCH, *OF_A_CUSTOMER)]
        self.nodes = [one for one in dict.fromkeys(nodes) if one not in self.outcomes]
        self.farewell = next((one for one in self.replies if "bye" in one), "bye")
        self.open = [one for one in self.nodes if one not in self.graph and one != self.farewell]

    def guide(self) -> dict[str, Any]:
        inside = [self._step(one) for one in self.nodes if one != self.farewell]
        known = {*self.nodes, *self.outcomes, self.farewell, *OF_A_SEARCH, *OF_A_CUSTOMER}
        beside = [self._aside(one) for one in self.replies if one not in known]
        return {
            "name": self.name.replace("_", " ").capitalize(),
            "key": self.name,
            "for": {"reasons": [self.name]},
            "fields": self.fields,
            "steps": [*inside, self._close(), *beside],
        }

    def _step(self, node: str) -> Step:
        words = self._words(node)
        step: Step = {"key": node.lower(), "title": _title(node), "words": words}
        step["kind"] = "do" if node.startswith("query") else "ask" if "ask" in node.split("_") else "say"
        asks = self._asked(node, step["kind"])
        leads = [(one, one if one in self.nodes else self.graph[one]) for one in self._outcomes_at(node)]
        if leads:
            asks.append(self._field(f"{node}_then", f"After: {_title(node)}", [one for one, _ in leads]))
            when = f"{node}_then".lower()
            step["branches"] = [
                {"when": [{"field": when, "is": [one]}], "to": to.lower()} for one, to in leads if to != node
            ]
        if step["kind"] == "ask":
            step |= {"touch_point": "free", "required": "always"}
        step |= {"asks": asks} if asks else {}
        step["next"] = self.graph.get(node, self.farewell).lower()
        return step

    def _asked(self, node: str, kind: str) -> list[str]:
        """Return the fields of a step: what is asked for, or what a search brings."""
        if kind == "ask" and node in self.graph:
            return [self._field(node.rpartition("ask_")[2], _title(node))]
        if kind == "do":
            told = self._words_told(self.graph.get(node, ""), *(self.graph[one] for one in self.outcomes))
            return [self._field(name, _title(name)) for name in told]
        return []

    def _outcomes_at(self, node: str) -> list[str]:
        """Return the outcomes that a step without a follow-up of its own may have."""
        if node not in self.open:
            return []
        fits = OF_A_SEARCH if node.startswith("query") else OF_A_CUSTOMER
        if node.startswith("query") and len([one for one in self.open if one.startswith("query")]) > 1:
            fits = OF_A_SEARCH[:2] if "check" in node else OF_A_SEARCH[2:]
        others = [one for one in self.open if one != LAST and not one.startswith("query")]
        if node == LAST and others:
            return []
        starts = [one for one in self.nodes if one != "hello" and one not in self.graph.values()]
        return [one for one in self.outcomes if one in fits] + [one for one in starts if node in others]

    def _words_told(self, *nodes: str) -> list[str]:
        told = [name for node in nodes for name in INSERTED.findall(self.replies.get(node, ""))]
        return list(dict.fromkeys(told))[:15]

    def _field(self, name: str, label: str, choices: Iterable[str] = ()) -> str:
        key = name.lower()
        told: dict[str, Any] = {"label": label, "optional": True}
        self.fields[key] = told | ({"type": "choice", "choices": list(choices)} if choices else {})
        return key

    def _aside(self, node: str) -> Step:
        return {"key": node.lower(), "title": _title(node), "words": self._words(node), "aside": True}

    def _close(self) -> Step:
        words = self._words(self.farewell) if self.farewell in self.replies else "Thank you and goodbye."
        return {"key": self.farewell.lower(), "kind": "close", "title": "Say goodbye", "words": words}

    def _words(self, node: str) -> str:
        """Return the words of a reply; what they insert becomes a field."""
        words = self.replies.get(node, "")
        for name in INSERTED.findall(words):
            if name.lower() not in self.fields:
                self._field(name, _title(name))
        return INSERTED.sub(lambda found: f"{{{found[1].lower()}}}", words)


def _title(node: str) -> str:
    return node.replace("_", " ").strip().capitalize()


def main(words: list[str]) -> int:
    """Write a guide for each task in the folder TASKS into FOLDER."""
    if len(words) != 2:
        print("usage: python examples/guides_from_star.py TASKS FOLDER", file=sys.stderr)
        return 2
    tasks, folder = Path(words[0]), Path(words[1])
    folder.mkdir(parents=True, exist_ok=True)
    for file in sorted(tasks.glob("*/*.json")):
        if file.stem == file.parent.name:
            text = guide_from({**json.loads(file.read_text()), "task": file.stem})
            (folder / f"{file.stem}.toml").write_text(text)
            print(folder / f"{file.stem}.toml")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
