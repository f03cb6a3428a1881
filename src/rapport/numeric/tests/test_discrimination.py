import numpy as np
import pytest

from rapport.numeric.discrimination import area, area_difference, stability

DICE = np.random.default_rng(7)


def drawn(n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    has = DICE.random(n) < 0.3
    return has, has + DICE.normal(0, 1, n), 0.5 * has + DICE.normal(0, 1, n).round(1)


def test_the_area_is_the_share_of_pairs_in_the_right_order_and_ties_count_half() -> None:
    has, _, tied = drawn(200)
    pairs = tied[has][:, None] - tied[~has][None, :]
    assert area(has, tied).value == pytest.approx((pairs > 0).mean() + 0.5 * (pairs == 0).mean())


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    from scipy.stats import norm

    truth, held = norm.cdf(1 / np.sqrt(2)), 0
    for _ in range(400):
        has, score, _ = drawn(150)
        found = area(has, score)
        held += found.low <= truth <= found.high
    assert 0.92 <= held / 400 <= 0.98


def test_a_difference_on_the_same_people_is_surer_than_two_areas_apart() -> None:
    has, score, _ = drawn(500)
    near = score + DICE.normal(0, 0.05, 500)
    apart, alone = area_difference(has, score, near), area(has, score)
    assert apart.value == pytest.approx(alone.value - area(has, near).value)
    assert apart.high - apart.low < (alone.high - alone.low) / 3
    assert apart.low < 0 < apart.high


def test_scores_that_tell_everybody_apart_are_a_point() -> None:
    found = area([0, 0, 1, 1], [0.1, 0.2, 0.3, 0.4])
    assert (found.value, found.low, found.high) == (1, 1, 1)


@pytest.mark.parametrize(
    ("has", "scores"),
    [([1, 0, 0], [1, 2, 3]), ([1, 1, 0, 0], [1, 2, 3]), ([1, 1, 0, 0], [1, 2, 3, np.nan])],
)
def test_what_has_no_area_is_refused(has: list[int], scores: list[float]) -> None:
    with pytest.raises(ValueError, match="outcome"):
        area(has, scores)


def test_a_spread_that_moves_has_a_larger_index_and_empty_bins_are_no_infinity() -> None:
    assert stability([50, 50], [500, 500]) < 0.001
    assert stability([50, 50], [20, 80]) == pytest.approx(0.3 * np.log(4), rel=0.05)
    assert np.isfinite(stability([100, 0], [0, 100]))
    assert stability([100, 0], [0, 100]) > 5
    with pytest.raises(ValueError, match="bins"):
        stability([1, 2], [0, 0])
