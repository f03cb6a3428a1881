"""How sure a mean is."""

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats


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
    half = float(stats.t.ppf((1 + confidence) / 2, values.size - 1) * values.std(ddof=1) / np.sqrt(values.size))
    return mean, mean - half, mean + half
