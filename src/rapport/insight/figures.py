"""What counting gives: figures, and the groups they belong to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

Number = int | float
Group = str | int | date | None


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. ``value`` is None where there is nothing to divide by; a count has no ``denominator``.

    ``cohort`` is, for a figure that needs time to mature, how many contacts it will cover once all have; its
    denominator are those that have matured.
    """

    value: Number | None
    numerator: Number
    denominator: Number | None
    cohort: Number | None = None

    @property
    def matured(self) -> float | None:
        """The share of the cohort that has matured; None where there is no cohort."""
        return (self.denominator or 0) / self.cohort if self.cohort else None

    def as_dict(self) -> dict[str, Number | None]:
        """Return what JSON shows."""
        shown: dict[str, Number | None] = {
            "value": self.value,
            "numerator": self.numerator,
            "denominator": self.denominator,
        }
        return shown if self.cohort is None else shown | {"cohort": self.cohort, "matured": self.matured}


@dataclass(frozen=True, slots=True)
class FigureRow:
    """The figures of one group; the group of everything is empty."""

    group: Mapping[str, Group]
    figures: Mapping[str, Figure]

    def __getitem__(self, key: str) -> Figure:
        """Return the figure of the metric ``key``."""
        return self.figures[key]

    def as_dict(self) -> dict[str, Any]:
        """Return what JSON shows: the group, then each figure by the metric's key."""
        group = {
            name: value.isoformat() if isinstance(value, date) else value for name, value in self.group.items()
        }
        return {"group": group} | {key: figure.as_dict() for key, figure in self.figures.items()}


def plain(value: Any) -> Number:
    """Return an engine's number to three digits, as int where it is whole; nothing counts as 0.

    Facts are counts and seconds to three digits, so their sums are exact however an engine adds them up.
    """
    if value is None:
        return 0
    rounded = round(float(value), 3)
    return int(rounded) if rounded.is_integer() else rounded


def count(total: Any) -> Figure:
    """Return the figure of a count."""
    return Figure(plain(total), plain(total), None)


def quotient(numerator: Any, denominator: Any, cohort: Any = None) -> Figure:
    """Return the figure of a share or a mean; without a denominator it has no value."""
    above, below = plain(numerator), plain(denominator)
    return Figure(above / below if below else None, above, below, None if cohort is None else plain(cohort))
