"""Which contacts are drawn: by chance, each of a rep's with the same one, none twice; a key repeats the draw.

Pure. A draw is of one rule and one period, over all contacts that were there when the period was over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from rapport.kit.drawing import place_of


def draw(key: str, frame: Mapping[int, Sequence[str]], each: int) -> dict[int, list[str]]:
    """Return for each rep ``each`` of their contacts (public ids), or all where there are fewer.

    Every contact has a place that only the key and its id decide; the first places are drawn. So the order in
    which contacts are told, and what other reps did, change nothing.
    """
    return {rep: sorted(set(ids), key=lambda one: place_of(key, one))[:each] for rep, ids in frame.items()}


def period_before(day: date, every: str) -> tuple[date, date]:
    """Return the last period that was over before the day: its first day, and the day after its last."""
    if every == "week":
        end = day - timedelta(days=day.weekday())
        return end - timedelta(days=7), end
    end = day.replace(day=1)
    return (end - timedelta(days=1)).replace(day=1), end


def business_days_after(moment: datetime, days: int, zone: ZoneInfo, closed: frozenset[date]) -> datetime:
    """Return the end of the last of so many business days after the local day of the moment.

    Business days are Monday to Friday but the ``closed`` ones.
    """
    day, left = moment.astimezone(zone).date(), days
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5 and day not in closed
    return datetime.combine(day + timedelta(days=1), time(), zone)
