"""How what imports a file goes by the feed's contract: before it loads anything, and after."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from rapport.accounts.queries import programme_by_id, programme_by_key
from rapport.feeds import actions, keeping, queries
from rapport.kit.walls import inside

if TYPE_CHECKING:
    from rapport.feeds.models import Delivery

ACTOR = "command"


def arrived(programme_key: str, feed: str, path: Path) -> Delivery | None:
    """Judge a file before anything of it is loaded; raises where it must not be. None without a programme yet."""
    programme = programme_by_key(programme_key)
    if programme is None:
        return None
    with inside(programme.pk):
        delivery = actions.receive(programme=programme, feed=feed, path=path, actor=ACTOR)
    actions.require_taken(delivery)
    return delivery


@dataclass
class Later:
    """A file that came before and is loaded now; the loader says what became of its rows."""

    programme_key: str
    file: Path
    mapping: Path
    errors: Path
    rows: int = 0
    bad: int = 0


@contextmanager
def later(programme_id: int, delivery_id: str) -> Iterator[Later | None]:
    """Open a delivery that was taken and kept, with its contract's mapping; after the block it is not kept.

    None where it was loaded already. What cannot be read of it stays in counts: no file of it is left.
    """
    with inside(programme_id):
        delivery = queries.delivery_by_id(programme_by_id(programme_id), UUID(delivery_id))
        terms = queries.feed_of(delivery.programme, delivery.feed).terms
    if not delivery.kept or delivery.verdict != delivery.Verdict.TAKEN:
        yield None
        return
    with tempfile.TemporaryDirectory() as told:
        folder = Path(told)
        found = Later(delivery.programme.key, folder / "file", folder / "mapping.toml", folder / "errors.tsv")
        keeping.fetch(delivery, found.file)
        found.mapping.write_text(terms.mapping if terms else "", "utf-8")
        yield found
    with inside(programme_id):
        actions.loaded(delivery=delivery, rows=found.rows, bad=found.bad, actor=delivery.actor)
        actions.forget_file(delivery)


def settled(programme_key: str, feed: str, path: Path, delivery: Delivery | None, *, rows: int, bad: int) -> None:
    """Record what was loaded of it."""
    programme = programme_by_key(programme_key)
    if programme is None:
        return
    with inside(programme.pk):
        if delivery is None:
            delivery = actions.receive(programme=programme, feed=feed, path=path, actor=ACTOR)
        actions.loaded(delivery=delivery, rows=rows, bad=bad, actor=ACTOR)
