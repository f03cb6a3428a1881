"""Holidays from calendar files: which days they hold, and how they come into a plan's text."""

import json
import tomllib
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.kit.errors import Invalid
from rapport.routing.plan.holidays import MOST_BYTES, Found, days_of, into_text
from rapport.routing.plan.reading import read_plan

SINCE = date(2026, 11, 22)
BERLIN = ZoneInfo("Europe/Berlin")
PLAN = """# Ours.
[calendars.office]  # the house in Berlin
hours = ["mon-fri 08:00-18:00"]

[calendars.office.special]
2026-12-24 = "08:00-12:00"

# The one line we have.
[queues.main]
name = "Main"
calendar = "office"
routes = [{ steps = [{ anyone = true }] }]
"""


def ics(*events: str) -> bytes:
    told = "".join(f"BEGIN:VEVENT\n{one}\nEND:VEVENT\n" for one in events)
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:ours\n{told}END:VCALENDAR\n".replace("\n", "\r\n").encode()


def on(day: str, *more: str, name: str = "A feast") -> str:
    return "\n".join(["UID:1", f"DTSTART;VALUE=DATE:{day}", *more, f"SUMMARY:{name}"])


def days(*events: str) -> list[str]:
    return [str(day) for day in sorted(days_of(ics(*events), since=SINCE, zone=BERLIN).days)]


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (on("20261225", "DTEND;VALUE=DATE:20261227"), ["2026-12-25", "2026-12-26"]),
        (on("20261225"), ["2026-12-25"]),
        (on("20261225", "DURATION:P2D"), ["2026-12-25", "2026-12-26"]),
        (on("20261120", "DTEND;VALUE=DATE:20261124"), ["2026-11-22", "2026-11-23"]),
        (on("20200101", "RRULE:FREQ=YEARLY"), ["2027-01-01", "2028-01-01"]),
        (on("20001123", "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH"), ["2026-11-26", "2027-11-25"]),
        (on("20200101", "RRULE:FREQ=YEARLY;UNTIL=20270101T000000Z"), ["2027-01-01"]),
        (on("20250101", "RRULE:FREQ=YEARLY", "EXDATE;VALUE=DATE:20270101", "RDATE;VALUE=DATE:20270105"),
         ["2027-01-05", "2028-01-01"]),
        ("DTSTART:20261224T230000Z\nDTEND:20261225T230000Z\nSUMMARY:By the clock here", ["2026-12-25"]),
        ("DTSTART;TZID=Asia/Tokyo:20261225T000000\nDTEND;TZID=Asia/Tokyo:20261226T000000", ["2026-12-25"]),
        ("DTSTART:20270101T000000\nDTEND:20270102T000000\nSUMMARY:By no clock", ["2027-01-01"]),
    ],
)  # fmt: skip
def test_whole_days_of_the_next_two_years_are_found(event: str, expected: list[str]) -> None:
    assert days(event) == expected


def test_one_that_was_moved_or_called_off_is_where_it_is_now() -> None:
    moved = "UID:1\nRECURRENCE-ID;VALUE=DATE:20270101\nDTSTART;VALUE=DATE:20270104\nSUMMARY:Moved"
    assert days(on("20250101", "RRULE:FREQ=YEARLY"), moved) == ["2027-01-04", "2028-01-01"]
    off = "UID:1\nRECURRENCE-ID;VALUE=DATE:20270101\nDTSTART;VALUE=DATE:20270101\nSTATUS:CANCELLED"
    assert days(on("20250101", "RRULE:FREQ=YEARLY"), off) == ["2028-01-01"]


