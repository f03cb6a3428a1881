"""A month on the floor, contact by contact: who came, who waited, who answered, what came of it.

An event-driven simulation: first come, first served, with the segments' head start; the longest idle rep answers;
patience is exponential, handle times are lognormal, and who is not helped comes back. Instants are epoch seconds.
Assumes one conversation at a time for a rep and no skills: figures of a demonstration, not a forecast.
"""

from __future__ import annotations

import heapq
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Protocol

from rapport.demo.roster import Shift
from rapport.demo.topics import TOPICS, Topic

HEAD_START = (0.0, 30.0, 90.0)  # seconds, by segment: standard, plus, priority
PATIENCE_SECONDS = {"voice": 240.0, "chat": 330.0}
CHAT_SHARE = 0.42
FINDS_HARD, HARD_FIRST = 4, 2  # every so many-th rep finds one topic hard; that of the first of them
HANDS_ON = 0.12  # so much more of it they hand on
LEFT_IN_MENU = 0.03  # of calls
WRAP_UP_SECONDS = 42.0
TALENT_RESOLVES = 0.065
RETRIES = 0.45  # of those who abandoned
RETURNS = {True: 0.14, False: 0.80}  # by whether the contact was resolved
WEEK = 7 * 48  # half hours
SPREAD = 0.55  # sigma of the logarithm of talk times


@dataclass(slots=True)
class Leg:
    """A stretch with one rep."""

    rep: int
    start: float
    end: float
    wrapped: float


@dataclass(slots=True)
class Visit:
    """One contact. ``customer`` is -1 where nobody on file; ``attempt`` counts from 1 within one matter.

    ``plan``: the number of the one drawn, while one is tried.
    """

    customer: int
    segment: int
    topic: int
    channel: str
    arrived: float
    attempt: int = 1
    queued: float = math.inf  # never asked for a person
    gave_up: float = math.inf
    legs: list[Leg] = field(default_factory=list)
    ended: float = math.inf
    closed: float = math.inf
    resolved: bool = False
    plan: int | None = None

    @property
    def wait(self) -> float:
        """Seconds from the queue to the first answer."""
        return self.legs[0].start - self.queued


@dataclass(slots=True)
class Rep:
    """A rep's talent (standard normal), pace (factor of handle time), and present place in the ledger.

    ``hard`` is the number of the topic that they find hard; -1: none.
    """

    talent: float
    pace: float
    hard: int = -1
    doing: str = "offline"
    since: float = 0.0
    shift: Shift | None = None
    away: list[tuple[str, float, float]] = field(default_factory=list)


class Trial(Protocol):
    """A plan that is tried on some of those who come: which one is drawn, and the head start by it."""

    def plan_for(self, visit: Visit, now: float) -> int | None:
        """Return the number of the plan drawn for who comes now; None where none is tried then."""

    def head_start(self, visit: Visit) -> float:
        """Return the head start in seconds by the plan drawn."""


