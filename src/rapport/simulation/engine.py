"""The simulated floor: events in order of time, and the live router's policy wherever somebody waits and somebody
is free.

Times are seconds from any origin. At one instant, reps become free first, then shifts begin, then contacts arrive,
then steps widen, then contacts give up, then shifts end; so a caller whose patience ends just when a rep becomes
free is answered.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rapport.routing.policy import (
    LONGEST_IDLE,
    NO_SCORES,
    ONE_EACH,
    Assignment,
    Capacity,
    Choice,
    FloorState,
    Kind,
    Line,
    Rep,
    Scores,
    Step,
    Waiting,
    decide,
    next_widening,
)

Floats = NDArray[np.float64]
FREED, BEGINS, ARRIVES, WIDENS, GIVES_UP, ENDS = range(6)
NEVER = float("inf")
NO_KIND: Kind = ("", "")


@dataclass(frozen=True, slots=True)
class Arrivals:
    """The contacts to come: n values each, in seconds, `at` ascending. Infinite patience never gives up.

    `steps` says for each contact what a rep must know; without it any rep will do. `kinds` are their reasons and
    segments, for `scores` of the expected outcome; `channels` count where reps may have several at once.
    """

    at: Floats
    service_seconds: Floats
    patience_seconds: Floats
    head_start_seconds: Floats | None = None
    steps: Sequence[tuple[Step, ...]] | None = None
    kinds: Sequence[Kind] | None = None
    channels: Sequence[str] | None = None

    def __post_init__(self) -> None:
        lengths = {len(column) for column in self._columns()}
        if lengths != {len(self.at)}:
            raise ValueError("every column must have as many values as there are arrivals")
        if (np.diff(self.at) < 0).any():
            raise ValueError("arrivals must be in order of time")
        if not ((np.asarray(self.service_seconds) >= 0).all() and (np.asarray(self.patience_seconds) >= 0).all()):
            raise ValueError("service and patience must be numbers not below 0")

    def _columns(self) -> list[Sequence[object] | Floats]:
        optional = (self.head_start_seconds, self.steps, self.kinds, self.channels)
        present = [column for column in optional if column is not None]
        return [self.service_seconds, self.patience_seconds, *present]


@dataclass(frozen=True, slots=True)
class Shift:
    """A rep takes contacts from `begins` until before `ends`, and finishes the one in hand.

    A rep may have several.
    """

    rep: int
    begins: float = 0.0
    ends: float = NEVER
    skills: Mapping[str, int] = field(default_factory=dict)
    team: str = ""
    tier: str = ""


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


def simulate(
    arrivals: Arrivals,
    shifts: Sequence[Shift],
    *,
    choice: Choice = LONGEST_IDLE,
    scores: Scores = NO_SCORES,
    capacity: Capacity = ONE_EACH,
) -> Run:
    """Run until nothing more can happen. The same arguments always give the same run.

    Args:
        arrivals: the contacts.
        shifts: when reps take contacts.
        choice: who is first among several who meet the same step.
        scores: the outcome to expect of each rep, for a choice by best outcome.
        capacity: how much a rep may have in hand; a service takes as long beside others as alone.
    """
    if capacity is not ONE_EACH:
        shared = _SharedFloor(arrivals, shifts, _Kept(scores, capacity), choice)
        shared.run()
        return shared.told()
    skips = any(step.skip_if_absent for steps in set(arrivals.steps or ()) for step in steps)
    matching = _Kept(scores) if skips else _Whole(scores)
    floor = _Floor(arrivals, shifts, matching, choice)
    floor.run()
    return floor.told()


class _Matching(Protocol):
    """Who waits and who is here, and who gets whom."""

    def put_contact(self, waiting: Waiting) -> None: ...

    def drop_contact(self, contact: int) -> None: ...

    def put_rep(self, rep: Rep) -> None: ...

    def drop_rep(self, rep: int) -> None: ...

    def decide(self, now: float) -> Iterable[Assignment]:
        """Match. Those assigned wait no more and are not free."""

    def next_due(self) -> float | None:
        """When something may change by itself."""


class _Whole:
    """What changed is held against the whole of the other side by a plain look, which is quickest on small floors.

    A contact came, or reached a step, or a rep became free. The turn before left nobody waiting whom somebody free
    could serve, so nothing else can match.
    """

    def __init__(self, scores: Scores) -> None:
        self.scores = scores
        self.waiting: dict[int, Waiting] = {}
        self.free: dict[int, Rep] = {}
        self.new_contacts: list[Waiting] = []
        self.new_reps: list[Rep] = []
        self.due: list[tuple[float, int]] = []

    def put_contact(self, waiting: Waiting) -> None:
        self.waiting[waiting.id] = waiting
        self.new_contacts.append(waiting)
        if len(waiting.steps) > 1:
            self.expect(waiting, waiting.placed_at)

    def drop_contact(self, contact: int) -> None:
        del self.waiting[contact]

    def put_rep(self, rep: Rep) -> None:
        self.free[rep.id] = rep
        self.new_reps.append(rep)

    def drop_rep(self, rep: int) -> None:
        self.free.pop(rep, None)

    def decide(self, now: float) -> Iterable[Assignment]:
        while self.due and self.due[0][0] <= now:
            waiting = self.waiting.get(heappop(self.due)[1])
            if waiting is not None:
                self.new_contacts.append(waiting)
                self.expect(waiting, now)
        contacts = self.new_contacts if not self.new_reps else list(self.waiting.values())
        reps = self.new_reps if not self.new_contacts else list(self.free.values())
        made = self.match(contacts, reps, now) if contacts and reps else ()
        self.new_contacts.clear()
        self.new_reps.clear()
        return made

    def match(self, waiting: list[Waiting], reps: list[Rep], now: float) -> list[Assignment]:
        made = decide(FloorState(waiting, reps, scores=self.scores), now, traced=False)
        for contact, rep, _ in made:
            del self.waiting[contact], self.free[rep]
        return made

    def expect(self, waiting: Waiting, now: float) -> None:
        at = next_widening(waiting, now)
        if at is not None:
            heappush(self.due, (at, waiting.id))

    def next_due(self) -> float | None:
        return self.due[0][0] if self.due else None


class _Kept:
    """The line that the router's policy keeps from turn to turn, which also knows who is signed in and busy."""

    def __init__(self, scores: Scores, capacity: Capacity = ONE_EACH) -> None:
        self.line = Line(capacity, scores)
        self.put_contact = self.line.put_contact
        self.drop_contact = self.line.drop_contact
        self.put_rep = self.line.put_rep
        self.drop_rep = self.line.drop_rep

    def decide(self, now: float) -> Iterable[Assignment]:
        return self.line.decide(now, traced=False)

    def next_due(self) -> float | None:
        return self.line.next_due


