"""What each offer is worth, and with which chance it is the one to make: most often the best known. Pure.

The worth of an offer is its lift (how many more stay because of it) times the value that remains, and what it
brings less what it costs as often as it is accepted. One that is not worth more than nothing is not made.

The lift is known with an error, so is the worth. The chance of an offer is the probability that it is the best
(W. R. Thompson, Biometrika 25 (1933) 285), found by integration, not by sampling; held so that all others together
have no more than the cap, and none less than a tenth of its even part of the cap: what is never drawn is never
learnt of, and no other policy could be judged by the log.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from uuid import UUID

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

Floats = NDArray[np.float64]
STEPS = 801
SIDES = 8.0  # standard errors to each side that the integral covers
LEAST_SHARE = 0.1
LEAST_ERROR = 1e-9


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an offer here: how many more stay because of it, with its error, and how many accept it."""

    lift: float
    error: float
    takes: float


@dataclass(frozen=True, slots=True)
class Weighed:
    """An offer with what it is worth to make it, in minor units, with its error."""

    key: str
    known: Known
    worth: float
    error: float


def weigh(key: str, known: Known, *, value: int, cost: int, gain: int = 0) -> Weighed:
    """Return what it is worth to make an offer to somebody whose remaining value is ``value``, in minor units."""
    return Weighed(key, known, known.lift * value + known.takes * (gain - cost), known.error * value)


def best_chances(worth: ArrayLike, error: ArrayLike) -> Floats:
    """The probability of each of n independent normal quantities to be the largest, shape (n,); they sum to 1."""
    means = np.asarray(worth, dtype=float)
    if means.size < 2:
        return np.ones(means.size)
    spread = np.maximum(np.asarray(error, dtype=float), LEAST_ERROR * max(1.0, float(np.abs(means).max())))
    at = np.linspace(-SIDES, SIDES, STEPS)
    density = np.exp(-(at**2) / 2)
    found = np.empty(means.size)
    for one in range(means.size):
        below = ndtr((means[one] + spread[one] * at[:, None] - means) / spread)
        below[:, one] = 1.0
        found[one] = (density * below.prod(axis=1)).sum()
    chances: Floats = found / found.sum()
    return chances


def chances(weighed: Sequence[Weighed], explore: float) -> Floats:
    """The chance of each offer to be drawn, shape (n,): the best known has at least ``1 - explore``.

    Raises:
        ValueError: explore not between 0 and 1.
    """
    if not 0 <= explore <= 1:
        raise ValueError("the share of exploration lies between 0 and 1")
    worth = np.array([one.worth for one in weighed])
    found = best_chances(worth, [one.error for one in weighed])
    if found.size < 2:
        return found
    best = int(worth.argmax())
    others = np.arange(found.size) != best
    least = LEAST_SHARE * explore / others.sum()
    spare = explore - least * others.sum()
    over = float(found[others].sum())
    found[others] = least + found[others] * min(1 - LEAST_SHARE, spare / over if over > 0 else 0.0)
    found[best] = 1 - found[others].sum()
    return found


def order(keys: Sequence[str], drawn: Floats, whose: UUID) -> list[tuple[str, float]]:
    """Return all the keys in the order drawn, each with its chance given those before it.

    By the digest of ``whose``, so that a draw can be repeated from the log.
    """
    left, found = list(range(len(keys))), list[tuple[str, float]]()
    while left:
        share = drawn[left] / drawn[left].sum()
        taken = min(int((_place(whose, len(found)) >= share.cumsum()).sum()), len(left) - 1)
        found.append((keys[left[taken]], float(share[taken])))
        del left[taken]
    return found


def _place(whose: UUID, number: int) -> float:
    """Return a place from 0 to below 1, evenly spread."""
    digest = blake2b(whose.bytes + number.to_bytes(2), digest_size=8).digest()
    return int.from_bytes(digest) / 2**64
