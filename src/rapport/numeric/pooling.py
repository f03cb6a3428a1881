"""Shares of many small cells, each drawn towards what its group and all cells say, the more the less is known.

The model: the logit of a cell's share is what was expected of it (`base`), plus an effect of its group, plus an
effect of its own; both effects are normal around 0, with variances that the data tell (empirical Bayes). So a cell
of few trials is taken for what its group does elsewhere, a group of few trials for an ordinary one, and a cell of
many trials for what it shows itself. What is told is the mean of the posterior, so whoever is chosen for the
highest share is not promised more than they keep.

Method: penalised quasi-likelihood, with the variances by expectation-maximisation. Source: N. E. Breslow and
D. G. Clayton, J. Am. Stat. Assoc. 88 (1993) 9. Where every cell has a trial or two the variances come out too
small, so the intervals do too; tested down to five trials a cell.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
MOST_ROUNDS = 500
SETTLED = 1e-5
LEAST_VARIANCE = 1e-8
NORMAL_95 = 1.959964


@dataclass(frozen=True, slots=True)
class Pooled:
    """Effects in logits: of g groups and n cells, with the variance of what is told of each."""

    group: Floats
    group_variance: Floats
    cell: Floats
    cell_variance: Floats
    between_groups: float
    within_groups: float


def pool(hits: ArrayLike, trials: ArrayLike, group: ArrayLike, base: ArrayLike, *, groups: int) -> Pooled:
    """Estimate the effects of groups and cells on shares.

    Args:
        hits: of each cell, shape (n,), between 0 and trials.
        trials: of each cell, shape (n,); one without any is told of by its group.
        group: to which each cell belongs, 0 to groups - 1, shape (n,).
        base: the logit expected of each cell where nothing is known of its group, shape (n,) or one for all.
        groups: how many groups there are; of one without cells nothing is known.

    Returns:
        `cell` holds base and both effects together; `group` the group's alone.

    Raises:
        ValueError: hits are not between 0 and trials.
    """
    k, n = np.asarray(hits, dtype=float), np.asarray(trials, dtype=float)
    if ((k < 0) | (k > n)).any():
        raise ValueError("hits lie between 0 and trials")
    which: Integers = np.asarray(group, dtype=np.int64)
    expected = np.broadcast_to(np.asarray(base, dtype=float), k.shape)
    between, within = 0.1, 0.1
    is_seen, is_seen_group = n > 0, np.bincount(which, weights=n, minlength=groups) > 0
    effect = np.zeros(groups)
    own = np.zeros(k.size)
    for _ in range(MOST_ROUNDS):
        share = expit(expected + effect[which] + own)
        weight = np.maximum(n * share * (1 - share), 1e-12)
        seen = (k - n * share) / weight + effect[which] + own
        spread = 1 / weight + within
        certain = 1 / between + np.bincount(which, weights=1 / spread, minlength=groups)
        effect = np.bincount(which, weights=seen / spread, minlength=groups) / certain
        kept = within / spread
        own = kept * (seen - effect[which])
        own_variance = within * (1 - kept) + kept**2 / certain[which]
        before = between, within
        between = max(_mean((effect**2 + 1 / certain)[is_seen_group]), LEAST_VARIANCE)
        within = max(_mean((own**2 + own_variance)[is_seen]), LEAST_VARIANCE)
        if abs(between - before[0]) + abs(within - before[1]) < SETTLED * (between + within):
            break
    cell_variance = (1 - kept) ** 2 / certain[which] + within * (1 - kept)
    return Pooled(effect, 1 / certain, expected + effect[which] + own, cell_variance, between, within)


def shrunk_shares(hits: ArrayLike, trials: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """The shares of n cells that are alike as far as one knows, each drawn towards all, and their 95 % intervals.

    Returns the shares, and the ends; NaN where no cell has a trial.

    Raises:
        ValueError: hits are not between 0 and trials.
    """
    k, n = np.asarray(hits, dtype=float), np.asarray(trials, dtype=float)
    if not n.sum():
        nothing = np.full(k.shape, np.nan)
        return nothing, nothing, nothing
    overall = logit((k.sum() + 0.5) / (n.sum() + 1))
    return _shares(pool(k, n, np.zeros(k.size), overall, groups=1))


@dataclass(frozen=True, slots=True)
class Expected:
    """Shares to expect, with the ends of their 95 % intervals: of k kinds whoever has them, and of n pairs.

    `rep` is the effect of each of r reps, in logits.
    """

    kind: Floats
    kind_low: Floats
    kind_high: Floats
    rep: Floats
    share: Floats
    low: Floats
    high: Floats


def expected_outcomes(
    hits: ArrayLike, trials: ArrayLike, *, rep: ArrayLike, kind: ArrayLike, reason_of: ArrayLike
) -> Expected:
    """The share of good outcomes to expect by rep and kind of contact.

    First each kind is drawn towards the others of its reason, and each reason towards all. Then each rep is held
    against what their kinds give on average, so who is given the hard ones is not taken for the worse; and each
    pair of rep and kind is drawn towards what the rep does otherwise.

    Args:
        hits: good outcomes of each pair of rep and kind, shape (n,).
        trials: outcomes known of it, shape (n,); not all 0.
        rep: of each pair, from 0 on, shape (n,).
        kind: of each pair, from 0 on, shape (n,).
        reason_of: the reason of each kind, from 0 on, shape (k,).
    """
    k, n = np.asarray(hits, dtype=float), np.asarray(trials, dtype=float)
    of_rep, of_kind = np.asarray(rep, dtype=np.int64), np.asarray(kind, dtype=np.int64)
    reasons = np.asarray(reason_of, dtype=np.int64)
    overall = (k.sum() + 0.5) / (n.sum() + 1)
    kinds = pool(
        np.bincount(of_kind, weights=k, minlength=reasons.size),
        np.bincount(of_kind, weights=n, minlength=reasons.size),
        reasons,
        logit(overall),
        groups=int(reasons.max()) + 1,
    )
    pairs = pool(k, n, of_rep, kinds.cell[of_kind], groups=int(of_rep.max()) + 1)
    return Expected(*_shares(kinds), pairs.group, *_shares(pairs))


def _shares(told: Pooled) -> tuple[Floats, Floats, Floats]:
    """Cells as shares, with the ends of their intervals."""
    half = NORMAL_95 * np.sqrt(told.cell_variance)
    return expit(told.cell), expit(told.cell - half), expit(told.cell + half)


def _mean(values: Floats) -> float:
    return float(values.mean()) if values.size else 0.0
