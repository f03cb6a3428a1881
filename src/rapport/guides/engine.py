"""Where a contact stands in its guide: which step, what is required and still open, who may do it how. Pure.

``Run`` is a guide with all that is known: the facts of file and contact, the state of the run and the level of
whoever has the contact now. It is asked here and moved by rapport.guides.moves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from rapport.guides.definition import graph
from rapport.guides.definition.answers import Answer
from rapport.guides.definition.conditions import hold
from rapport.guides.definition.facts import RESULT
from rapport.guides.definition.insertions import fill
from rapport.guides.definition.rules import END, FieldRules, Guide, Step, TouchPoint
from rapport.guides.state import Covered, Result, Skipped, State

LOOSER: dict[TouchPoint, TouchPoint] = {"verbatim": "guided", "guided": "free"}


@dataclass(frozen=True, slots=True)
class FieldView:
    """A field to fill in at a step, and what was answered."""

    key: str
    rules: FieldRules
    answer: Answer | None


@dataclass(frozen=True, slots=True)
class StepView:
    """A step as it is on one contact, for whoever has it now; ``words`` and ``points`` are filled in."""

    step: Step
    title: str
    words: str
    customer_words: str
    points: tuple[str, ...]
    form: TouchPoint
    is_current: bool
    is_on_way: bool
    is_visited: bool
    is_required: bool
    is_done: bool
    covered: Covered | None
    skipped: Skipped | None
    result: Result | None
    because: str  # why it was left out, or what the partner's system said
    first: tuple[Step, ...]  # open touch points that come before it in a fixed order
    may_rephrase: bool
    may_reorder: bool
    may_skip: bool
    fields: tuple[FieldView, ...]
    given: tuple[FieldView, ...]  # what the partner's system answered

    @property
    def key(self) -> str:
        """What the step is known by through all versions."""
        return self.step.key

    @property
    def is_open(self) -> bool:
        """Say whether it is a required touch point that is still to be done."""
        return self.is_required and not self.is_done and self.skipped is None

    @property
    def came_to(self) -> Literal["done", "left_out", "open", "seen", ""]:
        """What has come of it so far; empty where it is not required and nobody was there."""
        if self.is_done:
            return "done"
        if self.skipped is not None:
            return "left_out"
        if self.is_required:
            return "open"
        return "seen" if self.is_visited or self.is_current else ""


@dataclass(frozen=True, slots=True)
class View:
    """A guide as it is on one contact: the steps on the way in order, then the asides, then all others."""

    name: str
    level: int
    steps: tuple[StepView, ...]
    current: StepView | None  # none: at the end
    next: str
    can_go_back: bool
    is_upset: bool
    is_quiet: bool  # prompts say only what is required

    @property
    def way(self) -> tuple[StepView, ...]:
        """The steps that the contact comes by as things are known, in order."""
        return tuple(one for one in self.steps if one.is_on_way)

    @property
    def asides(self) -> tuple[StepView, ...]:
        """The steps that may be opened at any time."""
        return tuple(one for one in self.steps if one.step.aside)

    @property
    def required(self) -> tuple[StepView, ...]:
        """The touch points required as things are known, in order."""
        return tuple(one for one in self.steps if one.is_required)

    @property
    def open(self) -> tuple[StepView, ...]:
        """Those of them that are still to be done."""
        return tuple(one for one in self.steps if one.is_open)

    @property
    def here(self) -> str:
        """The key of the step it stands at, or the end."""
        return self.current.key if self.current else END

    @property
    def came_to(self) -> dict[str, dict[str, str | bool]]:
        """What has come of each step that is required or was seen, in their order."""
        return {
            one.key: {"is_required": one.is_required, "came_to": one.came_to} for one in self.steps if one.came_to
        }

    def of(self, key: str) -> StepView | None:
        """Return the step of this key."""
        return next((one for one in self.steps if one.key == key), None)


@dataclass(frozen=True)
class Run:
    """A guide with all that is known on one contact; ``level`` is 0 for who has no valid skill, to 5."""

    guide: Guide
    state: State = field(default_factory=State)
    facts: Mapping[str, Any] = field(default_factory=dict)
    level: int = 0

    def after(self, state: State) -> Run:
        """Return the run as it is once a move came to this state."""
        return Run(self.guide, state, self.facts, self.level)

    @cached_property
    def known(self) -> Mapping[str, Any]:
        """All that conditions and insertions may name: facts, answers and results."""
        results = {f"{RESULT}{key}": one.status for key, one in self.state.results.items()}
        return {**self.facts, "contact.upset": self.state.upset, **self.state.answers, **results}

    @cached_property
    def way(self) -> tuple[str, ...]:
        """The steps that the contact comes by as things are known."""
        return graph.way(self.guide, self.known)

    @cached_property
    def current(self) -> str:
        """The step it stands at, or the end; where an answer took that off the way, the one to go on with."""
        for key in reversed(self.state.path[: self.state.at + 1]):
            if self.is_open_to_go(key):
                is_here = key == self.state.path[self.state.at]
                return key if is_here or key in (END, *self.asides) else self.onward(key)
        return self.way[0] if self.way else END

    @cached_property
    def asides(self) -> tuple[str, ...]:
        """The steps that may be opened at any time."""
        return tuple(step.key for step in self.guide.steps if step.aside)

    @cached_property
    def next(self) -> str:
        """The step that comes after the current one, or the end."""
        if self.current not in self.asides:
            return self.onward(self.current)
        passed = [key for key in self.state.path[: self.state.at + 1] if key in self.way]
        return passed[-1] if passed else next(iter(self.way), END)

    def onward(self, key: str) -> str:
        """Return the step that comes after this one as things are known, or the end."""
        return END if key == END else graph.onward(self.guide, key, self.known)

    def is_open_to_go(self, key: str) -> bool:
        """Say whether the step is on the way, an aside, or the end."""
        return key == END or key in self.way or key in self.asides

    def is_required(self, step: Step) -> bool:
        """Say whether the touch point is required as things are known."""
        if step.key not in self.way:
            return False
        return step.required == "always" or (step.required == "when" and hold(step.when, self.known))

    def is_done(self, step: Step) -> bool:
        """Say whether the step was done: covered, all its answers given, or its transaction done."""
        if step.key in self.state.covered:
            return True
        if step.kind == "do":
            result = self.state.results.get(step.key)
            return result is not None and result.status == "done"
        asks = step.kind in ("ask", "check") and bool(step.asks) and step.touch_point != "verbatim"
        return asks and not self.missing(step) and any(key in self.state.answers for key in step.asks)

    def missing(self, step: Step) -> list[FieldRules]:
        """Return the fields that the step asks for and that were not answered."""
        asked = [(key, self.guide.fields[key]) for key in step.asks]
        return [one for key, one in asked if key not in self.state.answers and not one.optional]

    def is_open(self, step: Step) -> bool:
        """Say whether it is a required touch point that is still to be done."""
        return self.is_required(step) and not self.is_done(step) and step.key not in self.state.skipped

    def first(self, step: Step) -> tuple[Step, ...]:
        """Return the open touch points that must come before this one; none where its place is free."""
        if not step.fixed_order or step.key not in self.way or self.may(step.reorder_from):
            return ()
        before = self.way[: self.way.index(step.key)]
        return tuple(one for key in before if self.is_open(one := self.guide.by_key[key]))

    def may(self, from_level: int | None) -> bool:
        """Say whether the level of whoever has the contact now is enough."""
        return from_level is not None and self.level >= from_level

    def form(self, step: Step) -> TouchPoint:
        """Return how the touch point is to be met: as the strict form says, or one looser for who may."""
        if not self.may(step.rephrase_from):
            return step.touch_point
        looser = LOOSER.get(step.touch_point, step.touch_point)
        return "free" if looser == "guided" and not step.points else looser

    def view(self) -> View:
        """Return all that a page shows of it."""
        place = {key: number for number, key in enumerate((*self.way, *self.asides))}
        seen = [step for step in self.guide.steps if step.kind != "branch"]
        steps = sorted(seen, key=lambda step: place.get(step.key, len(place)))
        views = tuple(self._step(step) for step in steps)
        return View(
            name=self.guide.name,
            level=self.level,
            steps=views,
            current=next((one for one in views if one.is_current), None),
            next=self.next,
            can_go_back=self.state.at > 0,
            is_upset=self.state.upset,
            is_quiet=self.may(self.guide.freedom.quiet_from),
        )

    def _step(self, step: Step) -> StepView:
        state, known = self.state, self.known
        return StepView(
            step=step,
            title=fill(step.title, known),
            words=fill(step.words, known),
            customer_words=fill(step.customer_words or step.words, known),
            points=tuple(fill(one, known) for one in step.points),
            form=self.form(step),
            is_current=step.key == self.current,
            is_on_way=step.key in self.way,
            is_visited=step.key in state.path,
            is_required=self.is_required(step),
            is_done=self.is_done(step),
            covered=state.covered.get(step.key),
            skipped=state.skipped.get(step.key),
            result=state.results.get(step.key),
            because=state.reasons.get(step.key, ""),
            first=self.first(step),
            may_rephrase=self.may(step.rephrase_from),
            may_reorder=not step.fixed_order or self.may(step.reorder_from),
            may_skip=self.is_required(step) and self.may(step.skip_from),
            fields=self._fields(step.asks),
            given=tuple(one for one in self._fields(step.gives) if one.answer is not None),
        )

    def _fields(self, keys: Sequence[str]) -> tuple[FieldView, ...]:
        return tuple(FieldView(key, self.guide.fields[key], self.state.answers.get(key)) for key in keys)
