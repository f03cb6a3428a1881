"""What a made-up customer says next. Pure: a script and what the rep wrote go in, their replies come out.

All turns are gone through from the first each time, so that a reply depends on nothing that is remembered.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Annotated, Literal

from pydantic import Field

from rapport.kit.documents import Part

SHORTEST_WORD = 4  # shorter ones say little of what a sentence is about
WORDS_TO_MEET = 3  # in common with an answer of the library, or all of an answer that has fewer
FACTS_AT_ONCE = 2
TURNS_WITHOUT_OBJECTION = 3  # after so many a customer who objects to nothing is content
SAY_NOTHING = """
about after also because been before being could does from have hello here into just like many more most much only
other over please same should some such than thank that their them then there these they this those very want well
were what when where which will with would your
"""
COMMON = frozenset(SAY_NOTHING.split())
WORD = re.compile(r"[^\W\d_]+")
INSERTION = re.compile(r"\{[^{}]*\}")
Outcome = Literal["", "stayed", "left"]


class Fact(Part):
    """Something the customer answers when a rep asks with one of these words."""

    asked: list[str]
    says: str


class Objection(Part):
    """What the customer objects, the library's key of it, and the words of each answer that meets it."""

    key: str = ""
    says: str
    met_by: list[list[str]]


class Script(Part):
    """All that one customer will ever say. ``patience``: how many answers that meet nothing they bear."""

    persona: str
    pace_seconds: Annotated[int, Field(ge=1, le=120)]
    patience: Annotated[int, Field(ge=1, le=10)]
    opens: str
    facts: list[Fact] = []
    objections: list[Objection] = []
    met: str
    unmoved: list[str] = Field(min_length=1)
    unsure: str
    stays: str
    leaves: str


class Reply(Part):
    """What the customer says to one turn of the rep, and whether that is their last word."""

    text: str
    outcome: Outcome = ""


class Told(Part):
    """What came of a script so far: the replies, in order, and the objections that were met, by their place."""

    replies: list[Reply]
    met: list[int]

    @property
    def outcome(self) -> Outcome:
        """How it ended; empty while it goes on."""
        return self.replies[-1].outcome if self.replies else ""


class _Customer:
    """Where a customer stands in their script."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.told: set[int] = set()
        self.met: list[int] = []
        self.open: int | None = None
        self.unmoved = 0
        self.turns = 0

    def hears(self, text: str) -> Reply:
        """Return what they reply to one turn."""
        said, self.turns = words_of(text), self.turns + 1
        answers = self._answers(said)
        if self.open is not None and self._is_met(self.open, said):
            self.met.append(self.open)
            self.open = None
            return self._goes_on([*answers, self.script.met])
        if answers:
            return Reply(text=" ".join(answers))
        if self.open is not None:
            return self._insists()
        return self._goes_on([])

    def _answers(self, said: frozenset[str]) -> list[str]:
        found: list[str] = []
        for place, fact in enumerate(self.script.facts):
            if place not in self.told and len(found) < FACTS_AT_ONCE and said.intersection(fact.asked):
                self.told.add(place)
                found.append(fact.says)
        return found

    def _is_met(self, place: int, said: frozenset[str]) -> bool:
        answers = self.script.objections[place].met_by
        return any(len(said.intersection(one)) >= min(WORDS_TO_MEET, len(set(one))) for one in answers if one)

    def _insists(self) -> Reply:
        """Say that this did not answer the objection; leave once that was said too often."""
        self.unmoved += 1
        if self.unmoved > self.script.patience:
            return Reply(text=self.script.leaves, outcome="left")
        return Reply(text=self.script.unmoved[(self.unmoved - 1) % len(self.script.unmoved)])

    def _goes_on(self, before: list[str]) -> Reply:
        """Raise the next objection; stay once none is left."""
        left = len(self.met)
        if left < len(self.script.objections):
            self.open = left
            return Reply(text=" ".join([*before, self.script.objections[left].says]))
        if self.script.objections or self.turns >= TURNS_WITHOUT_OBJECTION:
            return Reply(text=" ".join([*before, self.script.stays]), outcome="stayed")
        return Reply(text=" ".join([*before, self.script.unsure]))


def play(script: Script, turns: Sequence[str]) -> Told:
    """Return what the customer says to each turn of the rep, up to their last word."""
    customer, replies = _Customer(script), list[Reply]()
    for text in turns:
        replies.append(customer.hears(text))
        if replies[-1].outcome:
            break
    return Told(replies=replies, met=customer.met)


def turns_of(said: Iterable[tuple[bool, str]]) -> list[str]:
    """Return the rep's turns of what was said after the opening, each as (whether the rep did, text), in order.

    Several messages in a row are one turn. The last one is not answered yet where the rep spoke last.
    """
    turns: list[list[str]] = []
    is_reps = False
    for by_rep, text in said:
        if by_rep and is_reps:
            turns[-1].append(text)
        elif by_rep:
            turns.append([text])
        is_reps = by_rep
    return ["\n".join(one) for one in turns]


def words_of(text: str) -> frozenset[str]:
    """Return the words of a text that say what it is about, in small letters, without what is filled in."""
    found = WORD.findall(INSERTION.sub(" ", text).casefold())
    return frozenset(_stem(word) for word in found if len(word) >= SHORTEST_WORD and word not in COMMON)


def _stem(word: str) -> str:
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word
