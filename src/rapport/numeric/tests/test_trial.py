"""Two arms compared: against formulas, and on simulated trials whose truth is known, looked at all the time."""

import numpy as np
import pytest

from rapport.numeric.intervals import mean_interval
from rapport.numeric.trial import (
    FEWEST_UNITS,
    Difference,
    Sums,
    always_valid_factor,
    chance_of,
    difference,
    each_of,
    ratio,
    split_chance,
    units_needed,
)

RUNS, UNITS, LOOKS = 400, 4_000, np.arange(150, 4_001, 50)


def sums_of(x: np.ndarray, y: np.ndarray) -> Sums:
    """The sums of arrays of units (last axis), as one array a part."""
    parts = ((y > 0).astype(float), x, y, x * x, x * y, y * y)
    return Sums(*(part.sum(axis=-1) for part in parts))


def looked_at(x: np.ndarray, y: np.ndarray, in_arm: np.ndarray) -> Sums:
    """What was known of an arm at each look, shape (runs, looks)."""
    parts = ((y > 0).astype(float), x, y, x * x, x * y, y * y)
    return Sums(*(np.cumsum(part * in_arm, axis=1)[:, LOOKS - 1] for part in parts))


def trials(kind: str, effect: float, share: float) -> Difference:
    """Many trials, each looked at again and again; one customer has 1 to 4 contacts, which are alike."""
    random = np.random.default_rng(7)
    drawn = random.random((RUNS, UNITS)) < share
    contacts = random.integers(1, 5, (RUNS, UNITS)).astype(float)
    own = random.normal(0.0, 1.0, (RUNS, UNITS))
    if kind == "share":  # how likely each of a customer's contacts is answered in time hangs on the customer
        chance = np.clip(0.75 + 0.15 * own, 0.05, 0.95) - np.where(drawn, 0.0, effect)
        x = random.binomial(contacts.astype(int), np.clip(chance, 0, 1)).astype(float)
    else:  # waits with a long tail
        x = contacts * (np.exp(0.9 * own + 3.0) + np.where(drawn, effect, 0.0))
    return difference(looked_at(x, contacts, ~drawn), looked_at(x, contacts, drawn), 3_000)


@pytest.mark.parametrize(("kind", "share"), [("share", 0.5), ("share", 0.1), ("wait", 0.5), ("wait", 0.2)])
def test_whoever_looks_all_the_time_is_misled_as_seldom_as_stated(kind: str, share: float) -> None:
    found = trials(kind, 0.0, share)
    misled = ((found.low > 0) | (found.high < 0)).any(axis=1).mean()
    assert misled < 0.05
    error = (found.high - found.value) / always_valid_factor(LOOKS / 3_000)
    usual = (np.abs(found.value) > 1.96 * error).any(axis=1).mean()
    assert usual > 0.15  # looking so at the interval for one look alone misleads far more often


@pytest.mark.parametrize(("kind", "effect"), [("share", 0.04), ("wait", 4.0)])
def test_the_truth_lies_inside_at_all_looks(kind: str, effect: float) -> None:
    found = trials(kind, effect, 0.5)
    if kind == "share":  # clipping takes a little off
        effect = float(np.nanmean(found.value[:, -1]))
    outside = ((found.low > effect) | (found.high < effect)).any(axis=1).mean()
    assert outside < 0.05


def test_as_many_units_as_needed_see_the_difference() -> None:
    random = np.random.default_rng(11)
    y = random.integers(1, 4, 20_000).astype(float)
    least, share = 3.0, 0.3

    def waits(y: np.ndarray) -> np.ndarray:
        return y * random.exponential(20.0, y.shape)

    needed = units_needed(sums_of(waits(y), y), least, share)
    assert needed is not None
    seen, missed = 0, 0
    for _ in range(200):
        y = random.integers(1, 4, needed).astype(float)
        x, drawn = waits(y), random.random(needed) < share
        longer = x + np.where(drawn, least * y, 0.0)
        for told, found in ((x, False), (longer, True)):
            got = difference(sums_of(told[~drawn], y[~drawn]), sums_of(told[drawn], y[drawn]), needed)
            seen += found and bool(got.low > 0)
            missed += not found and bool((got.low > 0) | (got.high < 0))
    assert 0.73 < seen / 200 < 0.9
    assert missed / 200 < 0.02


def several(
    runs: int, units: int, looks: np.ndarray, effects: list[float], planned: int
) -> tuple[Difference, ...]:
    """Many trials of a control and several others against it, each looked at every day; what each showed.

    A unit is resolved or not at each of its 1 to 3 contacts, which are alike; arms are of the same size.
    """
    random = np.random.default_rng(23)
    arm = random.integers(0, len(effects) + 1, (runs, units))
    contacts = random.integers(1, 4, (runs, units))
    lift = np.array([0.0, *effects])[arm]
    chance = np.clip(random.beta(4, 3, (runs, units)) + lift, 0, 1)
    x, y = random.binomial(contacts, chance).astype(float), contacts.astype(float)
    parts = ((y > 0).astype(float), x, y, x * x, x * y, y * y)

    def of(which: int) -> Sums:
        return Sums(*(np.cumsum(part * (arm == which), axis=1)[:, looks - 1] for part in parts))

    pair = planned * 2 / (len(effects) + 1)
    return tuple(difference(of(0), of(1 + other), pair, each_of(len(effects))) for other in range(len(effects)))


