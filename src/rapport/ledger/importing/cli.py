"""``rapport import accounts``: the partner's word on its accounts, by which claims mature or do not."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rapport.accounts import queries
from rapport.customers.queries import rows_by_key
from rapport.feeds.arrivals import arrived, later, settled
from rapport.kit.errors import Invalid
from rapport.kit.intake import BadRows, Progress
from rapport.kit.sheets import BadRow
from rapport.kit.walls import inside
from rapport.ledger import actions
from rapport.ledger.importing.mapping import read_mapping
from rapport.ledger.importing.rows import Reader, WordRecord

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

BATCH = 20_000
FEED = "accounts"
ACTOR = "import"
UNKNOWN = "there is no customer of this key whose data may be used; import customers, then this file again"


@dataclass
class Counts:
    """What became of the rows."""

    new: int = 0
    known: int = 0
    left_out: int = 0
    bad: int = 0

    @property
    def read(self) -> int:
        """Rows in all."""
        return self.new + self.known + self.left_out + self.bad


def run(argv: Sequence[str]) -> int:
    """Import the accounts of one file. Exit code 0, or 1 where the file held nothing that could be read."""
    asked = _parser().parse_args(list(argv))
    if not asked.file.is_file():
        raise Invalid(f"There is no file {asked.file}.")
    programme = queries.programme_by_key(asked.programme)
    if programme is None:
        raise Invalid(f"There is no programme {asked.programme}. Import its customers first.")
    reader = Reader(read_mapping(asked.mapping), programme.zone)
    delivery = None if asked.dry_run else arrived(asked.programme, FEED, asked.file)
    with BadRows(asked.errors or Path(f"{asked.file.name}.errors.tsv")) as bad:
        done = _take(programme, reader.read(asked.file), bad, dry_run=asked.dry_run)
    if not asked.dry_run:
        settled(asked.programme, FEED, asked.file, delivery, rows=done.read, bad=done.bad)
    see = f"; see {bad.path}" if bad.count else ""
    print(f"{done.new:,} facts {'would be read' if asked.dry_run else 'kept'}")
    print(f"{done.known:,} known already")
    print(f"{done.left_out:,} left out: of customers who are not on file{see if done.left_out else ''}")
    print(f"{done.bad:,} rows that could not be read{see if done.bad else ''}")
    return 0 if done.new or done.known else 1


def load_delivery(programme_id: int, delivery_id: str) -> None:
    """Load a file that came by API and was taken."""
    with later(programme_id, delivery_id) as found:
        programme = queries.programme_by_key(found.programme_key) if found else None
        if found is None or programme is None:
            return
        reader = Reader(read_mapping(found.mapping), programme.zone)
        with BadRows(found.errors) as bad:
            done = _take(programme, reader.read(found.file), bad)
        found.rows, found.bad = done.read, done.bad


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="rapport import accounts",
        description="Import the partner's word on accounts: active, not paying, cancelled, as of a day. Claims of "
        "kept customers mature or are reversed by it. Files may come in any order, and again.",
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="CSV, plain or gzipped")
    parser.add_argument("--programme", required=True, metavar="KEY")
    parser.add_argument(
        "--mapping", type=Path, metavar="MAP.toml", help="what the columns mean, unless named as ours"
    )
    parser.add_argument("--errors", type=Path, metavar="PATH", help="where rows that cannot be read go")
    parser.add_argument("--dry-run", action="store_true", help="read everything, change nothing")
    return parser


def _take(
    programme: Programme, rows: Iterable[WordRecord | BadRow], bad: BadRows, *, dry_run: bool = False
) -> Counts:
    done, batch, read, progress = Counts(), list[WordRecord](), 0, Progress("rows")
    for read, row in enumerate(rows, 1):
        if isinstance(row, BadRow):
            bad.add(row.line, row.reason, row.text)
            done.bad += 1
        else:
            batch.append(row)
        if len(batch) == BATCH:
            _write(programme, batch, bad, done, dry_run=dry_run)
            batch.clear()
            progress.show(read)
    if batch:
        _write(programme, batch, bad, done, dry_run=dry_run)
    progress.done(read)
    return done


def _write(
    programme: Programme, batch: Sequence[WordRecord], bad: BadRows, done: Counts, *, dry_run: bool
) -> None:
    with inside(programme.pk):
        customers = rows_by_key(programme, {one.customer for one in batch})
        words = []
        for one in batch:
            customer = customers.get(one.customer)
            if customer is None:
                bad.add(one.line, UNKNOWN, "")
                done.left_out += 1
            else:
                words.append(actions.Word(customer, one.holding, one.as_of, one.status, one.sequence, one.since))
        new = len(words) if dry_run else actions.hear(programme=programme, words=words, actor=ACTOR)
    done.new += new
    done.known += len(words) - new
