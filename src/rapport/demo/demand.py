"""When customers come: a weekly and daily pattern with the double peak of service lines.

Rates are contacts an hour; instants are epoch seconds; hours are local to the programme.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

HOURS = np.array([
    0.12, 0.09, 0.08, 0.08, 0.10, 0.18, 0.38, 0.65, 0.98, 1.25, 1.36, 1.30,
    1.10, 1.00, 1.05, 1.12, 1.20, 1.28, 1.20, 1.00, 0.78, 0.55, 0.36, 0.22,
])  # fmt: skip
WEEKDAYS = np.array([1.20, 1.10, 1.04, 1.02, 1.06, 0.86, 0.72])  # Monday first; mean 1
SLOT_SECONDS = 1800.0
BUSIEST = float(HOURS.max() * WEEKDAYS.max())


@dataclass(frozen=True, slots=True)
class Slots:
    """Half hours in order: when each begins (epoch seconds) and its share of an average day's contacts."""

    begins: NDArray[np.float64]
    shares: NDArray[np.float64]


def weight(when: datetime) -> float:
    """Return how busy a local time is, 1 being an average hour of an average day at full height."""
    return float(HOURS[when.hour] * WEEKDAYS[when.weekday()])


def slots(zone: ZoneInfo, start: datetime, end: datetime) -> Slots:
    """Return the half hours from ``start`` to before ``end`` (aware, on a half hour in UTC)."""
    count = int((end - start).total_seconds() // SLOT_SECONDS)
    begins = [start.astimezone(UTC) + timedelta(seconds=SLOT_SECONDS * n) for n in range(count)]
    weights = np.array([weight(one.astimezone(zone)) for one in begins])
    return Slots(np.array([one.timestamp() for one in begins]), weights / (2 * HOURS.sum()))


def arrivals(chance: np.random.Generator, line: Slots, per_day: float) -> NDArray[np.float64]:
    """Return sorted arrival instants: Poisson in each half hour, with days that differ a little from plan."""
    days = chance.lognormal(0.0, 0.05, size=len(line.begins) // 48 + 1)
    means = line.shares * per_day * days[np.arange(len(line.begins)) // 48]
    counts = chance.poisson(means)
    times = np.repeat(line.begins, counts) + chance.uniform(0, SLOT_SECONDS, size=int(counts.sum()))
    return np.sort(times)
