"""Who works when: shifts laid so that they cover the expected load, and breaks where the floor can spare people.

A greedy cover, good enough for a demonstration; it is not the workforce planning of the product.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rapport.demo.demand import SLOT_SECONDS, Slots

SHIFT_SLOTS = 16  # eight hours
SHRINKAGE = 0.24  # of a shift is breaks, meal, meetings, training
SAFETY = 0.7  # standard deviations of the load that are staffed on top of it
LEAST = 8.0  # reps at any time, those at a break included
PAUSES = (("break", 2, 6, 15), ("meal", 5, 10, 40), ("break", 11, 14, 15))  # half hours into the shift, minutes
IMPROVE = (("meeting", 30), ("training", 45), ("coaching", 45))  # one of them a day, whenever it suits best

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Shift:
    """A rep's working day in epoch seconds, with what takes them off the floor: (doing, start, end) in order."""

    rep: int
    start: float
    end: float
    away: tuple[tuple[str, float, float], ...]


def shifts(
    chance: np.random.Generator, line: Slots, *, reps: int, per_day: float, handle_seconds: float
) -> list[Shift]:
    """Return the shifts of all reps, about five days in seven, in order of their start."""
    load = line.shares * per_day * handle_seconds / SLOT_SECONDS
    need = load + SAFETY * np.sqrt(load)
    laid = _lay(chance, line, np.maximum(need / (1 - SHRINKAGE), LEAST), reps)
    spare = -need
    for _, slot in laid:
        spare[slot : slot + SHIFT_SLOTS] += 1
    made = [_shift(chance, rep, slot, spare, line.begins) for rep, slot in laid]
    return sorted(made, key=lambda shift: (shift.start, shift.rep))


def _lay(chance: np.random.Generator, line: Slots, missing: Floats, reps: int) -> list[tuple[int, int]]:
    """Return who begins in which half hour, filling the largest gaps first."""
    rested = np.full(reps, -np.inf)
    days = -(-len(line.begins) // 48)
    weights = np.array([missing[day * 48 : day * 48 + 48].mean() for day in range(days)])
    laid = []
    for day in range(days):
        window = weights[max(0, day - 3) : day + 4]
        working = round(min(0.95, 5 / 7 * weights[day] / window.mean()) * reps)
        for rep in _who(chance, day, working, reps):
            slot = _best_start(missing, day * 48, float(rested[rep]), line.begins)
            missing[slot : slot + SHIFT_SLOTS] -= 1
            rested[rep] = line.begins[slot] + 19 * 3600  # eleven hours off between shifts
            laid.append((int(rep), slot))
    return laid


def _who(chance: np.random.Generator, day: int, working: int, reps: int) -> NDArray[np.int64]:
    """Choose who works: people rest two days in seven in turn, so that the same ones do not work all week."""
    turn = (np.arange(reps) * 2 + day * 5) % 7 + chance.uniform(0, 1.5, size=reps)
    return np.argsort(turn)[:working]


def _best_start(need: Floats, first: int, rested: float, begins: Floats) -> int:
    """Return the half hour of the day at which a shift fills most of what is still open."""
    starts = [slot for slot in range(first, min(first + 48, len(need))) if begins[slot] >= rested]
    if not starts:
        return min(first + 24, len(need) - 1)
    missing = np.maximum(need[first : first + 48 + SHIFT_SLOTS], 0.0) ** 2  # large gaps first
    filled = np.concatenate([[0.0], np.cumsum(missing)])
    gains = [filled[min(s - first + SHIFT_SLOTS, len(filled) - 1)] - filled[s - first] for s in starts]
    return starts[int(np.argmax(gains))]


def _shift(chance: np.random.Generator, rep: int, slot: int, spare: Floats, begins: Floats) -> Shift:
    """Return the shift with each pause where most reps can be spared; takes them off ``spare``."""
    start = float(begins[slot])
    doing, minutes = IMPROVE[int(chance.integers(len(IMPROVE)))]
    away = []
    for what, early, late, long in (*PAUSES, (doing, 1, 14, minutes)):
        slots = max(1, round(long * 60 / SLOT_SECONDS))
        free = spare[slot + early : slot + late + 1]
        at = slot + early + (int(np.argmax(free)) if len(free) else 0)
        spare[at : at + slots] -= long * 60 / SLOT_SECONDS / slots
        begin = start + (at - slot) * SLOT_SECONDS + float(chance.uniform(0, SLOT_SECONDS / 2))
        away.append((what, begin, begin + long * 60 * float(chance.uniform(0.85, 1.1))))
    end = start + SHIFT_SLOTS * SLOT_SECONDS + float(chance.uniform(-60, 240))
    return Shift(rep, start - float(chance.uniform(0, 180)), end, tuple(sorted(away, key=lambda one: one[1])))
