"""What changed from one version of a guide to another, step by step, in words. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from pydantic import BaseModel

from rapport.guides.definition.conditions import in_words
from rapport.guides.definition.rules import Branch, Guide, Step

NAMES = {
    "is_": "is",
    "title": "title",
    "words": "words",
    "customer_words": "words to a customer alone",
    "points": "points",
    "kind": "kind",
    "touch_point": "touch point",
    "required": "required",
    "when": "required when",
    "fixed_order": "fixed order",
    "rephrase_from": "may be rephrased from level",
    "reorder_from": "may be moved from level",
    "skip_from": "may be left out from level",
    "asks": "asks for",
    "gives": "brings back",
    "slot": "slot of offers",
    "rep_only": "only a rep can do it",
    "aside": "aside",
    "branches": "branches",
    "next": "goes on with",
    "for_": "for",
    "self_service": "self-service",
}


@dataclass(frozen=True, slots=True)
class Change:
    """Something added, removed, moved or changed; ``before`` and ``after`` are as people read them."""

    what: Literal["added", "removed", "moved", "changed"]
    where: str  # "the guide", "field why", "step hear", "case …"
    key: str  # of the step; empty where it is none
    part: str
    before: str
    after: str


def compare(old: Guide, new: Guide) -> list[Change]:
    """Return what changed, in the order in which a guide is read."""
    return [
        *_parts("the guide", "", old, new, but={"fields", "steps", "tests"}),
        *_tables("field", old.fields, new.fields),
        *_steps(old, new),
        *_tables("case", {one.name: one for one in old.tests}, {one.name: one for one in new.tests}),
    ]


def _steps(old: Guide, new: Guide) -> Iterator[Change]:
    moved = set(_moved([one.key for one in old.steps], [one.key for one in new.steps]))
    for step in new.steps:
        before = old.by_key.get(step.key)
        if before is None:
            yield Change("added", f"step {step.key}", step.key, "", "", step.title)
            continue
        if step.key in moved:
            yield Change("moved", f"step {step.key}", step.key, "place", _place(old, step), _place(new, step))
        yield from _parts(f"step {step.key}", step.key, before, step, but={"key"})
    for step in old.steps:
        if step.key not in new.by_key:
            yield Change("removed", f"step {step.key}", step.key, "", step.title, "")


def _moved(old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    """Yield the keys in both that are not in the longest run that kept its order."""
    left, right = [key for key in old if key in new], [key for key in new if key in old]
    kept = SequenceMatcher(None, left, right, autojunk=False).get_matching_blocks()
    stayed = {key for block in kept for key in left[block.a : block.a + block.size]}
    yield from (key for key in right if key not in stayed)


def _place(guide: Guide, step: Step) -> str:
    place = guide.place_of[step.key]
    return "first" if place == 0 else f"after {guide.steps[place - 1].title}"


def _tables(kind: str, old: Mapping[str, BaseModel], new: Mapping[str, BaseModel]) -> Iterator[Change]:
    for key, part in new.items():
        if key in old:
            yield from _parts(f"{kind} {key}", "", old[key], part, but={"name"})
        else:
            yield Change("added", f"{kind} {key}", "", "", "", key)
    for key in old:
        if key not in new:
            yield Change("removed", f"{kind} {key}", "", "", key, "")


def _parts(where: str, key: str, old: BaseModel, new: BaseModel, but: set[str]) -> Iterator[Change]:
    for name in type(new).model_fields:
        before, after = getattr(old, name), getattr(new, name)
        if name not in but and before != after:
            told = NAMES.get(name, name.replace("_", " "))
            yield Change("changed", where, key, told, _shown(before), _shown(after))


def _shown(value: Any) -> str:
    """Return a value as people read it."""
    if value in (None, "", [], False):
        return "no" if value is False else ""
    if value is True:
        return "yes"
    if isinstance(value, list):
        if all(isinstance(one, Branch) for one in value):
            return "; ".join(f"{one.to} when {in_words(one.when)}" for one in value)
        if isinstance(value[0], BaseModel) and "field" in type(value[0]).model_fields:
            return in_words(value)
        return "; ".join(_shown(one) for one in value)
    if isinstance(value, BaseModel):
        set_ = {name: getattr(value, name) for name in type(value).model_fields if name in value.model_fields_set}
        return ", ".join(f"{NAMES.get(name, name)}: {_shown(one)}" for name, one in set_.items() if one != [])
    return str(value)
