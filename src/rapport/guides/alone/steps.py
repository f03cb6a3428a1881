"""A guide as its customer goes through it alone: what is shown, where a person is needed, and the moves. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from rapport.guides import moves
from rapport.guides.definition.answers import Answer
from rapport.guides.definition.insertions import fill
from rapport.guides.definition.rules import END, FieldRules, Step
from rapport.guides.engine import Run
from rapport.guides.state import State

BY = "customer"
Author = Literal["guide", "alone"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A field as the customer fills it in."""

    key: str
    label: str
    rules: FieldRules
    answer: Answer | None


@dataclass(frozen=True, slots=True)
class Shown:
    """The step at hand as the customer sees it; ``needs_person``: it goes on with one of us only."""

    key: str
    words: str
    fields: tuple[Asked, ...]
    needs_person: bool
    does: bool  # going on has the partner's system do it
    is_under_way: bool  # which it does now
    was_tried: bool  # and did not, or perhaps did
    is_last: bool
    can_go_back: bool
    place: int  # among the steps that are shown, from 1
    steps: int


@dataclass(frozen=True, slots=True)
class Line:
    """Something that was shown or answered: by the guide, or by the customer alone."""

    author: Author
    text: str
    at: datetime | None


def shown(run: Run, *, is_withdrawn: bool = False) -> Shown | None:
    """Return what the customer sees; None at the end. Where the guide was withdrawn, a person is needed."""
    if run.current == END:
        return None
    step = run.guide.by_key[run.current]
    way = [key for key in run.way if not _is_silent(run, run.guide.by_key[key])]
    return Shown(
        key=step.key,
        words="" if is_withdrawn else words_of(run, step),
        fields=_fields(run, step),
        needs_person=is_withdrawn or needs_person(run, step),
        does=_does(run, step),
        is_under_way=_status(run, step) == "waiting",
        was_tried=_status(run, step) in ("failed", "unknown"),
        is_last=_is_last(run),
        can_go_back=_step_before(run) is not None,
        place=way.index(step.key) + 1 if step.key in way else 1,
        steps=len(way),
    )


def words_of(run: Run, step: Step) -> str:
    """Return the words of a step for a customer alone; what a rep does has none but those meant for them."""
    is_ours = step.rep_only or step.kind == "do"
    return fill(step.customer_words or ("" if is_ours else step.words), run.known).strip()


def needs_person(run: Run, step: Step) -> bool:
    """Say whether a customer cannot do this step alone: it is a rep's, or has to be said and has no words.

    What the partner's system did not do, or perhaps did, a person looks at.
    """
    if step.rep_only or (step.kind == "do" and not step.connector):
        return True
    if step.kind == "do":
        return _status(run, step) in ("failed", "unknown")
    return run.is_required(step) and not run.is_done(step) and not words_of(run, step) and not step.asks


def begin(run: Run) -> State:
    """Return the state at the first step that is shown."""
    return _pass_silent(run)


def go_on(run: Run, *, at: datetime) -> State:
    """Cover the step at hand as done by the customer, and go on to the next that is shown, or to the end."""
    is_ours = run.guide.by_key[run.current].kind != "do"
    covered = run.after(moves.cover(run, run.current, by=BY, at=at, how="customer")) if is_ours else run
    return _pass_silent(run.after(moves.go(covered, _onward(covered))))


def go_back(run: Run) -> State:
    """Go back to the step shown before; where there is none, nothing changes."""
    before = _step_before(run)
    return run.state if before is None else run.state.model_copy(update={"at": before})


def lines(run: Run) -> Iterator[Line]:
    """Yield all that was shown and answered, in the order in which it was gone through, the step at hand last."""
    state = run.state
    for key in dict.fromkeys(key for key in state.path if key not in (END, run.current)):
        step = run.guide.by_key.get(key)
        if step is not None and (key in state.covered or run.is_done(step)) and not _is_silent(run, step):
            yield from _lines(run, step)
    if run.current != END:
        yield from _lines(run, run.guide.by_key[run.current])


def _lines(run: Run, step: Step) -> Iterator[Line]:
    covered, result, fields = run.state.covered.get(step.key), run.state.results.get(step.key), _fields(run, step)
    at = covered.at if covered else result.at if result else None
    words = words_of(run, step)
    if len(fields) == 1 and fields[0].label != words:
        words = f"{words}\n{fields[0].label}".strip()
    if words:
        yield Line("guide", words, at)
    said = [(one.label, in_words(one)) for one in fields if one.answer is not None]
    if said and at:
        text = said[0][1] if len(fields) == 1 else "\n".join(f"{label}: {answer}" for label, answer in said)
        yield Line("alone", text, at)


def in_words(one: Asked) -> str:
    """Return an answer as people read it."""
    if isinstance(one.answer, bool):
        return "Yes" if one.answer else "No"
    return f"{one.answer} {one.rules.currency}" if one.rules.type == "money" else str(one.answer)


def _status(run: Run, step: Step) -> str:
    result = run.state.results.get(step.key)
    return result.status if result else ""


def _does(run: Run, step: Step) -> bool:
    return step.kind == "do" and bool(step.connector) and not _status(run, step)


def _fields(run: Run, step: Step) -> tuple[Asked, ...]:
    asked = ((key, run.guide.fields[key]) for key in step.asks)
    return tuple(
        Asked(key, rules.customer_label or rules.label, rules, run.state.answers.get(key)) for key, rules in asked
    )


def _is_silent(run: Run, step: Step) -> bool:
    """Say whether a step has nothing for a customer, and is passed unseen."""
    return step.kind != "do" and not needs_person(run, step) and not words_of(run, step) and not step.asks


def _pass_silent(run: Run) -> State:
    for _ in run.guide.steps:
        if run.current == END or not _is_silent(run, run.guide.by_key[run.current]):
            break
        run = run.after(moves.go(run, _onward(run)))
    return run.state


def _onward(run: Run) -> str:
    """Return the step to go on with: the next one, or what has to be done before it."""
    step = run.guide.by_key.get(run.next)
    first = run.first(step) if step else ()
    return first[0].key if first else run.next


def _is_last(run: Run) -> bool:
    key = run.next
    for _ in run.guide.steps:
        if key == END or not _is_silent(run, run.guide.by_key[key]):
            break
        key = run.onward(key)
    return key == END


def _step_before(run: Run) -> int | None:
    state = run.state
    for at in range(state.at - 1, -1, -1):
        key = state.path[at]
        if key != END and run.is_open_to_go(key) and not _is_silent(run, run.guide.by_key[key]):
            return at
    return None
