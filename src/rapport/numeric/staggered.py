"""What something does that people are given at different times, such as coaching: before and after.

Each treated person's change, from the mean of the last periods before they began to each period after, is held
against the change over the very same periods of those who had *not yet* begun (or never did). People who were
already treated are never a control: two-way fixed effects use them, and tell the wrong size and even sign where
effects grow or differ. Source: B. Callaway and P. Sant'Anna, "Difference-in-differences with multiple time
periods", Journal of Econometrics 225 (2021) 200; the overall figure is theirs weighted by treated people and
periods, with a baseline of several periods, since one week of a person's scores is mostly chance.

The person is what is drawn: errors come from leaving out one person at a time (the jackknife, clustered by
person) with Student's factor for as many people as were treated, which keeps its promise with few people and with
groups of one, where a bootstrap of influence functions does not. On simulated people (hanging together from week
to week, heavy tails, a third of the weeks missing) the 95 % interval held the truth in 94 to 99 % of 400 runs
each with 12 to 80 people, and nothing was found in 94 to 99 % where nothing was; 12 people are too few to find
anything but a great effect.

Who is treated *because* of bad scores rises by chance alone. Periods put ``aside`` before the first count on no
side, so that a bad month is no baseline; that is not enough, for who was not yet chosen had good luck meanwhile.
So where periods are put aside, the change is told in two ways, and the interval holds both: as the plain
difference of changes, which is right where people are chosen for how they always are, and less what the periods
aside and the baseline foretell for people not yet treated, which is right where they are chosen for their scores.
The truth is between the two (P. Ding and F. Li, "A bracketing relationship between difference-in-differences and
lagged-dependent-variable adjustment", Political Analysis 27 (2019) 605), and the value told is their middle.

Assumes that without treatment both would have changed alike, given how they did before. What is left of a
difference shows in ``ahead``, the plain change over the periods before, which is then not 0. Do not believe an
effect whose ``ahead`` is found.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from rapport.numeric.intervals import NOTHING_KNOWN, Estimate

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

FEWEST_TREATED = 5
"""Below so many people with a before, an after and a control, nothing is told."""
FEWEST_CONTROLS = 3
"""A period counts only where so many people not yet treated are there to compare with."""
FEWEST_PERIODS = 4
"""One person's own change is told only from so many periods known before, and as many after."""
FEWEST_BESIDE = 8
"""One person's own change is told only beside so many people not yet treated."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What the treatment changed, in the outcome's units; NaN where too little is known.

    ``overalls`` and ``per_doses`` are the change, and the change per unit of dose, in each way that it is told.
    ``ahead`` is the change of the same people over the periods before the baseline, which should be none.
    ``treated`` and ``controls`` count people.
    """

    overalls: tuple[Estimate, ...]
    per_doses: tuple[Estimate, ...]
    ahead: Estimate
    treated: int
    controls: int

    @property
    def overall(self) -> Estimate:
        """The change, with an interval that holds that of each way."""
        return _united(self.overalls)

    @property
    def per_dose(self) -> Estimate:
        """The same per unit of dose."""
        return _united(self.per_doses)

    def at(self, confidence: float) -> Effect:
        """The same with intervals of another confidence than 95 %; what it changed ahead keeps its own.

        Several effects at 1 - 0.05 / their number hold their truths together 95 times of 100 (Bonferroni).
        """
        wider = float(np.divide(*special.stdtrit(self.treated - 1, [(1 + confidence) / 2, 0.975])))

        def widened(one: Estimate) -> Estimate:
            half = (one.high - one.value) * wider
            return Estimate(one.value, one.value - half, one.value + half)

        overalls, per_doses = (tuple(map(widened, ways)) for ways in (self.overalls, self.per_doses))
        return Effect(overalls, per_doses, self.ahead, self.treated, self.controls)


