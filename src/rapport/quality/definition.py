"""What a scorecard says, how it is read, and what is wrong with one. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from rapport.kit.documents import KEY, DocumentInvalid, Fault, Kind, Part

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)]
Key = Annotated[str, StringConstraints(pattern=KEY)]
Critical = Literal["", "customer", "business", "compliance"]
FactKey = Literal["", "touch_points", "promises_kept", "promise_made", "file_updated", "thanked"]
ALL = 100
"""What the weights of a scorecard add up to."""
MOST_CHARACTERS = 40_000
FACT_WORDS = {
    "touch_points": "every required touch point of the guide was covered",
    "promises_kept": "what was promised on the contact was kept in time",
    "promise_made": "a promise was put on file",
    "file_updated": "the customer's file was brought up to date",
    "thanked": "the customer was thanked in writing",
}
"""What a question may be answered by where it is known, and what yes means."""


class ScorecardInvalid(DocumentInvalid):
    """A scorecard that cannot be used; ``faults`` has the line of each fault and its words."""

    code = "scorecard_invalid"


SCORECARD = Kind("a scorecard", ScorecardInvalid, MOST_CHARACTERS)


class Asked(Part):
    """When a question is asked: an earlier one has one of these answers (yes, no, or a number of a scale)."""

    question: Key
    answers: list[str] = Field(min_length=1, max_length=12)


class Question(Part):
    """One criterion; its key is the same through all versions of the scorecard."""

    key: Key
    text: Line
    weight: Annotated[int, Field(ge=0, le=ALL)] = Field(description="of a hundred; 0: it is asked and not counted")
    kind: Literal["yes_no", "scale"] = "yes_no"
    most: Annotated[int, Field(ge=2, le=10)] = Field(default=5, description="a scale runs from 1 to this")
    critical: Critical = Field(default="", description="no, or 1 on a scale, is a critical error for them")
    fatal: bool = Field(default=False, description="such an error does to the whole what the scorecard says")
    optional: bool = Field(default=False, description="may be not applicable: its weight goes to the others")
    guidance: Words = ""
    comment: Literal["faults", "always", "never"] = Field(
        default="faults", description="when words are needed: below the best answer, always, never"
    )
    when: Asked | None = None
    fact: FactKey = Field(default="", description="answered by what is on file, where it is known")

    @property
    def best(self) -> int:
        """The best answer."""
        return 1 if self.kind == "yes_no" else self.most

    @property
    def worst(self) -> int:
        """The worst answer, which is an error where the question is critical."""
        return 0 if self.kind == "yes_no" else 1

    @property
    def choices(self) -> list[tuple[int, str]]:
        """The answers there are, the best first for yes and no."""
        if self.kind == "yes_no":
            return [(1, "Yes"), (0, "No")]
        return [(value, str(value)) for value in range(1, self.most + 1)]

    def value_of(self, told: str) -> int | None:
        """Return the value that an answer in a ``when`` stands for; None where the question has no such answer."""
        names = {words.lower(): value for value, words in self.choices}
        return names.get(told.strip().lower())


class Section(Part):
    """Questions that belong together; its weight is that of its questions."""

    name: Line
    questions: list[Question] = Field(min_length=1, max_length=20)

    @property
    def weight(self) -> int:
        """What the section weighs, of a hundred."""
        return sum(one.weight for one in self.questions)


class Scorecard(Part):
    """All that a scorecard says."""

    name: Line
    fatal: Literal["zero", "fail"] = Field(description="a fatal error makes the score 0, or fails it and keeps it")
    pass_at: Annotated[int, Field(ge=0, le=100)] = Field(
        default=80, description="per cent from which it is passed"
    )
    appeal_days: Annotated[int, Field(ge=1, le=30)] = Field(default=5, description="business days to appeal")
    channels: list[Literal["chat", "voice"]] = Field(default=[], description="of contacts; empty: any")
    reasons: list[Key] = Field(default=[], max_length=50, description="of contacts; empty: any")
    sections: list[Section] = Field(min_length=1, max_length=20)

    @property
    def questions(self) -> list[Question]:
        """All questions in order."""
        return [one for section in self.sections for one in section.questions]

    def question(self, key: str) -> Question | None:
        """Return the question with this key."""
        return next((one for one in self.questions if one.key == key), None)

    def fits(self, *, channel: str, reason: str | None) -> bool:
        """Say whether contacts of this kind are scored by it."""
        return (not self.channels or channel in self.channels) and (not self.reasons or reason in self.reasons)


def read_scorecard(text: str) -> Scorecard:
    """Return the scorecard that the text tells of; ScorecardInvalid with every fault it has."""
    return SCORECARD.read(text, Scorecard, lambda card: [*_faults(card)])


@lru_cache(maxsize=256)
def scorecard_kept(text: str) -> Scorecard:
    """Return the scorecard of a text that was found right when it was kept."""
    return read_scorecard(text)


def _faults(card: Scorecard) -> Iterator[Fault]:
    found = sum(section.weight for section in card.sections)
    if found != ALL:
        much = f"{ALL - found} too little" if found < ALL else f"{found - ALL} too much"
        yield Fault(
            ("sections",), f"The weights of all questions add up to {found}: {much}. They add up to {ALL}."
        )
    if all(one.optional or one.when for one in card.questions if one.weight):
        yield Fault(
            ("sections",), "One question that counts has to apply always, or there may be nothing to score."
        )
    before: dict[str, Question] = {}
    for number, section in enumerate(card.sections):
        for place, one in enumerate(section.questions):
            path = ("sections", number, "questions", place)
            for words in _wrong(one, before):
                yield Fault(path, words)
            before[one.key] = one


def _wrong(one: Question, before: dict[str, Question]) -> Iterator[str]:
    if one.key in before:
        yield f"There are two questions {one.key!r}."
    if one.fatal and not one.critical:
        yield "A fatal error is critical for somebody: say for whom (customer, business or compliance)."
    if one.kind == "scale" and one.fact:
        yield "What is on file says yes or no: a question that it answers is no scale."
    if one.when:
        yield from _never_asked(one.when, before)


def _never_asked(when: Asked, before: dict[str, Question]) -> Iterator[str]:
    earlier = before.get(when.question)
    if earlier is None:
        yield f"It is asked by the answer to {when.question!r}, which is no question before it."
        return
    for told in when.answers:
        if earlier.value_of(told) is None:
            known = ", ".join(words.lower() for _, words in earlier.choices)
            yield f"{when.question!r} has no answer {told!r}; it has {known}."
