"""``rapport import calls``: a telephone system's log, as contacts and events."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rapport.accounts import actions as accounts
from rapport.accounts import queries
from rapport.contacts import queries as contacts
from rapport.contacts.call_logs import formats
from rapport.contacts.call_logs.records import BadRow, CallLog, CallRecord
from rapport.contacts.importing.batches import Importer, refusal
from rapport.feeds.arrivals import arrived, later, settled
from rapport.kit.errors import Invalid
from rapport.kit.intake import BadRows, Progress
from rapport.kit.walls import inside

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

BATCH = 2000
FEED = "calls"


@dataclass
class Counts:
    """What became of the rows."""

    imported: int = 0
    there: int = 0
    skipped: int = 0
    bad: int = 0

    @property
    def read(self) -> int:
        """Rows read so far."""
        return self.imported + self.there + self.skipped + self.bad


def run(argv: Sequence[str]) -> int:
    """Import the calls of one file. Exit code 0, or 1 where the file held nothing that could be read."""
    asked = _parser().parse_args(list(argv))
    if not asked.file.is_file():
        raise Invalid(f"There is no file {asked.file}.")
    log_format = formats.find(asked.format, asked.mapping)
    delivery = None if asked.dry_run else arrived(asked.programme, FEED, asked.file)
    log = log_format.open(asked.file)
    taker = (DryRun if asked.dry_run else Taker)(asked.programme, log_format)
    with BadRows(asked.errors or Path(f"{asked.file.name}.errors.tsv")) as bad:
        counts = _take(log, taker, bad)
    if not asked.dry_run:
        settled(asked.programme, FEED, asked.file, delivery, rows=counts.read, bad=counts.bad)
    _sum_up(counts, bad, dry_run=asked.dry_run)
    return 0 if counts.imported or counts.there else 1


def load_delivery(programme_id: int, delivery_id: str) -> None:
    """Load a file that came by API and was taken."""
    with later(programme_id, delivery_id) as found:
        if found is None:
            return
        log_format = formats.find("csv", found.mapping)
        with BadRows(found.errors) as bad:
            counts = _take(log_format.open(found.file), Taker(found.programme_key, log_format), bad)
        found.rows, found.bad = counts.read, counts.bad


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="rapport import calls",
        description="Import a log of calls. Run again, it goes on where it was; calls already there stay.",
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="plain or gzipped")
    parser.add_argument("--programme", required=True, metavar="KEY", help="made with defaults where missing")
    parser.add_argument("--format", required=True, choices=formats.NAMES)
    parser.add_argument("--mapping", type=Path, metavar="MAP.toml", help="how the columns of a csv map to ours")
    parser.add_argument("--errors", type=Path, metavar="PATH", help="where rows that cannot be read go")
    parser.add_argument("--dry-run", action="store_true", help="read everything, change nothing")
    return parser


class Taker:
    """Takes batches of records into the programme, which is made with the first of them."""

    def __init__(self, key: str, log_format: formats.Format) -> None:
        self._key = key
        self._format = log_format
        self._importer: Importer | None = None

    def take(self, records: Sequence[CallRecord]) -> int:
        """Return how many of the records were new."""
        if self._importer is None:
            programme, made = accounts.ensure_programme(key=self._key, timezone=self._format.timezone)
            if made:
                _say(f"There was no programme {self._key}: made with defaults, time zone {programme.timezone}.")
            self._importer = Importer(programme, self._format)
        with inside(self._importer.programme.pk):
            return self._importer.write(records)

    def finish(self) -> None:
        """End the import."""
        if self._importer is not None:
            self._importer.finish()


class DryRun(Taker):
    """Counts what would be taken."""

    def __init__(self, key: str, log_format: formats.Format) -> None:
        super().__init__(key, log_format)
        self._programme: Programme | None = queries.programme_by_key(key)
        self._seen: set[str] = set()
        if self._programme is None:
            _say(f"There is no programme {key}: it would be made with defaults.")

    def take(self, records: Sequence[CallRecord]) -> int:
        """Return how many of the records would be new."""
        ids = {record.external_id for record in records} - self._seen
        self._seen |= ids
        if self._programme is None:
            return len(ids)
        with inside(self._programme.pk):
            return len(ids - contacts.known_external_ids(self._programme, ids))


def _take(log: CallLog, taker: Taker, bad: BadRows) -> Counts:
    counts, batch, progress = Counts(), list[CallRecord](), Progress("calls")
    for row in log:
        if isinstance(row, BadRow):
            bad.add(row.line_number, row.reason, row.text)
        elif why := refusal(row):
            bad.add(row.line_number, why, row.external_id[:100])
        else:
            batch.append(row)
        counts.bad, counts.skipped = bad.count, log.skipped
        if len(batch) == BATCH:
            _flush(batch, taker, counts)
            progress.show(counts.read)
    _flush(batch, taker, counts)
    counts.bad, counts.skipped = bad.count, log.skipped
    taker.finish()
    progress.done(counts.read)
    return counts


def _flush(batch: list[CallRecord], taker: Taker, counts: Counts) -> None:
    if batch:
        new = taker.take(batch)
        counts.imported += new
        counts.there += len(batch) - new
        batch.clear()


def _sum_up(counts: Counts, bad: BadRows, *, dry_run: bool) -> None:
    print(f"{counts.imported:,} calls {'would be ' if dry_run else ''}imported")
    print(f"{counts.there:,} already there, left as they are")
    print(f"{counts.skipped:,} lines meant to be ignored, left out")
    where = f"; see {bad.path}" if bad.count else ""
    print(f"{counts.bad:,} rows that could not be read{where}")


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)
