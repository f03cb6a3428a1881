"""Ways through a guide: what comes after a step, and which steps a contact comes by as things are known."""

from __future__ import annotations

from collections.abc import Iterable

from rapport.guides.definition.conditions import Facts, hold
from rapport.guides.definition.rules import END, Guide, Step


def otherwise(guide: Guide, step: Step) -> str:
    """Return where a step leads while none of its branches fits."""
    if step.next:
        return step.next
    place = guide.place_of[step.key] + 1
    following = next((one for one in guide.steps[place:] if not one.aside), None)
    return following.key if following else END


def first(guide: Guide) -> str:
    """Return the step that a guide begins with, which may be one that only branches."""
    return next((step.key for step in guide.steps if not step.aside), END)


def targets(guide: Guide, step: Step) -> list[str]:
    """Return every step, or the end, that may come right after this one."""
    return [] if step.aside else [*(branch.to for branch in step.branches), otherwise(guide, step)]


def onward(guide: Guide, key: str, facts: Facts) -> str:
    """Return the step after this one as things are known; branches are passed."""
    return settle(guide, _chosen(guide, guide.by_key[key], facts), facts)


def settle(guide: Guide, key: str, facts: Facts) -> str:
    """Return the first step from this one on that does more than branch, or the end."""
    for _ in guide.steps:
        step = guide.by_key.get(key)
        if step is None or step.kind != "branch":
            return key
        key = _chosen(guide, step, facts)
    return END


def way(guide: Guide, facts: Facts) -> tuple[str, ...]:
    """Return the steps that a contact comes by as things are known, in order, each once."""
    passed: dict[str, None] = {}
    key = settle(guide, first(guide), facts)
    while key != END and key not in passed:
        passed[key] = None
        key = onward(guide, key, facts)
    return tuple(passed)


def reached(guide: Guide, starts: Iterable[str]) -> set[str]:
    """Return every step that can come after these, whatever is known, and these themselves."""
    found: set[str] = set()
    left = list(starts)
    while left:
        key = left.pop()
        if key not in found:
            found.add(key)
            step = guide.by_key.get(key)
            left += targets(guide, step) if step else []
    return found


def without_end(guide: Guide) -> list[str]:
    """Return the steps from which the end can never be reached, in the order of the file."""
    before: dict[str, list[str]] = {}
    for step in guide.steps:
        for to in targets(guide, step):
            before.setdefault(to, []).append(step.key)
    ends: set[str] = set()
    left = [END]
    while left:
        key = left.pop()
        if key not in ends:
            ends.add(key)
            left += before.get(key, [])
    return [step.key for step in guide.steps if step.key not in ends and not step.aside]


def branching_only(guide: Guide) -> list[str]:
    """Return the steps that only branch and lead round to themselves with nothing between."""
    found = []
    for step in guide.steps:
        passed: set[str] = set()
        left = [step.key]
        while left:
            one = guide.by_key.get(left.pop())
            for to in targets(guide, one) if one and one.kind == "branch" else ():
                if to not in passed:
                    passed.add(to)
                    left.append(to)
        if step.key in passed:
            found.append(step.key)
    return found


def _chosen(guide: Guide, step: Step, facts: Facts) -> str:
    fitting = (branch.to for branch in step.branches if hold(branch.when, facts))
    return next(fitting, None) or otherwise(guide, step)
