"""A guide while it is written: its text, what it says so far, and what is wrong where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from rapport.guides import playing
from rapport.guides.definition.checks import faults_of, warnings_of
from rapport.guides.definition.known import Known
from rapport.guides.definition.reading import GUIDE, GuideInvalid
from rapport.guides.definition.rules import Guide, Step
from rapport.kit.documents import Fault, located
from rapport.kit.lines import lines_of
from rapport.kit.rewriting import rewrite


@dataclass(frozen=True, slots=True)
class Told:
    """A fault, a warning, or a case that comes out otherwise: on which line, and of which part of the guide."""

    line: int
    words: str
    part: str  # about, field:why, step:greet, test:0; empty: where the text cannot be read
    kind: str  # fault, warning or test


@dataclass(frozen=True)
class Written:
    """A text and the guide it tells of; None where its parts are none, which only the text can put right."""

    text: str
    guide: Guide | None
    told: list[Told] = field(default_factory=list)

    @cached_property
    def values(self) -> dict[str, Any]:
        """What the text says, as plain values; only of one that has a guide."""
        values: dict[str, Any] = GUIDE.parse(self.text)
        return values

    @property
    def faults(self) -> list[Told]:
        """What has to be put right before it can be put on file."""
        return [one for one in self.told if one.kind == "fault"]

    @property
    def is_sound(self) -> bool:
        """Say whether it can be gone through."""
        return self.guide is not None and not self.faults

    def of_part(self, part: str) -> list[Told]:
        """Return what is told of one part."""
        return [one for one in self.told if one.part == part]

    def tone(self, part: str) -> str:
        """Return how bad the worst thing told of a part is: bad, warn or empty."""
        kinds = {one.kind for one in self.of_part(part)}
        return "bad" if kinds & {"fault", "test"} else "warn" if kinds else ""

    def step(self, key: str) -> Step | None:
        """Return the step of this key."""
        return self.guide.by_key.get(key) if self.guide else None


def written(text: str, known: Known) -> Written:
    """Return what a text says as a guide, and all that is wrong with it."""
    try:
        guide = GUIDE.read(text, Guide, lambda _guide: [])
    except GuideInvalid as error:
        return Written(text, None, [Told(line, words, "", "fault") for line, words in error.faults])
    faults = faults_of(guide, known)
    told = _told(text, guide, faults, "fault")
    if not faults:
        told += _told(text, guide, playing.failures(guide, known), "test")
    return Written(text, guide, told + _told(text, guide, warnings_of(guide), "warning"))


def rewritten(before: Written, values: Mapping[str, Any], known: Known) -> Written:
    """Return the text changed to say these values; the same where they are the same."""
    return before if values == before.values else written(rewrite(before.text, values), known)


def _told(text: str, guide: Guide, faults: list[Fault], kind: str) -> list[Told]:
    places = located(lines_of(text) if faults else {}, faults)
    return [
        Told(line, words, _part(guide, fault), kind) for (line, words), fault in zip(places, faults, strict=True)
    ]


def _part(guide: Guide, fault: Fault) -> str:
    first, second = (*fault.path, None, None)[:2]
    if first == "steps" and isinstance(second, int):
        return f"step:{guide.steps[second].key}"
    if first == "fields" and second is not None:
        return f"field:{second}"
    return f"test:{second}" if first == "tests" and isinstance(second, int) else "about"
