"""What a kind of certificate says, how it is read, and what is wrong with one. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from rapport.kit.documents import KEY, DocumentInvalid, Fault, Kind, Part

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Key = Annotated[str, StringConstraints(pattern=KEY)]
Freedom = Annotated[int, Field(ge=0, le=5)]
MOST_CHARACTERS = 20_000


class KindInvalid(DocumentInvalid):
    """A kind of certificate that cannot be used; ``faults`` has the line of each fault and its words."""

    code = "certificate_kind_invalid"


KIND = Kind("a kind of certificate", KindInvalid, MOST_CHARACTERS)


class Level(Part):
    """A level of the certificate, and all that is asked for it."""

    name: Line
    freedom: Freedom = Field(default=5, description="the highest level of the skill that counts with it")
    courses: list[Key] = Field(default=[], max_length=20, description="keys of courses that are to be passed")
    contacts: Annotated[int, Field(ge=0, le=50)] = Field(
        default=0, description="so many contacts, the latest that were scored: drawn at random, or on the job"
    )
    mean: Annotated[int, Field(ge=0, le=100)] = Field(default=0, description="their mean score at least, per cent")
    practices: Annotated[int, Field(ge=0, le=50)] = Field(
        default=0, description="so many practices with a made-up customer, up to their last word, whatever that is"
    )
    clearance: bool = Field(default=False, description="the programme's clearance is to hold")
    months_here: Annotated[int, Field(ge=0, le=600)] = Field(default=0, description="months on the programme")
    certificates: dict[Key, Annotated[int, Field(ge=1, le=10)]] = Field(
        default={}, max_length=20, description="certificates of other kinds, each with the level it is to have"
    )


class Certificate(Part):
    """All that a kind of certificate says."""

    name: Line
    covers: Literal["programme", "skill", "product", "path"] = Field(description="a path keeps nothing behind it")
    skill: Annotated[str, StringConstraints(pattern=rf"{KEY}|^$")] = ""
    product: Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)] = ""
    refuses: bool = Field(default=False, description="nobody without it is offered such a contact")
    freedom: Freedom = Field(default=5, description="the highest level of the skill that counts without it")
    months: Annotated[int, Field(ge=1, le=60)] = Field(description="how long it holds")
    due_days: Annotated[int, Field(ge=0, le=180)] = Field(default=30, description="due so long before its end")
    overdue_days: Annotated[int, Field(ge=0, le=180)] = Field(default=7, description="overdue so long before it")
    on_the_job_days: Annotated[int, Field(ge=0, le=180)] = Field(
        default=0, description="how long who has none may serve with every contact scored; 0: not at all"
    )
    levels: list[Level] = Field(min_length=1, max_length=10)

    @property
    def keeps(self) -> bool:
        """Whether contacts or freedom can be kept behind it."""
        return self.covers == "programme" or bool(self.skill)

    def level(self, number: int) -> Level:
        """Return a level by its number from 1; the highest there is for one beyond it."""
        return self.levels[min(number, len(self.levels)) - 1]


def read_kind(text: str) -> Certificate:
    """Return the kind that the text tells of; KindInvalid with every fault it has."""
    return KIND.read(text, Certificate, lambda kind: [*_faults(kind)])


@lru_cache(maxsize=256)
def kind_kept(text: str) -> Certificate:
    """Return the kind of a text that was found right when it was kept."""
    return read_kind(text)


def _faults(kind: Certificate) -> Iterator[Fault]:
    if kind.covers == "skill" and not kind.skill:
        yield Fault(("covers",), 'Say which skill it covers: skill = "…".')
    if kind.covers in ("programme", "path") and kind.skill:
        yield Fault(("skill",), "What covers the programme, or is a path, names no skill.")
    if kind.covers == "product" and not kind.product:
        yield Fault(("covers",), 'Say which product it covers: product = "…".')
    if not kind.keeps and (kind.refuses or kind.freedom < 5):
        yield Fault(("covers",), "It keeps no contacts and no freedom behind it: name a skill, or the programme.")
    if kind.overdue_days > kind.due_days or kind.due_days >= kind.months * 28:
        yield Fault(("due_days",), "First it is due, then overdue, both while it holds.")
    before = kind.freedom if kind.keeps else 0
    for number, level in enumerate(kind.levels):
        path = ("levels", number)
        if level.mean and not level.contacts:
            yield Fault(path, "Say of how many contacts the mean is.")
        if level.freedom < before:
            yield Fault(path, "A higher level has no less freedom than a lower one, or none.")
        before = max(before, level.freedom)
        if level.name.casefold() in {one.name.casefold() for one in kind.levels[:number]}:
            yield Fault(path, f"There are two levels {level.name!r}.")
