"""What a stretch of contacts comes to: waits, abandonment, service level.

The same for recorded and simulated ones.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .engine import Run

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Figures:
    """Of contacts who asked for a person. Waits are of those answered, in seconds; None where there were
    none.

    The service level is those answered within the threshold, of all offered (abandoned ones count against
    it).
    """

    offered: int
    answered: int
    abandoned: int
    mean_wait_seconds: float | None
    median_wait_seconds: float | None
    p95_wait_seconds: float | None
    abandonment_rate: float | None
    service_level: float | None


def figures(wait_seconds: Floats, answered: Mask, *, threshold_seconds: float = 20.0) -> Figures:
    """The figures of n contacts: how long each waited, and whether it was answered (else it abandoned).

    Raises:
        ValueError: the arrays differ in shape.
    """
    if wait_seconds.shape != answered.shape:
        raise ValueError("wait_seconds and answered must have the same shape")
    offered, waits = wait_seconds.size, wait_seconds[answered]
    middle, high = np.quantile(waits, [0.5, 0.95]).tolist() if waits.size else (None, None)
    return Figures(
        offered=offered,
        answered=waits.size,
        abandoned=offered - waits.size,
        mean_wait_seconds=float(waits.mean()) if waits.size else None,
        median_wait_seconds=middle,
        p95_wait_seconds=high,
        abandonment_rate=(offered - waits.size) / offered if offered else None,
        service_level=float((waits <= threshold_seconds).sum()) / offered if offered else None,
    )


def busy_seconds(at: Floats, service_seconds: Floats, run: Run, *, until: float) -> float:
    """The seconds that reps spent on contacts between 0 and `until`, all together."""
    begun = at + run.wait_seconds
    spent = np.clip(begun + service_seconds, 0, until) - np.clip(begun, 0, until)
    return float(spent[run.answered].sum())
