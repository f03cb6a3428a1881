"""How long saved customers stay: the survival curve of claims, those too young to judge among them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from rapport.ledger.queries import followed
from rapport.numeric.survival import kaplan_meier

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rapport.accounts.models import Programme

EVERY = 10  # days between the rows of the table
NORMAL_95 = 1.959964


@dataclass(frozen=True, slots=True)
class Point:
    """After so many days: the share still here, its interval's ends, and how many were followed so long."""

    day: int
    share: float
    low: float
    high: float
    at_risk: int


def survival(programme: Programme, start: date, end: date) -> list[Point]:
    """Return the curve of claims made on these days, day by day; empty where nothing is known of any."""
    counted = followed(programme, start, end)
    table = np.array(counted, dtype=np.int64).reshape(-1, 3)
    days, left, claims = table.T
    if not days.any():
        return []
    curve = kaplan_meier(days, left, counts=claims)
    at = np.arange(days.max() + 1)
    steps = np.searchsorted(curve.times, at, side="right")
    share = np.concatenate(([1.0], curve.survival))[steps]
    low, high = _log_log(share, np.concatenate(([0.0], curve.variance))[steps])
    lasted = np.bincount(days, weights=claims)
    at_risk = np.cumsum(lasted[::-1])[::-1].astype(np.int64)
    columns = (at, share, low, high, at_risk)
    return [Point(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]


def _log_log(share: NDArray[Any], variance: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the ends of the interval that stays between 0 and 1, by the logarithm of the hazard so far."""
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.sqrt(variance) / (share * np.abs(np.log(share)))
        ends = share ** np.exp(NORMAL_95 * error), share ** np.exp(-NORMAL_95 * error)
    inside = (share > 0) & (share < 1)
    return np.where(inside, ends[0], share), np.where(inside, ends[1], share)


def chart(points: list[Point]) -> dict[str, Any]:
    """Return the chart of the curve with its band."""
    series = {
        "name": "Still here",
        "values": [point.share for point in points],
        "low": [point.low for point in points],
        "high": [point.high for point in points],
    }
    return {"kind": "line", "x": [point.day for point in points], "series": [series], "unit": "%", "max": 1}


def rows(points: list[Point]) -> list[Point]:
    """Return the rows of the table: every so many days, and the last."""
    return [point for point in points if not point.day % EVERY or point is points[-1]]
