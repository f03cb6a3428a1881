"""Where people stand among those who do the same kind of work: scores adjusted for mix, and shrunk.

The model of one score: what its kinds of work are worth (one part per level of each factor, such as reason and
segment), plus what its person does better or worse than others, plus chance. What kinds are worth is learned
within people only (their own easy against their own hard contacts), so that good people who are given the hard
ones are not taken for ordinary. Each person's mean is then held against what their kinds are worth, and drawn
towards the peers' middle, the more the less is known of it; how strongly follows from how much people really
differ, over all values of that which the data allow (a normal hierarchy with flat priors on middle and spread;
Rubin 1981, "eight schools" in Gelman and others, Bayesian Data Analysis, 3rd ed., section 5.5), so that the
interval stays honest where people hardly differ. On simulated people the 95 % interval holds the truth for 91 to
96 %, and where nobody differs it leaves 0 out for fewer than 1 %.

Assumes scores of many contacts a person, whose means are about normal, and the same spread within everybody. Not
for figures that hang together within a customer, and no cause: factors that are left out still move where one
stands.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

FEWEST_SCORES = 20
"""Of who has fewer scores nothing is told."""
FEWEST_PEERS = 4
"""Where fewer people can be compared, nobody is: a middle of three is no middle."""
GRID = 200
NORMAL_95 = 1.959964
SAME = 1e-6


@dataclass(frozen=True, slots=True)
class Standing:
    """Of each of p people: how far above the peers' middle, with the 95 % interval; NaN where nothing is told.

    ``raw`` is the same before adjusting and shrinking. ``between`` is by how much people differ (the standard
    deviation of what they do), NaN where nobody is compared.
    """

    value: Floats
    low: Floats
    high: Floats
    raw: Floats
    scores: Integers
    between: float


def standing(
    score: ArrayLike,
    person: ArrayLike,
    factors: Sequence[ArrayLike],
    *,
    people: int,
    fewest: int = FEWEST_SCORES,
    weight: ArrayLike | None = None,
) -> Standing:
    """Tell where each person stands, in the units of the scores.

    People whose kinds of work nobody else shares cannot be compared and are not; neither are those below
    ``fewest``. Time and memory grow with the scores, and with the square of the levels of all factors together.

    Args:
        score: of each contact, shape (n,).
        person: whose it is, 0 to people - 1, shape (n,).
        factors: of each factor the level of each contact, from 0 on, shape (n,) each; may be none.
        people: how many people there are.
        fewest: how many scores somebody needs to be told of, and to count as a peer; at least 2.
        weight: of how many scores each is the mean, shape (n,); one each where it is not given.
    """
    y, who = np.asarray(score, dtype=float), np.asarray(person, dtype=np.int64)
    heavy = np.ones(y.size) if weight is None else np.asarray(weight, dtype=float)
    scores = np.rint(np.bincount(who, weights=heavy, minlength=people)).astype(np.int64)
    nothing = np.full(people, np.nan)
    raw = np.full(people, np.nan)
    counted = scores >= max(fewest, 2)
    if counted.sum() < FEWEST_PEERS:
        return Standing(nothing, nothing.copy(), nothing.copy(), raw, scores, float("nan"))
    is_used = counted[who]
    y, heavy, who = y[is_used], heavy[is_used], np.searchsorted(np.flatnonzero(counted), who[is_used])
    levels = [np.asarray(factor, dtype=np.int64)[is_used] for factor in factors]
    told = _told(y, heavy, who, levels, int(counted.sum()))
    places = np.flatnonzero(counted)
    value, low, high = nothing.copy(), nothing.copy(), nothing.copy()
    value[places], low[places], high[places] = told.value, told.low, told.high
    raw[places] = told.raw
    return Standing(value, low, high, raw, scores, told.between)


@dataclass(frozen=True, slots=True)
class Adjusted:
    """Of each of p people the mean as if all had the same mix, and its variance, neither drawn anywhere yet.

    ``peers`` are the places of those who can be compared.
    """

    mean: Floats
    variance: Floats
    peers: Integers
    raw: Floats
    scores: Floats


def adjusted(y: Floats, weight: Floats, who: Integers, levels: list[Integers], people: int) -> Adjusted:
    """Adjust the means of people who all have scores for their mix; see :func:`standing` for what is given."""
    scores = np.bincount(who, weights=weight, minlength=people).astype(float)
    mean = np.bincount(who, weights=weight * y, minlength=people) / scores
    mixes, slopes, freedom, certain, unknown = _kinds(y, weight, who, levels, people)
    squares = float((weight * (y - mean[who]) ** 2).sum()) - float(slopes @ certain @ slopes)
    noise = max(squares, 0.0) / max(y.size - people - freedom, 1)
    peers = _comparable(mixes @ unknown)
    middle = mixes[peers].mean(axis=0)
    away = mixes - middle
    learned = np.einsum("pk,kl,pl->p", away, np.linalg.pinv(certain), away) if away.size else np.zeros(people)
    return Adjusted(mean - away @ slopes, noise / scores + noise * learned, peers, mean, scores)


def _told(y: Floats, weight: Floats, who: Integers, levels: list[Integers], people: int) -> Standing:
    """Tell of people who all have scores enough."""
    found = adjusted(y, weight, who, levels, people)
    peers, scores = found.peers, np.rint(found.scores).astype(np.int64)
    value = np.full(people, np.nan)
    low, high = value.copy(), value.copy()
    raw = found.raw - found.raw[peers].mean() if peers.size else value
    if peers.size < FEWEST_PEERS:
        return Standing(value, low, high, raw, scores, float("nan"))
    effect, spread, between = eight_schools(found.mean[peers], np.maximum(found.variance[peers], 1e-18))
    value[peers], half = effect, NORMAL_95 * np.sqrt(spread)
    low[peers], high[peers] = effect - half, effect + half
    return Standing(value, low, high, raw, scores, between)


def _kinds(
    y: Floats, weight: Floats, who: Integers, levels: list[Integers], people: int
) -> tuple[Floats, Floats, int, Floats, Floats]:
    """What kinds of work are worth, learned within people.

    Returns each person's mix (people, k), the worth of each level (k,), how many of those are known for
    themselves, the sums of squares and products they were learned from (k, k), and what directions of the mix
    nothing was learned of (k, m).
    """
    sizes = [int(level.max()) + 1 for level in levels]
    ends = np.concatenate([[0], np.cumsum(sizes)]).astype(int)
    scores = np.bincount(who, weights=weight, minlength=people)
    k = int(ends[-1])
    counts, products, sums = np.zeros((people, k)), np.zeros((k, k)), np.zeros(k)
    for a, first in enumerate(levels):
        here = slice(ends[a], ends[a + 1])
        cells = np.bincount(who * sizes[a] + first, weights=weight, minlength=people * sizes[a])
        counts[:, here] = cells.reshape(people, -1)
        sums[here] = np.bincount(first, weights=weight * y, minlength=sizes[a])
        for b, second in enumerate(levels):
            both = np.bincount(first * sizes[b] + second, weights=weight, minlength=sizes[a] * sizes[b])
            products[here, ends[b] : ends[b + 1]] = both.reshape(sizes[a], sizes[b])
    mixes = counts / scores[:, None]
    total = np.bincount(who, weights=weight * y, minlength=people)
    certain = products - mixes.T @ counts
    along = sums - mixes.T @ total
    sizes_of, directions = np.linalg.eigh(certain)
    is_known = sizes_of > SAME * max(float(sizes_of.max(initial=0.0)), 1.0)
    known = directions[:, is_known]
    slopes = known @ ((known.T @ along) / sizes_of[is_known])
    return mixes, slopes, int(is_known.sum()), certain, directions[:, ~is_known]


def _comparable(apart: Floats) -> Integers:
    """Return the most people who do not differ in what nothing was learned of."""
    _, group, counts = np.unique(np.round(apart, 5), axis=0, return_inverse=True, return_counts=True)
    return np.flatnonzero(group.ravel() == int(np.argmax(counts)))


def eight_schools(seen: ArrayLike, variance: ArrayLike) -> tuple[Floats, Floats, float]:
    """What each of g groups does beyond their middle, from one figure each with its variance.

    Over every spread between groups that the figures allow, on a grid. At least FEWEST_PEERS groups.

    Returns:
        The mean and variance of each one's distance from the middle, shape (g,), and the mean spread.
    """
    y, v = np.asarray(seen, dtype=float), np.asarray(variance, dtype=float)
    widest = 3 * max(float(y.std(ddof=1)), float(np.sqrt(v.min())))
    spreads = (np.arange(GRID) + 0.5) / GRID * widest
    weight = 1 / (v + spreads[:, None] ** 2)
    middle = (weight * y).sum(axis=1) / weight.sum(axis=1)
    loose = 1 / weight.sum(axis=1)
    fits = 0.5 * (np.log(weight).sum(axis=1) + np.log(loose) - (weight * (y - middle[:, None]) ** 2).sum(axis=1))
    chance = np.exp(fits - fits.max())
    chance /= chance.sum()
    kept = spreads[:, None] ** 2 * weight
    each = kept * (y - middle[:, None])
    spread = kept * v + kept**2 * loose[:, None]
    value = chance @ each
    return value, chance @ (spread + (each - value) ** 2), float(chance @ spreads)
