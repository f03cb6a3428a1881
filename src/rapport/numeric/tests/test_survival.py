"""Kaplan-Meier against a worked example, limits and its own draws; intervals against their coverage."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.numeric.intervals import mean_interval
from rapport.numeric.survival import kaplan_meier

# Freireich et al. (1963), remission in weeks under 6-MP, as in every textbook; a plus sign means censored.
REMISSION = [
    "6",
    "6",
    "6",
    "6+",
    "7",
    "9+",
    "10",
    "10+",
    "11+",
    "13",
    "16",
    "17+",
    "19+",
    "20+",
    "22",
    "23",
    "25+",
    "32+",
    "32+",
    "34+",
    "35+",
]


def test_the_textbook_example() -> None:
    curve = kaplan_meier([int(week.rstrip("+")) for week in REMISSION], ["+" not in week for week in REMISSION])
    assert curve.times.tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert curve.survival == pytest.approx([0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448], abs=5e-4)
    assert np.sqrt(curve.variance) == pytest.approx(
        [0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346], abs=5e-5
    )
    assert curve.at([0, 5.9, 6, 12, 100]) == pytest.approx([1, 1, 0.857, 0.753, 0.448], abs=5e-4)
    assert curve.tail_rate == 9 / 359


@given(st.lists(st.integers(0, 50), min_size=1))
def test_without_censoring_it_is_the_share_left(lasted: list[int]) -> None:
    curve = kaplan_meier(lasted, [True] * len(lasted))
    shares = [np.mean(np.array(lasted) > time) for time in curve.times]
    assert curve.survival == pytest.approx(shares, abs=1e-9)


def test_draws_follow_the_curve_and_its_tail() -> None:
    random = np.random.default_rng(1)
    patience, offered = random.exponential(60, 20_000), random.exponential(40, 20_000)
    curve = kaplan_meier(np.minimum(patience, offered), patience <= offered)
    drawn = curve.draw(np.full(50_000, -1), random)
    for time in (5, 30, 60, 120):
        assert np.mean(drawn > time) == pytest.approx(np.exp(-time / 60), abs=0.015)
    assert drawn.mean() == pytest.approx(60, rel=0.05)


def test_when_nobody_gave_up_patience_has_no_end() -> None:
    curve = kaplan_meier([3, 4], [False, False])
    assert np.isinf(curve.draw([0] * 5, np.random.default_rng(1))).all()


def test_draws_hit_the_right_step() -> None:
    drawn = kaplan_meier([1, 2, 3, 4], [True] * 4).draw([0] * 4000, np.random.default_rng(1))
    assert np.bincount(drawn.astype(int), minlength=5)[1:] / 4000 == pytest.approx([0.25] * 4, abs=0.03)


@given(st.lists(st.tuples(st.integers(0, 20), st.booleans()), min_size=1), st.integers(-1, 25))
def test_draws_lie_beyond_what_is_known(told: list[tuple[int, bool]], beyond: int) -> None:
    curve = kaplan_meier([lasted for lasted, _ in told], [event for _, event in told])
    assert (curve.draw([beyond] * 50, np.random.default_rng(1)) > beyond).all()


@pytest.mark.parametrize("durations", [[-1.0], [np.nan], [[1.0]], [1.0, 2.0]])
def test_what_makes_no_sense_is_refused(durations: list[float]) -> None:
    with pytest.raises(ValueError, match="durations"):
        kaplan_meier(durations, [True])


def test_an_interval_covers_the_mean_as_often_as_it_says() -> None:
    random = np.random.default_rng(1)
    ends = [mean_interval(random.normal(5, 2, 12), 0.9)[1:] for _ in range(2000)]
    assert np.mean([low < 5 < high for low, high in ends]) == pytest.approx(0.9, abs=0.02)
    with pytest.raises(ValueError, match="two samples"):
        mean_interval([1.0])


def test_counted_together_it_is_the_same_as_one_by_one() -> None:
    weeks, left = [int(week.rstrip("+")) for week in REMISSION], ["+" not in week for week in REMISSION]
    pairs = sorted(set(zip(weeks, left, strict=True)))
    counts = [list(zip(weeks, left, strict=True)).count(pair) for pair in pairs]
    one_by_one = kaplan_meier(weeks, left)
    together = kaplan_meier([week for week, _ in pairs], [event for _, event in pairs], counts=counts)
    assert together.survival == pytest.approx(one_by_one.survival, abs=1e-12)
    assert together.variance == pytest.approx(one_by_one.variance, abs=1e-12)
    assert together.tail_rate == one_by_one.tail_rate


def test_counts_must_fit() -> None:
    for counts in ([1], [1, -1], [1, float("nan")]):
        with pytest.raises(ValueError, match="counts"):
            kaplan_meier([1, 2], [True, False], counts=counts)


def test_the_interval_on_the_scale_of_log_log() -> None:
    """At 10 weeks of the textbook's example: S = 0.7529, standard error 0.0963, so 0.503 to 0.889."""
    curve = kaplan_meier([int(week.rstrip("+")) for week in REMISSION], ["+" not in week for week in REMISSION])
    low, high = curve.interval([0, 10])
    assert (low[0], high[0]) == (1, 1)
    assert (low[1], high[1]) == pytest.approx((0.503, 0.889), abs=2e-3)


def test_the_interval_covers_the_truth() -> None:
    random = np.random.default_rng(7)
    truth, covered = np.exp(-30 / 60), 0
    for _ in range(400):
        stayed, followed = random.exponential(60, 150), random.uniform(10, 90, 150)
        low, high = kaplan_meier(np.minimum(stayed, followed), stayed <= followed).interval([30])
        covered += bool(low[0] <= truth <= high[0])
    assert covered / 400 == pytest.approx(0.95, abs=0.03)
