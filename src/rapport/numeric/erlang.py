"""Queueing formulas of Erlang (B, C) and Palm (A) for a group of equal reps.

All assume Poisson arrivals at a constant rate, exponential service, one queue in order of arrival, and a
steady state. Do not use them for short overloads, for groups with different skills, or where repeated calls
matter: simulate.

Throughout, `load_erlangs` is arrivals per second times mean service seconds, and `reps` how many work.
Arguments broadcast; results are float64 arrays of the broadcast shape.

Sources: A. K. Erlang (1917); C. Palm (1957); A. Mandelbaum and S. Zeltyn, "Service engineering in action: the
Palm/Erlang-A queue" (2007), from which the notation of Erlang A is taken.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

Floats = NDArray[np.float64]


def blocking_probability(load_erlangs: ArrayLike, reps: ArrayLike) -> Floats:
    """Erlang B: the share of contacts that find all reps busy and go away at once.

    By the recursion 1/B(n) = 1 + n/a / B(n-1), which neither overflows nor cancels. Takes max(reps) vector
    steps.

    Raises:
        ValueError: load below 0, or reps not whole or below 0.
    """
    load, count = _checked(load_erlangs, reps)
    inverse = np.ones(np.broadcast_shapes(load.shape, count.shape))
    with np.errstate(divide="ignore", over="ignore"):
        for step in range(1, int(count.max(initial=0)) + 1):
            inverse = np.where(step <= count, 1.0 + inverse * (step / load), inverse)
        return 1.0 / inverse


def waiting_probability(load_erlangs: ArrayLike, reps: ArrayLike) -> Floats:
    """Erlang C: the share of contacts that wait, when nobody gives up. 1 where load >= reps.

    Raises:
        ValueError: as `blocking_probability`.
    """
    load, count = _checked(load_erlangs, reps)
    blocked = blocking_probability(load, count)
    with np.errstate(divide="ignore", invalid="ignore"):
        waits = blocked / (1.0 - load / count * (1.0 - blocked))
    return np.where(load >= count, 1.0, waits)


def mean_wait_seconds(load_erlangs: ArrayLike, reps: ArrayLike, service_seconds: ArrayLike) -> Floats:
    """Erlang C: the mean wait of all contacts, in seconds. Infinite where load >= reps."""
    load, count = _checked(load_erlangs, reps)
    with np.errstate(divide="ignore"):
        spare = np.where(load < count, np.asarray(service_seconds, dtype=float) / (count - load), np.inf)
    return waiting_probability(load, count) * spare


def service_level(
    load_erlangs: ArrayLike, reps: ArrayLike, service_seconds: ArrayLike, threshold_seconds: ArrayLike
) -> Floats:
    """Erlang C: the share of contacts answered within the threshold. 0 where load >= reps."""
    load, count = _checked(load_erlangs, reps)
    rate = np.maximum(count - load, 0.0) / np.asarray(service_seconds, dtype=float)
    late: Floats = waiting_probability(load, count) * np.exp(-rate * np.asarray(threshold_seconds, dtype=float))
    return 1.0 - late


def abandonment(
    load_erlangs: ArrayLike, reps: ArrayLike, service_seconds: ArrayLike, patience_seconds: ArrayLike
) -> tuple[Floats, Floats, Floats]:
    """Erlang A: contacts give up after an exponential patience of mean `patience_seconds` (above 0).

    Returns:
        The share of contacts that wait, the share that abandon, and the mean wait in seconds of all contacts
        (answered or not). Steady under any load.

    Raises:
        ValueError: as `blocking_probability`; also for reps, service or patience of 0, or a load of 0.
    """
    load, count = _checked(load_erlangs, reps)
    service = np.asarray(service_seconds, dtype=float)
    patience = np.asarray(patience_seconds, dtype=float)
    if any((values <= 0).any() for values in (load, count, service, patience)):
        raise ValueError("load, reps, service and patience must be above 0")
    log_a = _log_a(count * patience / service, load * patience / service)
    blocked = blocking_probability(load, count)
    with np.errstate(over="ignore", divide="ignore"):
        waits = 1.0 / (1.0 + (1.0 - blocked) / blocked * np.exp(-log_a))
    intensity = load / count
    of_those_waiting = np.exp(-log_a) / intensity + 1.0 - 1.0 / intensity
    gone = waits * np.clip(of_those_waiting, 0.0, 1.0)
    return waits, gone, gone * patience


def _log_a(x: Floats, y: Floats) -> Floats:
    """The logarithm of A(x, y) = x e^y y^-x gamma(x, y), the sum of y^j / ((x+1)...(x+j)) over j >= 0."""
    x, y = np.broadcast_arrays(x, y)
    lower = special.gammainc(x, y)
    by_gamma = lower > 1e-200
    with np.errstate(divide="ignore", over="ignore"):
        large = np.log(x) + y - x * np.log(y) + special.gammaln(x) + np.log(lower)
        small = np.log(special.hyp1f1(1.0, x + 1.0, np.where(by_gamma, 0.0, y)))
    return np.where(by_gamma, large, small)


def _checked(load_erlangs: ArrayLike, reps: ArrayLike) -> tuple[Floats, Floats]:
    load, count = np.asarray(load_erlangs, dtype=float), np.asarray(reps, dtype=float)
    if not (load >= 0).all():
        raise ValueError("load must not be below 0")
    if not ((count >= 0) & (count == np.floor(count))).all():
        raise ValueError("reps must be whole and not below 0")
    return load, count
