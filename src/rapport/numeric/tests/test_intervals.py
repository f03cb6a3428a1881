"""Intervals against scipy's own and against what is known of them."""

import numpy as np
import pytest
from scipy import stats

from rapport.numeric.intervals import mean_interval, share_difference, share_interval


@pytest.mark.parametrize(("hits", "trials"), [(0, 5), (5, 5), (1, 20), (37, 50), (4_000, 10_000)])
@pytest.mark.parametrize("confidence", [0.9, 0.95])
def test_a_shares_interval_is_wilsons(hits: int, trials: int, confidence: float) -> None:
    theirs = stats.binomtest(hits, trials).proportion_ci(confidence, method="wilson")
    low, high = share_interval(hits, trials, confidence)
    assert (float(low), float(high)) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


def test_shares_are_taken_elementwise_and_nothing_has_no_interval() -> None:
    low, high = share_interval([0, 5, 0], [10, 10, 0])
    assert (low.shape, high.shape) == ((3,), (3,))
    assert (low[:2] < high[:2]).all()
    assert np.isnan([low[2], high[2]]).all()


def test_a_means_interval_is_students() -> None:
    samples = [4.0, 5.0, 7.0, 8.5]
    mean, low, high = mean_interval(samples)
    theirs = stats.ttest_1samp(samples, 0).confidence_interval(0.95)
    assert (mean, low, high) == pytest.approx((6.125, theirs.low, theirs.high))


@pytest.mark.parametrize("confidence", [0, 1, -0.5])
def test_a_confidence_lies_between_0_and_1(confidence: float) -> None:
    with pytest.raises(ValueError, match="confidence"):
        share_interval(1, 2, confidence)
    with pytest.raises(ValueError, match="confidence"):
        mean_interval([1, 2], confidence)


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [((48, 80), (56, 70), 0.0524, 0.3339), ((3, 10), (9, 10), 0.1705, 0.8090), ((0, 10), (10, 10), 0.6075, 1.0)],
)
def test_a_difference_of_shares_has_newcombes_interval(
    first: tuple[int, int], second: tuple[int, int], low: float, high: float
) -> None:
    found = share_difference(*first, *second)
    assert float(found.value) == pytest.approx(second[0] / second[1] - first[0] / first[1])
    assert (float(found.low), float(found.high)) == pytest.approx((low, high), abs=5e-5)


def test_a_difference_holds_the_truth_as_often_as_it_says_beside_a_control_of_few() -> None:
    random = np.random.default_rng(7)
    control, treated = random.binomial(40, 0.2, 4_000), random.binomial(1_960, 0.38, 4_000)
    found = share_difference(control, 40, treated, 1_960)
    assert 0.94 < np.mean((found.low <= 0.18) & (found.high >= 0.18)) < 0.97
    assert np.isnan([float(share_difference(0, 0, 1, 2).low)]).all()
