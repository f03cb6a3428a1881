"""How sure a mean, a share or a difference of shares is."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special


def mean_interval(samples: ArrayLike, confidence: float = 0.95) -> tuple[float, float, float]:
    """The mean of n >= 2 independent samples, and the ends of Student's confidence interval for it.

    Assumes samples that are roughly normal, or many. Not for the waits of one simulated day, which hang
    together: take the means of whole days.

    Raises:
        ValueError: fewer than two samples, or confidence not between 0 and 1.
    """
    values = np.asarray(samples, dtype=float).ravel()
    if values.size < 2 or not 0 < confidence < 1:
        raise ValueError("an interval needs two samples or more and a confidence between 0 and 1")
    mean = float(values.mean())
    error = values.std(ddof=1) / np.sqrt(values.size)
    half = float(special.stdtrit(values.size - 1, (1 + confidence) / 2) * error)
    return mean, mean - half, mean + half


def share_interval(hits: ArrayLike, trials: ArrayLike, confidence: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """The ends of Wilson's interval for a share of ``hits`` in ``trials``, elementwise; NaN where trials is 0.

    Assumes independent trials. Right also for few trials and for shares near 0 and 1, where the usual
    interval is not. Source: E. B. Wilson, J. Am. Stat. Assoc. 22 (1927) 209.

    Raises:
        ValueError: confidence not between 0 and 1.
    """
    if not 0 < confidence < 1:
        raise ValueError("a confidence lies between 0 and 1")
    k, n = np.broadcast_arrays(np.asarray(hits, dtype=float), np.asarray(trials, dtype=float))
    z = float(special.ndtri((1 + confidence) / 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(n > 0, k / n, np.nan)
        centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
        half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return centre - half, centre + half


@dataclass(frozen=True, slots=True)
class ShareDifference:
    """The second share less the first one, and the interval's ends; NaN where one of them has no trials."""

    value: np.ndarray
    low: np.ndarray
    high: np.ndarray


def share_difference(
    first_hits: ArrayLike,
    first_trials: ArrayLike,
    second_hits: ArrayLike,
    second_trials: ArrayLike,
    confidence: float = 0.95,
) -> ShareDifference:
    """How far the second share lies above the first, by Newcombe's interval, elementwise.

    Assumes independent trials, and one look at a time fixed in advance (:mod:`rapport.numeric.trial` for as many
    as you like). Right also for few trials and for shares near 0 and 1, such as a control of a few in a hundred.
    Source: R. G. Newcombe, Statistics in Medicine 17 (1998) 873, method 10.

    Raises:
        ValueError: confidence not between 0 and 1.
    """
    a_low, a_high = share_interval(first_hits, first_trials, confidence)
    b_low, b_high = share_interval(second_hits, second_trials, confidence)
    k, n = np.asarray(first_hits, dtype=float), np.asarray(first_trials, dtype=float)
    m, o = np.asarray(second_hits, dtype=float), np.asarray(second_trials, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        a, b = np.where(n > 0, k / n, np.nan), np.where(o > 0, m / o, np.nan)
        value = b - a
        below = np.sqrt((b - b_low) ** 2 + (a_high - a) ** 2)
        above = np.sqrt((b_high - b) ** 2 + (a - a_low) ** 2)
    return ShareDifference(value, value - below, value + above)


@dataclass(frozen=True, slots=True)
class Estimate:
    """One figure and the ends of its interval; NaN where too little is known."""

    value: float
    low: float
    high: float

    @property
    def is_found(self) -> bool:
        """Whether the interval leaves 0 out; False where there is none."""
        return self.low > 0 or self.high < 0


NOTHING_KNOWN = Estimate(np.nan, np.nan, np.nan)
