"""How far a contact is through its guide, as it is kept; small, and the same after a trip through JSON. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from rapport.guides.definition.answers import Answer
from rapport.kit.documents import Part

How = Literal["hand", "heard", "customer"]


class Covered(Part):
    """A step was done: when, by whom, and whether by hand, heard by the machine, or by the customer alone."""

    at: datetime
    by: str
    how: How = "hand"


class Skipped(Part):
    """A required touch point was left out by somebody who may: when, by whom and why."""

    at: datetime
    by: str
    because: str


class Result(Part):
    """What came of a do step: waiting, done or failed, and a few words of the partner's system."""

    status: Literal["waiting", "done", "failed"]
    at: datetime
    words: str = ""


class State(Part):
    """The steps gone through (``at`` is the place in ``path``), what was answered, covered and left out."""

    path: tuple[str, ...] = ()
    at: int = 0
    answers: dict[str, Answer] = {}
    covered: dict[str, Covered] = {}
    skipped: dict[str, Skipped] = {}
    results: dict[str, Result] = {}
    upset: bool = False
