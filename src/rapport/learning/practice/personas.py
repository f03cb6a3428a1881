"""Who reps practise with: the personas that come with Rapport, and how one becomes the script of a practice.

What a persona objects and answers is the programme's own: objections and what answers them are those of its
library, in the library's order; questions are those of the guide's typed fields.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from rapport.kit.documents import Kind, Part
from rapport.learning.practice.customer import Fact, Objection, Script, words_of

FILE = Path(__file__).with_name("personas.toml")
KIND = Kind("a file of personas")
ANSWERS = {
    "yes_no": "Yes.",
    "email": "It is the one you have on file.",
    "telephone": "The number you have is right.",
    "date": "The first of next month.",
    "money": "About 90 a year.",
    "number": "Two.",
}
IN_WORDS = "Nothing special, to be honest."


class Persona(Part):
    """Who comes, apart from what the programme gives: words, pace and patience."""

    name: str
    about: str
    customer: str
    likes: str
    pace_seconds: Annotated[int, Field(ge=1, le=120)]
    patience: Annotated[int, Field(ge=1, le=10)]
    objections: Annotated[int, Field(ge=0, le=5)]
    opens: str
    met: str
    unmoved: list[str] = Field(min_length=1)
    unsure: str
    stays: str
    leaves: str


class Personas(Part):
    """The file of them, by key."""

    personas: dict[str, Persona]


class Asked(Part):
    """A typed field of a guide: what it is called, its type, and its choices."""

    label: str
    type: str
    choices: list[str] = []


class Objected(Part):
    """An objection of the library: its key, a sentence in which customers raise it, and what answers it."""

    key: str
    says: str
    answers: list[str]


@cache
def personas() -> Mapping[str, Persona]:
    """Return the personas that there are, by key."""
    return KIND.read(FILE.read_text(), Personas, lambda _: []).personas


def opening(persona: Persona, reason: str) -> str:
    """Return what the persona writes first, about a reason as the programme calls it."""
    return persona.opens.replace("{reason}", reason)


def script_for(key: str, *, reason: str, asked: Iterable[Asked], objected: Iterable[Objected]) -> Script:
    """Return the script of a practice with a persona that comes for a reason."""
    persona = personas()[key]
    found = [
        Objection(key=one.key, says=one.says, met_by=[sorted(words_of(words)) for words in one.answers])
        for one in objected
    ]
    return Script(
        persona=key,
        pace_seconds=persona.pace_seconds,
        patience=persona.patience,
        opens=opening(persona, reason),
        facts=[_name(persona), *(fact for one in asked if (fact := _fact(one)) is not None)],
        objections=found[: persona.objections],
        met=persona.met,
        unmoved=persona.unmoved,
        unsure=persona.unsure,
        stays=persona.stays,
        leaves=persona.leaves,
    )


def _name(persona: Persona) -> Fact:
    return Fact(asked=["name"], says=f"My name is {persona.customer}.")


def _fact(one: Asked) -> Fact | None:
    asked = sorted(words_of(one.label))
    if not asked:
        return None
    choice = next(iter(one.choices), "")
    return Fact(asked=asked, says=f"{choice}." if choice else ANSWERS.get(one.type, IN_WORDS))
