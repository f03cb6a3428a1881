"""The figures on top of the floor: today against the target, the usual, and the last weeks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.core.cache import cache

from rapport.insight.queries import cuts, metrics
from rapport.kit import clock
from rapport.kit.filters import NONE, number, percent
from rapport.kit.hours import moment_in_words
from rapport.routing.queries import QueueNow, queues_for

if TYPE_CHECKING:
    from rapport.accounts.models import Programme
    from rapport.insight.figures import Figure, FigureRow

KEYS = (
    "service_level",
    "contacts_answered",
    "contacts_abandoned",
    "abandonment_rate",
    "resolution_by_reps",
    "saves_claimed",
)
HISTORY_DAYS = 28
SAME_WEEKDAYS = 4
KEPT_SECONDS = 900  # days that are over hardly change
CLOSE = 0.1  # a share that misses its target by less is a warning


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure as shown; ``usual`` is the same of the last four same weekdays."""

    key: str
    label: str
    value: str
    target: str
    usual: str
    tone: str
    trend: list[float | None]
    note: str = ""

    @property
    def beside(self) -> str:
        """What stands below the figure."""
        usual = f"usually {self.usual}" if self.usual not in ("", NONE) else ""
        return ", ".join(filter(None, (self.note, usual)))


def today_of(programme: Programme) -> date:
    """Return the programme's local day."""
    return clock.now().astimezone(programme.zone).date()


def past_days(programme: Programme, today: date) -> dict[date, FigureRow]:
    """Return the figures of each of the past weeks' days that had something; kept for a quarter of an hour."""
    key = f"floor:past-days:{programme.pk}:{today}"
    rows: list[FigureRow] | None = cache.get(key)
    if rows is None:
        rows = metrics(programme, KEYS, today - timedelta(days=HISTORY_DAYS), today - timedelta(days=1), by="day")
        cache.set(key, rows, KEPT_SECONDS)
    return {day: row for row in rows if isinstance(day := row.group["day"], date)}


@dataclass(frozen=True, slots=True)
class QueueLine:
    """A queue as it stands, with its service level today beside its target."""

    now: QueueNow
    service_level: str
    target: str
    tone: str
    offered: int
    hours: str


@dataclass(frozen=True, slots=True)
class Today:
    """The figures of today: the tiles on top, and those of each queue."""

    tiles: list[Tile]
    queues: list[QueueLine]


def figures_of(programme: Programme) -> Today:
    """Return the figures of today, of all and by queue, counted at once."""
    today = today_of(programme)
    counted = cuts(programme, KEYS, today, today, [(), ("queue",)])
    by_queue = {row.group["queue"]: row["service_level"] for row in counted["queue",]}
    lines = [_queue_line(one, by_queue.get(one.key)) for one in queues_for(programme)]
    return Today(tiles(programme, counted[()][0]), lines)


def _queue_line(now: QueueNow, level: Figure | None) -> QueueLine:
    value = level.value if level else None
    return QueueLine(
        now=now,
        service_level=percent(value),
        target=f"{percent(now.share)} in {now.within} s",
        tone=_tone_up(value, now.share),
        offered=int(level.denominator or 0) if level else 0,
        hours=_hours(now),
    )


def _hours(now: QueueNow) -> str:
    instant = now.open_until if now.is_open else now.opens_at
    if instant is None:
        return "always open" if now.is_open else "closed, and never opens"
    words = moment_in_words(instant, clock.now(), now.zone)
    return f"open until {words}" if now.is_open else f"closed, opens {words}"


def tiles(programme: Programme, now: FigureRow) -> list[Tile]:
    """Return the tiles of today's figures."""
    today = today_of(programme)
    past = past_days(programme, today)
    days = [past.get(today - timedelta(days=back)) for back in range(HISTORY_DAYS, 0, -1)]
    alike = [
        row for day, row in past.items() if 0 < (today - day).days <= 7 * SAME_WEEKDAYS and _alike(day, today)
    ]
    target = programme.answer_target
    abandoned = now["contacts_abandoned"].value or 0
    return [
        Tile(
            "service_level",
            "Service level",
            percent(now["service_level"].value),
            f"{percent(target)} in {programme.answer_within_seconds} s",
            percent(pooled(alike, "service_level")),
            _tone_up(now["service_level"].value, target),
            trend(days, "service_level"),
        ),
        Tile(
            "contacts_answered",
            "Answered today",
            number(now["contacts_answered"].value),
            "",
            "",
            "",
            trend(days, "contacts_answered"),
        ),
        Tile(
            "abandonment_rate",
            "Abandoned today",
            percent(now["abandonment_rate"].value, 1),
            "",
            percent(pooled(alike, "abandonment_rate"), 1),
            _tone_down(now["abandonment_rate"], pooled(alike, "abandonment_rate")),
            trend(days, "abandonment_rate"),
            f"{number(abandoned)} contact{'' if abandoned == 1 else 's'}",
        ),
        Tile(
            "resolution_by_reps",
            "Resolved, say reps",
            percent(now["resolution_by_reps"].value),
            "",
            percent(pooled(alike, "resolution_by_reps")),
            "",
            trend(days, "resolution_by_reps"),
        ),
        *_saves(now, days),
    ]


def _saves(now: FigureRow, days: Sequence[FigureRow | None]) -> list[Tile]:
    """Return the claims made today, where anybody has claimed a save lately; what stuck is known later."""
    past = trend(days, "saves_claimed")
    if not now["saves_claimed"].value and not any(past):
        return []
    return [Tile("saves_claimed", "Saves claimed today", number(now["saves_claimed"].value), "", "", "", past)]


def _alike(day: date, today: date) -> bool:
    return day.isoweekday() == today.isoweekday()


def pooled(rows: Sequence[FigureRow], key: str) -> float | None:
    """Return a share over several days at once (not the mean of the days' shares); None without any."""
    below = sum(row[key].denominator or 0 for row in rows)
    return sum(row[key].numerator for row in rows) / below if below else None


def trend(days: Iterable[FigureRow | None], key: str) -> list[float | None]:
    """Return a metric's daily values, None where the day had nothing."""
    return [row[key].value if row is not None else None for row in days]


def _tone_up(value: float | None, target: float) -> str:
    if value is None:
        return ""
    return "good" if value >= target else "warn" if value >= target - CLOSE else "bad"


def _tone_down(figure: Figure, usual: float | None) -> str:
    """Warn where a rate is clearly above what is usual, on more than a handful of contacts."""
    few = (figure.denominator or 0) < 20
    if figure.value is None or usual is None or few:
        return ""
    return "bad" if figure.value > max(2 * usual, 0.05) else ""
