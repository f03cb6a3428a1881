"""Which three steps come next and why, from where the guide stands and what was heard. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from rapport.guides.engine import StepView, View
    from rapport.prompts.findings import Finding

MOST = 3


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A step to go to: an offer, or any other; ``because`` is the code of why."""

    kind: Literal["next", "offer"]
    step: str
    because: str


def next_steps(view: View, heard: Collection[Finding]) -> list[Suggestion]:
    """Return up to three steps, the best first: the slot of an objection raised, where it stands, what is open.

    An offer is among them only when everything required before it on the way was heard.
    """
    found: dict[str, Suggestion] = {}
    for one in [*_answering(view, heard), *_ahead(view)]:
        found.setdefault(one.step, one)
    return list(found.values())[:MOST]


def _answering(view: View, heard: Collection[Finding]) -> Iterator[Suggestion]:
    raised = {one.about for one in heard if one.shows == "objection"}
    for one in (*view.way, *view.asides):
        if _is_left(one) and raised & set(one.step.objections):
            yield Suggestion("next", one.key, "objection")


def _ahead(view: View) -> Iterator[Suggestion]:
    """Yield what is left on the way: the step it stands at, then what is required, then the rest in order."""
    way = view.way
    here = next((place for place, one in enumerate(way) if one.is_current), 0)
    left = [(place, one) for place, one in enumerate(way) if _is_left(one) and (place >= here or one.is_open)]
    for place, one in sorted(left, key=lambda pair: (not pair[1].is_current, pair[0])):
        is_heard = not any(before.is_open for before in way[:place])
        if one.first or (one.step.kind == "offer" and not is_heard):
            continue
        if one.step.kind == "offer":
            yield Suggestion("offer", one.key, "moment")
        elif one.is_current:
            yield Suggestion("next", one.key, "here")
        else:
            yield Suggestion("next", one.key, "required" if one.is_open else "onward")


def _is_left(one: StepView) -> bool:
    return not one.is_done and one.skipped is None
