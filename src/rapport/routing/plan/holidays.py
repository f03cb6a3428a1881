"""The whole days of a calendar file (iCal), put into the text of a plan as holidays of one of its calendars.

Days that repeat by the year or the month are written out for the next two years. A day is a day wherever it is
read: one that lasts from midnight to midnight counts by the clock it was written for.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from time import monotonic
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
from dateutil.rrule import rrulestr

from rapport.kit import clock
from rapport.kit.errors import Invalid
from rapport.kit.lines import lines_of

MOST_BYTES = 500_000
MOST_EVENTS = 1_000
MOST_DAYS = 400
MOST_SECONDS = 3.0  # a rule that never holds is looked for until the year 9999
AHEAD = timedelta(days=2 * 366)
FREQUENCIES = {"YEARLY", "MONTHLY"}
BROKEN = (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError, RecursionError)
ELSEWHERE = (
    "Its holidays are written in a way that nothing can be added to. Write them below [calendars.{}.holidays]."
)


@dataclass(frozen=True, slots=True)
class Found:
    """The days of a file with their names, and how many events were no whole days or repeat too often."""

    days: dict[date, str]
    left_out: int


@dataclass(frozen=True, slots=True)
class Added:
    """A plan's text with holidays put in, how many were, and what is to be said of the rest."""

    text: str
    count: int
    words: str


def with_holidays(text: str, key: str, content: bytes, *, zone: ZoneInfo) -> Added:
    """Return the plan's text with the days of the calendar file put in; ``zone`` is that of its programme."""
    today = clock.now().astimezone(zone).date()
    return into_text(text, key, days_of(content, since=today, zone=_zone(text, key, zone)))


def days_of(content: bytes, *, since: date, zone: ZoneInfo) -> Found:
    """Return the whole days from ``since`` on for two years; ``zone`` is for those written in universal time.

    Raises Invalid for what is no calendar file, and for one with more than a plan can hold.
    """
    if len(content) > MOST_BYTES:
        raise Invalid(
            f"This calendar file is too large: {MOST_BYTES // 1000} kB is the most. Keep to the holidays."
        )
    if content.lstrip()[:15].upper() != b"BEGIN:VCALENDAR" and content[3:18].upper() != b"BEGIN:VCALENDAR":
        raise Invalid("This is no calendar file. Export it as iCal (.ics).")
    try:
        events = [
            one for part in icalendar.Calendar.from_ical(content, multiple=True) for one in part.walk("VEVENT")
        ]
        if len(events) > MOST_EVENTS:
            raise Invalid(f"It has more than {MOST_EVENTS:,} events. Keep to the holidays.")
        return _found(events, since, zone)
    except BROKEN:
        raise Invalid(
            "This calendar file is broken and cannot be read. Export it once more as iCal (.ics)."
        ) from None


def into_text(text: str, key: str, found: Found) -> Added:
    """Return the plan's text with the days it has not yet as holidays of the calendar ``key``; the rest stays.

    Raises Invalid where there is no such calendar, and where nothing can be added without rewriting the text.
    """
    plan = _parsed(text)
    calendars = plan.get("calendars", {})
    if not isinstance(calendars, dict) or not isinstance(calendars.get(key), dict):
        have = ", ".join(sorted(map(str, calendars))[:12]) if isinstance(calendars, dict) else ""
        raise Invalid(f"The plan has no calendar {key!r}; it has: {have or 'none'}. Write it first.")
    kept = [calendars[key].get(kind, {}) for kind in ("holidays", "special")]
    if not all(isinstance(part, dict) for part in kept):
        raise Invalid(ELSEWHERE.format(key))
    known = {str(day) for part in kept for day in part}
    new = {f"{day}": _plain(name) for day, name in sorted(found.days.items()) if f"{day}" not in known}
    words = _told(len(new), len(found.days) - len(new), found.left_out, key)
    if not new:
        return Added(text, 0, words)
    calendars[key].setdefault("holidays", {}).update(new)
    if text.lstrip().startswith("{"):
        return Added(json.dumps(plan, indent=2, ensure_ascii=False) + "\n", len(new), words)
    lines = [f"{day} = {json.dumps(name, ensure_ascii=False)}" for day, name in new.items()]
    made = next((one for one in _ways(text, key, lines) if _same(one, plan)), None)
    if made is None:
        raise Invalid(ELSEWHERE.format(key))
    return Added(made, len(new), words)


def _zone(text: str, key: str, otherwise: ZoneInfo) -> ZoneInfo:
    """Return the zone of the plan's calendar, where it names one that there is."""
    rules = _parsed(text).get("calendars", {})
    named = (
        rules.get(key, {}).get("zone", "") if isinstance(rules, dict) and isinstance(rules.get(key), dict) else ""
    )
    try:
        return ZoneInfo(named) if named else otherwise
    except (KeyError, ValueError, OSError, TypeError):
        return otherwise  # the check of the plan will say so


