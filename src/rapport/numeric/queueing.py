"""One queue and its reps, simulated contact by contact in compiled code.

For what formulas cannot say (shifts that come and go, head starts, any service times and patience) where reps are
alike; with skills and steps use `rapport.simulation`, which decides as the router does and gives the same waits
here. Compiled at the first call on a machine (seconds), then kept.

Times are seconds from any origin. A contact that finds nobody free waits by its place, its arrival less its head
start, and leaves when its patience is over; a rep who becomes free just then still answers. The rep idle longest
is next. A rep finishes the contact in hand after the end of the shift.
"""

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def waits(
    at: ArrayLike,
    service_seconds: ArrayLike,
    patience_seconds: ArrayLike,
    *,
    begins: ArrayLike,
    ends: ArrayLike,
    head_start_seconds: ArrayLike = 0.0,
) -> tuple[Floats, NDArray[np.bool_]]:
    """Simulate n contacts and m shifts of a rep each; the same arguments always give the same waits.

    Args:
        at: when each contact arrives, ascending, shape (n,).
        service_seconds: how long each is served; broadcast to (n,).
        patience_seconds: how long each waits before it gives up, infinite for never; broadcast to (n,).
        begins: when each shift begins, shape (m,).
        ends: when each ends, broadcast to (m,); infinite for never.
        head_start_seconds: broadcast to (n,).

    Returns:
        The seconds each contact waited (NaN: still waiting when all was over), and whether it was answered.

    Raises:
        ValueError: arrivals not in order, a service or patience below 0 or NaN, or shapes that do not fit.
    """
    times = np.ascontiguousarray(at, dtype=np.float64)
    service, patience, starts = (
        np.ascontiguousarray(np.broadcast_to(np.asarray(values, dtype=np.float64), times.shape))
        for values in (service_seconds, patience_seconds, head_start_seconds)
    )
    on = np.asarray(begins, dtype=np.float64)
    off = np.broadcast_to(np.asarray(ends, dtype=np.float64), on.shape)
    if not (np.diff(times) >= 0).all() or np.isnan(times).any():
        raise ValueError("arrivals must be in order of time")
    if not ((service >= 0).all() and (patience >= 0).all()):
        raise ValueError("service and patience must be numbers not below 0")
    order = np.argsort(on, kind="stable")
    waited, answered = _run(times, service, patience, times - starts, on[order], off[order])
    return waited, answered


def least_reps(
    at: ArrayLike,
    service_seconds: ArrayLike,
    patience_seconds: ArrayLike,
    *,
    within_seconds: float,
    share: float,
    most: int = 10_000,
) -> int:
    """Return the fewest reps, there all the time, who answer this share of the contacts within so long.

    Found by halving, since one rep more never answers fewer in time. Costs about log2(most) simulations.

    Raises:
        ValueError: as `waits`; also where `most` reps do not suffice.
    """
    count = np.asarray(at).size

    def suffices(reps: int) -> bool:
        waited, answered = waits(at, service_seconds, patience_seconds, begins=np.zeros(reps), ends=np.inf)
        return bool((answered & (waited <= within_seconds)).sum() >= share * count)

    if not suffices(most):
        raise ValueError(f"{most} reps do not answer that share within that time")
    low, high = 0, most
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if suffices(middle) else (middle + 1, high)
    return high


