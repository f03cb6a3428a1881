"""The steps that may come next in a situation, each described so that scripts never met share what is known.

What a step is, whatever happens, is *fixed*: words of its name and reply, its place in the graph. What it is now
is a *relation* to what was said and done: whether the graph has it next, how near its reply is to what was heard.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from rapport.prompts.steps.dialogues import Decision, Situation
from rapport.prompts.steps.scripts import INSERTION, Script
from rapport.prompts.steps.signs import NO, YES, generic, kind, message, tone
from rapport.prompts.text.grams import words
from rapport.prompts.text.vectors import WIDTH, Vectors, vectors

STOP = frozenset(
    words(
        "the a an you your i to is for of that and at me my in do would can should have what could please like it"
    )
)
RELATIONS = (
    "near what is said",
    "near what was said",
    "near the news",
    "its condition near the news",
    "its condition near what is said",
    "words shared",
    "yes to it",
    "no to it",
    "asks what is given",
    "never done",
    "done once",
    "done often",
    "the last again",
    "follows",
    "follows soon",
    "follows later",
    "first open",
    "next open",
    "passed",
    "far ahead",
    "inserts of it",
    "inserts, fresh",
    "inserts not, fresh",
    "after a condition, fresh",
    "after an inquiry, fresh",
)
HUMP = re.compile(r"([A-Z])")
NOWHERE = np.zeros(WIDTH, dtype=np.float32)


class Meanings:
    """Vectors of texts, each worked out once."""

    def __init__(self) -> None:
        self._known: dict[str, Vectors] = {"": NOWHERE}

    def learn(self, texts: Iterable[str]) -> None:
        """Work out the vectors of all these at once."""
        new = sorted(set(texts) - self._known.keys())
        self._known.update(zip(new, vectors(new), strict=True))

    def of(self, text: str) -> Vectors:
        """Return a text's vector."""
        if text not in self._known:
            self.learn([text])
        return self._known[text]


@dataclass(frozen=True)
class Steps:
    """The steps to choose from in a script, each with its fixed features."""

    script: Script
    names: tuple[str, ...]
    fixed: Mapping[str, Mapping[str, float]]


def steps_of(script: Script, elsewhere: "Elsewhere", met: Iterable[str] = ()) -> Steps:
    """Return a script's steps: its own, the names its replies go by in other scripts, and those met besides."""
    names = list(script.steps)
    renamed: dict[str, str] = {}
    for step in script.steps:
        other = elsewhere.name_of(script.replies[step], script.name)
        if other and other not in names and not elsewhere.scripts_with(step, script.name):
            names.append(other)
            renamed[step] = other
    names += sorted({"custom", *met} - set(names))
    fixed = {name: _fixed(script, name, elsewhere, renamed) for name in names}
    return Steps(script, tuple(names), fixed)


class Elsewhere:
    """What the decisions learnt from say of steps in other scripts than the one looked at."""

    def __init__(self, decisions: Iterable[Decision]) -> None:
        self._scripts: defaultdict[str, set[str]] = defaultdict(set)
        self._names: defaultdict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
        for each in decisions:
            self._scripts[each.chosen].add(each.script)
            self._names[each.reply.strip()][each.chosen, each.script] += 1

    def scripts_with(self, step: str, but: str) -> set[str]:
        """Return the other scripts in which a step was chosen."""
        return self._scripts.get(step, set()) - {but}

    def name_of(self, reply: str, but: str) -> str | None:
        """Return the name by which a reply goes in other scripts, if it was given there."""
        counts: Counter[str] = Counter()
        for (step, script), count in self._names.get(reply.strip(), Counter()).items():
            if script != but:
                counts[step] += count
        return min(counts, key=lambda step: (-counts[step], step), default=None)


def _fixed(script: Script, step: str, elsewhere: Elsewhere, renamed: Mapping[str, str]) -> dict[str, float]:
    reply, name = script.replies.get(step, ""), generic(step)
    others = elsewhere.scripts_with(step, script.name)
    conditions = script.after.get(step, ())
    flags = {
        "has a reply": step in script.replies,
        "in the graph": step in script.nodes,
        "inserts": "{" in reply,
        "asks": reply.strip().endswith("?"),
        "known": bool(others),
        "known by another name": step in renamed,
        "another's name": step in renamed.values(),
        "of this matter": any(other.split("_")[0] == script.domain for other in others),
        "after a check": any(each in ("query_check", "available", "unavailable") for each in conditions),
        "after a booking": any(each.startswith("query_") and each != "query_check" for each in conditions),
    }
    return {
        f"generic {name}": 1.0,
        f"kind {kind(step)}": 1.0,
        f"step {step}": 1.0,
        f"tone {tone(' '.join([reply, *step.split('_')]))}": 1.0,
        **{f"named {word}": 1.0 for word in words(name.replace("_", " "))},
        **{f"says {word}": 0.5 for word in set(words(INSERTION.sub(" ", reply))) - STOP},
        **{f"after {each}": 1.0 for each in conditions},
        **{f"after {tone(script.replies[each])} news": 1.0 for each in conditions},
        **{flag: 1.0 for flag, holds in flags.items() if holds},
        "scripts": min(len(others), 5) / 5,
    }


