"""Intervals against scipy's own and against what is known of them."""

import numpy as np
import pytest
from scipy import stats

from rapport.numeric.intervals import mean_interval, share_interval


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
