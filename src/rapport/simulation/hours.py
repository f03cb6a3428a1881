"""When reps worked and what they knew, inferred from the calls they answered. The log says neither.

The method, for each rep:

- What they know: every reason that is at least 0.5 % of the calls they answered; the fewer, the higher the level.
- A service lasts from the answer to the end of the talk, plus the wrap-up: the median time reps needed
  between two calls while somebody they could serve was waiting (the machine gives the next call at once;
  the rest is the rep's).
- Between two services the rep was there, unless the gap is longer than `away_seconds`, or somebody they
  could serve was waiting meanwhile: a rep who is there is given the one who waits. Then they left after the
  first service and came back when that wait ended.
- In a replay a rep who is busy when the shift ends finishes the contact in hand. So that this does not add
  work, a shift ends when half of its last service is over. The share was chosen so that the recorded
  centre's own rule gives back its recorded waits (with 0 they come out a third shorter, with 1 half as long
  again).

Its limits: a rep who was there before the first or after the last service of a stretch is not seen, nor one
who left and came back while nobody waited. A call that names no rep has one of its own. So a replay
compares policies on the same floor; it does not tell how many reps a day needs.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rapport.contacts.call_logs.records import CallRecord

from .engine import Shift

Floats = NDArray[np.float64]
AWAY_SECONDS = 600.0
GRACE_SECONDS = 10.0
KNOWN_SHARE = 0.005
LAST_SERVICE_SHARE = 0.5
NAMED = "1 "


@dataclass(frozen=True, slots=True)
class Hours:
    """The shifts of all reps (numbered from 0), and the wrap-up they need after each call, in seconds.

    `rep` is who answered each of the n calls (-1: nobody); `names` the numbers of those whom the log names.
    """

    shifts: list[Shift]
    wrap_up_seconds: float
    rep: NDArray[np.int64]
    names: dict[str, int]


@dataclass(frozen=True, slots=True)
class _Services:
    """What one rep did: services in order of time, in seconds, and the reasons they know."""

    begun: Floats
    ended: Floats
    reasons: frozenset[str]


def infer_hours(calls: Sequence[CallRecord], *, away_seconds: float = AWAY_SECONDS) -> Hours:
    """The hours of every rep who answered one of the calls, in epoch seconds.

    Skills are reasons, written as `skill_of` does, at the level that `level_of` says.
    """
    waits = _waits_by_reason(calls)
    answered = _answered(calls)
    rep_of = np.full(len(calls), -1, dtype=np.int64)
    shifts: list[Shift] = []
    gaps: list[float] = []
    for rep, name in enumerate(sorted(answered)):
        rep_of[answered[name]] = rep
        services = _services_of([calls[number] for number in answered[name]])
        busy = _union(*(waits[reason] for reason in sorted(services.reasons) if reason in waits))
        skills = dict.fromkeys(sorted(map(skill_of, services.reasons)), level_of(len(services.reasons)))
        shifts += _shifts(rep, skills, services, busy, away_seconds)
        gaps += _gaps_while_waiting(services, busy)
    names = {name.removeprefix(NAMED): rep for rep, name in enumerate(sorted(answered)) if name.startswith(NAMED)}
    return Hours(shifts, float(np.median(gaps)) if gaps else 0.0, rep_of, names)


def skill_of(reason: str) -> str:
    """The skill of who answers calls for this reason, written as plans of routing write skills."""
    return re.sub(r"[^\w-]+", "-", reason.lower())


def level_of(reasons: int) -> int:
    """The level of who knows so many reasons: 5 for one alone, 4 for two, down to 1 for five or more."""
    return max(1, 6 - reasons)


def _answered(calls: Sequence[CallRecord]) -> dict[str, list[int]]:
    """The calls each rep answered, by name; each that names nobody is of a rep of its own."""
    answered: dict[str, list[int]] = defaultdict(list)
    for number, call in enumerate(calls):
        if call.answered_at is not None:
            answered[f"{NAMED}{call.agent_id}" if call.agent_id else f"2 {number:09}"].append(number)
    return answered


def _services_of(calls: list[CallRecord]) -> _Services:
    stretches = sorted(
        (call.answered_at.timestamp(), call.ended_at.timestamp()) for call in calls if call.answered_at
    )
    counted = Counter(call.reason_key for call in calls)
    known = frozenset(reason for reason, count in counted.items() if count >= KNOWN_SHARE * len(calls))
    begun, ended = np.array(stretches, dtype=float).T
    return _Services(begun, np.maximum.accumulate(ended), known)


def _waits_by_reason(calls: Sequence[CallRecord]) -> dict[str, Floats]:
    """For each reason, stretches of shape (2, n) in which somebody had waited longer than the grace."""
    stretches: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for call in calls:
        if call.queued_at is not None and call.wait_seconds > GRACE_SECONDS:
            begun = call.queued_at.timestamp()
            stretches[call.reason_key].append((begun + GRACE_SECONDS, begun + call.wait_seconds))
    return {reason: np.array(sorted(told), dtype=float).T for reason, told in stretches.items()}


def _union(*stretches: Floats) -> Floats:
    """Stretches of shape (2, n) that do not overlap and cover the same, in order of time."""
    begun, ended = np.concatenate((np.empty((2, 0)), *stretches), axis=1)
    order = np.argsort(begun, kind="stable")
    begun, ended = begun[order], np.maximum.accumulate(ended[order])
    first = np.concatenate(([True], begun[1:] > ended[:-1]))[: begun.size]
    last = np.concatenate((first[1:], [True]))[: begun.size]
    return np.stack((begun[first], ended[last]))


def _last_wait(busy: Floats, before: Floats) -> Floats:
    """The last instant, at most `before`, at which somebody waited; minus infinity where nobody had."""
    index = np.searchsorted(busy[0], before, side="left") - 1
    ends = np.concatenate((busy[1], [-np.inf]))[index]
    return np.minimum(ends, before)


def _gaps_while_waiting(services: _Services, busy: Floats) -> list[float]:
    """The seconds between two services of which the first ended while somebody waited, where the rep stayed."""
    ended, begun = services.ended[:-1], services.begun[1:]
    gaps = begun - ended
    waited = _last_wait(busy, ended) == ended
    told: list[float] = gaps[waited & (gaps >= 0) & (gaps <= 60)].tolist()
    return told


def _shifts(
    rep: int, skills: dict[str, int], services: _Services, busy: Floats, away_seconds: float
) -> list[Shift]:
    ended, begun = services.ended[:-1], services.begun[1:]
    waited = _last_wait(busy, begun)
    away = waited > ended + GRACE_SECONDS
    parts = away | (begun - ended > away_seconds)
    back = np.where(away & (begun - waited <= away_seconds), waited, begun)
    leaves = services.ended - LAST_SERVICE_SHARE * (services.ended - services.begun)
    comes = np.concatenate((services.begun[:1], back[parts]))
    goes = np.concatenate((leaves[:-1][parts], leaves[-1:]))
    return [
        Shift(rep, float(begin), max(float(end), float(begin) + 1.0), skills)
        for begin, end in zip(comes, goes, strict=True)
    ]
