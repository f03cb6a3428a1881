"""Who is best, and how sure that is: of estimates drawn to the middle, the chance that each is the highest.

What is told of each person is a normal with a mean and a spread. The chance of being best is that chance under
independent normals, by Gauss and Hermite's rule: moving all means by the same amount, or naming the people in
another order, changes nothing. Where nobody differs everybody's chance is about the same, and nobody is told.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import log_ndtr

from rapport.numeric.mix import FEWEST_PEERS, NORMAL_95, Floats, Integers, Standing, adjusted, eight_schools

NODES = 61
SAME = 1e-9


def chances(value: ArrayLike, spread: ArrayLike) -> Floats:
    """Return for each of n people the chance to be the highest, shape (n,); they add up to 1. NaN: not compared.

    Args:
        value: what is told of each, shape (n,); NaN where nothing is.
        spread: its standard deviation, shape (n,).
    """
    v, s = np.asarray(value, dtype=float), np.asarray(spread, dtype=float)
    found = np.full(v.size, np.nan)
    places = np.flatnonzero(~np.isnan(v))
    if not places.size:
        return found
    v, s = v[places], np.maximum(s[places], 1e-12)
    nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
    at = v[:, None] + s[:, None] * nodes
    below = log_ndtr((at[:, :, None] - v) / s).sum(axis=2) - log_ndtr(nodes)
    chance = np.exp(np.minimum(below, 0.0)) @ weights
    found[places] = chance / chance.sum()
    return found


def chosen(chance: ArrayLike, *, sure: float, most: int) -> Integers:
    """Return the places of the fewest people among whom the best is with the chance ``sure``; ties all or none.

    Nobody where that takes more than ``most``: then chance may have decided.
    """
    of = np.nan_to_num(np.asarray(chance, dtype=float), nan=-1.0)
    order = np.argsort(-of, kind="stable")
    order = order[of[order] > 0]
    added = np.cumsum(of[order])
    if not order.size or added[-1] < sure - SAME:
        return np.empty(0, dtype=np.int64)
    last = of[order[int(np.argmax(added >= sure - SAME))]]
    first = np.flatnonzero(of >= last - SAME)
    return first if first.size <= most else np.empty(0, dtype=np.int64)


def improved(
    score: ArrayLike, person: ArrayLike, later: ArrayLike, level: ArrayLike, *, people: int, fewest: int,
    weight: ArrayLike,
) -> Standing:  # fmt: skip
    """Tell how much more each person improved than their peers, from an earlier stretch of time to a later one.

    Args:
        score, person, level, weight: as for :func:`rapport.numeric.mix.standing`, of one factor.
        later: whether each score is of the later stretch, shape (n,).
        people: how many there are.
        fewest: how many scores somebody needs in either stretch.
    """
    y, who = np.asarray(score, dtype=float), np.asarray(person, dtype=np.int64)
    heavy, kinds = np.asarray(weight, dtype=float), np.asarray(level, dtype=np.int64)
    halves = 2 * who + np.asarray(later, dtype=np.int64)
    scores = np.bincount(halves, weights=heavy, minlength=2 * people).reshape(people, 2)
    nothing, counted = np.full(people, np.nan), np.rint(scores[:, 1]).astype(np.int64)
    told = Standing(nothing, nothing.copy(), nothing.copy(), nothing.copy(), counted, float("nan"))
    places = np.flatnonzero((scores >= max(fewest, 2)).all(axis=1))
    if places.size < FEWEST_PEERS:
        return told
    used = np.isin(who, places)
    of = 2 * np.searchsorted(places, who[used]) + halves[used] % 2
    found = adjusted(y[used], heavy[used], of, [kinds[used]], 2 * places.size)
    both = np.isin(np.arange(2 * places.size), found.peers).reshape(-1, 2).all(axis=1)
    if both.sum() < FEWEST_PEERS:
        return told
    change, unsure = found.mean[1::2] - found.mean[::2], found.variance[1::2] + found.variance[::2]
    effect, spread, between = eight_schools(change[both], np.maximum(unsure[both], 1e-18))
    where, half = places[both], NORMAL_95 * np.sqrt(spread)
    told.value[where], told.low[where], told.high[where] = effect, effect - half, effect + half
    told.raw[places] = found.raw[1::2] - found.raw[::2]
    return Standing(told.value, told.low, told.high, told.raw, told.scores, between)


def spread_of(told: Standing) -> Floats:
    """Return the standard deviation of what is told of each."""
    return (told.high - told.low) / (2 * NORMAL_95)


def if_all_were_equal(
    decide: Callable[[Floats], Floats],
    score: ArrayLike,
    weight: ArrayLike,
    stratum: ArrayLike,
    *,
    rounds: int,
    seed: int,
) -> Floats:
    """Return how often each person comes out on top where people differ in nothing but their work.

    In each round what scores lie off their stratum's mean is dealt out anew within it, to whoever.

    Args:
        decide: returns from scores, shape (n,), how high each person comes out, shape (p,); NaN: not at all.
        score, weight: each score, and of how many it is the mean, shape (n,).
        stratum: the kind of work it is of, from 0 on, shape (n,).
        rounds: how often to deal; the standard error is at most half over its root.
        seed: of the dealing.
    """
    y, w, of = np.asarray(score, dtype=float), np.asarray(weight, dtype=float), np.asarray(stratum, dtype=np.int64)
    random = np.random.default_rng(seed)
    middle = (np.bincount(of, weights=w * y) / np.maximum(np.bincount(of, weights=w), 1e-12))[of]
    off = (y - middle) * np.sqrt(w)
    by_stratum = np.argsort(of, kind="stable")
    top: Floats | None = None
    for _ in range(rounds):
        dealt = np.empty(y.size)
        dealt[by_stratum] = off[np.lexsort((random.random(y.size), of))]
        found = np.nan_to_num(decide(middle + dealt / np.sqrt(w)), nan=-np.inf)
        first = (found >= found.max() - SAME) & np.isfinite(found)
        top = first / max(first.sum(), 1) if top is None else top + first / max(first.sum(), 1)
    return np.zeros(0) if top is None else top / rounds
