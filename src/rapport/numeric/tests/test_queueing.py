"""The compiled queue against the simulation that decides as the router does, and against Erlang's formulas."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.numeric import erlang
from rapport.numeric.queueing import least_reps, least_reps_by_period, waits
from rapport.simulation.engine import Arrivals, Shift, simulate
from rapport.simulation.sources import staffed

whole = st.integers(0, 12).map(float)  # whole seconds, so that things happen at one instant
patience = st.one_of(whole, st.just(float("inf")))
contacts = st.lists(st.tuples(whole, whole, patience, whole), max_size=14)
shifts = st.lists(st.tuples(whole, st.one_of(st.integers(1, 20).map(float), st.just(float("inf")))), max_size=4)


@settings(max_examples=150)
@given(contacts, shifts)
def test_it_waits_as_the_floor_does(contacts: list[tuple[float, ...]], shifts: list[tuple[float, float]]) -> None:
    at, service, patience, start = np.array(sorted(contacts), dtype=float).reshape(-1, 4).T
    shifts = sorted((begins, begins + length) for begins, length in shifts)
    floor = simulate(
        Arrivals(at, service, patience, start),
        [Shift(rep, begins, ends) for rep, (begins, ends) in enumerate(shifts)],
    )
    begins, ends = np.array(shifts, dtype=float).reshape(-1, 2).T
    waited, answered = waits(at, service, patience, begins=begins, ends=ends, head_start_seconds=start)
    np.testing.assert_array_equal(waited, floor.wait_seconds)
    np.testing.assert_array_equal(answered, floor.answered)


def random_day(count: int, rate: float, seed: int = 7) -> tuple[np.ndarray, np.ndarray, np.random.Generator]:
    random = np.random.default_rng(seed)
    return np.cumsum(random.exponential(1 / rate, count)), random.exponential(120, count), random


def test_endless_patience_is_erlang_c() -> None:
    at, service, _ = random_day(2_000_000, 0.07)
    waited, answered = waits(at, service, np.inf, begins=np.zeros(10), ends=np.inf)
    assert answered.all()
    assert waited.mean() == pytest.approx(erlang.mean_wait_seconds(0.07 * 120, 10, 120), rel=0.03)
    assert (waited <= 20).mean() == pytest.approx(erlang.service_level(0.07 * 120, 10, 120, 20), abs=0.005)


def test_no_patience_is_erlang_b_whatever_the_service() -> None:
    at, service, random = random_day(1_000_000, 0.07)
    for served in (service, np.full(at.size, 120.0), random.uniform(0, 240, at.size)):
        _, answered = waits(at, served, 0.0, begins=np.zeros(8), ends=np.inf)
        assert 1 - answered.mean() == pytest.approx(erlang.blocking_probability(0.07 * 120, 8), abs=0.004)


def test_exponential_patience_is_erlang_a() -> None:
    at, service, random = random_day(1_000_000, 0.07)
    waited, answered = waits(at, service, random.exponential(60, at.size), begins=np.zeros(8), ends=np.inf)
    _, gone, wait = erlang.abandonment(0.07 * 120, 8, 120, 60)
    assert 1 - answered.mean() == pytest.approx(gone, abs=0.003)
    assert waited.mean() == pytest.approx(wait, rel=0.02)


def test_two_classes_wait_as_cobham_says() -> None:
    """M/M/c without pre-emption, A. Cobham (1954): W_k = P(wait) / (c mu (1 - s_{k-1}) (1 - s_k))."""
    at, service, random = random_day(2_000_000, 0.07)
    first = random.random(at.size) < 0.3
    waited, _ = waits(at, service, np.inf, begins=np.zeros(10), ends=np.inf, head_start_seconds=first * 1e9)
    load = 0.07 * 120
    base = erlang.waiting_probability(load, 10) * 120 / 10
    high = 0.3 * load / 10
    assert waited[first].mean() == pytest.approx(base / (1 - high), rel=0.03)
    assert waited[~first].mean() == pytest.approx(base / ((1 - high) * (1 - load / 10)), rel=0.04)


def test_least_reps() -> None:
    at, service, _ = random_day(300_000, 0.07)
    reps = least_reps(at, service, np.inf, within_seconds=20, share=0.85)
    by_formula = next(n for n in range(9, 30) if erlang.service_level(8.4, n, 120, 20) >= 0.85)
    assert reps == by_formula
    with pytest.raises(ValueError, match="5 reps do not answer"):
        least_reps(at, service, np.inf, within_seconds=20, share=0.85, most=5)


@pytest.mark.parametrize(
    ("at", "service", "words"),
    [
        ([2, 1], 1.0, "order"),
        ([1, float("nan")], 1.0, "order"),
        ([1, 2], -1.0, "below 0"),
        ([1], [1, 2], "broadcast"),
    ],
)
def test_what_makes_no_sense_is_refused(at: list[float], service: float | list[float], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        waits(at, service, 1.0, begins=[0.0], ends=np.inf)


def test_least_reps_by_period_meet_the_target_in_each_and_none_can_be_spared() -> None:
    """Three hours of a day: quiet, a rush, nobody. What the rush leaves behind is served in the third."""
    random, days = np.random.default_rng(2), 40
    at = np.sort(
        np.concatenate(
            [
                (day * 3 + hour) * 3600 + random.random(random.poisson(calls)) * 3600
                for day in range(days)
                for hour, calls in enumerate((60, 240, 0))
            ]
        )
    )
    service, patience, hour = random.exponential(120, at.size), random.exponential(300, at.size), at // 3600 % 3

    def shares(reps: np.ndarray) -> list[float]:
        told = staffed(np.tile(reps, days).tolist(), 3600)
        begins, ends = [shift.begins for shift in told], [shift.ends for shift in told]
        waited, answered = waits(at, service, patience, begins=begins, ends=ends)
        in_time = answered & (waited <= 20)
        return [float(in_time[hour == number].mean()) for number in range(2)]

    def least(most: int) -> np.ndarray:
        return least_reps_by_period(
            at, service, patience, period_seconds=3600, periods=3, within_seconds=20, share=0.8, most=most
        )

    reps = least(100)
    assert reps[0] < reps[1]
    assert reps[2] == 0
    assert min(shares(reps)) >= 0.8
    for number in range(2):
        fewer = reps.copy()
        fewer[number] -= 1
        assert shares(fewer)[number] < 0.8
    with pytest.raises(ValueError, match="3 reps do not answer"):
        least(3)