class _Floor:
    """The events to come, and what became of whom."""

    def __init__(self, arrivals: Arrivals, shifts: Sequence[Shift], matching: _Matching, choice: Choice) -> None:
        count = len(arrivals.at)
        self.matching = matching
        self.choice = choice
        self.at: list[float] = np.asarray(arrivals.at, dtype=float).tolist()
        self.service: list[float] = np.asarray(arrivals.service_seconds, dtype=float).tolist()
        self.patience: list[float] = np.asarray(arrivals.patience_seconds, dtype=float).tolist()
        starts = np.zeros(count) if arrivals.head_start_seconds is None else arrivals.head_start_seconds
        self.head_start: list[float] = np.asarray(starts, dtype=float).tolist()
        self.steps: Sequence[tuple[Step, ...]] = [()] * count if arrivals.steps is None else arrivals.steps
        self.kinds: Sequence[Kind] = [NO_KIND] * count if arrivals.kinds is None else arrivals.kinds
        self.channels: Sequence[str] = [""] * count if arrivals.channels is None else arrivals.channels
        self.shifts = shifts
        self.wait_seconds = [float("nan")] * count
        self.served_by = [-1] * count
        self.here: set[int] = set()
        self.busy: set[int] = set()
        self.until: dict[int, float] = {}
        self.reps = {shift.rep: _signed_in(shift) for shift in shifts}
        self.wakes = NEVER
        self.events = [(shift.begins, BEGINS, index) for index, shift in enumerate(shifts)]
        self.events += [(shift.ends, ENDS, shift.rep) for shift in shifts if shift.ends < NEVER]
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

    def told(self) -> Run:
        return Run(np.array(self.wait_seconds, dtype=float), np.array(self.served_by, dtype=np.int64))

    def arrives(self, now: float, contact: int) -> None:
        if contact + 1 < len(self.at):
            heappush(self.events, (self.at[contact + 1], ARRIVES, contact + 1))
        self.matching.put_contact(
            Waiting(
                contact,
                "",
                now,
                self.head_start[contact],
                self.steps[contact],
                channel=self.channels[contact],
                kind=self.kinds[contact],
                choice=self.choice,
            )
        )
        self.assign(now)
        if self.served_by[contact] < 0 and self.patience[contact] < NEVER:
            heappush(self.events, (now + self.patience[contact], GIVES_UP, contact))

    def widens(self, now: float, _which: int) -> None:
        self.wakes = NEVER
        self.assign(now)

    def gives_up(self, _now: float, contact: int) -> None:
        if self.served_by[contact] < 0:
            self.matching.drop_contact(contact)
            self.wait_seconds[contact] = self.patience[contact]

    def begins(self, now: float, index: int) -> None:
        shift = self.shifts[index]
        self.until[shift.rep] = max(shift.ends, self.until.get(shift.rep, shift.ends))
        self.reps[shift.rep] = _signed_in(shift)
        if shift.rep not in self.here:
            self.is_free(now, shift.rep)

    def ends(self, now: float, rep: int) -> None:
        if now >= self.until[rep] and rep in self.here and rep not in self.busy:
            self.goes(now, rep)

    def freed(self, now: float, contact: int) -> None:
        rep = self.served_by[contact]
        self.busy.discard(rep)
        if now < self.until[rep]:
            self.is_free(now, rep)
        else:
            self.goes(now, rep)

    def goes(self, now: float, rep: int) -> None:
        self.here.discard(rep)
        self.matching.drop_rep(rep)
        self.assign(now)

    def is_free(self, now: float, rep: int) -> None:
        self.here.add(rep)
        self.matching.put_rep(self.reps[rep]._replace(idle_since=now))
        self.assign(now)

    def serve(self, now: float, contact: int, rep: int) -> None:
        self.busy.add(rep)
        self.wait_seconds[contact] = now - self.at[contact]
        self.served_by[contact] = rep
        heappush(self.events, (now + self.service[contact], FREED, contact))

    def assign(self, now: float) -> None:
        for contact, rep, _ in self.matching.decide(now):
            self.serve(now, contact, rep)
        due = self.matching.next_due()
        if due is not None and due < self.wakes:
            self.wakes = due
            heappush(self.events, (due, WIDENS, 0))


