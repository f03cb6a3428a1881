"""Moves through a guide: each returns the state after it, or is refused and changes nothing. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from rapport.guides.definition.answers import Answer, read_answer
from rapport.guides.definition.facts import Status
from rapport.guides.definition.rules import END, Step
from rapport.guides.engine import Run
from rapport.guides.state import Covered, How, Result, Skipped, State
from rapport.kit import redaction
from rapport.kit.errors import Invalid, NotFound

LONGEST_PATH = 500
LONGEST_REASON = 300


def go(run: Run, to: str = "") -> State:
    """Go to a step on the way or an aside; without one, on: to where one went back from on the way, or onward."""
    state, current = run.state, run.current
    trail = state.path[: state.at + 1]
    if not trail or trail[-1] != current:
        trail = (*trail, current)
    ahead = state.path[state.at + 1 :] if trail == state.path[: state.at + 1] else ()
    if not to and ahead and run.is_open_to_go(ahead[0]) and ahead[0] not in run.asides:
        to = ahead[0]
    target = to or run.next
    if current == END and not to:
        raise Invalid("This is the end of the guide.")
    _require_open(run, target)
    if target == current:
        return state
    if ahead[:1] == (target,):
        return state.model_copy(update={"at": state.at + 1})
    path = (*trail, target)[-LONGEST_PATH:]
    return state.model_copy(update={"path": path, "at": len(path) - 1})


def back(run: Run) -> State:
    """Go back to the step before, as it was gone through."""
    state = run.state
    for at in range(state.at - 1, -1, -1):
        if run.is_open_to_go(state.path[at]):
            return state.model_copy(update={"at": at})
    raise Invalid("This is where the contact began.")


def cover(run: Run, key: str, *, by: str, at: datetime, how: How = "hand") -> State:
    """Say that a step was done; again changes nothing."""
    step = _step(run, key)
    if key in run.state.covered:
        return run.state
    _require_open(run, key)
    if missing := run.missing(step):
        raise Invalid(f"Fill in first: {', '.join(one.label for one in missing)}.")
    skipped = _without(run.state.skipped, key)
    covered = {**run.state.covered, key: Covered(at=at, by=by, how=how)}
    reasons = run.state.reasons if key not in run.state.skipped else _without(run.state.reasons, key)
    return run.state.model_copy(update={"covered": covered, "skipped": skipped, "reasons": reasons})


def uncover(run: Run, key: str) -> State:
    """Take back that a step was done, or left out; again changes nothing."""
    _step(run, key)
    state = run.state
    if key not in state.covered and key not in state.skipped:
        return state
    parts = ("covered", "skipped", "reasons")
    return state.model_copy(update={part: _without(getattr(state, part), key) for part in parts})


def skip(run: Run, key: str, *, because: str, by: str, at: datetime) -> State:
    """Leave a required touch point out, with a reason; only at a level that may."""
    step = _step(run, key)
    because = redaction.clean(" ".join(because.split()))
    if not run.is_required(step):
        raise Invalid(f"{step.title!r} is not required; just go on.")
    if not run.may(step.skip_from):
        raise Invalid(_not_free(run, step))
    if not because or len(because) > LONGEST_REASON:
        raise Invalid(f"Say in 1 to {LONGEST_REASON} characters why it is left out.")
    if run.is_done(step):
        raise Invalid(f"{step.title!r} was done already.")
    skipped = {**run.state.skipped, key: Skipped(at=at, by=by)}
    reasons = {**run.state.reasons, key: because}
    return run.state.model_copy(update={"skipped": skipped, "reasons": reasons})


def answer(run: Run, field: str, value: Any) -> State:
    """Keep an answer; None or an empty text takes it back."""
    rules = run.guide.fields.get(field)
    if rules is None:
        raise Invalid("This guide asks for no such thing.")
    answers: dict[str, Answer]
    if value is None or value == "":
        answers = _without(run.state.answers, field)
    else:
        answers = {**run.state.answers, field: read_answer(rules, value)}
    return run.state.model_copy(update={"answers": answers})


def notice(run: Run, *, upset: bool) -> State:
    """Keep that somebody noticed the customer to be upset, or not any more.

    Where that brings steps before the one it stands at that were after it or off the way, and one of them is not
    done, the contact goes there.
    """
    before = _behind(run)
    now = run.after(run.state.model_copy(update={"upset": upset}))
    moved = (key for key in _behind(now) if key not in before and not now.is_done(now.guide.by_key[key]))
    first = next(moved, None)
    return go(now, first) if first and not now.first(now.guide.by_key[first]) else now.state


def _behind(run: Run) -> tuple[str, ...]:
    """Return the steps of the way before the one it stands at."""
    return run.way[: run.way.index(run.current)] if run.current in run.way else run.way


def result(
    run: Run,
    key: str,
    *,
    status: Status,
    at: datetime,
    words: str = "",
    given: Mapping[str, Any] | None = None,
    how: Literal["hand", "system"] = "hand",
) -> State:
    """Keep what came of a do step; ``given`` are the answers of the partner's system, by field.

    While the partner's system is at it, nobody tells otherwise.
    """
    step, before = _step(run, key), run.state.results.get(key)
    if step.kind != "do":
        raise Invalid(f"{step.title!r} is no transaction.")
    is_waiting = before is not None and before.status == "waiting"
    if is_waiting and how == "hand":
        raise Invalid(f"{step.title!r} is under way. Wait for what comes of it.")
    if status != "done" and not is_waiting:
        _require_open(run, key)
    answers = dict(run.state.answers)
    for field, value in (given or {}).items():
        if field in step.gives and value is not None:
            answers[field] = read_answer(run.guide.fields[field], value)
    results = {**run.state.results, key: Result(status=status, at=at, how=how)}
    reasons = {**run.state.reasons, key: redaction.clean(words)[:LONGEST_REASON]}
    return run.state.model_copy(update={"answers": answers, "results": results, "reasons": reasons})


def require_ready(run: Run, key: str) -> None:
    """Raise Invalid where a do step cannot be done by its connector now, with what comes first."""
    step, before = _step(run, key), run.state.results.get(key)
    if step.kind != "do" or not step.connector:
        raise Invalid(f"{step.title!r} is not done by a connector.")
    if before is not None and before.status == "done":
        raise Invalid(f"{step.title!r} was done already.")
    _require_open(run, key)
    if missing := run.missing(step):
        raise Invalid(f"Fill in first: {', '.join(one.label for one in missing)}.")


def _step(run: Run, key: str) -> Step:
    step = run.guide.by_key.get(key)
    if step is None or step.kind == "branch":
        raise NotFound("This step is not in the version of the guide that the contact began with.")
    return step


def _require_open(run: Run, key: str) -> None:
    """Raise Invalid where the step is off the way, or has a fixed place that is not reached yet."""
    if key == END:
        return
    step = _step(run, key)
    if not run.is_open_to_go(key):
        raise Invalid(f"{step.title!r} is not on the way, as things are known.")
    if (first := run.first(step)) and not run.is_done(step):
        titles = ", ".join(one.title for one in first)
        raise Invalid(f"{step.title!r} has its fixed place. First: {titles}.")


def _not_free(run: Run, step: Step) -> str:
    if step.skip_from is None:
        return f"{step.title!r} cannot be left out."
    return f"{step.title!r} may be left out from level {step.skip_from} on; yours is {run.level}."


def _without(several: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in several.items() if name != key}
