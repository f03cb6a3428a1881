"""Multinomial logistic regression on several blocks of features, dense and sparse: which of k classes a row is of.

The penalised likelihood is convex, so its optimum is one; found by L-BFGS from zero, the same data give the same
weights. Penalty: half the sum of squared weights over `strength`; intercepts are free. Assumes rows that are
independent and features of much the same length; not for more classes than a few hundred.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_array
from scipy.special import log_softmax

Floats = NDArray[np.float64]
Block = NDArray[np.floating] | csr_array
MOST_ROUNDS = 200
SETTLED = 1e-5


@dataclass(frozen=True, slots=True)
class Softmax:
    """Weights of each block, shape (features, k), and intercepts, shape (k,)."""

    weights: tuple[Floats, ...]
    intercepts: Floats

    def log_shares(self, blocks: Sequence[Block], offset: Floats | float = 0.0) -> Floats:
        """Return the logarithm of each class's probability, shape (n, k)."""
        shares: Floats = log_softmax(_scores(blocks, self.weights) + self.intercepts + offset, axis=1)
        return shares


def fit(
    blocks: Sequence[Block],
    classes: ArrayLike,
    *,
    k: int,
    strength: float,
    offset: Floats | float = 0.0,
    most_rounds: int = MOST_ROUNDS,
) -> Softmax:
    """Fit the weights.

    Args:
        blocks: matrices with one row an example, shape (n, features); at least one.
        classes: of each example its class, 0 to k - 1, shape (n,).
        k: how many classes there are; one without examples gets what the intercepts leave it.
        strength: how freely weights may grow (the inverse of the penalty's factor).
        offset: scores known beforehand, shape (n, k) or one for all.
        most_rounds: after so many steps the fit is taken as it is.

    Raises:
        ValueError: there is no example, or a class is out of range.
    """
    which = np.asarray(classes, dtype=np.int64)
    if not len(which) or which.min() < 0 or which.max() >= k:
        raise ValueError("there is at least one example, and classes lie between 0 and k - 1")
    truth = np.zeros((len(which), k))
    truth[np.arange(len(which)), which] = 1.0
    widths = [block.shape[1] for block in blocks]
    turned = [block.T.tocsr() if isinstance(block, csr_array) else np.asarray(block).T for block in blocks]

    def loss(flat: Floats) -> tuple[float, Floats]:
        weights, intercepts = _parts(flat, widths, k)
        shares = log_softmax(_scores(blocks, weights) + intercepts + offset, axis=1)
        over = np.exp(shares) - truth
        slopes = [np.asarray(each @ over) + own / strength for each, own in zip(turned, weights, strict=True)]
        value = -float((shares * truth).sum()) + sum(float((own**2).sum()) for own in weights) / (2 * strength)
        return value, np.concatenate([*(slope.ravel() for slope in slopes), over.sum(axis=0)])

    start = np.zeros((sum(widths) + 1) * k)

    found = minimize(
        loss,
        start,
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": most_rounds, "ftol": SETTLED / 10, "gtol": SETTLED},
    )
    weights, intercepts = _parts(found.x, widths, k)
    return Softmax(tuple(weights), intercepts)


def _parts(flat: Floats, widths: Sequence[int], k: int) -> tuple[list[Floats], Floats]:
    """Return the weights of each block and the intercepts that lie one behind another in `flat`."""
    ends = np.cumsum([width * k for width in widths])
    parts = np.split(flat, ends)
    return [part.reshape(width, k) for part, width in zip(parts, widths, strict=False)], parts[-1]


def _scores(blocks: Sequence[Block], weights: Sequence[Floats]) -> Floats:
    parts = [np.asarray(block @ own) for block, own in zip(blocks, weights, strict=True)]
    total: Floats = np.sum(parts, axis=0)
    return total