def test_what_is_no_whole_day_is_left_out_and_said_so() -> None:
    timed = "DTSTART:20261224T120000Z\nDTEND:20261224T130000Z\nSUMMARY:Lunch"
    found = days_of(ics(timed, on("20261201", "RRULE:FREQ=WEEKLY"), on("20261225")), since=SINCE, zone=BERLIN)
    assert (len(found.days), found.left_out) == (1, 2)
    assert "2 events were left out" in into_text(PLAN, "office", found).words


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no calendar file"),
        (b"<html>Sign in</html>", "no calendar file"),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:2026", "no whole days"),
        (ics(), "no whole days"),
        (ics(on("20200101")), "no whole days"),
        (ics(on("20269999")), "broken"),
        (ics("SUMMARY:No day"), "broken"),
        (ics(on("20260101", "RRULE:NONSENSE")), "broken"),
        (ics(on("20261201", "RRULE:FREQ=SECONDLY")), "weekly ones make no holiday"),
        (ics(on("20261201", "RRULE:FREQ=YEARLY;INTERVAL=0")), "weekly ones make no holiday"),
        (ics("DTSTART:20261224T120000Z"), "a time of day"),
        (ics(on("20261201", "RRULE:FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU", "DTEND;VALUE=DATE:20261203")), "400"),
        (ics(*[on("20261225")] * 1001), "more than 1,000 events"),
        (b"BEGIN:VCALENDAR" + b"x" * MOST_BYTES, "too large"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(content: bytes, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        days_of(content, since=SINCE, zone=BERLIN)


def test_rules_that_never_hold_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rapport.routing.plan.holidays.MOST_SECONDS", 0.0)
    never = on("20200101", "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;COUNT=3")
    with pytest.raises(Invalid, match="take too long"):
        days_of(ics(*[never] * 5), since=SINCE, zone=BERLIN)


SPECIAL = "[calendars.office.special]"
FOUND = Found({date(2026, 12, 25): 'Christmas "Day"\n', date(2026, 12, 24): "Eve", date(2027, 1, 1): ""}, 0)


@pytest.mark.parametrize(
    "text",
    [
        PLAN,
        PLAN.replace(SPECIAL, f"[calendars.office.holidays] # ours\n2027-05-01 = 'May'\n\n{SPECIAL}"),
        PLAN.replace("[calendars.office]", '[calendars."office"]').replace("hours", "zone = 'Asia/Tokyo'\nhours"),
        "queues.main = { name = 'M', calendar = 'office', routes = [{ steps = [{ anyone = true }] }] }\n"
        "[calendars.office]\nhours = [\n  'mon 08:00-09:00',\n]",
    ],
)  # fmt: skip
def test_days_are_put_into_the_text_and_the_rest_stays(text: str) -> None:
    added = into_text(text, "office", FOUND)
    held = read_plan(added.text).calendars["office"].holidays
    assert held[date(2026, 12, 25)] == 'Christmas "Day"' and held[date(2027, 1, 1)] == ""
    kept = iter(added.text.splitlines())
    assert all(line in kept for line in text.splitlines() if line)  # every line of before, in its order
    assert (date(2026, 12, 24) in held) is ("special" not in text)
    again = into_text(added.text, "office", FOUND)
    assert (again.text, again.count) == (added.text, 0) and "3 days stood there already" in again.words


def test_days_are_put_into_a_plan_of_json() -> None:
    added = into_text(json.dumps(tomllib.loads(PLAN), default=str), "office", FOUND)
    assert (
        added.text.startswith("{") and read_plan(added.text).calendars["office"].holidays[date(2027, 1, 1)] == ""
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (PLAN.replace("calendars.office", "calendars.house"), "no calendar 'office'; it has: house"),
        ("[queues.main]\nname = 'M'", "no calendar 'office'; it has: none"),
        ("calendars = 7", "no calendar"),
        ("not a plan", "has faults"),
        ("[]", "has faults"),
        ("{ not json", "has faults"),
        ("calendars.office = { hours = ['mon 08:00-09:00'] }", "Write them below"),
        ("[calendars.office]\nholidays = { 2027-05-01 = 'May' }", "Write them below"),
        ("[calendars.office]\nholidays = 7", "Write them below"),
    ],
)
def test_a_text_that_cannot_take_them_says_why(text: str, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        into_text(text, "office", FOUND)


@settings(max_examples=60)
@given(
    st.dictionaries(st.dates(SINCE, SINCE + timedelta(days=700)), st.text(max_size=250), min_size=1, max_size=5)
)
def test_whatever_they_are_called_the_plan_has_exactly_these_days_more(named: dict[date, str]) -> None:
    before = read_plan(PLAN).calendars["office"]
    after = read_plan(into_text(PLAN, "office", Found(named, 0)).text).calendars["office"]
    assert set(after.holidays) == set(named) - set(before.special)
    assert (after.hours, after.special) == (before.hours, before.special)
