"""Any CSV log of calls, read with a mapping.

What the mapping does not name is derived: a caller queued on arrival (unless they left before), was
answered after the wait, and ended after the talk; a duration is the time between its two instants. Where a
row gives both and they differ, the durations are taken. A row that does not hold what its outcome needs is
a bad row.
"""

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import get_args

from .lines import Source, numbered_lines, shorten
from .mapping import IGNORED, CsvMapping
from .records import BadRow, CallRecord, Outcome, Unreadable, later

TRUSTED: dict[str, Outcome] = {outcome: outcome for outcome in get_args(Outcome)}


class CsvLog:
    """The calls of one CSV file with a header."""

    def __init__(self, source: Source, mapping: CsvMapping) -> None:
        self.skipped = 0
        self._source = source
        self._mapping = mapping
        self._bad: list[BadRow] = []
        self._line_number = 0

    def __iter__(self) -> Iterator[CallRecord | BadRow]:
        """Read the file once, from its beginning."""
        seen = False
        rows = self._rows()
        header = next(rows, None)
        if header is not None and (missing := set(self._mapping.columns.values()) - set(header)):
            yield BadRow(
                self._line_number, shorten(",".join(header)), f"the header lacks {', '.join(sorted(missing))}"
            )
            return
        for fields in rows:
            yield from self._take_bad()
            seen = True
            if read := self._read(header or [], fields):
                yield read
        yield from self._take_bad()
        if not seen:
            yield BadRow(0, "", "the file holds no calls")

    def _take_bad(self) -> Iterator[BadRow]:
        yield from self._bad
        self._bad.clear()

    def _rows(self) -> Iterator[list[str]]:
        reader = csv.reader(self._lines(), delimiter=self._mapping.delimiter, strict=True)
        while True:
            try:
                yield next(reader)
            except StopIteration:
                return
            except csv.Error as fault:
                self._bad.append(BadRow(self._line_number, "", f"is no CSV ({fault})"))

    def _lines(self) -> Iterator[str]:
        for line in numbered_lines(self._source, self._mapping.encoding):
            if isinstance(line, BadRow):
                self._bad.append(line)
            else:
                self._line_number, text = line
                yield text + "\n"

    def _read(self, header: list[str], fields: list[str]) -> CallRecord | BadRow | None:
        try:
            if len(fields) != len(header):
                raise Unreadable(f"has {len(fields)} fields instead of {len(header)}")
            named = dict(zip(header, fields, strict=True))
            row = {ours: named[theirs].strip() for ours, theirs in self._mapping.columns.items()}
            if self._mapping.outcomes.get(row["outcome"]) == IGNORED:
                self.skipped += 1
                return None
            return _record(self._line_number, row, self._mapping)
        except Unreadable as fault:
            return BadRow(self._line_number, shorten(self._mapping.delimiter.join(fields)), str(fault))


def _record(number: int, row: dict[str, str], mapping: CsvMapping) -> CallRecord:
    if not row["external_id"]:
        raise Unreadable("has no identifier")
    outcome = TRUSTED.get(mapping.outcomes.get(row["outcome"], row["outcome"]))
    if outcome is None:
        raise Unreadable(f"outcome {row['outcome']!r} is not in the mapping")
    arrived_at = _instant(row, "arrived_at", mapping)
    if arrived_at is None:
        raise Unreadable("has no time of arrival")
    queued_at, answered_at, ended_at, wait, talk = _course(row, mapping, outcome, arrived_at)
    return CallRecord(
        line_number=number,
        external_id=row["external_id"],
        arrived_at=arrived_at,
        queued_at=queued_at,
        answered_at=answered_at,
        ended_at=ended_at,
        wait_seconds=wait,
        talk_seconds=talk,
        outcome=outcome,
        customer_key=row.get("customer_key") or None,
        segment_key=row.get("segment_key") or mapping.defaults.get("segment_key", ""),
        reason_key=row.get("reason_key") or mapping.defaults.get("reason_key", ""),
        agent_id=row.get("agent_id") or None,
    )


def _course(
    row: dict[str, str], mapping: CsvMapping, outcome: Outcome, arrived_at: datetime
) -> tuple[datetime | None, datetime | None, datetime, int, int]:
    """When the caller queued, was answered and ended; how long they waited and talked, in seconds."""
    ended_at = _instant(row, "ended_at", mapping)
    if outcome == "left_before_queue":
        return None, None, ended_at if ended_at and ended_at > arrived_at else arrived_at, 0, 0
    queued_at = max(_instant(row, "queued_at", mapping) or arrived_at, arrived_at)
    answered_at = _instant(row, "answered_at", mapping) if outcome == "answered" else None
    wait = _seconds(row, "wait_seconds", queued_at, answered_at if outcome == "answered" else ended_at)
    if outcome == "abandoned":
        return queued_at, None, later(queued_at, wait), wait, 0
    answered_at = later(queued_at, wait)
    talk = _seconds(row, "talk_seconds", answered_at, ended_at)
    return queued_at, answered_at, later(answered_at, talk), wait, talk


def _instant(row: dict[str, str], name: str, mapping: CsvMapping) -> datetime | None:
    text = row.get(name)
    if not text:
        return None
    try:
        if mapping.instant_format == "epoch":
            return datetime.fromtimestamp(float(text), UTC).astimezone(mapping.timezone)
        if mapping.instant_format == "iso":
            instant = datetime.fromisoformat(text)
        else:
            instant = datetime.strptime(text, mapping.instant_format)  # noqa: DTZ007 (the zone follows)
        instant = instant if instant.tzinfo else instant.replace(tzinfo=mapping.timezone)
        instant.astimezone(UTC)  # the first and the last day there are have no such time everywhere
        return instant.astimezone(mapping.timezone)
    except (ValueError, OverflowError, OSError) as fault:
        raise Unreadable(f"{name} {shorten(text)!r} is no instant as the mapping writes them") from fault


def _seconds(row: dict[str, str], name: str, start: datetime, end: datetime | None) -> int:
    """A duration as the row gives it, else the time between two instants."""
    text = row.get(name)
    if text:
        try:
            seconds = round(float(text))
        except (ValueError, OverflowError) as fault:
            raise Unreadable(f"{name} cannot be {shorten(text)!r}") from fault
    elif end is not None:
        seconds = round((end.astimezone(UTC) - start.astimezone(UTC)).total_seconds())
    else:
        raise Unreadable(f"has neither {name} nor the instants it lies between")
    if seconds < 0:
        raise Unreadable(f"{name} would be {seconds}")
    return seconds
