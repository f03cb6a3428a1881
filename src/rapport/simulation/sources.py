"""Where simulated contacts and reps come from when they are not recorded: rates and head counts."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .engine import Shift

Floats = NDArray[np.float64]


def poisson_arrivals(rates: ArrayLike, period_seconds: float, random: np.random.Generator) -> Floats:
    """Instants of arrival (seconds from 0, ascending) at a rate that is constant within each period.

    Args:
        rates: arrivals per second, one for each period, shape (periods,); not below 0.
        period_seconds: the length of a period.
        random: where chance comes from.
    """
    counts = random.poisson(np.asarray(rates, dtype=float) * period_seconds)
    begins = np.repeat(np.arange(counts.size) * period_seconds, counts)
    return np.sort(begins + random.random(begins.size) * period_seconds)


def exponential_or_endless(mean_seconds: float, size: int, random: np.random.Generator) -> Floats:
    """Exponential times of this mean; an infinite mean gives infinite times."""
    if np.isinf(mean_seconds):
        return np.full(size, np.inf)
    return random.exponential(mean_seconds, size)


def staffed(reps: Sequence[int], period_seconds: float) -> list[Shift]:
    """Shifts so that in each period so many reps work.

    Who works in the last period stays until all is done.
    """
    shifts = []
    for rep in range(max(reps, default=0)):
        begin = None
        for period, count in enumerate([*reps, 0]):
            works = rep < count
            if works and begin is None:
                begin = period * period_seconds
            elif not works and begin is not None:
                shifts.append(Shift(rep, begin, period * period_seconds if period < len(reps) else float("inf")))
                begin = None
    return shifts
