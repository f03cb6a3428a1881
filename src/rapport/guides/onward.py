"""Where a contact may go from the step it stands at, and why: its branches, told by fields and facts. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rapport.guides.definition import graph
from rapport.guides.definition.conditions import hold, in_words
from rapport.guides.definition.facts import ATTRIBUTE, FACTS, RESULT
from rapport.guides.definition.insertions import fill
from rapport.guides.definition.rules import END, Guide, Step
from rapport.guides.engine import Run


@dataclass(frozen=True, slots=True)
class Way:
    """A way on: to which step, under which condition (none: otherwise), and whether it is the one now."""

    to: str
    title: str
    when: str
    is_taken: bool


def ways_on(run: Run) -> list[Way]:
    """Return the ways that the step at hand branches into; none where it has but one."""
    step = run.guide.by_key.get(run.current)
    return list(_ways(run, step)) if step else []


def _ways(run: Run, step: Step) -> Iterator[Way]:
    """Yield the branches of the step, or of those that only branch and come right after it on its way."""
    if not step.branches:
        following = run.guide.by_key.get(graph.otherwise(run.guide, step))
        if following is not None and following.kind == "branch" and not step.aside:
            yield from _ways(run, following)
        return
    is_open = True
    for branch in step.branches:
        is_taken = is_open and hold(branch.when, run.known)
        is_open = is_open and not is_taken
        when = in_words(branch.when, lambda name: _named(run.guide, name), _said)
        yield Way(branch.to, _title(run, branch.to), when, is_taken)
    other = graph.otherwise(run.guide, step)
    yield Way(other, _title(run, other), "", is_open)


def _title(run: Run, key: str) -> str:
    key = graph.settle(run.guide, key, run.known)
    return "the end" if key == END else fill(run.guide.by_key[key].title, run.known)


def _named(guide: Guide, name: str) -> str:
    if name in guide.fields:
        return f"\u201c{guide.fields[name].label}\u201d"
    if name.startswith(RESULT) and (step := guide.by_key.get(name.removeprefix(RESULT))):
        return f"\u201c{step.title}\u201d"
    return FACTS[name].called if name in FACTS else name.removeprefix(ATTRIBUTE)


def _said(name: str) -> tuple[str, str] | None:
    return FACTS[name].said if name in FACTS else None
