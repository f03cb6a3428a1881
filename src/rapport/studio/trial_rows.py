"""What the pages of trials share: what is asked of one, and how arms that are compared are told."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from rapport.insight.arms import Compared
from rapport.insight.registry import Metric
from rapport.insight.words import difference_in_words, written
from rapport.kit.errors import Invalid

UNITS = {"share": ("points", 100), "seconds": ("seconds", 1), "rating": ("stars", 1)}
LEAST = {"share": "5", "seconds": "10", "rating": "0.2"}
LEAST_OF_ALL = 1e-6  # below it the customers that it takes cannot be counted


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be tried and seen: on which share, by which metric, and how small a difference in its unit."""

    share: float
    metric: Metric
    least: float

    @property
    def least_in_words(self) -> str:
        """The difference with its unit."""
        unit, factor = UNITS[self.metric.unit]
        return f"{self.least * factor:g} {unit}"


@dataclass(frozen=True, slots=True)
class Row:
    """One metric of both arms in words; ``at``, ``low`` and ``high``: where it is drawn, 0 to 100."""

    compared: Compared
    control: str
    candidate: str
    difference: str
    low_words: str
    high_words: str
    at: float
    low: float
    high: float
    decides: bool


def row_of(one: Compared, deciding: str) -> Row:
    """Write a metric of both arms; ``deciding`` is the key of the one that decides."""
    ends = [abs(end) for end in (one.low, one.high) if end is not None]
    widest = max(ends, default=0.0) or 1.0

    def at(value: float | None) -> float:
        return 50 + 48 * (value or 0.0) / widest

    def words(value: float | None) -> str:
        return "" if value is None else difference_in_words(one.metric, value)

    return Row(
        compared=one,
        control=written(one.metric, one.control),
        candidate=written(one.metric, one.candidate),
        difference=words(one.difference),
        low_words=words(one.low),
        high_words=words(one.high),
        at=at(one.difference),
        low=at(one.low),
        high=at(one.high),
        decides=one.metric.key == deciding,
    )


def number_of(text: str, otherwise: str) -> float:
    """Return a number as a form sends it; Invalid with these words where it is none."""
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        raise Invalid(otherwise) from None
    if not isfinite(number):
        raise Invalid(otherwise)
    return number
