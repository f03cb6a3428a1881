"""Conditional logit with crossed features: which of the options of a situation is chosen.

The score of an option is `situation · weights · option`, so every feature of a situation is crossed with every
feature of an option, and an option never met before is ranked by the features it shares with others. The penalised
likelihood is convex; found by L-BFGS from zero, the same data give the same weights. Penalty: half the sum of
squared weights times `penalty`. Source: D. McFadden, Conditional logit analysis (1974).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_array

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
MOST_ROUNDS = 60


@dataclass(frozen=True, slots=True)
class Choices:
    """Situations, shape (n, a), and their options one behind another, shape (m, b).

    The options of situation i are rows ends[i] to ends[i + 1] - 1; `ends` has shape (n + 1,), begins with 0 and
    ends with m. Every situation has an option.
    """

    situations: csr_array
    options: csr_array
    ends: Integers

    @property
    def owners(self) -> Integers:
        """Return for each option the situation it belongs to, shape (m,)."""
        return np.repeat(np.arange(len(self.ends) - 1), np.diff(self.ends))

    def log_shares(self, weights: Floats) -> Floats:
        """Return the logarithm of each option's probability, shape (m,); weights have shape (a, b)."""
        entry = np.repeat(np.arange(self.options.shape[0]), np.diff(self.options.indptr))
        return self._shares(weights, entry, self._cells(entry))

    def _cells(self, entry: Integers) -> Integers:
        """Return for each number of the options its place in a matrix of situations by features."""
        return self.owners[entry] * self.options.shape[1] + self.options.indices

    def _shares(self, weights: Floats, entry: Integers, cells: Integers) -> Floats:
        worth = np.asarray(self.situations @ weights).ravel()[cells]
        scores = np.bincount(entry, self.options.data * worth, minlength=self.options.shape[0]).astype(np.float64)
        owners, starts = self.owners, self.ends[:-1]
        scores -= np.maximum.reduceat(scores, starts)[owners]
        shares: Floats = scores - np.log(np.add.reduceat(np.exp(scores), starts))[owners]
        return shares


def fit(
    choices: Choices, chosen: ArrayLike, *, penalty: float, worth: ArrayLike = 1.0, most_rounds: int = MOST_ROUNDS
) -> Floats:
    """Fit the weights, shape (a, b).

    Args:
        choices: situations with their options; at least one.
        chosen: of each situation the row of the option chosen, shape (n,).
        penalty: how strongly weights are held at nought.
        worth: how much each situation counts, shape (n,) or one for all.
        most_rounds: after so many steps the fit is taken as it is.

    Raises:
        ValueError: an option chosen is not one of its situation.
    """
    rows, ends = np.asarray(chosen, dtype=np.int64), choices.ends
    if ((rows < ends[:-1]) | (rows >= ends[1:])).any():
        raise ValueError("what is chosen is one of the options of its situation")
    counts = np.broadcast_to(np.asarray(worth, dtype=float), rows.shape)
    (n, a), (m, b) = choices.situations.shape, choices.options.shape
    entry = np.repeat(np.arange(m), np.diff(choices.options.indptr))
    cells, owners = choices._cells(entry), choices.owners
    turned = choices.situations.T.tocsr()

    def loss(flat: Floats) -> tuple[float, Floats]:
        shares = choices._shares(flat.reshape(a, b), entry, cells)
        over = np.exp(shares) * counts[owners]
        over[rows] -= counts
        slopes = np.bincount(cells, choices.options.data * over[entry], minlength=n * b).reshape(n, b)
        value = penalty * float(flat @ flat) / 2 - float((counts * shares[rows]).sum())
        return value, np.asarray(turned @ slopes).ravel() + penalty * flat

    found = minimize(
        loss, np.zeros(a * b), jac=True, method="L-BFGS-B", options={"maxiter": most_rounds, "maxcor": 6}
    )
    return np.asarray(found.x, dtype=np.float64).reshape(a, b)
