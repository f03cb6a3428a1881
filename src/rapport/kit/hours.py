"""Opening hours: several stretches a day, holidays and special days, in a time zone; and time counted within them.

Hours are wall-clock time. Where summer time takes an hour out, what begins or ends in it does so at the change;
where it repeats one, a stretch begins the first time and ends the last time. A stretch that ends at or before its
beginning ends the next day; stretches that touch are one. A day that has hours of its own (a holiday has none)
loses those of its weekday, not what runs into it from the evening before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from rapport.kit.errors import Invalid

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HORIZON_DAYS = 400  # further ahead nothing is looked for

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True, order=True)
class Stretch:
    """From a time of day until another; at or before it: of the next day."""

    begins: time
    ends: time

    @property
    def minutes(self) -> int:
        """How long it is on a day without a change of the clock."""
        length = _minutes(self.ends) - _minutes(self.begins)
        return length if length > 0 else length + 24 * 60

    def __str__(self) -> str:
        return f"{self.begins:%H:%M}-{self.ends:%H:%M}"


@dataclass(frozen=True, slots=True)
class Calendar:
    """When something is open. ``days`` replaces the week's hours on its dates: without stretches, closed."""

    zone: ZoneInfo
    week: Mapping[str, tuple[Stretch, ...]]
    days: Mapping[date, tuple[Stretch, ...]] = field(default_factory=dict)

    def is_open(self, at: datetime) -> bool:
        """Say whether the moment is within the hours."""
        return any(begins <= at < ends for begins, ends in self._spans(at, at + timedelta(seconds=1)))

    def open_until(self, at: datetime) -> datetime | None:
        """Return when the opening that holds the moment ends (at the horizon, if ever later); None when closed."""
        begins, ends = next(self.openings(at), (None, None))
        return ends if begins is not None and begins <= at else None

    def opens_at(self, at: datetime) -> datetime | None:
        """Return the moment itself when open, else the next opening; None when the horizon holds none."""
        begins, _ = next(self.openings(at), (None, None))
        return None if begins is None else max(begins, at)

    def seconds_between(self, since: datetime, until: datetime, *, pauses: Iterable[Span] = ()) -> float:
        """Return how many open seconds lie between, without pauses; 0 where ``until`` is not after ``since``."""
        running = self._running(since, until, pauses)
        return sum(((ends - begins).total_seconds() for begins, ends in running), 0.0)

    def after_seconds(self, since: datetime, seconds: float, *, pauses: Iterable[Span] = ()) -> datetime | None:
        """Return when so many open seconds have passed, without pauses; None when beyond the horizon."""
        for begins, ends in self._running(since, None, pauses):
            length = (ends - begins).total_seconds()
            if seconds <= length:
                return begins + timedelta(seconds=seconds)
            seconds -= length
        return None

    def openings(self, since: datetime, until: datetime | None = None) -> Iterator[Span]:
        """Yield the openings that end after ``since`` and begin before ``until`` (the horizon), joined, in UTC."""
        last = since + timedelta(days=HORIZON_DAYS) if until is None else until
        held: Span | None = None
        for begins, ends in self._spans(since, last):
            if held is not None and begins <= held[1]:
                held = held[0], max(held[1], ends)
                continue
            if held is not None and held[1] > since:
                yield held
            held = begins, ends
        if held is not None and held[1] > since:
            yield held

    def _running(self, since: datetime, until: datetime | None, pauses: Iterable[Span]) -> Iterator[Span]:
        """Yield when a clock runs that stands still outside the hours and in pauses, which may overlap."""
        stops = sorted(pauses)
        for opens, closes in self.openings(since, until):
            goes_on, ends = max(opens, since), closes if until is None else min(closes, until)
            for stop, resume in stops:
                if goes_on < min(stop, ends):
                    yield goes_on, min(stop, ends)
                goes_on = max(goes_on, resume)
            if goes_on < ends:
                yield goes_on, ends

    def _spans(self, since: datetime, last: datetime) -> Iterator[Span]:
        first_day = since.astimezone(self.zone).date() - timedelta(days=1)
        for offset in count():
            day = first_day + timedelta(days=offset)
            stretches = self.days.get(day, self.week.get(DAYS[day.weekday()], ()))
            for stretch in sorted(stretches):
                next_day = day if stretch.ends > stretch.begins else day + timedelta(days=1)
                begins = self._instant(datetime.combine(day, stretch.begins))
                if begins >= last:
                    return
                ends = self._instant(datetime.combine(next_day, stretch.ends).replace(fold=1))
                if ends > begins:
                    yield begins, ends
            if self._instant(datetime.combine(day, time())) >= last:
                return

    def _instant(self, wall: datetime) -> datetime:
        """Return when the clock on the wall shows this; of an hour taken out, the moment of the change."""
        instant = wall.replace(tzinfo=self.zone).astimezone(UTC)
        if instant.astimezone(self.zone).replace(tzinfo=None) == wall.replace(fold=0):
            return instant
        early, late = sorted(wall.replace(tzinfo=self.zone, fold=fold).astimezone(UTC) for fold in (0, 1))
        before = early.astimezone(self.zone).utcoffset()
        while late - early > timedelta(seconds=1):
            middle = early + (late - early) // 2
            if middle.astimezone(self.zone).utcoffset() == before:
                early = middle
            else:
                late = middle
        return late.replace(microsecond=0)


