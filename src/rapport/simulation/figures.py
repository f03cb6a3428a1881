"""What a stretch of contacts comes to: waits, abandonment, service level, and how fairly waits and work fell.

The same for recorded and simulated ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .engine import Run, Shift

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What counts as answered in time, and what as a long wait, in seconds."""

    answered_within: float = 20.0
    long_wait: float = 180.0


USUAL = Thresholds()


@dataclass(frozen=True, slots=True)
class Figures:
    """Of contacts who asked for a person. Waits are of those answered, in seconds; None where there were
    none.

    The service level is those answered within the threshold, of all offered (abandoned ones count against
    it). `long_wait_rate` is the share of all offered who waited longer than stated, answered or not;
    `wait_gini` how unevenly the waiting of all offered is spread (0: all alike, towards 1: all on a few).
    `expected_resolution` is the share of those answered whose matter the rep they got is likely to settle,
    `expected_transfers` the share whom that rep is likely to hand on.
    Of the whole floor only: the mean occupancy of the reps, and its spread (the standard deviation over reps,
    each weighed by their hours).
    """

    offered: int
    answered: int
    abandoned: int
    mean_wait_seconds: float | None
    median_wait_seconds: float | None
    p90_wait_seconds: float | None
    p95_wait_seconds: float | None
    abandonment_rate: float | None
    service_level: float | None
    long_wait_rate: float | None
    wait_gini: float | None
    expected_resolution: float | None = None
    expected_transfers: float | None = None
    occupancy: float | None = None
    occupancy_spread: float | None = None


def figures(
    wait_seconds: Floats,
    answered: Mask,
    *,
    thresholds: Thresholds = USUAL,
    resolution: Floats | None = None,
    transfers: Floats | None = None,
    occupancies: tuple[float, float] | None = None,
) -> Figures:
    """The figures of n contacts: how long each waited, and whether it was answered (else it abandoned).

    Args:
        wait_seconds: NaN for who was never answered and never gave up: a long wait, left out of the Gini.
        answered: shape (n,).
        thresholds: what counts as in time, and as long.
        resolution: of each contact, how likely the rep it got settles it (NaN where not known), shape (n,).
        transfers: how likely that rep hands it on, likewise.
        occupancies: the mean and the spread, as `occupancies` gives them.

    Raises:
        ValueError: the arrays differ in shape.
    """
    if wait_seconds.shape != answered.shape:
        raise ValueError("wait_seconds and answered must have the same shape")
    offered, waits = wait_seconds.size, wait_seconds[answered]
    middle, high, higher = np.quantile(waits, [0.5, 0.9, 0.95]).tolist() if waits.size else (None,) * 3
    mean, spread = occupancies or (None, None)
    return Figures(
        offered=offered,
        answered=waits.size,
        abandoned=offered - waits.size,
        mean_wait_seconds=float(waits.mean()) if waits.size else None,
        median_wait_seconds=middle,
        p90_wait_seconds=high,
        p95_wait_seconds=higher,
        abandonment_rate=(offered - waits.size) / offered if offered else None,
        service_level=float((waits <= thresholds.answered_within).sum()) / offered if offered else None,
        long_wait_rate=1 - float((wait_seconds <= thresholds.long_wait).sum()) / offered if offered else None,
        wait_gini=gini(wait_seconds[~np.isnan(wait_seconds)]),
        expected_resolution=None if resolution is None else _mean_known(resolution[answered]),
        expected_transfers=None if transfers is None else _mean_known(transfers[answered]),
        occupancy=mean,
        occupancy_spread=spread,
    )


def gini(values: Floats) -> float | None:
    """Gini's coefficient of n values not below 0: 0 when all are alike; None of none."""
    if not values.size:
        return None
    total = float(values.sum())
    ranks = 2 * np.arange(1, values.size + 1) - values.size - 1
    return float(ranks @ np.sort(values)) / (values.size * total) if total else 0.0


def busy_seconds(at: Floats, service_seconds: Floats, run: Run, *, until: float) -> float:
    """The seconds that reps spent on contacts between 0 and `until`, all together."""
    begun = at + run.wait_seconds
    spent = np.clip(begun + service_seconds, 0, until) - np.clip(begun, 0, until)
    return float(spent[run.answered].sum())


def occupancies(at: Floats, service_seconds: Floats, run: Run, shifts: Sequence[Shift]) -> tuple[float, float]:
    """The mean occupancy of the reps and its standard deviation, each rep weighed by their hours.

    A rep's occupancy is the share of their shifts spent on contacts, several at once counted once. What is left of
    a contact when the shift in which it began is over does not count. The shifts of a rep do not overlap and all
    end.
    """
    order = sorted(range(len(shifts)), key=lambda index: (shifts[index].rep, shifts[index].begins))
    rep, begins, ends = (
        np.array([getattr(shifts[index], name) for index in order], dtype=float)
        for name in ("rep", "begins", "ends")
    )
    served = np.flatnonzero(run.answered)
    begun = at[served] + run.wait_seconds[served]
    span = ends.max(initial=0.0) - begins.min(initial=0.0) + 1.0  # sets the reps apart on one line of time
    origin = begins.min(initial=0.0)
    since = run.rep[served] * span + begun - origin
    shift = np.searchsorted(rep * span + begins - origin, since, side="right") - 1
    until = since + np.minimum(service_seconds[served], ends[shift] - begun)
    in_order = np.argsort(since, kind="stable")
    since, until = since[in_order], until[in_order]
    busy_until = np.concatenate(([-np.inf], np.maximum.accumulate(until)[:-1]))[: until.size]
    spent = np.clip(until - np.maximum(since, busy_until), 0.0, None)
    hours = np.bincount(rep.astype(int), weights=ends - begins)
    busy = np.bincount(run.rep[served][in_order], weights=spent, minlength=hours.size)
    works = hours > 0
    share, weight = busy[works] / hours[works], hours[works] / hours.sum()
    mean = float(share @ weight)
    return mean, float(np.sqrt(((share - mean) ** 2) @ weight))


def _mean_known(values: Floats) -> float | None:
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else None
