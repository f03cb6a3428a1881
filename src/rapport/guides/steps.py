"""The steps of a guide as data: read, checked, and written."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rapport.kit.errors import Invalid

KINDS = ("say", "ask", "check", "close")
TOUCH_POINTS = ("", "optional", "required", "verbatim")
MOST_STEPS = 30
LONGEST_WORDS = 2000
_KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


@dataclass(frozen=True, slots=True)
class Step:
    """One step; ``words`` is what to say, ``touch_point`` is empty where the step does not count."""

    key: str
    title: str
    words: str = ""
    kind: str = "say"
    touch_point: str = ""

    @property
    def is_required(self) -> bool:
        """Say whether leaving the step out needs a reason."""
        return self.touch_point in ("required", "verbatim")


def read_steps(data: Any) -> tuple[Step, ...]:
    """Return the steps in ``data`` (a list of objects); Invalid, naming the step, where one cannot be used."""
    if not isinstance(data, Sequence) or isinstance(data, str) or not 1 <= len(data) <= MOST_STEPS:
        raise Invalid(f"A guide is a list of 1 to {MOST_STEPS} steps.")
    steps = tuple(_read_step(position, one) for position, one in enumerate(data, start=1))
    keys = [step.key for step in steps]
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice:
        raise Invalid(f"Two steps have the key {twice!r}; every step needs its own.")
    return steps


def write_steps(steps: Sequence[Step]) -> list[dict[str, str]]:
    """Return the steps as they are stored."""
    return [asdict(step) for step in steps]


def _read_step(position: int, data: Any) -> Step:
    where = f"Step {position}"
    if not isinstance(data, dict) or not all(isinstance(value, str) for value in data.values()):
        raise Invalid(f"{where} must be an object of texts.")
    unknown = set(data) - set(Step.__dataclass_fields__)
    if unknown:
        raise Invalid(f"{where} has {sorted(unknown)[0]!r}, which no step has.")
    step = Step(**{"key": "", "title": "", **data})
    problem = _problem(step)
    if problem:
        raise Invalid(f"{where}: {problem}")
    return step


def _problem(step: Step) -> str:
    checks = (
        (not _KEY.fullmatch(step.key), "the key needs 1 to 40 small letters, digits and hyphens."),
        (not step.title.strip() or len(step.title) > 120, "the title needs 1 to 120 characters."),
        (len(step.words) > LONGEST_WORDS, f"the words are longer than {LONGEST_WORDS} characters."),
        (step.kind not in KINDS, f"the kind is one of {', '.join(KINDS)}."),
        (step.touch_point not in TOUCH_POINTS, "a touch point is optional, required or verbatim."),
        (step.touch_point == "verbatim" and not step.words.strip(), "a verbatim touch point needs its words."),
    )
    return next((words for is_wrong, words in checks if is_wrong), "")