def _parsed(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Invalid("The plan has faults. Put them right first, then add the holidays.")
    return found


def _same(text: str, plan: dict[str, Any]) -> bool:
    try:
        return tomllib.loads(text) == plan
    except tomllib.TOMLDecodeError:
        return False


def _ways(text: str, key: str, lines: list[str]) -> Iterator[str]:
    """Yield the text with the lines below the header of the holidays, of the calendar, and at its end."""
    written = text.splitlines()
    where = lines_of(text)
    header = f"[calendars.{key}.holidays]"
    if at := where.get(("calendars", key, "holidays")):
        yield "\n".join([*written[:at], *lines, *written[at:], ""])
    if at := where.get(("calendars", key)):
        end = next((n for n in range(at, len(written)) if written[n].lstrip().startswith("[")), len(written))
        while end > at and (not written[end - 1].strip() or written[end - 1].lstrip().startswith("#")):
            end -= 1  # what stands above the next part belongs to it
        yield "\n".join([*written[:end], "", header, *lines, *written[end:], ""])
    yield "\n".join([text.rstrip(), "", header, *lines, ""])


def _told(added: int, known: int, left_out: int, key: str) -> str:
    told = [f"{_days(added)} added to {key}." if added else f"No day was added to {key}."]
    if known:
        told.append(f"{_days(known)} stood there already.")
    if left_out:
        events = "One event was" if left_out == 1 else f"{left_out} events were"
        told.append(f"{events} left out: no whole days, or repeated more often than each month.")
    return " ".join(told)


def _days(count: int) -> str:
    return "One day" if count == 1 else f"{count} days"


def _found(events: list[Any], since: date, zone: ZoneInfo) -> Found:
    found: dict[date, str] = {}
    left_out, until, give_up = 0, since + AHEAD, monotonic() + MOST_SECONDS
    moved = {(str(one.get("UID")), _date(one["RECURRENCE-ID"].dt)) for one in events if "RECURRENCE-ID" in one}
    for one in events:
        if monotonic() > give_up:
            raise Invalid(
                "Its events repeat in ways that take too long to read. Keep to the holidays of two years."
            )
        if str(one.get("STATUS", "")).upper() == "CANCELLED":
            continue
        whole = _whole_days(one, zone)
        if whole is None or not _is_rare(one):
            left_out += 1
            continue
        begins, length = whole
        for first in _occurrences(one, begins, since - timedelta(days=min(length, AHEAD.days)), until):
            if "RECURRENCE-ID" not in one and (str(one.get("UID")), first) in moved:
                continue
            for number in range(max(0, (since - first).days), min(length, (until - first).days)):
                found.setdefault(first + timedelta(days=number), str(one.get("SUMMARY", "")))
        if len(found) > MOST_DAYS:
            raise Invalid(f"It has more than {MOST_DAYS} days in the next two years. Keep to the holidays.")
    if not found:
        why = ", and events with a time of day or weekly ones make no holiday" if left_out else ""
        raise Invalid(f"It has no whole days in the next two years{why}.")
    return Found(found, left_out)


def _whole_days(event: Any, zone: ZoneInfo) -> tuple[date, int] | None:
    """Return the first day of an event and how many it lasts; None where it begins or ends within a day."""
    begins = event["DTSTART"].dt
    if not isinstance(begins, datetime):
        length = (event["DTEND"].dt - begins) if "DTEND" in event else _duration(event, timedelta(days=1))
        return begins, max(1, length.days)
    ends = event["DTEND"].dt if "DTEND" in event else begins + _duration(event, timedelta())
    for place in (begins.tzinfo, zone):
        first, last = _wall(begins, place), _wall(ends, place)
        if first.time() == last.time() == time() and last > first:
            return first.date(), (last - first).days
    return None


def _duration(event: Any, otherwise: timedelta) -> timedelta:
    found: timedelta = event["DURATION"].dt if "DURATION" in event else otherwise
    return found


def _wall(moment: datetime, place: Any) -> datetime:
    return (moment.astimezone(place) if moment.tzinfo and place else moment).replace(tzinfo=None)


def _date(moment: Any) -> date:
    found: date = moment.date() if isinstance(moment, datetime) else moment
    return found


def _rules(event: Any) -> list[Any]:
    found = event.get("RRULE", [])
    return found if isinstance(found, list) else [found]


def _is_rare(event: Any) -> bool:
    """Say whether an event repeats by the month or the year, or not at all."""
    return all(
        set(map(str.upper, rule.get("FREQ", []))) <= FREQUENCIES
        and all(int(number) >= 1 for number in rule.get("INTERVAL", [1]))
        and not {"BYHOUR", "BYMINUTE", "BYSECOND"} & {name.upper() for name in rule}
        for rule in _rules(event)
    )


def _occurrences(event: Any, first: date, since: date, until: date) -> Iterator[date]:
    """Yield the days of [since, until) on which an event begins: by its rules, and by its own dates."""
    left_out = {*_listed(event, "EXDATE")}
    days = {first, *_listed(event, "RDATE")}
    for rule in _rules(event):
        last = min([until, *(_date(one) + timedelta(days=1) for one in rule.get("UNTIL", []))])
        text = ";".join(
            part for part in rule.to_ical().decode().split(";") if not part.upper().startswith("UNTIL")
        )
        begins = datetime.combine(first, time())
        span = (datetime.combine(since, time()), datetime.combine(last, time()) - timedelta(seconds=1))
        if span[0] < span[1]:
            repeated = rrulestr(text, dtstart=begins).xafter(span[0], inc=True)
            days |= {one.date() for one in islice(repeated, MOST_DAYS) if one <= span[1]}
    yield from sorted(day for day in days - left_out if since <= day < until)


def _listed(event: Any, name: str) -> Iterator[date]:
    found = event.get(name, [])
    for one in found if isinstance(found, list) else [found]:
        for moment in one.dts:
            yield _date(moment.dt[0] if isinstance(moment.dt, tuple) else moment.dt)


def _plain(name: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in name).split())[:200]
