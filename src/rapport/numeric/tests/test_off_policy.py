"""What the estimators say of a policy, against what it earns where that can be simulated."""

from dataclasses import dataclass

import numpy as np
import pytest

from rapport.numeric.off_policy import (
    Floats,
    Logged,
    doubly_robust,
    inverse_propensity,
    logged,
    self_normalised,
)

LOGS, ROWS = 500, 400
STAYS = np.array([[0.30, 0.45, 0.60], [0.50, 0.40, 0.55]])  # by kind of customer and action
CHANCES = np.array([[0.70, 0.20, 0.10], [0.15, 0.25, 0.60]])
TARGET = np.array([[0.10, 0.10, 0.80], [0.60, 0.40, 0.00]])
TRUTH = float((0.5 * TARGET * STAYS).sum())


@dataclass
class Seen:
    value: Floats
    holds: float


def drawn(dice: np.random.Generator, *, rows: int = ROWS) -> tuple[Logged, Floats, Floats]:
    """A log, the target's chances on its rows, and what is true of them."""
    kind = dice.integers(2, size=rows)
    taken = (dice.random(rows)[:, None] > CHANCES[kind].cumsum(axis=1)).sum(axis=1)
    reward = (dice.random(rows) < STAYS[kind, taken]).astype(float)
    return logged(reward, taken, CHANCES[kind]), TARGET[kind], STAYS[kind]


def seen(how: str, *, wrong_model: bool = False, wrong_chances: bool = False) -> Seen:
    dice, values, holds = np.random.default_rng(7), [], 0
    for _ in range(LOGS):
        log, target, truth = drawn(dice)
        if wrong_chances:
            log = Logged(log.reward, log.taken, np.full_like(log.chances, 1 / 3), log.unit)
        model = np.full_like(truth, 0.8) if wrong_model else truth
        if how == "dr":
            told = doubly_robust(log, target, model)
        else:
            told = {"ips": inverse_propensity, "snips": self_normalised}[how](log, target)
        values.append(told.value)
        holds += told.low <= TRUTH <= told.high
    return Seen(np.array(values), holds / LOGS)


@pytest.mark.parametrize("how", ["ips", "snips", "dr"])
def test_each_recovers_the_truth_and_its_interval_holds_it_as_often_as_stated(how: str) -> None:
    found = seen(how)
    error = found.value.std() / np.sqrt(LOGS)
    assert abs(found.value.mean() - TRUTH) < 3.5 * error + 1 / ROWS * (how == "snips")
    assert 0.93 <= found.holds <= 0.975


def test_doubly_robust_is_right_where_either_the_model_or_the_chances_are() -> None:
    for found in (seen("dr", wrong_model=True), seen("dr", wrong_chances=True)):
        assert abs(found.value.mean() - TRUTH) < 3.5 * found.value.std() / np.sqrt(LOGS)
    astray = seen("ips", wrong_chances=True)
    assert abs(astray.value.mean() - TRUTH) > 10 * astray.value.std() / np.sqrt(LOGS)


def test_a_good_model_makes_it_surer() -> None:
    assert seen("dr").value.std() < 0.9 * seen("ips").value.std()


def test_rows_of_one_unit_hang_together() -> None:
    log, target, _ = drawn(np.random.default_rng(1), rows=200)
    thrice = logged(
        np.tile(log.reward, 3), np.tile(log.taken, 3), np.tile(log.chances, (3, 1)), np.tile(np.arange(200), 3)
    )
    once, again = inverse_propensity(log, target), inverse_propensity(thrice, np.tile(target, (3, 1)))
    assert (again.low, again.high) == pytest.approx((once.low, once.high))
    assert again.effective_units == pytest.approx(once.effective_units)


def test_the_policy_that_made_the_log_is_worth_what_the_log_has() -> None:
    log, _, _ = drawn(np.random.default_rng(2))
    told = inverse_propensity(log, log.chances)
    assert told.value == pytest.approx(log.reward.mean())
    assert told.largest_weight == 1.0
    assert told.effective_units == pytest.approx(ROWS)


@pytest.mark.parametrize(
    ("chances", "words"),
    [
        ([[0.0, 1.0]], "propensity is missing or 0"),
        ([[np.nan, 1.0]], "one is missing"),
        ([[0.3, 0.3]], "sum to 1"),
        ([[1.5, -0.5]], "between 0 and 1"),
    ],
)
def test_a_log_without_true_propensities_is_refused(chances: list[list[float]], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        logged([1.0], [0], chances)


def test_what_could_never_be_drawn_cannot_be_judged() -> None:
    log = logged([1.0, 0.0], [0, 0], [[1.0, 0.0], [0.5, 0.5]])
    with pytest.raises(ValueError, match="never could"):
        inverse_propensity(log, [[0.5, 0.5], [0.5, 0.5]])
    with pytest.raises(ValueError, match="prediction is missing"):
        doubly_robust(log, [[1.0, 0.0], [0.5, 0.5]], [[1.0, np.nan], [np.nan, 1.0]])
    with pytest.raises(ValueError, match="has rows"):
        logged([], [], np.empty((0, 2)))


def test_of_too_little_no_interval_is_told() -> None:
    log, target, _ = drawn(np.random.default_rng(3), rows=12)
    told = inverse_propensity(log, target)
    assert np.isnan(told.low)
    assert np.isnan(told.high)
    assert np.isfinite(told.value)