def least_reps_by_period(
    at: ArrayLike,
    service_seconds: ArrayLike,
    patience_seconds: ArrayLike,
    *,
    period_seconds: float,
    periods: int,
    within_seconds: float,
    share: float,
    most: int = 10_000,
) -> NDArray[np.int64]:
    """Return the fewest reps in each period of a day, that of those who come in it this share is answered in time.

    What is left of one period burdens the next, as formulas by period leave out. Give many days, one after the
    other from 0: a target met by one day is met by chance. Of the answers that do, this is one from which no
    period can lose a rep; it need not have the fewest rep hours. Costs about periods × log2(reps) simulations.

    Args:
        at: when contacts arrive over whole days, ascending, shape (n,).
        service_seconds: broadcast to (n,).
        patience_seconds: broadcast to (n,).
        period_seconds: the length of a period.
        periods: how many make a day; the days repeat.
        within_seconds: what counts as in time.
        share: from 0 to 1.
        most: no more reps than this at a time.

    Raises:
        ValueError: as `waits`; also where `most` reps do not suffice.
    """
    times = np.asarray(at, dtype=np.float64)
    period = (times // period_seconds).astype(np.int64)
    days = int(period.max(initial=0)) // periods + 1
    period %= periods
    wanted = share * np.bincount(period, minlength=periods)

    def suffices(reps: NDArray[np.int64]) -> bool:
        begins, ends = _shifts(np.tile(reps, days), period_seconds)
        waited, answered = waits(times, service_seconds, patience_seconds, begins=begins, ends=ends)
        in_time = answered & (waited <= within_seconds)
        return bool((np.bincount(period[in_time], minlength=periods) >= wanted).all())

    def least(which: NDArray[np.int64] | slice, reps: NDArray[np.int64], high: int) -> NDArray[np.int64]:
        low, found = 0, reps.copy()
        while low < high:
            found[which] = middle = (low + high) // 2
            low, high = (low, middle) if suffices(found) else (middle + 1, high)
        found[which] = high
        return found

    reps = np.full(periods, most)
    if not suffices(reps):
        raise ValueError(f"{most} reps do not answer that share within that time")
    reps = least(slice(None), reps, most)
    for one in range(periods):
        reps = least(np.array([one]), reps, int(reps[one]))
    return reps


def _shifts(reps: NDArray[np.int64], period_seconds: float) -> tuple[Floats, Floats]:
    """When shifts begin and end so that in each period so many work; none is cut where it can go on."""
    works = np.arange(reps.max(initial=0))[:, None] < reps[None, :]
    edges = np.diff(works.astype(np.int8), axis=1, prepend=0, append=0)
    begins, ends = (np.nonzero(edges == edge)[1].astype(np.float64) * period_seconds for edge in (1, -1))
    return begins, ends


@njit(cache=True)
def _push(keys: Floats, whos: NDArray[np.int64], size: int, key: float, who: int) -> int:
    """Put (key, who) into a heap of this size, smallest first; returns its new size."""
    here = size
    while here > 0:
        above = (here - 1) >> 1
        if keys[above] < key or (keys[above] == key and whos[above] <= who):
            break
        keys[here], whos[here] = keys[above], whos[above]
        here = above
    keys[here], whos[here] = key, who
    return size + 1


@njit(cache=True)
def _pop(keys: Floats, whos: NDArray[np.int64], size: int) -> int:
    """Take the smallest out of a heap of this size; returns its new size. Read it at 0 before."""
    size -= 1
    key, who, here = keys[size], whos[size], 0
    while True:
        below = 2 * here + 1
        if below >= size:
            break
        other = below + 1
        if other < size and (
            keys[other] < keys[below] or (keys[other] == keys[below] and whos[other] < whos[below])
        ):
            below = other
        if key < keys[below] or (key == keys[below] and who <= whos[below]):
            break
        keys[here], whos[here] = keys[below], whos[below]
        here = below
    keys[here], whos[here] = key, who
    return size


@njit(cache=True)
def _idle_longest(since: Floats, idle: NDArray[np.int64], size: int, ends: Floats, now: float) -> tuple[int, int]:
    """Take the rep idle longest whose shift is not over (-1: nobody); returns the rep and the new size."""
    while size:
        rep = idle[0]
        size = _pop(since, idle, size)
        if ends[rep] >= now:
            return rep, size
    return -1, size


@njit(cache=True)
def _first_in_line(
    places: Floats, line: NDArray[np.int64], size: int, gives_up: Floats, now: float
) -> tuple[int, int]:
    """Take the first in line who has not given up (-1: nobody); returns the contact and the new size."""
    while size:
        contact = line[0]
        size = _pop(places, line, size)
        if gives_up[contact] >= now:
            return contact, size
    return -1, size


@njit(cache=True)
def _run(
    at: Floats, service: Floats, patience: Floats, place: Floats, begins: Floats, ends: Floats
) -> tuple[Floats, NDArray[np.bool_]]:
    count, reps = at.size, begins.size
    waited = np.where(patience < np.inf, patience, np.nan)  # of whoever is never answered
    answered, gives_up = np.zeros(count, np.bool_), at + patience
    busy_until, busy, busy_size = np.empty(reps), np.empty(reps, np.int64), 0
    idle_since, idle, idle_size = np.empty(reps), np.empty(reps, np.int64), 0
    places, line, line_size = np.empty(count), np.empty(count, np.int64), 0
    arrival = shift = 0
    while arrival < count or (line_size and (busy_size or shift < reps)):
        freed = busy_until[0] if busy_size else np.inf
        begun = begins[shift] if shift < reps else np.inf
        if arrival < count and at[arrival] < min(freed, begun):
            now, contact = at[arrival], arrival
            arrival += 1
            rep, idle_size = _idle_longest(idle_since, idle, idle_size, ends, now)
            if rep < 0:
                line_size = _push(places, line, line_size, place[contact], contact)
                continue
        else:
            now, rep = min(freed, begun), shift
            if freed <= begun:
                rep = busy[0]
                busy_size = _pop(busy_until, busy, busy_size)
            else:
                shift += 1
            if now >= ends[rep]:
                continue
            contact, line_size = _first_in_line(places, line, line_size, gives_up, now)
            if contact < 0:
                idle_size = _push(idle_since, idle, idle_size, now, rep)
                continue
        waited[contact], answered[contact] = now - at[contact], True
        busy_size = _push(busy_until, busy, busy_size, now + service[contact], rep)
    return waited, answered
