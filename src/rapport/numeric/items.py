"""How the questions of a test do: how many know the answer, and whether it tells who knows the rest."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from rapport.numeric.intervals import NOTHING_KNOWN, Estimate, share_interval


@dataclass(frozen=True, slots=True)
class Item:
    """One question: ``n`` people, the share who were right, and how that goes with being right elsewhere."""

    n: int
    facility: Estimate
    discrimination: Estimate


def items_of(right: ArrayLike, confidence: float = 0.95) -> list[Item]:
    """How each question (column) does, by whether each person (row) was right (0 or 1).

    The facility is the share who were right, with Wilson's interval. The discrimination is the point-biserial
    correlation of being right here with the number right among the *other* questions, so that a question does not
    count for itself; its interval is Fisher's, which is approximate for answers of two values. It is NaN where
    everybody or nobody was right, there is one question only, or all have the same rest; its interval is where
    there are fewer than four people. People should be independent, and each be in it once. Source: S. Henrysson,
    Psychometrika 28 (1963) 211; R. A. Fisher, Metron 1 (1921) 3.

    Raises:
        ValueError: not a table of 0 and 1, or confidence not between 0 and 1.
    """
    table = np.asarray(right, dtype=float)
    if table.ndim != 2 or not np.isin(table, (0, 1)).all() or not 0 < confidence < 1:
        raise ValueError("a table of 0 and 1 is wanted, and a confidence between 0 and 1")
    n, total = table.shape[0], table.sum(axis=1)
    found = []
    for column in table.T:
        hits = float(column.sum())
        low, high = share_interval(hits, n, confidence)
        facility = Estimate(hits / n, float(low), float(high)) if n else NOTHING_KNOWN
        found.append(Item(n, facility, _correlation(column, total - column, confidence)))
    return found


def _correlation(one: np.ndarray, rest: np.ndarray, confidence: float) -> Estimate:
    if one.size < 2 or np.ptp(one) == 0 or np.ptp(rest) == 0:
        return NOTHING_KNOWN
    value = float(np.clip(np.corrcoef(one, rest)[0, 1], -1, 1))
    if one.size < 4:
        return Estimate(value, np.nan, np.nan)
    if abs(value) > 1 - 1e-12:
        return Estimate(value, value, value)
    half = float(special.ndtri((1 + confidence) / 2)) / np.sqrt(one.size - 3)
    centre = np.arctanh(value)
    return Estimate(value, float(np.tanh(centre - half)), float(np.tanh(centre + half)))
