"""Opening hours against a clock on the wall, read minute by minute."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.kit.errors import Invalid
from rapport.kit.hours import DAYS, Calendar, Stretch, read_stretches, read_week, write_week

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC")
CHANGES = (
    datetime(2026, 3, 29, tzinfo=UTC),
    datetime(2026, 10, 25, tzinfo=UTC),
    datetime(2026, 11, 1, tzinfo=UTC),
)
MINUTES = [time(minute // 60, minute % 60) for minute in range(0, 24 * 60, 15)]

stretch = st.builds(Stretch, st.sampled_from(MINUTES), st.sampled_from(MINUTES))
stretches = st.lists(stretch, max_size=3).map(tuple)
days = st.dictionaries(st.dates(date(2026, 3, 25), date(2026, 4, 3)), stretches, max_size=3)
calendars = st.builds(
    Calendar,
    st.sampled_from(ZONES).map(ZoneInfo),
    st.dictionaries(st.sampled_from(DAYS), stretches, max_size=7),
    days,
)
moments = st.builds(
    lambda change, minutes: change + timedelta(minutes=minutes),
    st.sampled_from(CHANGES),
    st.integers(-3 * 24 * 60, 3 * 24 * 60),
)


def shown_open(calendar: Calendar, at: datetime) -> bool:
    """Whether a clock on the wall shows a time within the hours."""
    wall = at.astimezone(calendar.zone)
    for back in (0, 1):
        day = wall.date() - timedelta(days=back)
        for one in calendar.days.get(day, calendar.week.get(DAYS[day.weekday()], ())):
            over_midnight = one.ends <= one.begins
            if back == 0 and one.begins <= wall.time() and (over_midnight or wall.time() < one.ends):
                return True
            if back == 1 and over_midnight and wall.time() < one.ends:
                return True
    return False


def is_repeated(calendar: Calendar, at: datetime) -> bool:
    wall = at.astimezone(calendar.zone)
    return wall.replace(fold=0).utcoffset() != wall.replace(fold=1).utcoffset()


@settings(max_examples=150)
@given(calendars, moments)
def test_it_is_open_when_the_clock_on_the_wall_says_so(calendar: Calendar, at: datetime) -> None:
    if not is_repeated(calendar, at):
        assert calendar.is_open(at) == shown_open(calendar, at)


@settings(max_examples=60)
@given(calendars, moments, moments, moments)
def test_time_within_hours_adds_up(calendar: Calendar, one: datetime, two: datetime, three: datetime) -> None:
    first, second, third = sorted((one, two, three))
    parts = calendar.seconds_between(first, second) + calendar.seconds_between(second, third)
    assert parts == calendar.seconds_between(first, third)
    assert 0 <= parts <= (third - first).total_seconds()


@settings(max_examples=60)
@given(calendars, moments, st.integers(1, 30 * 3600))
def test_after_so_many_open_seconds(calendar: Calendar, at: datetime, seconds: int) -> None:
    then = calendar.after_seconds(at, seconds)
    if then is None:
        assert calendar.seconds_between(at, at + timedelta(days=390)) < seconds
    else:
        assert calendar.seconds_between(at, then) == seconds


@settings(max_examples=60)
@given(calendars, moments, moments, st.lists(st.tuples(moments, st.integers(1, 2880)), max_size=4))
def test_a_pause_stops_the_clock(
    calendar: Calendar, one: datetime, two: datetime, stops: list[tuple[datetime, int]]
) -> None:
    since, until = sorted((one, two))
    pauses = [(begins, begins + timedelta(minutes=minutes)) for begins, minutes in stops]
    ran = calendar.seconds_between(since, until, pauses=pauses)
    marks = sorted({since, until, *(mark for pause in pauses for mark in pause if since < mark < until)})
    stood = sum(
        calendar.seconds_between(mark, following)
        for mark, following in pairwise(marks)
        if any(begins <= mark < ends for begins, ends in pauses)
    )
    assert ran == calendar.seconds_between(since, until) - stood
    then = calendar.after_seconds(since, ran, pauses=pauses)
    assert ran == 0 or (then is not None and calendar.seconds_between(since, then, pauses=pauses) == ran)


@settings(max_examples=60)
@given(calendars, moments)
def test_openings_come_in_order_and_apart(calendar: Calendar, at: datetime) -> None:
    found = list(calendar.openings(at, at + timedelta(days=20)))
    assert all(begins < ends for begins, ends in found)
    assert all(one[1] < two[0] for one, two in pairwise(found))
    opens = calendar.opens_at(at)
    assert (opens == at) == calendar.is_open(at)
    if opens is not None:
        assert calendar.is_open(opens)
        assert calendar.seconds_between(at, opens) == 0


@pytest.mark.parametrize(
    ("hours", "day", "expected"),
    [
        ("00:00-24:00", (2026, 3, 29), 23),
        ("00:00-24:00", (2026, 10, 25), 25),
        ("02:00-03:00", (2026, 3, 29), 0),  # the hour that is taken out
        ("01:30-02:30", (2026, 3, 29), 0.5),
        ("02:30-03:30", (2026, 3, 29), 0.5),
        ("02:00-03:00", (2026, 10, 25), 2),  # the hour that is repeated
        ("01:30-02:30", (2026, 10, 25), 2),
        ("02:30-03:30", (2026, 10, 25), 2),
        ("22:00-06:00", (2026, 3, 28), 7),
        ("08:00-12:00, 13:00-18:00", (2026, 7, 1), 9),
    ],
)
def test_summer_time(hours: str, day: tuple[int, int, int], expected: float) -> None:
    calendar = Calendar(ZoneInfo("Europe/Berlin"), {}, {date(*day): read_stretches(hours)})
    noon_before = datetime(*day, tzinfo=UTC) - timedelta(hours=12)
    assert calendar.seconds_between(noon_before, noon_before + timedelta(days=3)) == expected * 3600


def test_a_holiday_closes_its_day_and_not_the_night_before() -> None:
    week = read_week(["mon-sun 22:00-06:00"])
    calendar = Calendar(ZoneInfo("UTC"), week, {date(2026, 12, 25): ()})
    assert calendar.is_open(datetime(2026, 12, 25, 3, tzinfo=UTC))
    assert not calendar.is_open(datetime(2026, 12, 25, 23, tzinfo=UTC))
    assert calendar.opens_at(datetime(2026, 12, 25, 7, tzinfo=UTC)) == datetime(2026, 12, 26, 22, tzinfo=UTC)


def test_never_and_always() -> None:
    at = datetime(2026, 5, 1, tzinfo=UTC)
    never, always = Calendar(ZoneInfo("UTC"), {}), Calendar(ZoneInfo("UTC"), read_week(["mon-sun 00:00-24:00"]))
    assert never.opens_at(at) is None and never.after_seconds(at, 1) is None
    assert always.open_until(at) > at + timedelta(days=399)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["mon 8-9"], "'8-9' are no hours"),
        (["mon"], "say from when to when"),
        (["monday 08:00-09:00"], "'monday' are no days"),
        (["fri-xxx 08:00-09:00"], "'fri-xxx' are no days"),
        (["mon 08:00-12:00, 11:00-13:00"], "08:00-12:00 and 11:00-13:00"),
        (["mon 08:00-12:00", "mon-tue 11:00-13:00"], "overlap"),
        (["mon 22:00-06:00, 23:00-23:30"], "overlap"),
        (["mon 25:00-26:00"], "are no hours"),
        (["mon 08:00+02:00-09:00"], "are no hours"),
    ],
)
def test_what_are_no_hours(lines: list[str], words: str) -> None:
    with pytest.raises(Invalid, match=words):
        read_week(lines)


@given(st.dictionaries(st.sampled_from(DAYS), stretch.map(lambda one: (one,)), min_size=1))
def test_written_hours_read_back(week: dict[str, tuple[Stretch, ...]]) -> None:
    assert read_week(write_week(week).splitlines()) == week
