"""Shares of small cells: on simulated truth, and where the answer is known."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import expit, logit

from rapport.numeric.pooling import Expected, expected_outcomes, pool, shrunk_shares

Floats = NDArray[np.float64]
REASON_OF = np.arange(12) // 3


class Floor:
    """Reps and kinds of contacts with true shares, and what was seen of them."""

    def __init__(self, seed: int, *, mean_trials: float, between: float = 0.4, within: float = 0.2) -> None:
        random = np.random.default_rng(seed)
        self.rep, self.kind = (axis.ravel() for axis in np.indices((98, 12)))
        kinds = logit(0.65) + random.normal(0, 0.5, 12)
        reps = random.normal(0, between, 98)
        own = random.normal(0, within, self.rep.size)
        self.truth: Floats = expit(kinds[self.kind] + reps[self.rep] + own)
        self.trials = random.poisson(mean_trials * random.gamma(1, 1, self.rep.size))
        self.hits = random.binomial(self.trials, self.truth)

    def expected(self) -> Expected:
        return expected_outcomes(self.hits, self.trials, rep=self.rep, kind=self.kind, reason_of=REASON_OF)


@pytest.mark.parametrize("mean_trials", [5, 40])
def test_the_intervals_hold_the_truth_as_often_as_they_say(mean_trials: float) -> None:
    held = []
    for seed in range(5):
        floor = Floor(seed, mean_trials=mean_trials)
        told = floor.expected()
        held.append(((told.low <= floor.truth) & (floor.truth <= told.high)).mean())
    assert 0.92 < np.mean(held) < 0.97


def test_the_shares_are_nearer_the_truth_than_the_raw_ones_and_choose_better() -> None:
    off, raw_off, chosen, raw_chosen, promised, raw_promised = (list[float]() for _ in range(6))
    for seed in range(5):
        floor = Floor(seed, mean_trials=10)
        raw = np.where(floor.trials > 0, floor.hits / np.maximum(floor.trials, 1), 0.65)
        told = floor.expected().share
        off.append(_distance(told, floor.truth))
        raw_off.append(_distance(raw, floor.truth))
        random = np.random.default_rng(seed)
        for kind in np.repeat(np.arange(12), 30):
            free = random.choice(np.flatnonzero(floor.kind == kind), 5, replace=False)
            best, best_raw = free[np.argmax(told[free])], free[np.argmax(raw[free])]
            chosen.append(floor.truth[best])
            raw_chosen.append(floor.truth[best_raw])
            promised.append(told[best] - floor.truth[best])
            raw_promised.append(raw[best_raw] - floor.truth[best_raw])
    assert np.mean(off) < np.mean(raw_off) / 2
    assert np.mean(chosen) > np.mean(raw_chosen) + 0.01
    assert abs(np.mean(promised)) < 0.01 < 0.1 < np.mean(raw_promised)


def test_where_reps_do_not_differ_none_is_said_to() -> None:
    floor = Floor(1, mean_trials=20, between=0, within=0)
    told = floor.expected()
    for kind in range(12):
        of_kind = told.share[floor.kind == kind]
        assert np.ptp(of_kind) < 0.06


def test_who_is_given_the_hard_ones_is_not_taken_for_the_worse() -> None:
    rep, kind = np.array([0, 1, 2, 3, 2, 3]), np.array([0, 1, 0, 1, 1, 0])
    trials = np.array([200, 200, 200, 200, 200, 200])
    told = expected_outcomes(
        [60, 160, 60, 160, 160, 60], trials, rep=rep, kind=kind, reason_of=[0, 1]
    )  # kind 0 is settled at 30 %, kind 1 at 80 %, whoever has it
    assert np.abs(told.rep).max() < 0.05
    assert told.share == pytest.approx([0.3, 0.8, 0.3, 0.8, 0.8, 0.3], abs=0.02)


def test_with_many_trials_a_cell_is_what_it_shows() -> None:
    told = pool([300_000, 700_000], [1_000_000, 1_000_000], [0, 0], 0.0, groups=1)
    assert expit(told.cell) == pytest.approx([0.3, 0.7], abs=0.001)


def test_without_trials_a_cell_is_what_its_group_is_and_a_group_what_all_are() -> None:
    hits, trials = [90, 80, 10, 20, 0, 0], [100, 100, 100, 100, 0, 0]
    told = pool(hits, trials, [0, 0, 1, 1, 0, 2], 0.0, groups=4)
    assert told.cell[4] == pytest.approx(told.group[0])
    assert told.cell[4] > 1
    assert told.cell[5] == told.group[2] == told.group[3] == 0
    assert told.cell_variance[5] > told.cell_variance[4] > told.cell_variance[0]


def test_more_hits_than_trials_are_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and trials"):
        pool([2], [1], [0], 0.0, groups=1)


def _distance(one: Floats, other: Floats) -> float:
    return float(np.sqrt(((one - other) ** 2).mean()))


def test_shares_of_like_cells_are_nearer_the_truth_and_their_intervals_hold_it() -> None:
    held, off, raw_off = [], [], []
    for seed in range(20):
        random = np.random.default_rng(seed)
        truth = expit(logit(0.7) + random.normal(0, 0.4, 60))
        trials = random.poisson(25 * random.gamma(1, 1, 60)) + 1
        hits = random.binomial(trials, truth)
        share, low, high = shrunk_shares(hits, trials)
        held.append(((low <= truth) & (truth <= high)).mean())
        off.append(_distance(share, truth))
        raw_off.append(_distance(hits / trials, truth))
    assert 0.92 < np.mean(held) < 0.97
    assert np.mean(off) < 0.7 * np.mean(raw_off)


def test_shares_of_one_cell_and_of_none() -> None:
    share, low, high = shrunk_shares([7], [10])
    assert low[0] < share[0] < high[0]
    assert np.isnan(shrunk_shares([0, 0], [0, 0])[0]).all()
