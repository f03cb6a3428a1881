"""The wait to expect: what few and simple ones give, and how often it holds on simulated floors."""

import numpy as np
import pytest
from numpy.typing import NDArray

from rapport.numeric.expected_wait import NEAREST, Expected, expected_wait
from rapport.numeric.queueing import waits

REPS, MEAN_SECONDS, HOUR = 12, 180.0, 3600.0
Floats = NDArray[np.float64]


def test_where_all_waited_twice_as_long_it_is_twice_as_long() -> None:
    told = expected_wait(60, [30.0] * 50, [60.0] * 50, [True] * 50, share=0.9)
    assert told == Expected(120, 120, 120)


def test_too_few_tell_nothing_and_nineteen_are_enough() -> None:
    for count, is_told in ((0, False), (18, False), (19, True)):
        told = expected_wait(60, [30.0] * count, np.arange(count), [True] * count, share=0.9)
        assert (told is not None) is is_told
    assert told is not None and (told.low, told.middle, told.high) == (0, 18, 36)


def test_who_left_waited_so_long_at_least() -> None:
    waited, answered = [10.0] * 40 + [20.0] * 20, [True] * 40 + [False] * 20
    told = expected_wait(10, [10.0] * 60, waited, answered, share=0.9)
    assert told == Expected(10, 10, float("inf"))


def test_those_count_whose_estimate_was_most_alike() -> None:
    estimates = np.concatenate((np.full(NEAREST, 60.0), np.full(500, 600.0)))
    waited = np.concatenate((np.full(NEAREST, 30.0), np.full(500, 1200.0)))
    answered = np.full(estimates.size, True)
    for estimate, middle in ((50, 25), (700, 1400)):
        told = expected_wait(estimate, estimates, waited, answered, share=0.9)
        assert told is not None and told.middle == pytest.approx(middle)


@pytest.mark.parametrize("wrong", [0.0, -1.0, float("nan")])
def test_an_estimate_above_nothing_is_asked_for(wrong: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        expected_wait(wrong, [], [], [], share=0.9)
    with pytest.raises(ValueError, match="above 0"):
        expected_wait(1, [wrong], [1.0], [True], share=0.9)


@pytest.mark.parametrize("share", [0.5, 0.9])
def test_where_the_order_tells_nothing_it_covers_its_share(share: float) -> None:
    """In 2,000 draws the share found lies within 3.5 standard errors of what the theory gives."""
    random = np.random.default_rng(8)
    hits = 0
    for _ in range(2_000):
        quotients = random.lognormal(0.2, 0.7, NEAREST + 1)
        told = expected_wait(1, np.ones(NEAREST), quotients[1:], np.full(NEAREST, True), share=share)
        assert told is not None
        hits += told.low <= quotients[0] <= told.high
    exact = 1 - 2 * np.floor((1 - share) / 2 * (NEAREST + 1)) / (NEAREST + 1)
    assert abs(hits / 2_000 - exact) < 3.5 * np.sqrt(exact * (1 - exact) / 2_000)


@pytest.mark.parametrize("load", [0.9, 1.0])
def test_on_a_floor_whose_load_swings_most_wait_within_their_range(load: float) -> None:
    """And half of them less than the middle, which the plain estimate misses by more."""
    at, plain, waited, answered = _floor(load)
    inside, below, error, plain_error = [], [], [], []
    for i in np.random.default_rng(3).integers(4_000, at.size, 400):
        before = slice(i - 2_000, i)
        done = at[before] + waited[before] <= at[i]
        seen = np.where(done, waited[before], at[i] - at[before])
        told = expected_wait(plain[i], plain[before], seen, answered[before] & done, share=0.9)
        assert told is not None
        if answered[i]:
            inside.append(told.low <= waited[i] <= told.high)
            below.append(waited[i] <= told.middle)
            error.append(abs(told.middle - waited[i]))
            plain_error.append(abs(plain[i] - waited[i]))
    assert 0.82 <= np.mean(inside) <= 0.95
    assert 0.38 <= np.mean(below) <= 0.62
    assert np.mean(error) < np.mean(plain_error)


def _floor(load: float) -> tuple[Floats, Floats, Floats, NDArray[np.bool_]]:
    """Return who waited in six days: when they came, place × mean handle time of the hour ÷ reps, wait, answer."""
    random = np.random.default_rng(1)
    end = 6 * 24 * HOUR
    at = np.sort(random.uniform(0, end, random.poisson(1.3 * load * REPS / MEAN_SECONDS * end)))
    at = at[random.random(at.size) < (1 + 0.3 * np.sin(2 * np.pi * at / (6 * HOUR))) / 1.3]
    service = random.lognormal(np.log(MEAN_SECONDS) - 0.32, 0.8, at.size)
    waited, answered = waits(at, service, random.exponential(900, at.size), begins=np.zeros(REPS), ends=np.inf)
    leaves = at + waited
    ends = np.where(answered, leaves + service, np.inf)
    order = np.argsort(ends)
    total = np.concatenate(([0.0], np.cumsum(service[order])))
    until, since = np.searchsorted(ends[order], at), np.searchsorted(ends[order], at - HOUR)
    count = until - since
    handle = (total[until] - total[since]) / np.maximum(count, 1)
    place = np.arange(at.size) - np.searchsorted(np.sort(leaves), at) + 1
    told = (waited > 0) & (count > 0) & (place > 0)
    return at[told], (place * handle / REPS)[told], waited[told], answered[told]
