"""Recorded dialogues (STAR's format, one a line), as the decisions an agent took and what was known at each.

A decision is an event of the agent that carries an ActionLabel. Of what came before it: what the customer said,
the agent's decisions and free words, inquiries and their results. Left out, for they tell the choice itself: what
the agent typed to be shown suggestions, and the suggestions; and what only the customer was told to do.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rapport.kit.errors import Invalid
from rapport.prompts.examples import lines

FREE = "free words"  # stands for what an agent said in words of their own


@dataclass(frozen=True)
class Situation:
    """What was said and done before a decision."""

    done: tuple[str, ...] = ()
    said: tuple[str, ...] = ()  # by the customer, before the agent's last turn
    since: tuple[str, ...] = ()  # by the customer, after it
    free: str = ""  # the agent's last free words
    last: str = "start"  # start, customer, result or agent
    fresh: bool = False  # a result has come since the agent's last turn
    item: dict[str, Any] | None = None  # the last result; empty where nothing was found
    found: int | None = None  # how many results there were
    request: str = ""  # Check or Book
    given: frozenset[str] = field(default_factory=frozenset)  # the fields of the last inquiry
    inquiries: int = 0

    @property
    def words(self) -> str:
        """Return what the customer said since the agent's last turn."""
        return " ".join(self.since)


@dataclass(frozen=True)
class Decision:
    """What an agent chose, of which script, in which situation, in which words."""

    dialogue: int
    script: str
    situation: Situation
    chosen: str
    reply: str


@dataclass(frozen=True)
class Read:
    """The decisions of a file, and how many dialogues were left out, each with why."""

    decisions: list[Decision]
    skipped: dict[str, int]


def read(file: Path, scripts: frozenset[str]) -> Read:
    """Return the decisions of the single-task dialogues of a file (.jsonl or .jsonl.gz)."""
    found: list[Decision] = []
    skipped: dict[str, int] = {}
    for number, line in enumerate(lines(file), start=1):
        if not line.strip():
            continue
        try:
            why, decisions = _dialogue(json.loads(line), scripts)
        except (ValueError, TypeError, KeyError, AttributeError, IndexError) as fault:
            raise Invalid(f"The file {file}, line {number}, is no dialogue: {fault!r}.") from fault
        found += decisions
        if why:
            skipped[why] = skipped.get(why, 0) + 1
    return Read(found, skipped)


def _dialogue(told: dict[str, Any], scripts: frozenset[str]) -> tuple[str, list[Decision]]:
    """Return a dialogue's decisions, or why there are none."""
    scenario = told["Scenario"]
    if scenario["MultiTask"]:
        return "of several tasks", []
    script = scenario["WizardCapabilities"][0]["Task"]
    if script not in scripts:
        return f"no script {script}", []
    decisions = list(_decisions(int(told["DialogueID"]), script, told["Events"]))
    return ("" if decisions else "without a decision"), decisions


def _decisions(dialogue: int, script: str, events: list[dict[str, Any]]) -> Iterator[Decision]:
    now = Situation()
    for event in events:
        match event["Agent"], event["Action"]:
            case "User", "utter":
                now = replace(now, since=(*now.since, str(event.get("Text") or "").strip()), last="customer")
            case "Wizard", "query":
                now = _asked(now, event.get("Constraints") or [])
            case "KnowledgeBase", "return_item":
                item, found = event.get("Item"), event.get("TotalItems")
                now = replace(now, item=item or {}, found=found, fresh=True, last="result")
            case "Wizard", action if "ActionLabel" in event or action == "utter":
                chosen, reply = event.get("ActionLabel", FREE), str(event.get("Text") or "")
                if chosen != FREE:
                    yield Decision(dialogue, script, now, str(chosen), reply)
                now = _turn(now, str(chosen), reply)


def _asked(now: Situation, constraints: list[dict[str, Any]]) -> Situation:
    pairs = [(name, str(value).strip('"')) for each in constraints for name, value in each.items()]
    request = next((value for name, value in pairs if name == "RequestType"), "")
    given = frozenset(name for name, _ in pairs if name != "RequestType")
    return replace(now, request=request, given=given, inquiries=now.inquiries + 1)


def _turn(now: Situation, chosen: str, reply: str) -> Situation:
    return replace(
        now,
        done=(*now.done, chosen),
        said=now.said + now.since,
        since=(),
        free=reply if chosen == FREE else "",
        fresh=False,
        last="agent",
    )
