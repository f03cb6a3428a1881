"""Erlang's formulas against published tables, each other, limits and brute force."""

import numpy as np
import pytest

from rapport.numeric import erlang


def birth_death(load: float, reps: int, service: float, patience: float) -> tuple[float, float, float]:
    """Erlang A by solving the chain state by state (arrivals per second load/service)."""
    arrivals = load / service
    weights = [1.0]
    for state in range(1, reps + 2000):
        leaving = min(state, reps) / service + max(0, state - reps) / patience
        weights.append(weights[-1] * arrivals / leaving)
    share = np.array(weights) / np.sum(weights)
    queue = np.maximum(np.arange(share.size) - reps, 0)
    waiting = float((share * queue).sum())
    return float(share[reps:].sum()), waiting / patience / arrivals, waiting / arrivals


def test_erlang_b_and_c_of_published_tables() -> None:
    # Erlang B tables: 5 erlangs on 10 lines lose 1.84 %; Cooper, "Introduction to queueing theory" (1981).
    assert erlang.blocking_probability(5, 10) == pytest.approx(0.018385, abs=1e-6)
    assert erlang.waiting_probability(5, 10) == pytest.approx(0.036105, abs=1e-6)


def test_one_rep_has_closed_forms() -> None:
    load = np.linspace(0.01, 0.99, 25)
    assert erlang.blocking_probability(load, 1) == pytest.approx(load / (1 + load))
    assert erlang.waiting_probability(load, 1) == pytest.approx(load)
    assert erlang.mean_wait_seconds(load, 1, 100) == pytest.approx(100 * load / (1 - load))
    assert erlang.service_level(load, 1, 100, 20) == pytest.approx(1 - load * np.exp(-(1 - load) * 0.2))


def test_arguments_broadcast() -> None:
    level = erlang.service_level(np.array([[8.0], [9.0]]), np.array([10, 11, 12]), 180, 20)
    assert level.shape == (2, 3)
    assert (np.diff(level, axis=1) > 0).all()
    assert (np.diff(level, axis=0) < 0).all()


def test_limits() -> None:
    assert erlang.blocking_probability([0, 0, 3], [0, 4, 0]).tolist() == [1, 0, 1]
    assert erlang.waiting_probability([10, 12], 10).tolist() == [1, 1]
    assert erlang.mean_wait_seconds(12, 10, 60) == np.inf
    assert erlang.service_level(12, 10, 60, 20) == 0
    assert erlang.blocking_probability(5000.0, 100) == pytest.approx(1 - 100 / 5000, abs=1e-3)
    assert erlang.blocking_probability(1e-9, 1000) == 0


@pytest.mark.parametrize(
    ("load", "reps", "service", "patience"),
    [
        (8.4, 12, 120, 60),
        (20, 10, 100, 300),
        (0.5, 3, 60, 10),
        (95, 100, 240, 900),
        (300, 200, 180, 120),
        (2, 60, 9, 9),
    ],
)
def test_erlang_a_against_its_chain(load: float, reps: int, service: float, patience: float) -> None:
    expected = birth_death(load, reps, service, patience)
    assert [float(value) for value in erlang.abandonment(load, reps, service, patience)] == pytest.approx(
        expected, rel=1e-8, abs=1e-12
    )


def test_erlang_a_with_endless_patience_is_erlang_c() -> None:
    waits, gone, mean = erlang.abandonment(8.4, 12, 120, 1e9)
    assert waits == pytest.approx(erlang.waiting_probability(8.4, 12), rel=1e-5)
    assert gone == pytest.approx(0, abs=1e-6)
    assert mean == pytest.approx(erlang.mean_wait_seconds(8.4, 12, 120), rel=1e-3)


def test_erlang_a_under_any_load_leaves_what_does_not_fit() -> None:
    _, gone, _ = erlang.abandonment([500.0, 5000.0], 100, 180, 60)
    assert gone == pytest.approx([0.8, 0.98], abs=1e-3)


@pytest.mark.parametrize(("load", "reps"), [(-1, 3), (3, -1), (3, 2.5), (np.nan, 2)])
def test_what_makes_no_sense_is_refused(load: float, reps: float) -> None:
    with pytest.raises(ValueError, match="must"):
        erlang.blocking_probability(load, reps)
    with pytest.raises(ValueError, match="must"):
        erlang.abandonment(load, reps, 60, 60)
