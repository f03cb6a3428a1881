"""What entries of the library say, part by part; the JSON Schema of a file of them is made from it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from rapport.kit.documents import KEY, Part

MOST_ENTRIES = 2000
LONGEST_ANSWER = 1200
NO_CONTROLS = r"^[^\x00-\x1f\x7f-\x9f]*$"
LINES = r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f]*$"  # of controls only the end of a line
Approach = Literal["price", "personal", "tailored", "structural"]
News = Literal["", "product", "partner"]
Language = Literal[
    "da", "de", "en", "es", "fi", "fr", "hu", "it", "nl", "no", "pt", "ro", "ru", "sv", "tr", "other"
]
Key = Annotated[str, StringConstraints(pattern=KEY)]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=NO_CONTROLS)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300, pattern=NO_CONTROLS)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=NO_CONTROLS)]
Words = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_ANSWER, pattern=LINES)
]
Source = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f-\x9f|]*$"),
]
Names = Annotated[list[Name], Field(max_length=50)]


class Entry(Part, ABC):
    """What every entry has."""

    owner: str = Field(default="", max_length=100, description="who keeps it right, by agent id")
    review_on: date | None = Field(default=None, description="by when it is to be looked over; half a year on")
    language: Language = Field(default="en", description="it is written in, so that its words can be found")

    @property
    @abstractmethod
    def heading(self) -> str:
        """What it is called in a list."""

    @property
    @abstractmethod
    def text(self) -> str:
        """What is said or read out of it."""

    @property
    @abstractmethod
    def beside(self) -> str:
        """What else it can be found by."""

    def said(self) -> dict[str, Any]:
        """Return what a version keeps: all but who keeps it right and until when."""
        return self.model_dump(mode="json", exclude={"owner", "review_on"})


class Objection(Entry):
    """Something that customers say against what is offered or asked."""

    name: Title
    examples: list[Line] = Field(default=[], max_length=50, description="how customers say it")

    @property
    def heading(self) -> str:
        """The name."""
        return self.name

    @property
    def text(self) -> str:
        """The examples."""
        return "\n".join(self.examples)

    @property
    def beside(self) -> str:
        """Nothing."""
        return ""


class Fitting(Entry):
    """What an entry is for; an empty list: any."""

    reasons: Names = Field(default=[], description="keys of the reasons it is for")
    segments: Names = Field(default=[], description="keys of the segments it is for")
    products: Names = Field(default=[], description="the products it is for, as customers' files call them")

    def fits(self, *, reason: str, segment: str, products: frozenset[str]) -> bool:
        """Say whether it is for a contact of this reason with a customer who has these."""
        return (
            (not self.reasons or reason in self.reasons)
            and (not self.segments or segment in self.segments)
            and (not self.products or not products.isdisjoint(one.casefold() for one in self.products))
        )

    @property
    def closeness(self) -> int:
        """How particular it is: in how many ways it says what it is for."""
        return bool(self.reasons) + bool(self.segments) + bool(self.products)


class Evidence(Part):
    """A fact that bears the words out."""

    fact: Line
    source: Source


class Rebuttal(Fitting):
    """An answer to one objection."""

    objection: Key
    title: Title
    approach: Approach = Field(description="which tie it appeals to, from the weakest to the strongest")
    words: Words = Field(description="what to say")
    evidence: list[Evidence] = Field(default=[], max_length=10)

    @property
    def heading(self) -> str:
        """The title."""
        return self.title

    @property
    def text(self) -> str:
        """The words."""
        return self.words

    @property
    def beside(self) -> str:
        """The facts."""
        return "\n".join(one.fact for one in self.evidence)


class Article(Fitting):
    """A short answer to one question."""

    question: Title
    answer: Words
    news: News = Field(default="", description="product or partner: it is news of theirs")

    @property
    def heading(self) -> str:
        """The question."""
        return self.question

    @property
    def text(self) -> str:
        """The answer."""
        return self.answer

    @property
    def beside(self) -> str:
        """The products."""
        return "\n".join(self.products)


class Library(Part):
    """A file of entries; a key names one entry, of whatever kind."""

    objections: dict[Key, Objection] = Field(default={}, max_length=MOST_ENTRIES)
    rebuttals: dict[Key, Rebuttal] = Field(default={}, max_length=MOST_ENTRIES)
    articles: dict[Key, Article] = Field(default={}, max_length=MOST_ENTRIES)

    def entries(self) -> Iterator[tuple[str, str, Entry]]:
        """Yield the kind, the key and the entry of each."""
        for part, kind in PARTS.items():
            for key, entry in getattr(self, part).items():
                yield kind, key, entry


PARTS = {"objections": "objection", "rebuttals": "rebuttal", "articles": "article"}
"""The parts of a file, each with the kind of its entries."""
KINDS: dict[str, type[Entry]] = {"objection": Objection, "rebuttal": Rebuttal, "article": Article}


def entry_of(kind: str, content: dict[str, Any]) -> Entry:
    """Return an entry from what a version keeps."""
    return KINDS[kind].model_validate(content)
