"""A million rows of the partner's accounts imported, beside COPY of the same file into a bare table as the limit.

Needs an empty, migrated database of its own, as the owner too: DATABASE_URL, DATABASE_OWNER_URL. What it makes
stays in it. The import reads each row, finds its customer, keeps what is new, and judges the claims that it is
about; a tenth of the accounts have one.
"""

from __future__ import annotations

import argparse
import csv
import os
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

CUSTOMERS = 100_000
DAYS = 10
KEY = "bench-accounts"
BARE = "CREATE TEMP TABLE bare (customer text, holding text, as_of date, status text)"
STATUSES = ("active",) * 17 + ("not_paying", "set_to_cancel", "cancelled")


def write(file: Path, customers: int, last: date) -> int:
    """Write the file, every account once a day of ten; return how many rows it has."""
    with file.open("w", newline="") as told:
        rows = csv.writer(told)
        rows.writerow(["customer", "holding", "as_of", "status"])
        for back in range(DAYS - 1, -1, -1):
            day = (last - timedelta(days=back)).isoformat()
            rows.writerows([f"C-{i}", f"H-{i}", day, STATUSES[(i + 7 * back) % 20]] for i in range(customers))
    return customers * DAYS


def prepare(programme: Any, customers: int, last: date) -> None:
    """Make the customers, and a claim of every tenth."""
    from rapport.customers.models import Customer
    from rapport.kit.walls import inside
    from rapport.ledger import actions

    with inside(programme.pk):
        rows = [Customer(programme=programme, key=f"C-{i}", name=f"Customer {i}") for i in range(customers)]
        made = Customer.objects.bulk_create(rows, batch_size=5_000)
        then = datetime.combine(last - timedelta(days=62), datetime.min.time(), UTC)
        saves = [
            actions.Save(attempt=UUID(int=i + 1), customer=made[i].pk, made_at=then, holding=f"H-{i}")
            for i in range(0, customers, 10)
        ]
        actions.claim(programme=programme, saves=saves, actor="bench")


def copied(owner: Any, file: Path) -> float:
    """Return how long COPY takes, in seconds."""
    owner.execute(BARE)
    began = time.perf_counter()
    with owner.cursor().copy("COPY bare FROM STDIN (FORMAT csv, HEADER)") as copy, file.open("rb") as told:
        while part := told.read(1 << 20):
            copy.write(part)
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=CUSTOMERS, help="each has ten rows")
    asked = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rapport.config.settings")
    import django
    import psycopg

    django.setup()
    from rapport.accounts.actions import ensure_programme
    from rapport.ledger.importing import cli

    programme, is_new = ensure_programme(key=KEY, name="Bench", timezone="Europe/London")
    if not is_new:
        raise SystemExit("This database was measured in before. Give an empty, migrated one.")
    last = datetime.now(UTC).date() - timedelta(days=1)
    with TemporaryDirectory() as folder, psycopg.connect(os.environ["DATABASE_OWNER_URL"]) as owner:
        file = Path(folder) / "accounts.csv"
        rows = write(file, asked.customers, last)
        prepare(programme, asked.customers, last)
        limit = copied(owner, file)
        takes = []
        for _ in range(2):
            began = time.perf_counter()
            cli.run([str(file), "--programme", KEY, "--errors", str(Path(folder) / "bad.tsv")])
            takes.append(time.perf_counter() - began)
    print(f"COPY into a bare table   {limit:7.1f} s   {rows / limit:11,.0f} rows a second")
    for name, took in zip(("import, all new", "import, the same again"), takes, strict=True):
        print(f"{name:24} {took:7.1f} s   {rows / took:11,.0f} rows a second   {took / limit:5.1f} x COPY")


if __name__ == "__main__":
    main()