def read_week(lines: Iterable[str]) -> dict[str, tuple[Stretch, ...]]:
    """Return the hours written one or several days a line: "mon-fri 08:00-12:00, 13:00-20:00".

    Raises Invalid, with the words that are wrong, for what cannot be read and for stretches that overlap.
    """
    found: dict[str, list[Stretch]] = {}
    for line in filter(None, (line.strip().lower() for line in lines)):
        days, _, rest = line.partition(" ")
        stretches = read_stretches(rest)
        if not stretches:
            raise Invalid(f"{line!r}: say from when to when, as in “mon-fri 08:00-20:00”.")
        for day in _read_days(days):
            found.setdefault(day, []).extend(stretches)
    for day, held in found.items():
        _check_apart(held, day)
    return {day: tuple(sorted(found[day])) for day in DAYS if day in found}


def read_stretches(text: str) -> tuple[Stretch, ...]:
    """Return the stretches of "08:00-12:00, 13:00-20:00"; Invalid for what are none and for an overlap."""
    found = [read_stretch(part) for part in text.split(",") if part.strip()]
    _check_apart(found, text)
    return tuple(sorted(found))


def write_week(week: Mapping[str, Iterable[Stretch]]) -> str:
    """Return hours as :func:`read_week` reads them, a day a line."""
    return "\n".join(f"{day} {', '.join(map(str, week[day]))}" for day in DAYS if day in week)


def moment_in_words(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Write a moment to come by the clock there, with its day where it is not today."""
    there = moment.astimezone(zone)
    return f"{there:%H:%M}" if there.date() == now.astimezone(zone).date() else f"{there:%A, %-d %B, %H:%M}"


def _minutes(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def read_stretch(text: str) -> Stretch:
    """Return the stretch of "08:00-20:00"; Invalid for what is none."""
    begins, dash, ends = text.replace(" ", "").partition("-")
    try:
        if not dash:
            raise ValueError
        found = Stretch(time.fromisoformat(begins), time.fromisoformat("00:00" if ends == "24:00" else ends))
        if found.begins.tzinfo or found.ends.tzinfo:
            raise ValueError
    except ValueError:
        raise Invalid(f"{text.strip()!r} are no hours; write them as 08:00-20:00.") from None
    return found


def _check_apart(stretches: Iterable[Stretch], where: str) -> None:
    """Refuse stretches of one day that overlap."""
    held: Stretch | None = None
    for stretch in sorted(stretches):
        if held is not None and _minutes(held.begins) + held.minutes > _minutes(stretch.begins):
            raise Invalid(f"{held} and {stretch} ({where.strip()}) overlap; write them as one.")
        held = stretch


def _read_days(text: str) -> tuple[str, ...]:
    first, dash, last = text.partition("-")
    if first not in DAYS or (dash and last not in DAYS):
        raise Invalid(f"{text!r} are no days; write mon, or mon-fri.")
    begins, ends = DAYS.index(first), DAYS.index(last if dash else first)
    return DAYS[begins : ends + 1] if begins <= ends else (*DAYS[begins:], *DAYS[: ends + 1])
