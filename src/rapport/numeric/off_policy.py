"""What another policy would have earned, told from the log of one that drew its actions by known chances.

A log has of each choice the chances of every action (its propensities), the action that was drawn, and what came
of it. A policy that was never used is judged by what came of the actions it would have taken too, each counted by
how much likelier it would have taken them.

- :func:`inverse_propensity`: unbiased for any outcome; wide where weights are large. D. G. Horvitz and
  D. J. Thompson, J. Am. Stat. Assoc. 47 (1952) 663.
- :func:`self_normalised`: divided by the weights' mean; a bias of order 1/n, narrower, and never outside the range
  of what came. J. Hájek, in Foundations of Statistical Inference (1971) 236.
- :func:`doubly_robust`: a model's prediction, mended by what the log shows of its errors; right where either the
  model or the propensities are. M. Dudík, J. Langford and L. Li, ICML 2011. The model must not have seen the row
  it predicts (fit it on others), or the interval is too narrow.

Intervals are Student's, from the spread between units, with the degrees of freedom of the effective number of
units (the weights' sum squared over the sum of their squares; L. Kish, Survey Sampling, 1965). Stated error: with
100 effective units or more and outcomes between 0 and 1 a 95 % interval holds the truth in 93 to 97 % of logs. Not
for fewer than LEAST_UNITS effective units: the ends are NaN then. One look at a log: not valid for stopping early.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

LEAST_UNITS = 20
SLACK = 1e-6


@dataclass(frozen=True, slots=True)
class Logged:
    """n choices among k actions: what came of each, which action was drawn, and the chances that all had.

    ``reward`` has shape (n,), ``taken`` (n,) is the column of the action drawn; ``chances`` (n, k) sum to 1 by row
    and are 0 for an action that was not open then. ``unit`` (n,) says whose choice it was: rows of one unit hang
    together.
    """

    reward: Floats
    taken: Integers
    chances: Floats
    unit: Integers


@dataclass(frozen=True, slots=True)
class Estimate:
    """A policy's mean reward with its interval; how many units it rests on in effect, and the largest weight."""

    value: float
    low: float
    high: float
    effective_units: float
    largest_weight: float


def logged(reward: ArrayLike, taken: ArrayLike, chances: ArrayLike, unit: ArrayLike | None = None) -> Logged:
    """Return a log that can be learnt from.

    Raises:
        ValueError: it has no rows; something is missing (NaN); chances are not between 0 and 1, do not sum to 1,
            or the one of an action that was drawn is 0.
    """
    rewards, drawn = np.asarray(reward, dtype=float), np.asarray(taken, dtype=np.int64)
    known = np.asarray(chances, dtype=float)
    n = rewards.size
    if n == 0 or known.ndim != 2 or known.shape[0] != n or drawn.shape != (n,):
        raise ValueError("a log has rows, each with a reward, an action and a chance for every action")
    if not np.isfinite(rewards).all():
        raise ValueError("a reward is missing")
    _require_chances(known, "logged")
    if ((drawn < 0) | (drawn >= known.shape[1])).any() or not (known[np.arange(n), drawn] > 0).all():
        raise ValueError("an action was drawn that had no chance: its propensity is missing or 0")
    units = np.arange(n) if unit is None else np.unique(np.asarray(unit), return_inverse=True)[1]
    return Logged(rewards, drawn, known, units.astype(np.int64))


def inverse_propensity(log: Logged, target: ArrayLike, *, confidence: float = 0.95) -> Estimate:
    """The mean reward that the ``target`` policy, with chances of shape (n, k), would have had on the log's rows.

    Raises:
        ValueError: the target takes what the log never could, its chances are none, or confidence is not between
            0 and 1.
    """
    weight = _weights(log, target)
    return _estimate(weight * log.reward, np.ones_like(weight), weight, log.unit, confidence)


def self_normalised(log: Logged, target: ArrayLike, *, confidence: float = 0.95) -> Estimate:
    """As :func:`inverse_propensity`, divided by the mean weight in place of its expectation, 1."""
    weight = _weights(log, target)
    return _estimate(weight * log.reward, weight, weight, log.unit, confidence)


def doubly_robust(log: Logged, target: ArrayLike, predicted: ArrayLike, *, confidence: float = 0.95) -> Estimate:
    """As :func:`inverse_propensity`, beginning from the rewards that a model has ``predicted``, shape (n, k).

    Raises:
        ValueError: also where a prediction is missing for an action that the target takes or that was drawn.
    """
    weight, wanted = _weights(log, target), np.asarray(target, dtype=float)
    told = np.asarray(predicted, dtype=float)
    rows = np.arange(log.reward.size)
    if told.shape != wanted.shape or not np.isfinite(told[wanted > 0]).all():
        raise ValueError("a prediction is missing")
    of_taken = np.where(weight > 0, told[rows, log.taken], 0.0)
    of_target = np.where(wanted > 0, wanted * np.where(wanted > 0, told, 0.0), 0.0).sum(axis=1)
    each = of_target + weight * (log.reward - of_taken)
    return _estimate(each, np.ones_like(weight), weight, log.unit, confidence)


def _require_chances(chances: Floats, whose: str) -> None:
    if not np.isfinite(chances).all() or (chances < 0).any() or (chances > 1 + SLACK).any():
        raise ValueError(f"{whose} chances lie between 0 and 1; one is missing or outside")
    if (np.abs(chances.sum(axis=1) - 1) > SLACK * chances.shape[1]).any():
        raise ValueError(f"{whose} chances of a row sum to 1")


def _weights(log: Logged, target: ArrayLike) -> Floats:
    """How much likelier the target takes what was drawn, shape (n,)."""
    wanted = np.asarray(target, dtype=float)
    if wanted.shape != log.chances.shape:
        raise ValueError("the target has a chance for every action of every row")
    _require_chances(wanted, "the target's")
    if ((wanted > 0) & (log.chances <= 0)).any():
        raise ValueError("the target takes an action that the log never could: nothing is known of it")
    rows = np.arange(log.reward.size)
    weights: Floats = wanted[rows, log.taken] / log.chances[rows, log.taken]
    return weights


def _estimate(x: Floats, y: Floats, weight: Floats, unit: Integers, confidence: float) -> Estimate:
    """The ratio of the sums, with its error by the delta method from the spread between units."""
    if not 0 < confidence < 1:
        raise ValueError("a confidence lies between 0 and 1")
    n = int(unit.max()) + 1
    xs, ys = np.bincount(unit, weights=x, minlength=n), np.bincount(unit, weights=y, minlength=n)
    ws = np.bincount(unit, weights=weight, minlength=n)
    if not ys.sum() > 0:
        return Estimate(np.nan, np.nan, np.nan, 0.0, 0.0)
    value = float(xs.sum() / ys.sum())
    effective = float(ws.sum() ** 2 / (ws**2).sum()) if ws.any() else 0.0
    if effective < LEAST_UNITS:
        return Estimate(value, np.nan, np.nan, effective, float(weight.max()))
    error = float(np.sqrt(((xs - value * ys) ** 2).sum() * n / (n - 1)) / ys.sum())
    half = error * float(special.stdtrit(effective - 1, (1 + confidence) / 2))
    return Estimate(value, value - half, value + half, effective, float(weight.max()))