class _SharedFloor(_Floor):
    """Reps who may have several contacts at once: one with room left is offered more, until the shift ends."""

    def __init__(self, arrivals: Arrivals, shifts: Sequence[Shift], matching: _Matching, choice: Choice) -> None:
        super().__init__(arrivals, shifts, matching, choice)
        self.in_hand: defaultdict[int, Counter[str]] = defaultdict(Counter)
        self.served = 0

    def begins(self, now: float, index: int) -> None:
        super().begins(now, index)
        if self.shifts[index].rep in self.busy:
            self.is_free(now, self.shifts[index].rep)

    def ends(self, now: float, rep: int) -> None:
        super().ends(now, rep)
        if now >= self.until[rep] and rep in self.busy:
            self.matching.put_rep(self.reps[rep]._replace(takes=False))

    def freed(self, now: float, contact: int) -> None:
        rep = self.served_by[contact]
        self.in_hand[rep][self.channels[contact]] -= 1
        if not self.in_hand[rep].total():
            super().freed(now, contact)
        elif now < self.until[rep]:
            self.is_free(now, rep)

    def is_free(self, now: float, rep: int) -> None:
        self.here.add(rep)
        self.put(now, rep)
        self.assign(now)

    def put(self, now: float, rep: int) -> None:
        handling = {channel: count for channel, count in self.in_hand[rep].items() if count}
        self.matching.put_rep(self.reps[rep]._replace(idle_since=now, handling=handling))

    def assign(self, now: float) -> None:
        before = -1
        while before < self.served:
            before = self.served
            super().assign(now)

    def serve(self, now: float, contact: int, rep: int) -> None:
        super().serve(now, contact, rep)
        self.served += 1
        self.in_hand[rep][self.channels[contact]] += 1
        self.put(now, rep)


def _signed_in(shift: Shift) -> Rep:
    return Rep(shift.rep, shift.skills, team=shift.team, tier=shift.tier)
