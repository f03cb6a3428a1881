"""How a rep's own scores differ from others', and the contacts they pick from those drawn at random, over time."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

import numpy as np

from rapport.kit import clock
from rapport.numeric.intervals import NOTHING_KNOWN, Estimate, mean_interval
from rapport.quality.gaps import Gap, gaps_of, official_scores

if TYPE_CHECKING:
    from rapport.accounts.models import Member

PERIOD = timedelta(days=28)
PERIODS = 6
FEWEST = 5
"""Below so many contacts no mean is told, only the contacts themselves."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Four weeks: own less other, and picked less random, in shares of the whole score."""

    first: date
    last: date
    contacts: int
    own: Estimate
    picked: int
    random: int
    choosing: Estimate


@dataclass(frozen=True, slots=True)
class OverTime:
    """A rep's gaps, the latest stretch first, and the latest contacts one by one."""

    stretches: list[Stretch]
    contacts: list[Gap]


def over_time(rep: Member) -> OverTime:
    """Return the gaps of the last half year."""
    zone = rep.programme.zone
    today = clock.now().astimezone(zone).date()
    ends = [today + timedelta(days=1) - PERIOD * number for number in range(PERIODS)]
    since = datetime.combine(ends[-1] - PERIOD, time(), zone)
    gaps, scores = gaps_of(rep, since), official_scores(rep, since)

    def inside(end: date) -> Callable[[datetime], bool]:
        return lambda at: end - PERIOD <= at.astimezone(zone).date() < end

    stretches = []
    for end in ends:
        is_in = inside(end)
        apart = [one.own - one.other for one in gaps if is_in(one.at)]
        picked, random = ([score for at, score in scores[how] if is_in(at)] for how in ("picked", "random"))
        stretches.append(
            Stretch(
                end - PERIOD,
                end - timedelta(days=1),
                len(apart),
                _mean(apart),
                len(picked),
                len(random),
                _difference(picked, random),
            )
        )
    while len(stretches) > 1 and not (stretches[-1].contacts or stretches[-1].picked or stretches[-1].random):
        stretches.pop()
    return OverTime(stretches, gaps[:-21:-1])


def _mean(values: Sequence[float]) -> Estimate:
    if len(values) < FEWEST:
        return NOTHING_KNOWN
    if len(set(values)) == 1:  # without a spread Student's interval would claim certainty
        return Estimate(values[0], np.nan, np.nan)
    return Estimate(*mean_interval(values))


def _difference(first: Sequence[float], second: Sequence[float]) -> Estimate:
    """The first mean less the second with Welch's interval; nothing where either has few."""
    if min(len(first), len(second)) < FEWEST:
        return NOTHING_KNOWN
    value = float(np.mean(first) - np.mean(second))
    if len(set(first)) == len(set(second)) == 1:
        return Estimate(value, np.nan, np.nan)
    from scipy import stats  # here: 50 MB and half a second of every process's start

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of one of the two that has no spread
        low, high = stats.ttest_ind(first, second, equal_var=False).confidence_interval(0.95)
    return Estimate(value, float(low), float(high))