def _united(ways: tuple[Estimate, ...]) -> Estimate:
    """The middle of estimates of the same, with an interval that holds each of theirs."""
    return Estimate(
        float(np.mean([one.value for one in ways])), min(one.low for one in ways), max(one.high for one in ways)
    )


@dataclass(frozen=True, slots=True)
class _Sums:
    """A ratio of sums over people: whole, and with each one person left out."""

    above: float
    below: float
    above_without: Floats
    below_without: Floats


def staggered_effect(
    outcome: ArrayLike,
    first: ArrayLike,
    *,
    counted: ArrayLike | None = None,
    dose: ArrayLike | None = None,
    before: int = 4,
    after: int = 8,
    aside: int = 0,
) -> Effect:
    """How much the outcome changed by the treatment, against people not yet treated.

    Time and memory grow with people x periods, times how many different first periods there are.

    Args:
        outcome: one row a person, one column a period, shape (p, t); NaN where nothing is known.
        first: the first period in which each person is treated, shape (p,); below 0 for never.
        counted: whose effect is told, shape (p,) of booleans; others serve as controls until they begin.
        dose: how much each person was given, such as hours, shape (p,).
        before: how many periods before the first make the baseline (their mean).
        after: how many periods from the first on are counted.
        aside: how many periods before the first count on neither side; the baseline is before them, and what both
            foretell is allowed for.

    Raises:
        ValueError: shapes do not fit, before or after below 1, or aside below 0.
    """
    y, begins = _checked(outcome, first, before, after, aside)
    wanted = np.ones(len(y), bool) if counted is None else np.asarray(counted, dtype=bool)
    amount = np.zeros(len(y)) if dose is None else np.asarray(dose, dtype=float)
    later = _compared(y, begins, wanted, before, range(after), aside)
    sooner = _compared(y, begins, wanted, before, range(-aside - before - after, -aside - before), aside)
    if later.treated < FEWEST_TREATED:
        nothing = (NOTHING_KNOWN,)
        return Effect(nothing, nothing, NOTHING_KNOWN, later.treated, later.controls)
    plain = _plain(len(y))
    ways = (plain, _foretold(y, begins, before, after, aside)) if aside else (plain,)
    return Effect(
        tuple(_jackknife(later.by_period(way), later.treated) for way in ways),
        tuple(_jackknife(later.by_dose(amount, way), later.treated) for way in ways),
        _jackknife(sooner.by_period(plain), sooner.treated),
        later.treated,
        later.controls,
    )


def own_change(
    outcome: ArrayLike,
    first: ArrayLike,
    person: int,
    *,
    before: int = 4,
    after: int = 8,
    aside: int = 0,
    confidence: float = 0.95,
) -> Estimate:
    """How much one treated person changed beyond those not yet treated, over the same periods; the rest as above.

    The interval is where the change of one more person like the others would lie had nothing been done, put around
    this one's: Student's for one more observation, in each of the ways above. It assumes changes that spread alike
    and about normally, which is why all need FEWEST_PERIODS known on both sides.
    """
    y, begins = _checked(outcome, first, before, after, aside)
    start, end = int(begins[person]), min(int(begins[person]) + after, y.shape[1])
    past, later = _past(y, start, before, aside), y[:, start:end]
    sides = y[:, max(start - aside - before, 0) : max(start - aside, 0)], later
    enough = np.all([(~np.isnan(side)).sum(axis=1) >= FEWEST_PERIODS for side in sides], axis=0)
    others = enough & (begins >= end)
    if not enough[person] or others.sum() < FEWEST_BESIDE:
        return NOTHING_KNOWN
    reached = _mean_of(later)
    change = reached - past[:, 1]
    nothing = np.empty((len(y), 0))
    ways = [(change, nothing), (reached, past)] if aside else [(change, nothing)]
    return _united(tuple(_one_more(of, by, others, person, confidence) for of, by in ways))


