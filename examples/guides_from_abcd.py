"""Writes the ABCD policies as guides: python examples/guides_from_abcd.py POLICIES FOLDER

Each of the 55 subflows becomes a guide: how it begins, one step for each action with what the policy says of it as
points and the action's slots as fields, and how it closes. `ontology.json` names the subflows, in the order of
`guidelines.json`, and the slots.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rapport.guides.definition.writing import write_guide

ALSO = {
    "enter-detail": "enter-details",
    "notify-internal-team": "notify-team",
    "log-out/in": "log-out-in",
    "membership-privileges": "membership",
    "select-answer": "select-faq",
}  # what the policies call an action, and what the slots do
SEARCHED = ("boots", "shirt", "jeans", "jacket", "pricing", "membership", "timing", "policy")
LONGEST_POINT, MOST_POINTS, LONGEST_TITLE = 290, 20, 110
MADE_UP = {"customer_name", "product", "security_answer", "single_item_query", "storewide_query"}  # free text
TYPES = {"email": "email", "phone": "telephone"}
Step = dict[str, Any]


def guides_from(guidelines: dict[str, Any], ontology: dict[str, Any]) -> dict[str, str]:
    """Return the texts of the guides by the policies' own names of the subflows."""
    slots = {name: asked for kind in ontology["actions"].values() for name, asked in kind.items()}
    texts: dict[str, str] = {}
    for flow, of_flow in guidelines.items():
        keys = ontology["intents"]["subflows"][re.sub(r"[ -]", "_", flow.lower())]
        for key, (name, told) in zip(keys, of_flow["subflows"].items(), strict=True):
            texts[key] = _guide(key, f"{flow}: {name}", told, slots, ontology["values"]["enumerable"])
    return texts


def _guide(key: str, name: str, told: dict[str, Any], slots: dict[str, list[str]], values: dict[str, Any]) -> str:
    fields: dict[str, Any] = {}
    steps = [_opening(told)]
    taken: set[str] = set()
    for action in told["actions"]:
        steps.append(_step(action, _free_key(action["button"], taken), slots, values, fields))
    steps.append(_closing(told))
    parts = {"name": name[:LONGEST_TITLE], "key": key, "for": {"reasons": [key]}, "fields": fields, "steps": steps}
    return write_guide(parts)


def _opening(told: dict[str, Any]) -> Step:
    points = _points(told["instructions"][:-1] or ["Greet, and ask what it is about."])
    return {"key": "begin", "title": "Hear what it is about", "points": points} | {
        "touch_point": "guided",
        "required": "always",
    }


def _closing(told: dict[str, Any]) -> Step:
    points = _points(told["instructions"][-1:])
    return {"key": "close", "kind": "close", "title": "Close", "points": points, "touch_point": "guided"} | {
        "required": "always"
    }


def _step(
    action: dict[str, Any], key: str, slots: dict[str, list[str]], values: dict[str, Any], fields: dict[str, Any]
) -> Step:
    button = _action(action["button"])
    asks = [_field(slot, values, fields) for slot in slots.get(button, [])]
    kind = {"kb query": "check", "interaction": "do"}.get(action["type"], "say")
    points = _points([action["text"], *action["subtext"]])
    title = "Tell them" if action["button"] == "N/A" else action["button"].strip()
    step: Step = {"key": key, "kind": kind, "title": title, "points": points}
    step |= {"touch_point": "guided", "required": "always"}
    return step | ({"fixed_order": True} if kind == "do" else {}) | ({"asks": asks} if asks else {})


def _action(button: str) -> str:
    name = button.strip().lower().replace(" ", "-")
    return f"search-{name}" if name in SEARCHED else ALSO.get(name, name)


def _free_key(button: str, taken: set[str]) -> str:
    plain = "tell" if button == "N/A" else re.sub(r"[^a-z0-9]+", "-", _action(button)).strip("-")
    key = next(one for one in (plain, *(f"{plain}-{number}" for number in range(2, 99))) if one not in taken)
    taken.add(key)
    return key


def _field(slot: str, values: dict[str, Any], fields: dict[str, Any]) -> str:
    told: dict[str, Any] = {"label": slot.replace("_", " ").replace("slotval", "").strip().capitalize()}
    if slot in values and slot not in MADE_UP:
        told |= {"type": "choice", "choices": values[slot]}
    elif slot in TYPES:
        told["type"] = TYPES[slot]
    fields[slot] = told | {"optional": True}
    return slot


def _points(lines: list[str]) -> list[str]:
    """Return the lines as points: none empty, none too long, the most that a step takes."""
    said = [part for line in lines for part in _parts(" ".join(line.split()))]
    return said[:MOST_POINTS]


def _parts(line: str) -> Iterator[str]:
    """Yield a line in parts that are short enough, cut between words; braces would be insertions."""
    line = line.replace("{", "(").replace("}", ")")
    while len(line) > LONGEST_POINT:
        cut = line.rfind(". ", 0, LONGEST_POINT) + 1 or line.rfind(" ", 0, LONGEST_POINT) + 1 or LONGEST_POINT
        yield line[:cut].strip()
        line = line[cut:].strip()
    if line:
        yield line


def main(words: list[str]) -> int:
    """Write a guide for each subflow of the folder POLICIES into FOLDER."""
    if len(words) != 2:
        print("usage: python examples/guides_from_abcd.py POLICIES FOLDER", file=sys.stderr)
        return 2
    policies, folder = Path(words[0]), Path(words[1])
    read = {name: json.loads((policies / f"{name}.json").read_text()) for name in ("guidelines", "ontology")}
    folder.mkdir(parents=True, exist_ok=True)
    for key, text in guides_from(**read).items():
        (folder / f"{key}.toml").write_text(text)
        print(folder / f"{key}.toml")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
