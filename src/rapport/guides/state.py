"""How far a contact is through its guide, as it is kept; small, and the same after a trip through JSON. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from rapport.guides.definition.answers import Answer
from rapport.guides.definition.facts import Status
from rapport.kit.documents import Part

How = Literal["hand", "heard", "customer"]


class Covered(Part):
    """A step was done: when, by whom, and whether by hand, heard by the machine, or by the customer alone."""

    at: datetime
    by: str
    how: How = "hand"


class Skipped(Part):
    """A required touch point was left out by somebody who may: when and by whom."""

    at: datetime
    by: str


class Result(Part):
    """What came of a do step: told by hand, or by the partner's system."""

    status: Status
    at: datetime
    how: Literal["hand", "system"] = "hand"


class State(Part):
    """The steps gone through (``at`` is the place in ``path``), what was answered, covered and left out."""

    path: tuple[str, ...] = ()
    at: int = 0
    covered: dict[str, Covered] = {}
    skipped: dict[str, Skipped] = {}
    results: dict[str, Result] = {}
    answers: dict[str, Answer] = {}
    reasons: dict[str, str] = {}  # why a step was left out, or what the partner's system said of it
    upset: bool = False


OF_THE_PERSON = {"answers", "reasons", "upset"}
"""The parts of a state that tell of the customer, and go with them."""
