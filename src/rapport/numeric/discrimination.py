"""How well a score tells those with an outcome from those without: the area under the ROC curve, with its error.

The area is the chance that one of those with the outcome, drawn at random, has the higher score than one without;
ties count half. Errors are DeLong's, which assume nothing of how scores are distributed: E. R. DeLong, D. M.
DeLong, D. L. Clarke-Pearson, Biometrics 44 (1988) 837; by ranks as X. Sun, W. Xu, IEEE Signal Processing Letters
21 (2014) 1389, in n log n steps. People are taken as independent of each other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit, ndtri
from scipy.stats import rankdata

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Area:
    """An area under the curve and the ends of its interval."""

    value: float
    low: float
    high: float


def area(outcomes: ArrayLike, scores: ArrayLike, confidence: float = 0.95) -> Area:
    """Return the area under the ROC curve of ``scores`` (n,) for ``outcomes`` (n, true or false).

    The interval is symmetrical on the log-odds of the area, so that it stays between 0 and 1; where the scores
    tell everybody apart its error is 0, and it is a point.

    Raises:
        ValueError: shapes differ, a score is not finite, or fewer than two have, or have not, the outcome.
    """
    _require_confidence(confidence)
    values, covariance = _areas(outcomes, [scores])
    value, error = float(values[0]), float(np.sqrt(covariance[0, 0]))
    if error == 0 or not 0 < value < 1:
        return Area(value, value, value)
    half = float(ndtri((1 + confidence) / 2)) * error / (value * (1 - value))
    return Area(value, float(expit(logit(value) - half)), float(expit(logit(value) + half)))


def area_difference(outcomes: ArrayLike, first: ArrayLike, second: ArrayLike, confidence: float = 0.95) -> Area:
    """Return by how much the area of ``first`` exceeds that of ``second`` on the same people, with its interval.

    Raises:
        ValueError: as for :func:`area`.
    """
    _require_confidence(confidence)
    values, covariance = _areas(outcomes, [first, second])
    difference = float(values[0] - values[1])
    spread = covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]
    half = float(ndtri((1 + confidence) / 2) * np.sqrt(max(spread, 0.0)))
    return Area(difference, difference - half, difference + half)


def _areas(outcomes: ArrayLike, several: list[ArrayLike]) -> tuple[Floats, Floats]:
    """Return the area of each score, and their covariances."""
    has = np.asarray(outcomes, dtype=bool).ravel()
    scores = [np.asarray(one, dtype=float).ravel() for one in several]
    if any(one.shape != has.shape or not np.isfinite(one).all() for one in scores):
        raise ValueError("each outcome needs one finite score")
    m, n = int(has.sum()), int((~has).sum())
    if m < 2 or n < 2:
        raise ValueError("at least two with the outcome and two without are needed")
    with_it = np.array([(rankdata(one)[has] - rankdata(one[has])) / n for one in scores])
    without = np.array([1 - (rankdata(one)[~has] - rankdata(one[~has])) / m for one in scores])
    spread = np.atleast_2d(np.cov(with_it)) / m + np.atleast_2d(np.cov(without)) / n
    return with_it.mean(axis=1), spread


def _require_confidence(confidence: float) -> None:
    if not 0 < confidence < 1:
        raise ValueError("a confidence lies between 0 and 1")


def stability(expected: ArrayLike, found: ArrayLike) -> float:
    """Return the population stability index of two spreads over the same bins (counts; shape (bins,)).

    It is the sum of (p - q) ln(p / q); half a case is added to each bin, so that an empty one says little. In use:
    below 0.1 little has moved, from 0.25 much. Source: N. Siddiqi, Credit Risk Scorecards (2006).

    Raises:
        ValueError: shapes differ, or there is no bin or nobody in them.
    """
    q, p = np.asarray(expected, dtype=float), np.asarray(found, dtype=float)
    if q.shape != p.shape or q.ndim != 1 or q.sum() <= 0 or p.sum() <= 0:
        raise ValueError("two spreads over the same bins are needed")
    q, p = (q + 0.5) / (q.sum() + 0.5 * q.size), (p + 0.5) / (p.sum() + 0.5 * p.size)
    return float(((p - q) * np.log(p / q)).sum())
