"""Questions of a test: by hand, by the textbook's correction of the item-total correlation, on simulated truth."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.numeric.items import items_of

BY_HAND = [[1, 1, 0], [1, 0, 0], [1, 1, 1], [0, 0, 0], [0, 1, 1], [1, 1, 1]]


def test_by_hand() -> None:
    """First question: right 4 of 6; the rest is 1, 0, 2, 0, 2, 2 with mean 7/6.

    Sum of products 1 + 0 + 2 + 2 - 6 * (4/6) * (7/6) = 1/3; squares of the deviations 4/3 and 29/6.
    """
    first = items_of(BY_HAND)[0]
    assert first.n == 6 and first.facility.value == pytest.approx(4 / 6)
    assert first.discrimination.value == pytest.approx((1 / 3) / np.sqrt(4 / 3 * 29 / 6))
    z, half = np.arctanh(first.discrimination.value), 1.959964 / np.sqrt(3)
    assert first.discrimination.low == pytest.approx(np.tanh(z - half), abs=1e-6)
    assert first.discrimination.high == pytest.approx(np.tanh(z + half), abs=1e-6)


tables = st.builds(
    lambda people, width, share, seed: (np.random.default_rng(seed).random((people, width)) < share).astype(int),
    st.integers(4, 40), st.integers(2, 6), st.floats(0.05, 0.95), st.integers(0, 2**32 - 1),
)  # fmt: skip


@given(tables)
def test_it_is_the_item_total_correlation_less_what_the_item_counts_for_itself(rows: np.ndarray) -> None:
    """Henrysson's correction: (r s_t - s_i) / sqrt(s_i^2 + s_t^2 - 2 r s_i s_t), of the item with the total."""
    table = rows.astype(float)
    total = table.sum(axis=1)
    for column, item in zip(table.T, items_of(rows), strict=True):
        assert item.facility.low - 1e-12 <= column.mean() <= item.facility.high + 1e-12
        if np.ptp(column) == 0 or np.ptp(total - column) == 0:
            assert np.isnan(item.discrimination.value)
            continue
        s_i, s_t = column.std(), total.std()
        r = np.corrcoef(column, total)[0, 1] if s_t else 0.0
        corrected = (r * s_t - s_i) / np.sqrt(s_i**2 + s_t**2 - 2 * r * s_i * s_t)
        assert item.discrimination.value == pytest.approx(corrected, abs=1e-6)
        assert item.discrimination.low <= item.discrimination.value <= item.discrimination.high


@given(tables)
def test_the_order_of_people_is_nothing_and_a_wrong_key_turns_the_sign(rows: np.ndarray) -> None:
    turned = rows.copy()
    turned[:, 0] = 1 - turned[:, 0]
    for one, same in zip(items_of(rows), items_of(rows[::-1]), strict=True):
        np.testing.assert_allclose(one.discrimination.value, same.discrimination.value, atol=1e-9)
    first, other = items_of(rows)[0], items_of(turned)[0]
    np.testing.assert_allclose(first.discrimination.value, -other.discrimination.value, atol=1e-9)


def test_a_question_that_measures_nothing_is_found_to_measure_something_in_few_of_many() -> None:
    chance = np.random.default_rng(7)
    false_alarms, missed = 0, 0
    for _ in range(400):
        ability = chance.normal(0, 1, 60)
        rest = (ability[:, None] + chance.normal(0, 1, (60, 7)) > 0).astype(int)
        noise = chance.integers(0, 2, (60, 1))
        items = items_of(np.hstack([noise, rest]))
        alarm = items[0].discrimination
        false_alarms += alarm.low > 0 or alarm.high < 0
        missed += items[1].discrimination.low <= 0
    assert false_alarms / 400 <= 0.07 and missed / 400 <= 0.1


def test_what_is_no_table_is_refused_and_too_little_is_not_told() -> None:
    for wrong in ([1, 0], [[2]], [[0.5]]):
        with pytest.raises(ValueError, match="0 and 1"):
            items_of(wrong)
    assert np.isnan(items_of([[1], [0]])[0].discrimination.value)
    assert np.isnan(items_of(np.empty((0, 2)))[0].facility.value)
