"""How values are written on pages: Jinja2 filters and globals, registered by the page environment."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from rapport.kit import clock

NONE = "–"


def duration(seconds: float | None) -> str:
    """Write seconds as ``4:12`` or ``1:04:12``."""
    if seconds is None:
        return NONE
    whole = max(0, int(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def since(instant: datetime | None) -> str:
    """Write how long ago ``instant`` was as a running clock would show it."""
    return NONE if instant is None else duration((clock.now() - instant).total_seconds())


def ago(instant: datetime | None) -> str:
    """Write an instant relative to now: ``just now``, ``3 min ago``, ``in 2 d``."""
    if instant is None:
        return "never"
    seconds = (clock.now() - instant).total_seconds()
    size = abs(seconds)
    if size < 45:
        return "just now"
    for unit, length, limit in (("min", 60, 90 * 60), ("h", 3600, 36 * 3600), ("d", 86400, 60 * 86400)):
        if size < limit:
            return _either_side(f"{max(1, round(size / length))} {unit}", seconds)
    return _either_side(f"{round(size / (30.44 * 86400))} mo", seconds)


def _either_side(words: str, seconds: float) -> str:
    return f"{words} ago" if seconds > 0 else f"in {words}"


def exact(instant: datetime | None, zone: str | ZoneInfo = "UTC") -> str:
    """Write an instant in full in ``zone``: ``Sat 21 Nov 2026, 10:02:07 CET``."""
    if instant is None:
        return NONE
    return _local(instant, zone).strftime("%a %-d %b %Y, %H:%M:%S %Z")


def time_of_day(instant: datetime | None, zone: str | ZoneInfo = "UTC") -> str:
    """Write the hour and minute in ``zone``."""
    return NONE if instant is None else _local(instant, zone).strftime("%H:%M")


def day(instant: date | None, zone: str | ZoneInfo = "UTC") -> str:
    """Write a day, or the day of an instant in ``zone``, with the year where it is not this one."""
    if instant is None:
        return NONE
    local = _local(instant, zone) if isinstance(instant, datetime) else instant
    same_year = local.year == _local(clock.now(), zone).year
    return local.strftime("%-d %b" if same_year else "%-d %b %Y")


def days(first: date, before: date) -> str:
    """Write the days from one to the last before another."""
    return f"{day(first)} to {day(before - timedelta(days=1))}"


def _local(instant: datetime, zone: str | ZoneInfo) -> datetime:
    return instant.astimezone(zone if isinstance(zone, ZoneInfo) else ZoneInfo(zone))


def percent(share: float | None, digits: int = 0) -> str:
    """Write a share (0 to 1) as a percentage with a thin space before the sign."""
    return NONE if share is None else f"{share * 100:.{digits}f}\N{NARROW NO-BREAK SPACE}%"


def number(value: float | Decimal | None, digits: int = 0) -> str:
    """Write a number with thin spaces between thousands, and a minus sign that is as wide as a plus."""
    if value is None:
        return NONE
    return f"{value:z,.{digits}f}".replace(",", "\N{NARROW NO-BREAK SPACE}").replace("-", "\N{MINUS SIGN}")


def epoch(instant: datetime | None) -> str:
    """Return the instant as seconds since 1970 for the page's clocks."""
    return "" if instant is None else f"{instant.timestamp():.3f}"


def spark_points(values: list[float | None], width: int = 96, height: int = 24) -> str:
    """Return the points of a line through ``values`` in a box, for an SVG polyline; gaps are left out."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return ""
    low, high = min(known), max(known)
    step, room = width / max(1, len(values) - 1), (high - low) or 1.0
    return " ".join(
        f"{at * step:.1f},{height - 2 - (value - low) / room * (height - 4):.1f}"
        for at, value in enumerate(values)
        if value is not None
    )


def initials(name: str) -> str:
    """Return up to two letters that stand for a name."""
    words = [word for word in name.split() if word[:1].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"


def browser(agent: str) -> str:
    """Write what a browser says of itself in a few words: ``Firefox on Windows``."""
    programs = (
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    )
    systems = (
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    )
    program = next((name for mark, name in programs if mark in agent), "")
    system = next((name for mark, name in systems if mark in agent), "")
    return " on ".join(part for part in (program, system) if part) or "Another program"


def contact_word(channel: str) -> str:
    """Return what a contact of a channel is called: a call, a chat."""
    return {"voice": "call"}.get(channel, channel)


FILTERS: dict[str, Callable[..., Any]] = {
    "duration": duration,
    "since": since,
    "ago": ago,
    "exact": exact,
    "time_of_day": time_of_day,
    "day": day,
    "days": days,
    "percent": percent,
    "number": number,
    "epoch": epoch,
    "spark_points": spark_points,
    "initials": initials,
    "browser": browser,
    "contact_word": contact_word,
}
GLOBALS: dict[str, Callable[..., Any]] = {"now": clock.now}
