"""How values are written on pages."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from rapport.kit import clock, filters

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0:00"), (72.9, "1:12"), (3852, "1:04:12"), (-5, "0:00"), (None, "–")]
)
def test_durations_read_like_a_clock(seconds: float | None, words: str) -> None:
    assert filters.duration(seconds) == words


@pytest.mark.parametrize(
    ("back", "words"),
    [
        (timedelta(seconds=10), "just now"),
        (timedelta(minutes=3), "3 min ago"),
        (timedelta(hours=5), "5 h ago"),
        (timedelta(days=12), "12 d ago"),
        (timedelta(days=400), "13 mo ago"),
        (timedelta(days=-2), "in 2 d"),
    ],
)
def test_instants_are_relative_to_now(back: timedelta, words: str) -> None:
    with clock.at(NOW):
        assert filters.ago(NOW - back) == words


def test_exact_instants_are_in_the_viewers_zone() -> None:
    assert filters.exact(NOW, "Europe/Berlin") == "Sat 21 Nov 2026, 10:00:00 CET"
    assert filters.time_of_day(NOW, "Asia/Jerusalem") == "11:00"


def test_days_name_the_year_only_when_it_is_another() -> None:
    with clock.at(NOW):
        assert filters.day(NOW) == "21 Nov"
        assert filters.day(NOW - timedelta(days=400)) == "17 Oct 2025"


def test_a_stretch_of_days_is_told_by_its_first_and_its_last() -> None:
    with clock.at(NOW):
        assert filters.days(date(2026, 11, 9), date(2026, 11, 16)) == "9 Nov to 15 Nov"
        assert filters.days(date(2025, 11, 24), date(2026, 12, 1)) == "24 Nov 2025 to 30 Nov"


def test_shares_and_numbers_keep_together() -> None:
    assert filters.percent(0.831) == "83\u202f%"
    assert filters.number(1204) == "1\u202f204"
    assert (filters.number(-0.17, 2), filters.number(-0.001, 2)) == ("\u22120.17", "0.00")
    assert filters.percent(None) == "–"


def test_a_spark_line_fills_its_box() -> None:
    assert filters.spark_points([1, 2, 3], 96, 24) == "0.0,22.0 48.0,12.0 96.0,2.0"
    assert filters.spark_points([1], 96, 24) == ""


def test_initials_stand_for_a_name() -> None:
    assert filters.initials("Anna van den Berg") == "AB"
    assert filters.initials("rep") == "R"
    assert filters.initials("") == "?"


def test_a_day_is_written_alike_whether_it_came_as_a_date_or_an_instant() -> None:
    with clock.at(NOW):
        assert filters.day(NOW) == filters.day(NOW.date()) == "21 Nov"
        assert filters.day(NOW.date().replace(year=2027)) == "21 Nov 2027"


def test_no_page_writes_a_day_as_machines_do() -> None:
    """Fields, attributes and what is to be copied (``pre``) may; what people read goes by the filters."""
    for path in Path(filters.__file__).parents[1].rglob("templates/**/*.html"):
        text = re.sub(r"<pre.*?</pre>", "", path.read_text(), flags=re.DOTALL)
        for found in re.finditer(r"{{.*?}}", text, flags=re.DOTALL):
            if "isoformat" in found[0] and "ui.field(" not in found[0]:
                before = re.sub(r"{{.*?}}|{%.*?%}", "", text[: found.start()], flags=re.DOTALL)
                assert before.rfind("<") > before.rfind(">"), (path, found[0])
