"""Drawing contacts: fair, without repeats, the same again; and business days."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from scipy import stats

from rapport.kit.drawing import new_key
from rapport.quality.sampling import business_days_after, draw, period_before

KEY = "ab" * 32
IDS = some.lists(some.uuids().map(str), max_size=30, unique=True)


@given(some.dictionaries(some.integers(1, 9), IDS), some.integers(0, 6), some.randoms())
def test_a_draw_is_of_the_rep_without_repeats_and_whatever_the_order(
    frame: dict[int, list[str]], each: int, chance: object
) -> None:
    found = draw(KEY, frame, each)
    for rep, ids in frame.items():
        assert len(found[rep]) == min(each, len(ids)) == len(set(found[rep]))
        assert set(found[rep]) <= set(ids)
        alone = {rep: sorted(ids, reverse=True)}
        assert draw(KEY, alone, each)[rep] == found[rep]


def test_every_contact_has_the_same_chance() -> None:
    ids = [f"contact-{number}" for number in range(20)]
    drawn = Counter(one for _ in range(4000) for one in draw(new_key(), {1: ids}, 3)[1])
    counts = [drawn[one] for one in ids]
    assert sum(counts) == 12_000
    assert stats.chisquare(counts).pvalue > 1e-4


def test_pairs_have_the_same_chance_too() -> None:
    ids = [f"contact-{number}" for number in range(6)]
    pairs = Counter(tuple(sorted(draw(new_key(), {1: ids}, 2)[1])) for _ in range(6000))
    assert len(pairs) == 15
    assert stats.chisquare(list(pairs.values())).pvalue > 1e-4


def test_another_key_draws_others() -> None:
    ids = [f"contact-{number}" for number in range(50)]
    drawn = [tuple(draw(new_key(), {1: ids}, 5)[1]) for _ in range(20)]
    assert len(set(drawn)) == 20
    overlaps = [len(set(a) & set(b)) for a, b in pairwise(drawn)]
    assert np.mean(overlaps) < 2


@pytest.mark.parametrize(
    ("day", "every", "period"),
    [
        (date(2026, 11, 22), "week", (date(2026, 11, 9), date(2026, 11, 16))),
        (date(2026, 11, 23), "week", (date(2026, 11, 16), date(2026, 11, 23))),
        (date(2026, 11, 1), "month", (date(2026, 10, 1), date(2026, 11, 1))),
        (date(2026, 1, 31), "month", (date(2025, 12, 1), date(2026, 1, 1))),
    ],
)
def test_the_last_period_that_is_over(day: date, every: str, period: tuple[date, date]) -> None:
    assert period_before(day, every) == period


@given(some.dates(date(2020, 1, 1), date(2030, 1, 1)), some.sampled_from(["week", "month"]))
def test_periods_follow_each_other_without_gap(day: date, every: str) -> None:
    starts, ends = period_before(day, every)
    assert starts < ends <= day
    assert period_before(starts, every)[1] == starts
    assert period_before(ends, every) == (starts, ends)


def test_business_days_end_at_local_midnight_and_skip_weekends_and_holidays() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    tuesday_night = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)  # Wednesday there
    assert business_days_after(tuesday_night, 1, berlin, frozenset()) == datetime(2026, 11, 27, tzinfo=berlin)
    friday_night = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)  # Saturday there
    until = business_days_after(friday_night, 2, berlin, frozenset())
    assert until == datetime(2026, 11, 25, tzinfo=berlin)
    assert business_days_after(friday_night, 2, berlin, frozenset({date(2026, 11, 24)})) == until + timedelta(
        days=1
    )
    assert business_days_after(datetime(2026, 11, 20, 22, tzinfo=UTC), 1, berlin, frozenset()) == datetime(
        2026, 11, 24, tzinfo=berlin
    )
