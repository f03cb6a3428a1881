"""How a command that imports a file goes by the feed's contract: before it loads anything, and after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rapport.accounts.queries import programme_by_key
from rapport.feeds import actions
from rapport.kit.walls import inside

if TYPE_CHECKING:
    from pathlib import Path

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


def settled(programme_key: str, feed: str, path: Path, delivery: Delivery | None, *, rows: int, bad: int) -> None:
    """Record what was loaded of it."""
    programme = programme_by_key(programme_key)
    if programme is None:
        return
    with inside(programme.pk):
        if delivery is None:
            delivery = actions.receive(programme=programme, feed=feed, path=path, actor=ACTOR)
        actions.loaded(delivery=delivery, rows=rows, bad=bad, actor=ACTOR)
