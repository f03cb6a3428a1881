"""The simulated floor: events in order of time, and `routing.policy.decide` wherever somebody waits and
somebody is free.

Times are seconds from any origin. At one instant, reps become free first, then contacts arrive, then
contacts give up, then shifts end; so a caller whose patience ends just when a rep becomes free is answered.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rapport.routing.policy import Assignment, FloorState, Rep, Step, Waiting, decide, next_widening

Floats = NDArray[np.float64]
FREED, BEGINS, ARRIVES, WIDENS, GIVES_UP, ENDS = range(6)


class Policy(Protocol):
    """Whatever decides as `routing.policy.decide` does."""

    def __call__(self, floor: FloorState, now: float, *, traced: bool) -> list[Assignment]:
        """Match those who wait with those who are free."""


@dataclass(frozen=True, slots=True)
class Arrivals:
    """The contacts to come: n values each, in seconds, `at` ascending. Infinite patience never gives up.

    `steps` says for each contact what a rep must know; without it any rep will do.
    """

    at: Floats
    service_seconds: Floats
    patience_seconds: Floats
    head_start_seconds: Floats | None = None
    steps: Sequence[tuple[Step, ...]] | None = None

    def __post_init__(self) -> None:
        lengths = {len(column) for column in self._columns()}
        if lengths != {len(self.at)}:
            raise ValueError("every column must have as many values as there are arrivals")
        if (np.diff(self.at) < 0).any():
            raise ValueError("arrivals must be in order of time")
        if not ((np.asarray(self.service_seconds) >= 0).all() and (np.asarray(self.patience_seconds) >= 0).all()):
            raise ValueError("service and patience must be numbers not below 0")

    def _columns(self) -> list[Sequence[object] | Floats]:
        optional = [column for column in (self.head_start_seconds, self.steps) if column is not None]
        return [self.service_seconds, self.patience_seconds, *optional]


@dataclass(frozen=True, slots=True)
class Shift:
    """A rep takes contacts from `begins` until before `ends`, and finishes the one in hand.

    A rep may have several.
    """

    rep: int
    begins: float = 0.0
    ends: float = float("inf")
    skills: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Run:
    """What became of n contacts: seconds waited (NaN: still waiting when all was over), and the rep (-1:
    none).

    """

    wait_seconds: Floats
    rep: NDArray[np.int64]

    @property
    def answered(self) -> NDArray[np.bool_]:
        """Who got a rep, shape (n,)."""
        return self.rep >= 0

    @property
    def abandoned(self) -> NDArray[np.bool_]:
        """Who gave up, shape (n,)."""
        return (self.rep < 0) & ~np.isnan(self.wait_seconds)


def simulate(arrivals: Arrivals, shifts: Sequence[Shift], *, policy: Policy = decide) -> Run:
    """Run until nothing more can happen. The same arguments always give the same run."""
    floor = _Floor(arrivals, shifts, policy)
    floor.run()
    return Run(np.array(floor.wait_seconds, dtype=float), np.array(floor.served_by, dtype=np.int64))


class _Floor:
    """Who waits, who is free, and the events to come."""

    def __init__(self, arrivals: Arrivals, shifts: Sequence[Shift], policy: Policy) -> None:
        count = len(arrivals.at)
        self.policy = policy
        self.at: list[float] = np.asarray(arrivals.at, dtype=float).tolist()
        self.service: list[float] = np.asarray(arrivals.service_seconds, dtype=float).tolist()
        self.patience: list[float] = np.asarray(arrivals.patience_seconds, dtype=float).tolist()
        starts = np.zeros(count) if arrivals.head_start_seconds is None else arrivals.head_start_seconds
        self.head_start: list[float] = np.asarray(starts, dtype=float).tolist()
        self.steps = arrivals.steps
        self.shifts = shifts
        self.wait_seconds = [float("nan")] * count
        self.served_by = [-1] * count
        self.waiting: dict[int, Waiting] = {}
        self.free: dict[int, Rep] = {}
        self.busy: set[int] = set()
        self.until: dict[int, float] = {}
        self.skills = {shift.rep: shift.skills for shift in shifts}
        self.events = [(shift.begins, BEGINS, index) for index, shift in enumerate(shifts)]
        self.events += [(shift.ends, ENDS, shift.rep) for shift in shifts if shift.ends < float("inf")]
        self.events += [(self.at[0], ARRIVES, 0)] if count else []

    def run(self) -> None:
        events = self.events
        heapify(events)
        handlers: list[Callable[[float, int], None]] = [
            self.freed,
            self.begins,
            self.arrives,
            self.widens,
            self.gives_up,
            self.ends,
        ]
        while events:
            now, kind, which = heappop(events)
            handlers[kind](now, which)

    def arrives(self, now: float, contact: int) -> None:
        if contact + 1 < len(self.at):
            heappush(self.events, (self.at[contact + 1], ARRIVES, contact + 1))
        steps = self.steps[contact] if self.steps is not None else ()
        waiting = Waiting(contact, "", now, self.head_start[contact], steps)
        self.waiting[contact] = waiting
        if self.free:
            self.assign(now)
            if contact not in self.waiting:
                return
        if self.patience[contact] < float("inf"):
            heappush(self.events, (now + self.patience[contact], GIVES_UP, contact))
        if len(steps) > 1:
            self.plan_widening(waiting, now)

    def plan_widening(self, waiting: Waiting, now: float) -> None:
        at = next_widening(waiting, now)
        if at is not None:
            heappush(self.events, (at, WIDENS, waiting.id))

    def widens(self, now: float, contact: int) -> None:
        waiting = self.waiting.get(contact)
        if waiting is not None:
            self.plan_widening(waiting, now)
            self.assign(now)

    def gives_up(self, now: float, contact: int) -> None:
        if self.waiting.pop(contact, None) is not None:
            self.wait_seconds[contact] = self.patience[contact]

    def begins(self, now: float, index: int) -> None:
        shift = self.shifts[index]
        self.until[shift.rep] = max(shift.ends, self.until.get(shift.rep, shift.ends))
        self.skills[shift.rep] = shift.skills
        if shift.rep not in self.busy and shift.rep not in self.free:
            self.is_free(now, shift.rep)

    def ends(self, now: float, rep: int) -> None:
        if now >= self.until[rep]:
            self.free.pop(rep, None)

    def freed(self, now: float, rep: int) -> None:
        self.busy.discard(rep)
        if now < self.until[rep]:
            self.is_free(now, rep)

    def is_free(self, now: float, rep: int) -> None:
        self.free[rep] = Rep(rep, self.skills[rep], now)
        if self.waiting:
            self.assign(now)

    def assign(self, now: float) -> None:
        floor = FloorState(list(self.waiting.values()), list(self.free.values()))
        for made in self.policy(floor, now, traced=False):
            contact, rep = made.contact, made.rep
            del self.waiting[contact], self.free[rep]
            self.busy.add(rep)
            self.wait_seconds[contact] = now - self.at[contact]
            self.served_by[contact] = rep
            heappush(self.events, (now + self.service[contact], FREED, rep))
