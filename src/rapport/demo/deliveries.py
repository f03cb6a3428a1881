"""The partner's daily file: agreed by contract, twice as agreed, once accepted though it was not, once refused."""

from __future__ import annotations

import hashlib
import io
import json
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from rapport.customers.importing.batches import Importer
from rapport.customers.importing.mapping import read_mapping
from rapport.customers.importing.rows import CustomerRecord, read_rows
from rapport.feeds import actions as feeds
from rapport.feeds.arrivals import ACTOR
from rapport.kit import clock, spreadsheet

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme
    from rapport.feeds.models import Delivery

FEED = "customers"
CONTRACT = """\
every_hours = 26
manifest = true
sums = ["Spend"]

[columns]
Number = { type = "text", required = true }
Spend = { type = "whole", required = true }
Inactive = "whole"
"""
MAPPING = """\
key = "Number"

[attributes]
spend_12_months = { column = "Spend", kind = "whole" }
months_inactive = { column = "Inactive", kind = "whole" }
"""
FIRST, MANY = 100_020, 25  # customers the file tells of


class Sender:
    """The partner, who sends a file each morning; ``folder`` is where it arrives."""

    def __init__(self, programme: Programme, folder: Path) -> None:
        self.programme = programme
        self._folder = folder
        mapping = folder / "mapping.toml"
        mapping.write_text(MAPPING)
        self._mapping = read_mapping(mapping)

    def send(self, at: datetime, *, total_off: int = 0, unknown: int = 0) -> tuple[Path, Delivery]:
        """Send a morning's file, with a wrong total or some figures missing; load it where it is as agreed."""
        chance, text = Random(at.date().isoformat()), io.StringIO()
        spent = [chance.randrange(200, 24_000, 10) for _ in range(MANY)]
        rows = spreadsheet.writer(text)
        rows.writerow(("Number", "Spend", "Inactive"))
        for number, spend in enumerate(spent):
            rows.writerow((f"N-{FIRST + number}", "n/a" if number < unknown else spend, chance.randrange(4)))
        path = self._folder / f"customers-{at:%Y-%m-%d}.csv"
        path.write_text(text.getvalue())
        sum_of_file = hashlib.sha256(path.read_bytes()).hexdigest()
        told = {"rows": MANY, "sha256": sum_of_file, "sums": {"Spend": str(sum(spent) + total_off)}}
        path.with_name(f"{path.name}.manifest.json").write_text(json.dumps(told))
        return path, self.arrive(path, at)

    def arrive(self, path: Path, at: datetime) -> Delivery:
        """Let a file arrive."""
        with clock.at(at):
            delivery = feeds.receive(programme=self.programme, feed=FEED, path=path, actor=ACTOR)
            if delivery.verdict == "taken":
                read = [row for row in read_rows(path, self._mapping) if isinstance(row, CustomerRecord)]
                Importer(self.programme, self._mapping).write(read)
                feeds.loaded(delivery=delivery, rows=len(read), bad=0, actor=ACTOR)
        return delivery


def deliver(programme: Programme, administrator: Member, *, now: datetime) -> None:
    """Agree on the feed, and have five mornings' files come; the last one stops it, and nobody has looked yet."""
    morning = now.astimezone(programme.zone).replace(hour=5, minute=30, second=0, microsecond=0)
    actor = f"member:{administrator.pk}"
    with clock.at(morning - timedelta(days=6)):
        feeds.write_contract(programme=programme, feed=FEED, text=CONTRACT, actor=actor)
    with TemporaryDirectory() as folder:
        partner = Sender(programme, Path(folder))
        partner.send(morning - timedelta(days=5))
        partner.send(morning - timedelta(days=4))
        path, delivery = partner.send(morning - timedelta(days=3), total_off=-4_000)
        looked = morning - timedelta(days=3) + timedelta(hours=3)
        with clock.at(looked):
            why = "Kim North: the total was the day before's. Counted by hand."
            feeds.accept(programme=programme, delivery=delivery.public_id, reason=why, actor=actor)
            feeds.release(programme=programme, feed=FEED, reason="One file, accepted as it is.", actor=actor)
        partner.arrive(path, looked + timedelta(minutes=5))
        partner.send(morning - timedelta(days=2))
        partner.send(morning - timedelta(days=1), unknown=3)
