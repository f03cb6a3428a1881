"""Agreement against published figures, and its intervals against simulated raters."""

import numpy as np
import pytest

from rapport.numeric.agreement import Level, krippendorff_alpha, rater_bias

NAN = np.nan
# Krippendorff 2011, section "any number of observers, missing data": four observers, twelve units.
PUBLISHED = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
        [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
    ]
).T


def raters(random: np.random.Generator, units: int, noise: float, count: int = 3) -> np.ndarray:
    seen = random.normal(size=(units, 1)) + noise * random.normal(size=(units, count))
    seen[random.random(seen.shape) < 0.15] = NAN
    return np.asarray(seen)


@pytest.mark.parametrize(("level", "told"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)])
def test_published_figures(level: Level, told: float) -> None:
    found = krippendorff_alpha(PUBLISHED, level)
    assert found.value == pytest.approx(told, abs=0.0005)
    assert found.low < found.value < found.high <= 1


def test_two_observers_as_published() -> None:
    # Krippendorff 2011, two observers, binary data without missing values: 0.095.
    both = [[0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]]
    assert krippendorff_alpha(np.array(both).T, "nominal").value == pytest.approx(0.095, abs=0.0005)


def test_all_alike_is_one_chance_is_none_and_without_variation_nothing_is_told() -> None:
    random = np.random.default_rng(3)
    alike = np.repeat(random.integers(0, 5, size=(40, 1)), 3, axis=1)
    levels: tuple[Level, ...] = ("nominal", "ordinal", "interval")
    for level in levels:
        assert krippendorff_alpha(alike, level).value == 1
        by_chance = krippendorff_alpha(random.integers(0, 3, size=(400, 3)), level)
        assert by_chance.low < 0 < by_chance.high
    assert np.isnan(krippendorff_alpha(np.ones((30, 2)), "nominal").value)
    few = krippendorff_alpha(PUBLISHED[:3], "nominal")
    assert np.isnan(few.low) and not np.isnan(few.value)


def test_order_counts_only_the_order() -> None:
    seen = np.digitize(raters(np.random.default_rng(4), 60, 0.5), [-1, 0, 1]).astype(float)
    stretched = np.exp(seen)
    assert krippendorff_alpha(seen, "ordinal") == krippendorff_alpha(stretched, "ordinal")
    assert krippendorff_alpha(seen, "interval") != krippendorff_alpha(stretched, "interval")


@pytest.mark.parametrize("units", [20, 60])
def test_the_interval_holds_the_truth(units: int) -> None:
    random = np.random.default_rng(units)
    noise = 0.6
    told = [krippendorff_alpha(raters(random, units, noise), "interval", draws=300) for _ in range(150)]
    held = np.mean([one.low <= 1 / (1 + noise**2) <= one.high for one in told])
    assert held >= 0.84  # 89 to 95 % over many more runs


def test_bias_is_told_with_an_interval_that_holds() -> None:
    random = np.random.default_rng(8)
    lean, held, found = np.array([0.3, 0.0, 0.0]), 0, 0
    for _ in range(200):
        told = rater_bias(random.normal(size=(25, 1)) + 0.4 * random.normal(size=(25, 3)) + lean)
        held += (told.low[1] <= -0.15) & (told.high[1] >= -0.15)
        found += told.low[0] > 0
    assert held / 200 >= 0.9 and found / 200 > 0.6
    alone = rater_bias(np.array([[1.0, NAN], [2.0, NAN], [1.0, 2.0]]))
    assert alone.value.tolist() == [-1, 1] and np.isnan(alone.low).all() and alone.units.tolist() == [1, 1]


def test_what_is_no_table_is_refused() -> None:
    with pytest.raises(ValueError, match="table"):
        krippendorff_alpha([1.0, 2.0], "nominal")
    with pytest.raises(ValueError, match="confidence"):
        rater_bias(PUBLISHED, confidence=1)