def _one_more(of: Floats, by: Floats, others: NDArray[np.bool_], person: int, confidence: float) -> Estimate:
    """How far one person is from what others foretell, by least squares, with the interval for one more."""
    middle = by[others].mean(axis=0)
    x = np.column_stack([np.ones(others.sum()), by[others] - middle])
    at = np.concatenate([[1.0], by[person] - middle])
    inverse = np.linalg.pinv(x.T @ x)
    slopes = inverse @ x.T @ of[others]
    freedom = int(others.sum()) - np.linalg.matrix_rank(x)
    spread = np.sqrt(((of[others] - x @ slopes) ** 2).sum() / freedom * (1 + at @ inverse @ at))
    value = float(of[person] - at @ slopes)
    half = float(special.stdtrit(freedom, (1 + confidence) / 2) * spread)
    return Estimate(value, value - half, value + half)


def _checked(outcome: ArrayLike, first: ArrayLike, before: int, after: int, aside: int) -> tuple[Floats, Integers]:
    """Return the outcomes, and when each person is treated: of who never is, after everything."""
    y, begins = np.asarray(outcome, dtype=float), np.asarray(first, dtype=np.int64)
    if y.ndim != 2 or begins.shape != (len(y),):
        raise ValueError("outcomes are people by periods, and each person has one first period")
    if before < 1 or after < 1 or aside < 0:
        raise ValueError("before and after are at least 1, and aside at least 0")
    return y, np.where(begins < 0, y.shape[1] + before + aside, begins)


@dataclass(frozen=True, slots=True)
class _Way:
    """How a change is told: the weights of an outcome, of the mean aside and of the baseline; shape (3,).

    ``without``: the same with each one person left out, shape (p, 3).
    """

    whole: Floats
    without: Floats


def _plain(people: int) -> _Way:
    """The outcome less the baseline."""
    whole = np.array([1.0, 0.0, -1.0])
    return _Way(whole, np.tile(whole, (people, 1)))


def _foretold(y: Floats, begins: Integers, before: int, after: int, aside: int) -> _Way:
    """The outcome less what the past foretells: least squares within periods, of all people not yet treated."""
    people, periods = y.shape
    squares, by_person = np.zeros((3, 3)), np.zeros((people, 3, 3))
    for start in range(1, periods):
        past = _past(y, start, before, aside)
        later = y[:, start : start + after]
        there = ~np.isnan(later + past[:, 1:]) & (begins[:, None] > start + np.arange(later.shape[1]))
        there &= there.sum(axis=0) > 1
        number = np.maximum(there.sum(axis=0), 2)
        row = np.where(
            there[:, :, None],
            np.dstack([later, *(np.broadcast_to(one[:, None], later.shape) for one in past.T)]),
            0.0,
        )
        row -= there[:, :, None] * (row.sum(axis=0) / number[:, None])
        squares += np.einsum("pqk,pql->kl", row, row)
        by_person += np.einsum("pqk,pql->pkl", row * (number / (number - 1))[:, None], row)
    return _Way(_weights(squares[None])[0], _weights(squares - by_person))


def _weights(squares: Floats) -> Floats:
    slopes = np.linalg.pinv(squares[:, 1:, 1:], rcond=1e-9, hermitian=True) @ squares[:, 1:, :1]
    return np.concatenate([np.ones((len(squares), 1)), -slopes[:, :, 0]], axis=1)


