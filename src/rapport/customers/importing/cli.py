"""``rapport import customers``: the partner's customer file."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rapport.accounts import actions as accounts
from rapport.accounts import queries
from rapport.customers.importing.batches import Importer, Written
from rapport.customers.importing.mapping import CustomerMapping, read_mapping
from rapport.customers.importing.rows import CustomerRecord, read_rows
from rapport.customers.queries import keys_among
from rapport.feeds.arrivals import arrived, later, settled
from rapport.kit.errors import Invalid
from rapport.kit.intake import BadRows, batches
from rapport.kit.sheets import BadRow
from rapport.kit.walls import inside

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

BATCH = 1000
FEED = "customers"
LeftOut = tuple[CustomerRecord, str]


def run(argv: Sequence[str]) -> int:
    """Import the customers of one file. Exit code 0, or 1 where the file held nothing that could be read."""
    asked = _parser().parse_args(list(argv))
    if not asked.file.is_file():
        raise Invalid(f"There is no file {asked.file}.")
    mapping = read_mapping(asked.mapping)
    delivery = None if asked.dry_run else arrived(asked.programme, FEED, asked.file)
    taker = (DryRun if asked.dry_run else Taker)(asked.programme, mapping)
    with BadRows(asked.errors or Path(f"{asked.file.name}.errors.tsv")) as bad:
        _take(read_rows(asked.file, mapping), taker, bad)
    if not asked.dry_run:
        rows, unread = _counted(taker.done, bad)
        settled(asked.programme, FEED, asked.file, delivery, rows=rows, bad=unread)
    done, would = taker.done, "would be " if asked.dry_run else ""
    print(f"{done.made:,} customers {would}made")
    print(f"{done.changed:,} {would}brought up to date")
    print(f"{done.same:,} {'already there' if asked.dry_run else 'as they were'}")
    unread, see = bad.count - len(done.left_out), f"; see {bad.path}"
    print(f"{unread:,} rows that could not be read{see if unread else ''}")
    if done.left_out:
        print(f"{len(done.left_out):,} rows left out: erased or restricted, or an own rep who cannot be{see}")
    return 0 if done.made or done.changed or done.same else 1


def load_delivery(programme_id: int, delivery_id: str) -> None:
    """Load a file that came by API and was taken."""
    with later(programme_id, delivery_id) as found:
        if found is None:
            return
        mapping = read_mapping(found.mapping)
        taker = Taker(found.programme_key, mapping)
        with BadRows(found.errors) as bad:
            _take(read_rows(found.file, mapping), taker, bad)
        found.rows, found.bad = _counted(taker.done, bad)


def _counted(done: Written, bad: BadRows) -> tuple[int, int]:
    """Return how many rows there were, and how many of them could not be read."""
    return done.made + done.changed + done.same + bad.count, bad.count - len(done.left_out)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="rapport import customers",
        description="Import a partner's customer file. Customers are made or renewed by the partner's key; "
        "what the file does not name is left alone. Running it again changes nothing.",
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="CSV, plain or gzipped")
    parser.add_argument("--programme", required=True, metavar="KEY", help="made with defaults where missing")
    parser.add_argument("--mapping", required=True, type=Path, metavar="MAP.toml", help="what the columns mean")
    parser.add_argument("--errors", type=Path, metavar="PATH", help="where rows that cannot be read go")
    parser.add_argument("--dry-run", action="store_true", help="read everything, change nothing")
    return parser


class Taker:
    """Takes batches of records into the programme, which is made with the first of them."""

    def __init__(self, key: str, mapping: CustomerMapping) -> None:
        self.done = Written()
        self._key = key
        self._mapping = mapping
        self._importer: Importer | None = None

    def take(self, records: Sequence[CustomerRecord]) -> Sequence[LeftOut]:
        """Write one batch; return what of it was left out, with why."""
        if self._importer is None:
            programme, made = accounts.ensure_programme(key=self._key)
            if made:
                _say(f"There was no programme {self._key}: made with defaults, time zone {programme.timezone}.")
            self._importer = Importer(programme, self._mapping)
        with inside(self._importer.programme.pk):
            written = self._importer.write(records)
        self.done.made += written.made
        self.done.changed += written.changed
        self.done.same += written.same
        self.done.left_out += written.left_out
        return written.left_out


class DryRun(Taker):
    """Counts what would be made, and what is there."""

    def __init__(self, key: str, mapping: CustomerMapping) -> None:
        super().__init__(key, mapping)
        self._seen: set[str] = set()
        self._programme: Programme | None = queries.programme_by_key(key)
        if self._programme is None:
            _say(f"There is no programme {key}: it would be made with defaults.")

    def take(self, records: Sequence[CustomerRecord]) -> Sequence[LeftOut]:
        """Count one batch."""
        keys = {record.key for record in records} - self._seen
        self._seen |= keys
        new = len(keys - self._known(keys))
        self.done.made += new
        self.done.same += len(records) - new
        return ()

    def _known(self, keys: set[str]) -> set[str]:
        if self._programme is None:
            return set()
        with inside(self._programme.pk):
            return keys_among(self._programme, keys)


def _take(rows: Iterable[CustomerRecord | BadRow], taker: Taker, bad: BadRows) -> None:
    for batch in batches(rows, bad, size=BATCH):
        for record, why in taker.take(batch):
            bad.add(record.line, why, "")


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)
