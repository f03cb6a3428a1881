"""What a guide can say, part by part; the JSON Schema is made from it."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from rapport.guides.definition.insertions import names_in
from rapport.kit.documents import KEY, Part

Key = Annotated[str, StringConstraints(pattern=KEY)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Point = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Words = Annotated[str, StringConstraints(max_length=2000)]
Level = Annotated[int, Field(ge=0, le=5)]
FromLevel = Annotated[int, Field(ge=1, le=5)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Value = bool | int | Number | date | Annotated[str, StringConstraints(max_length=200)]
Channel = Literal["chat", "voice", "email"]
FieldType = Literal["text", "number", "money", "date", "yes_no", "choice", "email", "telephone"]
Kind = Literal["say", "ask", "do", "check", "branch", "offer", "objection", "close"]
TouchPoint = Literal["", "verbatim", "guided", "free"]
END = "end"


class Comparison(Part):
    """What one fact or answer must be; several of these at once mean all of them."""

    field: Annotated[str, StringConstraints(min_length=1, max_length=120)] = Field(
        description="a fact such as customer.segment, a field of this guide, or result.<step>"
    )
    is_: list[Value] = Field(default=[], alias="is", description="one of these")
    is_not: list[Value] = Field(default=[], description="none of these; what is not known is none of them")
    at_least: int | Number | date | None = None
    at_most: int | Number | date | None = None
    known: bool | None = Field(default=None, description="whether it is known at all")


class Condition(Part):
    """One condition of a list that means all of them: a comparison, or any of several."""

    field: Annotated[str, StringConstraints(max_length=120)] = ""
    is_: list[Value] = Field(default=[], alias="is")
    is_not: list[Value] = []
    at_least: int | Number | date | None = None
    at_most: int | Number | date | None = None
    known: bool | None = None
    any_of: list[Comparison] = Field(default=[], max_length=20, description="one of these is enough")


When = Annotated[list[Condition], Field(max_length=20)]


class For(Part):
    """Which contacts the guide is for; an empty list: any. The most particular guide that fits serves."""

    reasons: list[str] = []
    channels: list[Channel] = []
    segments: list[str] = []
    languages: list[str] = []


class Freedom(Part):
    """Whose level counts for what a rep may rephrase, reorder and skip."""

    skill: str = Field(
        default="", description="level 0 for who has none that is valid today; without a skill all are at 0"
    )
    quiet_from: FromLevel | None = Field(
        default=None, description="level from which a rep is prompted only what is required; absent: never"
    )


class FieldRules(Part):
    """A typed answer."""

    label: Line
    customer_label: Annotated[str, StringConstraints(max_length=120)] = Field(
        default="", description="what a customer who serves themselves reads instead"
    )
    type: FieldType = "text"
    choices: list[Line] = Field(default=[], max_length=50)
    least: Number | None = Field(default=None, description="of a number or of money")
    most: Number | None = Field(default=None, description="of a number or of money")
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] = Field(
        default="EUR", description="of money"
    )
    optional: bool = Field(default=False, description="the step that asks is done without it")
    help: Annotated[str, StringConstraints(max_length=300)] = ""
    saves: Annotated[str, StringConstraints(max_length=120)] = Field(
        default="contact",
        description="contact: kept with the contact; value_given: what of value the customer got, which the "
        "wrap-up then need not ask; file:name, file:likes, file:language, file:email or "
        "file:phone: the customer's file is brought up to date too",
    )


class Branch(Part):
    """Where to go while all of these hold."""

    when: When = Field(min_length=1)
    to: str


class Step(Part):
    """One step; its key is what it is known by through all versions."""

    key: Key
    kind: Kind = "say"
    title: Line
    words: Words = Field(default="", description="what to say; insertions such as {customer.first_name|there}")
    customer_words: Words = Field(default="", description="what a customer who serves themselves reads instead")
    points: list[Point] = Field(default=[], max_length=20, description="what to cover, in own words")
    touch_point: TouchPoint = Field(default="", description="the strict form; empty: it does not count")
    required: Literal["", "always", "when"] = Field(default="", description="when: while the conditions hold")
    when: When = []
    fixed_order: bool = Field(default=False, description="only after the required touch points before it")
    rephrase_from: FromLevel | None = Field(default=None, description="level; absent: never")
    reorder_from: FromLevel | None = Field(default=None, description="level; absent: never")
    skip_from: FromLevel | None = Field(default=None, description="level, with a reason; absent: never")
    asks: list[Key] = Field(default=[], max_length=20, description="fields to fill in here")
    objections: list[Key] = Field(default=[], max_length=50, description="which the library answers here")
    rebuttals: list[Key] = Field(default=[], max_length=50, description="of the library, to show here")
    articles: list[Key] = Field(default=[], max_length=20, description="of the library, to show here")
    slot: Annotated[str, StringConstraints(max_length=50)] = Field(
        default="", description="of offers: save, cross_sell or loyalty"
    )
    connector: Annotated[str, StringConstraints(max_length=50)] = Field(
        default="", description="by which a do step reaches the partner's system; empty: the rep does it by hand"
    )
    gives: list[Key] = Field(default=[], max_length=20, description="fields that the partner's system answers")
    rep_only: bool = Field(default=False, description="self-service hands over to a person here")
    aside: bool = Field(
        default=False, description="open at any time, beside the way; after it the guide goes on where it was"
    )
    branches: list[Branch] = Field(default=[], max_length=30)
    next: str = Field(default="", description="a step, or end; empty: the next in the file")


class Move(Part):
    """One move of a test; exactly one of these."""

    go: str | None = Field(default=None, description="to this step; empty: on")
    back: bool = False
    cover: Key | None = None
    uncover: Key | None = None
    answer: Key | None = None
    value: Value | None = Field(default=None, description="of the answer; absent: taken back")
    skip: Key | None = None
    because: str = ""
    result: Key | None = Field(
        default=None, description="what came of this do step, in value: done, failed or unknown"
    )


class Test(Part):
    """A case that is played when the guide is checked and published."""

    name: Line
    level: Level = 0
    facts: dict[str, Value] = {}
    moves: list[Move] = Field(default=[], max_length=200)
    at: str | None = Field(default=None, description="the step it stands at in the end, or end")
    open: list[str] | None = Field(default=None, description="the required touch points still open, in order")
    refused: bool = Field(default=False, description="the last move is refused")


class Guide(Part):
    """All that a guide says."""

    name: Line
    key: Key | Literal[""] = Field(default="", description="what it is known by; made of the name where empty")
    for_: For = Field(default=For(), alias="for")
    freedom: Freedom = Freedom()
    self_service: bool = Field(default=False, description="customers may go through it themselves")
    fields: dict[Key, FieldRules] = Field(default={}, max_length=100)
    steps: list[Step] = Field(min_length=1, max_length=200)
    tests: list[Test] = Field(default=[], max_length=100)

    @cached_property
    def by_key(self) -> dict[str, Step]:
        """The steps by their keys."""
        return {step.key: step for step in self.steps}

    @cached_property
    def place_of(self) -> dict[str, int]:
        """Where each step stands in the file, from 0."""
        return {step.key: place for place, step in enumerate(self.steps)}

    @cached_property
    def names_used(self) -> frozenset[str]:
        """The facts and fields that its conditions and words name."""
        texts = [text for one in self.steps for text in (one.title, one.words, one.customer_words, *one.points)]
        whens = [when for step in self.steps for when in (step.when, *(one.when for one in step.branches))]
        named = [one.field for when in whens for one in when]
        named += [inner.field for when in whens for one in when for inner in one.any_of]
        return frozenset([*named, *(name for text in texts for name in names_in(text))])