def relations(steps: Steps, now: Situation, meanings: Meanings) -> list[dict[str, float]]:
    """Return of each step how it stands to what was said and done."""
    place = _Place(steps.script, now)
    heard = meanings.of(now.since[-1] if now.since else "")
    told = message(now.item or {}) if now.fresh else ""
    news = meanings.of(told)
    before = [meanings.of(each) for each in now.said[-6:]]
    said = set(words(now.words))
    found = []
    for step in steps.names:
        reply = meanings.of(steps.script.replies.get(step, ""))
        conditions = steps.script.after.get(step, ())
        near = {each: meanings.of(steps.script.replies[each]) for each in conditions}
        sums = {
            "near what is said": float(heard @ reply),
            "near what was said": max((float(each @ reply) for each in before), default=0.0),
            "near the news": float(news @ reply),
            "its condition near the news": max((float(news @ each) for each in near.values()), default=0.0),
            "its condition near what is said": max((float(heard @ each) for each in near.values()), default=0.0),
            "words shared": len(said & set(words(steps.script.replies.get(step, "")))) / 10,
        }
        flags = {
            **place.of(step),
            **_at_result(steps.script, step, now, conditions),
            "yes to it": "yes" in conditions and bool(said & YES),
            "no to it": "no" in conditions and bool(said & NO),
            "asks what is given": kind(step) == "ask" and _is_given(step, now),
        }
        found.append({**sums, **{name: float(value) for name, value in flags.items() if value}})
    return found


class _Place:
    """Where a situation stands in the graph."""

    def __init__(self, script: Script, now: Situation) -> None:
        self.script, self.counts = script, Counter(now.done)
        self.last = now.done[-1] if now.done else None
        here = next((step for step in reversed(now.done) if step in script.nodes), None)
        self.hops = script.hops(here)
        self.deepest = max((script.depth.get(step, -1) for step in now.done), default=-1)
        open_ones = [step for step in script.chain() if step not in self.counts]
        self.first = open_ones[0] if open_ones else None
        depth = script.depth.get(here, -1) if here else -1
        self.next = next((step for step in open_ones if script.depth[step] > depth), None)

    def of(self, step: str) -> dict[str, bool]:
        """Return how a step stands to the place."""
        hops, times = self.hops.get(step, 0), self.counts[step]
        depth = self.script.depth.get(step)
        return {
            "never done": times == 0,
            "done once": times == 1,
            "done often": times > 1,
            "the last again": step == self.last,
            "follows": hops == 1,
            "follows soon": hops == 2,
            "follows later": hops > 2,
            "first open": step == self.first,
            "next open": step == self.next,
            "passed": depth is not None and depth <= self.deepest,
            "far ahead": depth is not None and depth > self.deepest + 2,
        }


def _at_result(script: Script, step: str, now: Situation, conditions: Iterable[str]) -> dict[str, float]:
    """Return how a step suits a result that has just come."""
    inserted = [name.replace("_", "") for name in INSERTION.findall(script.replies.get(step, ""))]
    fields = {name.lower() for name in now.item or {}}
    asked = [each for each in conditions if each.startswith("query")]
    return {
        "inserts of it": sum(name in fields for name in inserted) / len(inserted)
        if inserted and now.fresh
        else 0.0,
        "inserts, fresh": bool(inserted) and now.fresh,
        "inserts not, fresh": not inserted and now.fresh,
        "after a condition, fresh": bool(list(conditions)) and now.fresh,
        "after an inquiry, fresh": any(each in ("query", "query_check", "query_book") for each in asked)
        and now.fresh,
    }


def _is_given(step: str, now: Situation) -> bool:
    """Tell whether a question is for what the last inquiry held already."""
    wanted = set(generic(step).split("_")) - {"ask", "inform", "confirm"}
    return bool(wanted & set(words(HUMP.sub(r" \1", " ".join(now.given)))))
