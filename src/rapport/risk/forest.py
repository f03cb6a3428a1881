"""Boosted trees as plain arrays: kept, read back and asked without the library that grew them.

So nothing that is unpickled comes from the database, and a hundred thousand customers are asked in about a second.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Forest:
    """Trees one behind the other: ``roots`` has where each begins, ``left`` and ``right`` count from there.

    A leaf has no ``left`` (-1); its ``value`` is added to the log-odds, which begin at ``start``.
    """

    start: float
    roots: Ints
    column: Ints
    threshold: Floats
    unknown_left: NDArray[np.bool_]
    left: Ints
    right: Ints
    value: Floats

    def log_odds(self, numbers: Floats) -> Floats:
        """Return the log-odds for a matrix of numbers, shape (n, columns) to (n,)."""
        return _walk(
            np.ascontiguousarray(numbers),
            self.start,
            self.roots,
            self.column,
            self.threshold,
            self.unknown_left,
            self.left,
            self.right,
            self.value,
        )

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return it as named arrays, as the constructor takes them."""
        return {
            "start": np.array(self.start),
            "roots": self.roots,
            "column": self.column,
            "threshold": self.threshold,
            "unknown_left": self.unknown_left,
            "left": self.left,
            "right": self.right,
            "value": self.value,
        }


def forest_of(grown: Any) -> Forest:
    """Return what a fitted HistGradientBoostingClassifier of two classes has grown."""
    trees = [one[0].nodes for one in grown._predictors]
    nodes = np.concatenate(trees)
    is_leaf = nodes["is_leaf"].astype(bool)
    return Forest(
        start=float(grown._baseline_prediction.ravel()[0]),
        roots=np.cumsum([0, *(len(one) for one in trees[:-1])]).astype(np.int64),
        column=np.where(is_leaf, 0, nodes["feature_idx"]).astype(np.int64),
        threshold=nodes["num_threshold"].astype(float),
        unknown_left=nodes["missing_go_to_left"].astype(bool),
        left=np.where(is_leaf, -1, nodes["left"].astype(np.int64)),
        right=np.where(is_leaf, -1, nodes["right"].astype(np.int64)),
        value=nodes["value"].astype(float),
    )


@njit(cache=True)
def _walk(
    numbers: Floats,
    start: float,
    roots: Ints,
    column: Ints,
    threshold: Floats,
    unknown_left: NDArray[np.bool_],
    left: Ints,
    right: Ints,
    value: Floats,
) -> Floats:
    found = np.full(numbers.shape[0], start)
    for root in roots:
        for row in range(numbers.shape[0]):
            node = root
            while left[node] >= 0:
                number = numbers[row, column[node]]
                goes_left = unknown_left[node] if np.isnan(number) else number <= threshold[node]
                node = root + (left[node] if goes_left else right[node])
            found[row] += value[node]
    return found