class Month:
    """The floor over a month. Give it arrivals and shifts, call :meth:`run`, then read visits and spans.

    ``busy`` says how busy each half hour of a week from ``start`` is; people come back at busy times. What is
    before ``since`` is not kept: the floor needs some days until as many come back as ever will.
    """

    def __init__(
        self,
        visits: Sequence[Visit],
        shifts: Sequence[Shift],
        *,
        reps: int,
        start: float,
        since: float,
        end: float,
        busy: Sequence[float],
        seed: int,
    ) -> None:
        self.chance = random.Random(seed)
        self.start, self.since, self.end = start, since, end
        self.busy, self.busiest = busy, max(busy)
        self.trial: Trial | None = None
        self.visits: list[Visit] = []
        self.spans: list[tuple[int, str, float, float]] = []
        self.reps = [
            Rep(self.chance.gauss(0, 1), math.exp(self.chance.gauss(0, 0.12)), _hard_for(number))
            for number in range(reps)
        ]
        self._order = count()
        self._events: list[tuple[float, int, Callable[..., None], tuple[Any, ...]]] = []
        self._waiting: list[tuple[float, int, Visit]] = []
        self._idle: list[tuple[float, int]] = []
        for visit in visits:
            self._at(visit.arrived, self._come, visit)
        for shift in shifts:
            self._at(shift.start, self._begin, shift)

    def run(self) -> None:
        """Let the month pass; afterwards all spans are closed at its end."""
        while self._events:
            now, _, step, whom = heapq.heappop(self._events)
            step(now, *whom)
        for number in range(len(self.reps)):
            self._move(number, "offline", self.end)

    def _at(self, when: float, step: Callable[..., None], *whom: Any) -> None:
        if when < self.end:
            heapq.heappush(self._events, (when, next(self._order), step, whom))

    def _come(self, now: float, visit: Visit) -> None:
        if now >= self.since:
            self.visits.append(visit)
        if visit.channel == "chat":
            self._queue(now, visit)
        elif self.chance.random() < LEFT_IN_MENU:
            visit.ended = now + self.chance.uniform(5, 40)
        else:
            self._at(now + self.chance.uniform(12, 35), self._queue, visit)

    def _queue(self, now: float, visit: Visit) -> None:
        visit.queued = now
        visit.plan = self.trial.plan_for(visit, now) if self.trial else None
        visit.gave_up = now + self.chance.expovariate(1 / PATIENCE_SECONDS[visit.channel])
        self._wait(now, visit)

    def _wait(self, now: float, visit: Visit) -> None:
        start = self.trial.head_start(visit) if self.trial else HEAD_START[visit.segment]
        heapq.heappush(self._waiting, (visit.queued - start, next(self._order), visit))
        self._match(now)

    def _match(self, now: float) -> None:
        while self._waiting and (number := self._longest_idle()) is not None:
            visit = heapq.heappop(self._waiting)[2]
            if visit.gave_up > now:
                heapq.heappop(self._idle)
                self._answer(now, visit, number)
            elif self.chance.random() < RETRIES:
                later = max(now, visit.gave_up + self.chance.uniform(300, 7200))
                self._return(visit, later, attempt=visit.attempt)

    def _longest_idle(self) -> int | None:
        """Return the rep who has been available longest, dropping entries that no longer hold."""
        while self._idle:
            since, number = self._idle[0]
            rep = self.reps[number]
            if rep.doing == "available" and rep.since == since:
                return number
            heapq.heappop(self._idle)
        return None

    def _answer(self, now: float, visit: Visit, number: int) -> None:
        rep, topic = self.reps[number], TOPICS[visit.topic]
        self._move(number, "reserved", now)
        start = now + min(2 + self.chance.expovariate(1 / 3), 15)
        self._move(number, "on_contact", start)
        visit.gave_up = math.inf
        if not visit.legs and self.chance.random() < topic.handed_on + HANDS_ON * (rep.hard == visit.topic):
            end = start + self.chance.uniform(40, 150)
            visit.legs.append(Leg(number, start, end, end))
            self._at(end, self._wait, visit)
            self._at(end, self._free, number)
            return
        end = start + self._talk(visit, topic, rep)
        wrapped = end + max(6.0, _lognormal(self.chance, WRAP_UP_SECONDS, 0.5))
        visit.legs.append(Leg(number, start, end, wrapped))
        visit.ended, visit.closed = end, wrapped
        self._move(number, "wrap_up", end)
        self._at(wrapped, self._free, number)
        self._decide(visit, topic, rep)

    def _talk(self, visit: Visit, topic: Topic, rep: Rep) -> float:
        slower = (1.04 if visit.channel == "chat" else 1.0) * (1.10 if visit.attempt > 1 else 1.0)
        return max(20.0, _lognormal(self.chance, topic.talk_seconds * rep.pace * slower, SPREAD))

    def _decide(self, visit: Visit, topic: Topic, rep: Rep) -> None:
        """Say whether the matter is settled, and let the customer come back where it is not."""
        likely = topic.resolved + TALENT_RESOLVES * rep.talent - (0.07 if visit.attempt > 1 else 0.0)
        visit.resolved = self.chance.random() < min(0.98, max(0.3, likely))
        if self.chance.random() < RETURNS[visit.resolved]:
            self._return(visit, self._later(visit), attempt=visit.attempt + 1)

    def _later(self, visit: Visit) -> float:
        """Return when the customer comes back: days later, more likely when many come anyway."""
        while True:
            days = self.chance.uniform(1, 12) if visit.resolved else self.chance.expovariate(1 / 1.7)
            when = visit.ended + 3600 + days * 86400
            if self._busy_at(when) > self.chance.random() * self.busiest:
                return when

    def _busy_at(self, when: float) -> float:
        return self.busy[int((when - self.start) // 1800) % WEEK]

    def _return(self, visit: Visit, when: float, *, attempt: int) -> None:
        channel = visit.channel if self.chance.random() < 0.8 else ("voice", "chat")[visit.channel == "voice"]
        self._at(when, self._come, Visit(visit.customer, visit.segment, visit.topic, channel, when, attempt))

    def _begin(self, now: float, shift: Shift) -> None:
        rep = self.reps[shift.rep]
        rep.shift, rep.away = shift, list(shift.away)
        for _, start, _ in shift.away:
            self._at(start, self._pause, shift.rep)
        self._at(shift.end, self._pause, shift.rep)
        if rep.doing == "offline":
            self._free(now, shift.rep)

    def _pause(self, now: float, number: int) -> None:
        if self.reps[number].doing == "available":
            self._free(now, number)

    def _free(self, now: float, number: int) -> None:
        """Let a rep go on: home, to what is planned by now, or to the next contact."""
        rep = self.reps[number]
        if rep.shift is None or now >= rep.shift.end:
            self._move(number, "offline", now)
        elif rep.away and rep.away[0][1] <= now:
            doing, start, end = rep.away.pop(0)
            self._move(number, doing, now)
            self._at(now + end - start, self._free, number)
        elif rep.doing != "available":
            self._move(number, "available", now)
            heapq.heappush(self._idle, (now, number))
            self._match(now)

    def _move(self, number: int, doing: str, now: float) -> None:
        rep, now = self.reps[number], min(now, self.end)
        if rep.doing != "offline" and now > rep.since >= self.since:
            self.spans.append((number, rep.doing, rep.since, now))
        rep.doing, rep.since = doing, now


def _hard_for(number: int) -> int:
    """Return the number of the topic that a rep finds hard: for the first it is the app; -1 for most."""
    return -1 if number % FINDS_HARD else (number // FINDS_HARD + HARD_FIRST) % len(TOPICS)


def stranger(visit: Visit) -> str:
    """Return the address of somebody who is not on file."""
    if visit.channel == "voice":
        return "anonymous"
    return f"somebody.{int(visit.arrived * 1000) % 1_000_000}@example.org"


def _lognormal(chance: random.Random, mean: float, spread: float) -> float:
    """Draw from a lognormal distribution with this mean; ``spread`` is the sigma of its logarithm."""
    return chance.lognormvariate(math.log(mean) - spread * spread / 2, spread)
