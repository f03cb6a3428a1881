"""Plays the cases that a guide brings with it: every move through the engine, and what should come of it. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from rapport.guides import moves
from rapport.guides.definition.facts import RESULTS, Status
from rapport.guides.definition.known import NOTHING_KNOWN, Known
from rapport.guides.definition.rules import END, Guide, Move, Test
from rapport.guides.engine import Run
from rapport.guides.state import State
from rapport.kit.documents import Fault
from rapport.kit.errors import DomainError, Invalid

_THEN = datetime(2026, 1, 1, tzinfo=UTC)
_KINDS = ("go", "cover", "uncover", "answer", "skip", "result")


def failures(guide: Guide, known: Known = NOTHING_KNOWN) -> list[Fault]:
    """Return where a case of the guide comes out otherwise than it says.

    Nothing is sent to partners' systems: what they answer are the examples of ``known`` connectors.
    """
    return [
        Fault(("tests", number), f"{test.name!r}: {words}")
        for number, test in enumerate(guide.tests)
        for words in _play(guide, test, known)
    ]


def play(guide: Guide, test: Test, known: Known = NOTHING_KNOWN) -> tuple[Run, int, str]:
    """Return how a case stands after its moves, how many held, and why the next one was refused, if one was."""
    run = Run(guide, facts=test.facts, level=test.level)
    for number, one in enumerate(test.moves):
        try:
            run = Run(guide, _move(run, one, known), test.facts, test.level)
        except DomainError as error:
            return run, number, str(error)
    return run, len(test.moves), ""


def _play(guide: Guide, test: Test, known: Known) -> Iterator[str]:
    run, held, refusal = play(guide, test, known)
    is_last = held == len(test.moves) - 1
    if refusal and not (is_last and test.refused):
        yield f"move {held + 1} is refused: {refusal}"
        return
    if test.refused and not refusal and test.moves:
        yield f"move {held} should be refused and is not."
    yield from _compared(run, test)


def _compared(run: Run, test: Test) -> Iterator[str]:
    if test.at is not None and run.current != test.at:
        yield f"it stands at {run.current!r}, not at {test.at!r}."
    if test.at not in (None, END, *run.guide.by_key):
        yield f"there is no step {test.at!r}."
    found = [one.key for one in run.view().open]
    if test.open is not None and found != test.open:
        yield f"still open: {', '.join(found) or 'nothing'}; expected: {', '.join(test.open) or 'nothing'}."


def _move(run: Run, move: Move, known: Known) -> State:
    said = [kind for kind in _KINDS if getattr(move, kind) is not None] + ["back"] * move.back
    if len(said) != 1:
        raise Invalid(f"a move says one of: {', '.join(_KINDS)}, back.")
    if move.back:
        return moves.back(run)
    if move.go is not None:
        return moves.go(run, move.go)
    if move.answer is not None:
        return moves.answer(run, move.answer, move.value)
    if move.skip is not None:
        return moves.skip(run, move.skip, because=move.because, by="test", at=_THEN)
    if move.result is not None:
        return _result(run, move.result, str(move.value), known)
    if move.uncover is not None:
        return moves.uncover(run, move.uncover)
    return moves.cover(run, move.cover or "", by="test", at=_THEN)


def _result(run: Run, key: str, value: str, known: Known) -> State:
    step = run.guide.by_key.get(key)
    reach = (known.connectors or {}).get(step.connector) if step else None
    given = reach.example if reach and value == "done" else {}
    status: Status = next((one for one in RESULTS if one == value), "failed")
    return moves.result(run, key, status=status, at=_THEN, given=given, how="system")
