"""How sure a mean or a share is."""

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
