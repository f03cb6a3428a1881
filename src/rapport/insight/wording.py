"""Words on trial side by side: the same metrics as everywhere, by the words shown, each beside those in force.

Only contacts count on which the words were before a rep: whether they came so far does not hang on the words. The
unit is the customer. Every interval takes its part of the error, so that all together are as sure as one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection

from rapport.insight.arms import (
    LOOKS_BACK,
    UNEVEN,
    Compared,
    compared,
    during,
    lately,
    of_arm,
    sums_by,
    waiting_by,
)
from rapport.insight.registry import metric
from rapport.numeric.trial import split_chance, units_needed

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

OUTCOMES = (
    "resolution_by_reps",
    "resolution_by_customers",
    "first_contact_resolution",
    "satisfaction",
    "gross_save_rate",
    "verified_save_rate",
    "stick_60",
)
"""What words can be tried against."""

OPEN_BEFORE = timedelta(days=7)
"""A contact may have come so long before the words were shown on it."""

COUNTED = """
SELECT words.variant, COUNT(*), COUNT(DISTINCT contact.customer_id)
FROM fact_words AS words JOIN fact_contact AS contact ON contact.contact_id = words.contact_id
WHERE words.programme_id = %(programme)s AND words.trial = %(trial)s
GROUP BY words.variant
"""


@dataclass(frozen=True, slots=True)
class Tried:
    """A trial of words as it is compared: its number, how many others each for which share, from when to when."""

    number: int
    others: int
    share: float
    starts: datetime
    ends: datetime
    planned_units: int

    @property
    def planned_pair(self) -> float:
        """For how many customers of the control and one other together it was planned."""
        return self.planned_units * (1 - (self.others - 1) * self.share)


@dataclass(frozen=True, slots=True)
class Shown:
    """On how many contacts, of how many known customers, each of the words were shown, those in force first.

    ``chance``: of a split between the first and any of the others as uneven as the most uneven one.
    """

    contacts: tuple[int, ...]
    customers: tuple[int, ...]
    chance: float

    @property
    def is_uneven(self) -> bool:
        """Whether the split is not as it was drawn."""
        return self.chance < UNEVEN


def compare_words(programme: Programme, tried: Tried, keys: Sequence[str]) -> list[list[Compared]]:
    """Return for each of the others how its metrics differ from those of the words in force."""
    found = sums_by(_values(programme, tried), keys, "variant")
    return [
        [
            compared(
                metric(key),
                of_arm(found, 0, key),
                of_arm(found, other, key),
                tried.planned_pair,
                comparisons=tried.others,
            )
            for key in keys
        ]
        for other in range(1, tried.others + 1)
    ]


def waiting(programme: Programme, tried: Tried, key: str) -> tuple[int, ...]:
    """Return of how many outcomes it is not known yet how they come out, by the words shown, those in force first.

    They count for nothing until they are judged, whichever way that goes.
    """
    found = waiting_by(_values(programme, tried), key, "variant")
    return tuple(found.get(variant, 0) for variant in range(tried.others + 1))


def _values(programme: Programme, tried: Tried) -> dict[str, Any]:
    return during(programme, tried.starts - OPEN_BEFORE, tried.ends) | {"trial": tried.number}


def shown(programme: Programme, tried: Tried) -> Shown:
    """Return on whom each of the words were shown, and whether that is as it was drawn."""
    with connection.cursor() as cursor:
        cursor.execute(COUNTED, {"programme": programme.pk, "trial": tried.number})
        counted = {variant: (contacts, customers) for variant, contacts, customers in cursor.fetchall()}
    found = [counted.get(variant, (0, 0)) for variant in range(tried.others + 1)]
    customers = tuple(each for _, each in found)
    of_control = 1 - tried.others * tried.share
    chances = [
        split_chance(customers[0], other, tried.share / (tried.share + of_control)) for other in customers[1:]
    ]
    return Shown(tuple(each for each, _ in found), customers, min(1.0, min(chances) * len(chances)))


def words_need(
    programme: Programme, key: str, *, least: float, share: float, others: int, guide: str = ""
) -> tuple[int | None, float | None]:
    """Return how many customers a trial takes to see a difference, and how many with this figure came a day.

    From what is known of the past four weeks, of contacts that had the ``guide``; without one, of all. None where
    that is too little, or says nothing of how many a day it takes.
    """
    before = lately(programme, key, guide=guide)
    a_day = float(before.units) / LOOKS_BACK.days if guide else None
    return units_needed(before, least, share, others=others), a_day
