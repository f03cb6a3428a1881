"""Guides made of real policies and task graphs: every one passes its check and runs to its end."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest

from rapport.guides import moves
from rapport.guides.definition.reading import read_guide
from rapport.guides.definition.rules import END, Guide
from rapport.guides.engine import Run
from rapport.guides.state import State

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data"
POLICIES, TASKS = DATA / "abcd_policies", DATA / "star" / "tasks"
WHO: dict[str, Any] = {"by": "member:1", "at": datetime(2026, 11, 22, tzinfo=UTC)}
pytestmark = pytest.mark.skipif(
    not (POLICIES.exists() and TASKS.exists()), reason=f"not here: {POLICIES}, {TASKS}"
)


def example(name: str) -> Any:
    spec = spec_from_file_location(name, ROOT / "examples" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def of_policies() -> dict[str, str]:
    read = {name: json.loads((POLICIES / f"{name}.json").read_text()) for name in ("guidelines", "ontology")}
    texts: dict[str, str] = example("guides_from_abcd").guides_from(**read)
    return texts


def of_tasks() -> dict[str, str]:
    write = example("guides_from_star").guide_from
    files = [file for file in sorted(TASKS.glob("*/*.json")) if file.stem == file.parent.name]
    return {file.stem: write({**json.loads(file.read_text()), "task": file.stem}) for file in files}


def walked(guide: Guide, choices: tuple[int, ...] = ()) -> State:
    """Go from the first step to the end at the strict level, covering all; of each choice take the one told."""
    state, told = State(), iter(choices)
    for _ in range(4 * len(guide.steps)):
        run = Run(guide, state)
        if run.current == END:
            break
        step = guide.by_key[run.current]
        for key in step.asks:
            field = guide.fields[key]
            if field.choices and (pick := next(told, None)) is not None:
                state = moves.answer(Run(guide, state), key, field.choices[pick % len(field.choices)])
        state = moves.cover(Run(guide, state), step.key, **WHO)
        state = moves.go(Run(guide, state))
    return state


def every_first_choice(guide: Guide) -> Iterator[tuple[int, ...]]:
    yield ()
    yield from ((pick,) * 8 for pick in range(max((len(one.choices) for one in guide.fields.values()), default=0)))


def test_all_policies_become_guides_with_their_actions_in_order() -> None:
    texts, actions = of_policies(), json.loads((POLICIES / "kb.json").read_text())
    assert texts.keys() == actions.keys()
    assert len(texts) == 55
    same = 0
    for key, text in texts.items():
        guide = read_guide(text)
        keys = [step.key for step in guide.steps]
        state = walked(guide)
        run = Run(guide, state)
        assert (run.current, run.view().open) == (END, ()), key
        same += [one for one in keys if one in actions[key]] == actions[key]
    assert same >= 50  # elsewhere the two files call an action otherwise, or order it otherwise


def test_all_tasks_become_guides_that_end_whatever_is_answered() -> None:
    texts = of_tasks()
    assert len(texts) == 22
    for task, text in texts.items():
        guide = read_guide(text)
        ends = set()
        for choices in every_first_choice(guide):
            run = Run(guide, walked(guide, choices))
            ends.add(run.current)
            assert set(run.way) <= {step.key for step in guide.steps}
        assert END in ends, task
        drawn = json.loads((TASKS / task / f"{task}.json").read_text())
        keys = {step.key for step in guide.steps}
        outcomes = {choice for field in guide.fields.values() for choice in field.choices}
        nodes = {node.lower() for pair in drawn["graph"].items() for node in pair}
        assert nodes <= keys | outcomes, task  # nothing of the graph is lost
