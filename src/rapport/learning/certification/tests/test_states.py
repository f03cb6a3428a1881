"""What a certificate is at a moment: in one order, for any time, in any time zone."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.kit import clock
from rapport.learning.certification.definition import KindInvalid, read_kind
from rapport.learning.certification.states import HOLDS, ends_after, months_after, state_at
from rapport.learning.certification.tests.stage import TEXT, WHOLE

BERLIN = ZoneInfo("Europe/Berlin")
ORDER = ["certified", "due", "overdue", "expired"]
BEGIN = datetime(2000, 1, 1, tzinfo=UTC)
moments = st.integers(0, 100 * 365 * 24 * 60).map(lambda minutes: BEGIN + timedelta(minutes=minutes))
zones = st.sampled_from([BERLIN, ZoneInfo("America/New_York"), ZoneInfo("Pacific/Kiritimati"), ZoneInfo("UTC")])


@given(
    granted=moments, zone=zones, months=st.integers(1, 60), due=st.integers(0, 27), later=st.integers(0, 27),
    days=st.tuples(*[st.integers(0, 2200)] * 4),
)  # fmt: skip
def test_the_calendar_goes_one_way_and_it_holds_until_its_last_day_is_over(
    granted: datetime, zone: ZoneInfo, months: int, due: int, later: int, days: tuple[int, ...]
) -> None:
    until = ends_after(granted, months, zone)
    told: dict[str, Any] = {
        "valid_until": until,
        "ended_at": None,
        "ended_how": "",
        "due": max(due, later),
        "overdue": min(due, later),
    }
    found = [state_at(granted + timedelta(days=one), **told) for one in sorted(days)]
    assert [ORDER.index(one) for one in found] == sorted(ORDER.index(one) for one in found)
    assert state_at(until - timedelta(microseconds=1), **told) in HOLDS
    assert state_at(until, **told) == "expired"
    assert state_at(granted, **told) in HOLDS
    last = clock.last_day(until, zone)
    assert last == months_after(granted.astimezone(zone).date(), months)
    assert (last.year * 12 + last.month) - (
        granted.astimezone(zone).year * 12 + granted.astimezone(zone).month
    ) == months


@given(granted=moments, months=st.integers(1, 24), at=st.integers(-5, 800), ended=st.integers(0, 700))
def test_what_ended_is_so_from_that_moment_on_and_was_valid_before(
    granted: datetime, months: int, at: int, ended: int
) -> None:
    until, when = ends_after(granted, months, BERLIN), granted + timedelta(days=at)
    ended_at = granted + timedelta(days=ended)
    told: dict[str, Any] = {"valid_until": until, "due": 30, "overdue": 7, "ended_at": ended_at}
    as_if_open = state_at(when, **(told | {"ended_at": None}), ended_how="")
    for how, state in (("revoked", "revoked"), ("renewed", "replaced")):
        assert state_at(when, **told, ended_how=how) == (state if when >= ended_at else as_if_open)
    assert state_at(when, **(told | {"ended_at": until}), ended_how="lapsed") == as_if_open


def test_months_end_where_the_month_does() -> None:
    assert months_after(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert months_after(date(2027, 11, 30), 3) == date(2028, 2, 29)
    assert months_after(date(2026, 12, 15), 1) == date(2027, 1, 15)
    granted = datetime(2026, 3, 20, 23, 30, tzinfo=UTC)  # the 21st in Berlin; the clock changes meanwhile
    assert ends_after(granted, 1, BERLIN) == datetime(2026, 4, 21, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('skill = "cards"', "", "Say which skill"),
        ('covers = "skill"', 'covers = "programme"', "names no skill"),
        ('covers = "skill"', 'covers = "product"', "Say which product"),
        ('covers = "skill"\nskill = "cards"', 'covers = "path"', "keeps no contacts"),
        ("due_days = 30", "due_days = 5", "First it is due"),
        ("months = 12", "months = 1", "First it is due"),
        ("months = 12", "months = 0", "at least 1"),
        ("contacts = 3", "", "of how many contacts"),
        ("freedom = 2", "freedom = 0", "no less freedom"),
        ('"Trusted"', '"ready"', "two levels"),
        ("mean = 80", "mean = 101", "at most 100"),
        ("mean = 80", 'mean = "much"', "a whole number"),
        ("refuses = true", "refuse = true", "nothing called 'refuse'"),
        ("[[levels]]", "[[stages]]", "missing"),
        ("months = 12", "months = 12\nmonths = 12", "TOML"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_kind_is_told(old: str, new: str, words: str) -> None:
    with pytest.raises(KindInvalid, match=words):
        read_kind(TEXT.replace(old, new))
    assert read_kind(TEXT).keeps and read_kind(WHOLE).keeps


def test_a_huge_text_is_not_read() -> None:
    with pytest.raises(KindInvalid, match="at most 20,000"):
        read_kind(TEXT + "#" * 20_000)
