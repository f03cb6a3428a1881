"""``rapport import sales``: what the partner sold to whom, who sold it, and what they promised."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rapport.accounts import queries
from rapport.customers.promises.kinds import kind_names
from rapport.customers.sales.actions import Written, tell_sales
from rapport.customers.sales.mapping import SaleMapping, read_mapping
from rapport.customers.sales.records import SaleRecord, read_sales
from rapport.feeds.arrivals import arrived, later, settled
from rapport.kit.errors import Invalid
from rapport.kit.intake import BadRows, batches
from rapport.kit.sheets import BadRow
from rapport.kit.walls import inside

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

BATCH = 1000
FEED = "sales"


def run(argv: Sequence[str]) -> int:
    """Import the sales of one file. Exit code 0, or 1 where the file held nothing that could be read."""
    asked = _parser().parse_args(list(argv))
    if not asked.file.is_file():
        raise Invalid(f"There is no file {asked.file}.")
    programme = queries.programme_by_key(asked.programme)
    if programme is None:
        raise Invalid(f"There is no programme {asked.programme}. Import its customers or calls first.")
    mapping = read_mapping(asked.mapping)
    if asked.dry_run:
        return _dry_run(_rows(programme, asked.file, mapping))
    delivery = arrived(asked.programme, FEED, asked.file)
    with BadRows(asked.errors or Path(f"{asked.file.name}.errors.tsv")) as bad:
        done = _take(programme, _rows(programme, asked.file, mapping), bad, "import")
    rows, unread = _counted(done, bad)
    settled(asked.programme, FEED, asked.file, delivery, rows=rows, bad=unread)
    print(f"{done.made:,} sales made")
    print(f"{done.changed:,} corrected")
    print(f"{done.same:,} as they were")
    print(f"{done.stale:,} rows told of a sale as it was before what is known")
    see = f"; see {bad.path}" if bad.count else ""
    print(f"{unread:,} rows that could not be read{see}")
    if done.left_out:
        print(f"{len(done.left_out):,} rows left out: of customers who were erased or restricted{see}")
    return 0 if rows > bad.count else 1


def load_delivery(programme_id: int, delivery_id: str) -> None:
    """Load a file that came by API and was taken."""
    with later(programme_id, delivery_id) as found:
        if found is None:
            return
        programme = queries.programme_by_key(found.programme_key)
        if programme is None:
            return
        mapping = read_mapping(found.mapping)
        with BadRows(found.errors) as bad:
            done = _take(programme, _rows(programme, found.file, mapping), bad, "import")
        found.rows, found.bad = _counted(done, bad)


def _counted(done: Written, bad: BadRows) -> tuple[int, int]:
    """Return how many rows there were, and how many of them could not be read."""
    return done.made + done.changed + done.same + done.stale + bad.count, bad.count - len(done.left_out)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="rapport import sales",
        description="Import a partner's sales: what was sold to whom and by whom, and what was promised then. "
        "Of several rows about one sale the latest as of its own time counts. Again changes nothing.",
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="CSV, plain or gzipped")
    parser.add_argument("--programme", required=True, metavar="KEY")
    parser.add_argument(
        "--mapping", type=Path, metavar="MAP.toml", help="what the columns mean, unless named as ours"
    )
    parser.add_argument("--errors", type=Path, metavar="PATH", help="where rows that cannot be read go")
    parser.add_argument("--dry-run", action="store_true", help="read everything, change nothing")
    return parser


def _dry_run(rows: Iterable[SaleRecord | BadRow]) -> int:
    good = bad = 0
    for row in rows:
        if isinstance(row, BadRow):
            bad += 1
            print(f"line {row.line}: {row.reason}", file=sys.stderr)
        else:
            good += 1
    print(f"{good:,} rows of sales would be read, {bad:,} could not be")
    return 0 if good else 1


def _rows(programme: Programme, file: Path, mapping: SaleMapping) -> Iterator[SaleRecord | BadRow]:
    with inside(programme.pk):
        kinds = list(kind_names(programme))
    return read_sales(file, mapping, programme.zone, kinds)


def _take(programme: Programme, rows: Iterable[SaleRecord | BadRow], bad: BadRows, actor: str) -> Written:
    done = Written()
    for batch in batches(rows, bad, size=BATCH):
        with inside(programme.pk):
            written = tell_sales(programme=programme, records=batch, actor=actor)
        for record, why in written.left_out:
            bad.add(record.line, why, "")
        done.add(written)
    return done
