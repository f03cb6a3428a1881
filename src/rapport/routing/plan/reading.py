"""Reads a plan of routing from a text of TOML or JSON; every fault with its line."""

from __future__ import annotations

import json
import tomllib
from typing import Any

from pydantic import ValidationError

from rapport.kit.errors import Invalid
from rapport.routing.plan.checks import NOTHING_KNOWN, Fault, Known, faults_of
from rapport.routing.plan.lines import line_of, lines_of
from rapport.routing.plan.rules import Plan

MOST_CHARACTERS = 200_000
MOST_TOLD = 20
BOUNDS = {
    "greater_than_equal": ("at least {:g} is wanted", "ge"),
    "greater_than": ("more than {:g} is wanted", "gt"),
    "less_than_equal": ("at most {:g} is wanted", "le"),
    "too_short": ("at least {} is wanted", "min_length"),
    "too_long": ("at most {} are taken", "max_length"),
    "literal_error": ("{} is wanted", "expected"),
}
WANTED = {
    "string_type": "text in quotes is wanted",
    "int_type": "a whole number is wanted",
    "int_parsing": "a whole number is wanted",
    "int_from_float": "a whole number is wanted",
    "float_type": "a number is wanted",
    "float_parsing": "a number is wanted",
    "bool_type": "true or false is wanted",
    "bool_parsing": "true or false is wanted",
    "list_type": "a list in brackets is wanted",
    "dict_type": "a table of names and values is wanted",
    "model_type": "a table of names and values is wanted",
    "string_pattern_mismatch": "a key has small letters, digits, - and _, and 50 of them at most",
}  # by pydantic's name of the fault; the others' words serve as they are
A_DAY = "a day such as 2026-12-25 is wanted"


class PlanInvalid(Invalid):
    """A plan that cannot be used; ``faults`` has the line of each fault and its words."""

    code = "plan_invalid"

    def __init__(self, faults: list[tuple[int, str]]) -> None:
        self.faults = sorted(faults)
        told = [f"Line {line}: {words}" for line, words in self.faults[:MOST_TOLD]]
        if len(faults) > MOST_TOLD:
            told.append(f"And {len(faults) - MOST_TOLD} more.")
        super().__init__("\n".join(told))


def read_plan(text: str, known: Known = NOTHING_KNOWN) -> Plan:
    """Return the plan that the text tells of; PlanInvalid with every fault it has.

    A text that begins with a brace is JSON, any other TOML. ``known`` are the names of the programme.
    """
    if len(text) > MOST_CHARACTERS:
        raise PlanInvalid([(1, f"A plan has at most {MOST_CHARACTERS:,} characters; this has {len(text):,}.")])
    content = _parse(text)
    try:
        plan = Plan.model_validate(content)
    except ValidationError as error:
        raise _refusal(text, [_fault(one) for one in error.errors(include_url=False)]) from None
    if faults := faults_of(plan, known):
        raise _refusal(text, faults)
    return plan


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a plan."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Plan.model_json_schema()}


def _parse(text: str) -> Any:
    try:
        if text.lstrip().startswith("{"):
            return json.loads(text, object_pairs_hook=_without_repeats)
        return tomllib.loads(text)
    except json.JSONDecodeError as error:
        raise PlanInvalid([(error.lineno, f"This is no JSON: {error.msg}.")]) from None
    except tomllib.TOMLDecodeError as error:
        words = str(error)
        _, _, place = words.rpartition("(at line ")
        number = place.partition(",")[0]
        line = int(number) if number.isdigit() else text.count("\n") + 1
        raise PlanInvalid([(line, f"This is no TOML: {words.partition(' (at ')[0]}.")]) from None
    except RecursionError:
        raise PlanInvalid([(1, "It is nested too deep to be a plan.")]) from None
    except ValueError as error:
        raise PlanInvalid([(1, str(error))]) from None


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{repeated!r} is given twice.")
    return found


def _fault(error: Any) -> Fault:
    path = tuple(part for part in error["loc"] if part != "[key]")
    name = " ".join(map(str, path[-1:]))
    if error["type"] == "extra_forbidden":
        return Fault(path, f"There is nothing called {name!r} here.")
    if error["type"] == "missing":
        return Fault(path, f"{name!r} is missing.")
    own_words = error["msg"][:1].lower() + error["msg"][1:]
    if error["type"] in BOUNDS:
        said, bound = BOUNDS[error["type"]]
        return Fault(path, f"{name}: {said.format(error['ctx'][bound])}.")
    is_day = error["type"].startswith("date_")
    return Fault(path, f"{name}: {A_DAY if is_day else WANTED.get(error['type'], own_words)}.")


def _refusal(text: str, faults: list[Fault]) -> PlanInvalid:
    lines = lines_of(text)
    return PlanInvalid([(line_of(lines, fault.path), fault.words) for fault in faults])