@dataclass(frozen=True, slots=True)
class _Changes:
    """How far treated people are above their controls, in the outcome, the mean aside and the baseline.

    ``total`` is the sum over periods, shape (p, 3), and ``periods`` how many, shape (p,). ``shift[i, j]`` and
    ``lost[i, j]`` are what changes of person i's where control j is left out, shape (p, p, 3) and (p, p).
    """

    total: Floats
    periods: Floats
    shift: Floats
    lost: Floats
    treated: int
    controls: int

    def by_period(self, way: _Way) -> _Sums:
        """Over all treated people and periods alike."""
        without = self.total.sum(axis=0) - self.total + self.shift.sum(axis=0)
        below = self.periods.sum()
        return _Sums(
            self.total.sum(axis=0) @ way.whole,
            below,
            (without * way.without).sum(axis=1),
            below - self.periods - self.lost.sum(axis=0),
        )

    def by_dose(self, dose: Floats, way: _Way) -> _Sums:
        """Each person's mean change, and what they were given."""
        has = self.periods > 0
        mean = np.divide(self.total @ way.whole, self.periods, out=np.zeros_like(self.periods), where=has)
        left = self.periods[:, None] - self.lost
        changed = self.total @ way.without.T + np.einsum("ijk,jk->ij", self.shift, way.without)
        without = np.divide(changed, left, out=np.zeros_like(changed), where=left > 0.5)
        np.fill_diagonal(without, 0.0)
        given = np.where(left > 0.5, dose[:, None], 0.0)
        np.fill_diagonal(given, 0.0)
        return _Sums(mean.sum(), dose[has].sum(), without.sum(axis=0), given.sum(axis=0))


def _compared(
    y: Floats, begins: Integers, wanted: NDArray[np.bool_], before: int, when: range, aside: int
) -> _Changes:
    """Hold each wanted person's changes against people not yet treated; ``when`` counts from the first period."""
    people, periods = y.shape
    total, number = np.zeros((people, 3)), np.zeros(people)
    shift, lost = np.zeros((people, people, 3)), np.zeros((people, people))
    used = np.zeros(people, bool)
    for start in np.unique(begins[wanted & (begins < periods)]):
        past = _past(y, start, before, aside)
        ours = np.flatnonzero(wanted & (begins == start))
        for place in (start + step for step in when):
            if not 0 <= place < periods:
                continue
            row = np.column_stack([y[:, place], past])
            known = ~np.isnan(row[:, 0] + row[:, 2])
            mine = ours[known[ours]]
            others = np.flatnonzero(known & (begins > max(place, start)))
            if not mine.size or others.size < FEWEST_CONTROLS:
                continue
            used[others] = True
            theirs = row[others] - row[others].mean(axis=0)
            above = row[mine] - row[others].mean(axis=0)
            total[mine] += above
            number[mine] += 1
            if others.size > FEWEST_CONTROLS:
                shift[np.ix_(mine, others)] += theirs / (others.size - 1)
            else:
                shift[np.ix_(mine, others)] -= above[:, None]
                lost[np.ix_(mine, others)] += 1
    return _Changes(total, number, shift, lost, int((number > 0).sum()), int(used.sum()))


def _past(y: Floats, start: int, before: int, aside: int) -> Floats:
    """Each person's mean over the periods aside and over the baseline, shape (p, 2).

    NaN where the baseline is not known; where nothing aside is, the baseline stands for it.
    """
    first = max(start - aside, 0)
    base, lately = _mean_of(y[:, max(first - before, 0) : first]), _mean_of(y[:, first:start])
    return np.column_stack([np.where(np.isnan(lately), base, lately), base])


def _mean_of(columns: Floats) -> Floats:
    """The mean of what is known in each row; NaN where nothing is."""
    known = (~np.isnan(columns)).sum(axis=1)
    sums = np.nansum(columns, axis=1)
    return np.where(known > 0, sums / np.maximum(known, 1), np.nan)


def _jackknife(sums: _Sums, treated: int) -> Estimate:
    """The ratio, and Student's 95 % interval from leaving out one person at a time."""
    if treated < FEWEST_TREATED or not sums.below > 0:
        return NOTHING_KNOWN
    value = sums.above / sums.below
    is_left = sums.below_without > 0
    each = sums.above_without[is_left] / sums.below_without[is_left]
    people = each.size
    error = np.sqrt((people - 1) / people * ((each - value) ** 2).sum())
    half = float(special.stdtrit(treated - 1, 0.975) * error)
    return Estimate(float(value), float(value - half), float(value + half))
