"""Calls of a bank's centre in 1999, as published by the Technion: tab-separated, 17 columns, a header.

What the format does, found by reading all of February's calls:

- The times hold no date. Each is taken as the one nearest to the call's arrival, so that calls pass
  midnight; where one clock ran up to 71 s behind another (23 calls), the queue begins at arrival instead of
  before it.
- Durations (`q_time`, `ser_time`) are right where times are missing, so instants after queueing follow from
  them.
- No queue is written as start and exit 0:00:00 with time 0: with HANG the caller left before asking for a
  person, with AGENT a rep answered at once (the caller is then customer 0, priority 0, by a fault of the
  recording).
- `PHANTOM` lines are to be ignored. `NO_SERVER` is no rep, also in 384 calls that were answered.
- Eighteen customer numbers passed through a spreadsheet ("6.02157E+11"). They are kept as they are written:
  twelve digits begin alike so rarely that they still tell customers apart.
- HANG lines may show a service of some seconds (72 do). They stay abandoned, without talk.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from .lines import Source, numbered_lines, shorten
from .records import BadRow, CallRecord, Unreadable, later

TIME_ZONE = "Asia/Jerusalem"
ZONE = ZoneInfo(TIME_ZONE)
REASONS = {
    "PS": "Regular activity",
    "PE": "Regular activity in English",
    "IN": "Internet consulting",
    "NE": "Stock exchange",
    "NW": "New customer",
    "TT": "Call-back",
}
DAY_SECONDS = 24 * 3600

_TIME = r"\d{1,2}:\d\d:\d\d"
_PATTERNS = {
    "vru+line": r"[A-Z]{2}\d{4}",
    "call_id": r"\d+",
    "customer_id": r"\d{1,12}|\d\.\d{1,5}E\+11",
    "priority": r"[012]",
    "type": "|".join(REASONS),
    "date": r"\d{6}",
    "vru_entry": _TIME,
    "vru_exit": _TIME,
    "vru_time": r"-?\d{1,5}",
    "q_start": _TIME,
    "q_exit": _TIME,
    "q_time": r"\d{1,5}",
    "outcome": "AGENT|HANG|PHANTOM",
    "ser_start": _TIME,
    "ser_exit": _TIME,
    "ser_time": r"\d{1,5}",
    "server": r"[^\d\W]\w*",
}
_FIELDS = {name: re.compile(pattern, re.ASCII) for name, pattern in _PATTERNS.items()}
COLUMNS = tuple(_PATTERNS)


class AnonymousBank:
    """The calls of one file.

    Columns are found by the header's names; without a header the usual order holds.
    """

    def __init__(self, source: Source) -> None:
        self.skipped = 0
        self._source = source
        self._columns: Sequence[str] | None = None

    def __iter__(self) -> Iterator[CallRecord | BadRow]:
        """Read the file once, from its beginning."""
        seen = False
        for line in numbered_lines(self._source):
            read = line if isinstance(line, BadRow) else self._read(*line)
            if read is not None:
                yield read
            seen = seen or read is not None or self.skipped > 0
        if not seen:
            yield BadRow(0, "", "the file holds no calls")

    def _read(self, number: int, text: str) -> CallRecord | BadRow | None:
        """One line; None for the header and for a line to ignore."""
        fields = text.split("\t")
        try:
            if self._columns is None and set(fields) & set(COLUMNS):
                self._columns = _header(fields)
                return None
            self._columns = self._columns or COLUMNS
            row = _row(self._columns, fields)
            if row["outcome"] == "PHANTOM":
                self.skipped += 1
                return None
            return _record(number, row)
        except Unreadable as fault:
            return BadRow(number, shorten(text), str(fault))


def _header(fields: list[str]) -> Sequence[str]:
    if missing := [name for name in COLUMNS if name not in fields]:
        raise Unreadable(f"the header lacks {', '.join(missing)}")
    return fields


def _row(columns: Sequence[str], fields: list[str]) -> dict[str, str]:
    """The fields by name, each in the shape it must have."""
    if len(fields) != len(columns):
        raise Unreadable(f"has {len(fields)} fields instead of {len(columns)}")
    row = dict(zip(columns, fields, strict=True))
    for name, pattern in _FIELDS.items():
        if not pattern.fullmatch(row[name]):
            raise Unreadable(f"{name} cannot be {shorten(row[name])!r}")
    for start, end, lasted in (
        ("vru_entry", "vru_exit", "vru_time"),
        ("q_start", "q_exit", "q_time"),
        ("ser_start", "ser_exit", "ser_time"),
    ):
        if (_second_of_day(row, end) - _second_of_day(row, start) - int(row[lasted])) % DAY_SECONDS:
            raise Unreadable(
                f"{lasted} {row[lasted]} is not the time from {start} {row[start]} to {end} {row[end]}"
            )
    return row


def _record(number: int, row: dict[str, str]) -> CallRecord:
    outcome, queued_at = row["outcome"], None
    arrived_at = _arrival(row)
    wait, talk = int(row["q_time"]), int(row["ser_time"]) if outcome == "AGENT" else 0
    waited = any(_second_of_day(row, name) for name in ("q_start", "q_exit"))
    if waited or outcome == "AGENT":
        queued_at = _near(arrived_at, row, "q_start" if waited else "vru_exit")
    return CallRecord(
        line_number=number,
        external_id=f"{row['vru+line']}/{row['call_id']}",
        arrived_at=arrived_at,
        queued_at=queued_at,
        answered_at=later(queued_at, wait) if queued_at and outcome == "AGENT" else None,
        ended_at=later(queued_at, wait + talk) if queued_at else _near(arrived_at, row, "vru_exit"),
        wait_seconds=wait,
        talk_seconds=talk,
        outcome="answered" if outcome == "AGENT" else "abandoned" if queued_at else "left_before_queue",
        customer_key=row["customer_id"] if row["customer_id"].strip("0") else None,
        segment_key=row["priority"],
        reason_key=row["type"],
        agent_id=None if row["server"] == "NO_SERVER" else row["server"],
    )


def _second_of_day(row: dict[str, str], name: str) -> int:
    hours, minutes, seconds = map(int, row[name].split(":"))
    if hours > 23 or minutes > 59 or seconds > 59:
        raise Unreadable(f"{name} {row[name]} is no time of day")
    return hours * 3600 + minutes * 60 + seconds


def _arrival(row: dict[str, str]) -> datetime:
    text = row["date"]
    try:
        day = date(1900 + int(text[:2]), int(text[2:4]), int(text[4:]))
    except ValueError as fault:
        raise Unreadable(f"date {text} is no day") from fault
    return datetime.combine(day, time(), ZONE) + timedelta(seconds=_second_of_day(row, "vru_entry"))


def _near(arrived_at: datetime, row: dict[str, str], name: str) -> datetime:
    """The instant at which that time of day came nearest to the arrival, and not before it."""
    half = DAY_SECONDS // 2
    offset = (_second_of_day(row, name) - _second_of_day(row, "vru_entry") + half) % DAY_SECONDS - half
    return arrived_at + timedelta(seconds=max(0, offset))