def test_of_several_alike_any_is_taken_for_better_or_worse_as_seldom_as_stated() -> None:
    looks = np.arange(250, 4_001, 50)  # 50 customers a day for 80 days
    found = several(200, 4_000, looks, [0.0, 0.0, 0.0], 3_000)
    misled = np.any([((one.low > 0) | (one.high < 0)).any(axis=1) for one in found], axis=0).mean()
    assert misled <= 0.05
    bare = [(one.high - one.value) / always_valid_factor(looks / 3_000, each_of(3)) for one in found]
    usual = [(np.abs(one.value) > 1.96 * error).any(axis=1) for one, error in zip(found, bare, strict=True)]
    assert np.any(usual, axis=0).mean() > 0.3  # what an interval for one look alone would have said


def test_of_several_the_one_that_is_better_is_found_and_the_others_are_not() -> None:
    random = np.random.default_rng(29)
    y = random.integers(1, 4, 20_000).astype(float)
    before = sums_of(random.binomial(y.astype(int), random.beta(4, 3, 20_000)).astype(float), y)
    needed = units_needed(before, 0.08, 0.25, others=3)
    assert needed is not None
    better, same, other = several(150, needed, np.linspace(200, needed, 20).astype(int), [0.08, 0.0, 0.0], needed)
    assert (better.low[:, -1] > 0).mean() > 0.75
    assert (better.low > 0).any(axis=1).mean() >= (better.low[:, -1] > 0).mean()
    for alike in (same, other):
        assert ((alike.low > 0) | (alike.high < 0)).any(axis=1).mean() < 0.05


def test_each_of_several_has_to_be_surer() -> None:
    assert each_of(1) == 0.95
    assert each_of(4) == pytest.approx(0.9875)


def test_the_chance_says_what_the_interval_says() -> None:
    random = np.random.default_rng(31)
    for comparisons in (1, 3):
        for shift in (0.0, 0.1, 0.2, 0.3, 0.4):
            one, other = (sums_of(random.normal(mean, 1.0, 400), np.ones(400)) for mean in (0.0, shift))
            told = difference(one, other, 1_000, each_of(comparisons))
            chance = float(chance_of(one, other, 1_000, comparisons=comparisons))
            assert (chance < 0.05) == bool((told.low > 0) | (told.high < 0))
            assert 0 < chance <= 1
    few = sums_of(np.ones(10), np.ones(10))
    assert np.isnan(chance_of(few, few, 1_000))


def test_one_contact_each_is_the_usual_mean() -> None:
    x = np.random.default_rng(3).exponential(30.0, 5_000)
    value, error = ratio(sums_of(x, np.ones_like(x)))
    mean, low, _ = mean_interval(x)
    assert value == pytest.approx(mean)
    assert mean - 1.9604 * error == pytest.approx(low, rel=1e-4)


def test_contacts_of_one_customer_are_not_taken_for_many() -> None:
    x = np.random.default_rng(3).exponential(30.0, 500)
    alone = ratio(sums_of(x, np.ones(500)))
    tenfold = ratio(sums_of(10 * x, np.full(500, 10.0)))
    assert np.asarray(tenfold) == pytest.approx(np.asarray(alone))


def test_the_factor_is_narrowest_at_the_planned_end() -> None:
    assert always_valid_factor(1.0) == pytest.approx(3.04, abs=0.005)
    width = always_valid_factor([0.5, 1.0, 2.0]) * 1 / np.sqrt([0.5, 1.0, 2.0])
    assert width[0] > width[1] > width[2]  # it goes on narrowing with the units
    others = [float(np.sqrt((1 + 1 / r) * (np.log1p(r) - 2 * np.log(0.05)))) for r in (2, 5, 8, 9, 14, 30)]
    assert min(others) >= always_valid_factor(1.0)
    assert always_valid_factor(0.0) == np.inf
    for wrong in ((-1.0, 0.95), (1.0, 1.0)):
        with pytest.raises(ValueError, match="between 0 and 1"):
            always_valid_factor(*wrong)


def test_of_few_nothing_is_said() -> None:
    def some(units: int) -> Sums:
        return Sums(units, units / 2, units, units / 2, units / 2, units)

    found = difference(some(FEWEST_UNITS - 1), some(5_000), 1_000)
    assert found.value == 0 and np.isnan([found.low, found.high]).all()
    assert np.isfinite(difference(some(FEWEST_UNITS), some(5_000), 1_000).low)
    assert np.isnan(difference(some(0), some(0), 1_000).value)
    assert units_needed(some(10), 0.1, 0.5) is None
    with pytest.raises(ValueError, match="above 0"):
        units_needed(some(100), 0.0, 0.5)
    with pytest.raises(ValueError, match="progress"):
        difference(some(100), some(100), 0)


def test_an_uneven_split_is_told() -> None:
    assert split_chance(0, 0, 0.5) == 1.0
    assert split_chance(520, 480, 0.5) > 0.1
    assert split_chance(5_200, 4_800, 0.5) < 0.001
    assert split_chance(9_000, 1_000, 0.1) > 0.9
