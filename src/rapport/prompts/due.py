"""By which day something is promised, read from plain English words; pure."""

from __future__ import annotations

import re
from datetime import date, timedelta

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NUMBERS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "ten": 10}
_SPAN = re.compile(
    rf"\b(?:within|in)\s+(?:the\s+next\s+)?(?P<number>{'|'.join(_NUMBERS)}|\d{{1,3}})\s+"
    r"(?P<working>(?:working|business)\s+)?(?P<unit>minute|hour|day|week|month)s?\b",
    re.IGNORECASE,
)
_DAY = re.compile(rf"\b(?P<next>next\s+)?(?P<day>{'|'.join(_DAYS)})\b", re.IGNORECASE)
_END = re.compile(r"\b(?:end of (?:the|this|next) |this |next )(?P<unit>week|month)\b", re.IGNORECASE)


def due_of(words: str, today: date) -> date:
    """Return the day that the words name, seen from today; today where they name none."""
    text = words.casefold()
    if re.search(r"\btoday|\btonight|\bthis (?:morning|afternoon|evening)", text):
        return today
    if "day after tomorrow" in text:
        return today + timedelta(days=2)
    if "tomorrow" in text:
        return today + timedelta(days=1)
    for pattern, day_of in ((_SPAN, _after), (_DAY, _weekday), (_END, _end)):
        if found := pattern.search(words):
            return day_of(found, today)
    return today


def _after(found: re.Match[str], today: date) -> date:
    number = found["number"].lower()
    count, unit = _NUMBERS.get(number) or int(number), found["unit"].lower()
    if unit == "day" and found["working"]:
        return _working(today, count)
    days = {"minute": 0, "hour": count // 24, "day": count, "week": 7 * count, "month": 30 * count}[unit]
    return today + timedelta(days=days)


def _working(day: date, count: int) -> date:
    """Return the day that lies so many days on which banks are open later; holidays are not known."""
    while count > 0:
        day += timedelta(days=1)
        count -= day.weekday() < 5
    return day


def _weekday(found: re.Match[str], today: date) -> date:
    """Return the next such day after today; with "next", that of the week after."""
    ahead = (_DAYS.index(found["day"].lower()) - today.weekday() - 1) % 7 + 1
    is_this_week = today.weekday() + ahead < 7
    return today + timedelta(days=ahead + (7 if found["next"] and is_this_week else 0))


def _end(found: re.Match[str], today: date) -> date:
    later = "next" in found[0].lower()
    if found["unit"].lower() == "week":
        return today + timedelta(days=6 - today.weekday() + 7 * later)
    first = today.replace(day=1)
    for _ in range(1 + later):
        first = (first + timedelta(days=32)).replace(day=1)
    return first - timedelta(days=1)
