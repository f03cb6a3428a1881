"""``rapport feed``: a programme's feeds, their contracts and what became of deliveries."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from rapport.accounts.doors import commanding
from rapport.accounts.roles import Right
from rapport.audit import lookers
from rapport.audit.actions import note_export
from rapport.feeds import actions, keeping, queries
from rapport.kit.errors import Invalid

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

ACTOR = "command"
Does = Callable[["Programme", argparse.Namespace], None]


def run(arguments: list[str]) -> int:
    """Show or change the feeds of a programme. Returns the exit code."""
    asked = _parser().parse_args(arguments)
    does: dict[str, Does] = {
        "list": _list,
        "contract": _contract,
        "release": _release,
        "stop": _stop,
        "accept": _accept,
        "fetch": _fetch,
    }
    with commanding(asked.programme) as programme:
        does[asked.what](programme, asked)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="rapport feed",
        description="The feeds of a programme: list them, put a contract on file, stop one and let it run again, "
        "accept a delivery as it is, or fetch one that is kept.",
    )
    parser.add_argument("what", choices=["list", "contract", "release", "stop", "accept", "fetch"])
    parser.add_argument("which", nargs="?", default="", metavar="WHICH", help="the feed, or the delivery's id")
    parser.add_argument("--programme", required=True, metavar="KEY")
    parser.add_argument("--file", type=Path, metavar="PATH", help="the contract to read; where a delivery is put")
    parser.add_argument("--why", default="", metavar="REASON", help="kept beside what was decided")
    return parser


def _list(programme: Programme, asked: argparse.Namespace) -> None:
    for feed in queries.feeds_of(programme):
        last = f"last {feed.last.at:%Y-%m-%d %H:%M} UTC, {feed.last.rows:,} rows" if feed.last else "nothing yet"
        print(f"{feed.key:10} {feed.direction:4} {feed.state:12} {last}")
        for words in feed.why:
            print(f"{'':28} {words}")
    for one in queries.deliveries_of(programme, limit=10):
        print(f"{one.public_id}  {one.at:%Y-%m-%d %H:%M}  {one.feed:10} {one.verdict:12} {one.rows:>10,} rows")


def _contract(programme: Programme, asked: argparse.Namespace) -> None:
    if asked.file is None:
        print(getattr(queries.feed_of(programme, asked.which).contract, "text", "There is no contract on file."))
        return
    try:
        text = asked.file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise Invalid(f"The contract {asked.file} cannot be read: {fault}.") from fault
    made = actions.write_contract(programme=programme, feed=asked.which, text=text, actor=ACTOR)
    print(f"The contract of {made.feed} is on file, version {made.version}.")


def _release(programme: Programme, asked: argparse.Namespace) -> None:
    actions.release(programme=programme, feed=asked.which, reason=asked.why, actor=ACTOR)
    print(f"The feed {asked.which} runs again.")


def _stop(programme: Programme, asked: argparse.Namespace) -> None:
    actions.stop(programme=programme, feed=asked.which, reason=asked.why, actor=ACTOR)
    print(f"The feed {asked.which} is stopped.")


def _accept(programme: Programme, asked: argparse.Namespace) -> None:
    actions.accept(programme=programme, delivery=_id(asked.which), reason=asked.why, actor=ACTOR)
    print("Accepted. Import the same file again; release the feed first where it is stopped.")


def _fetch(programme: Programme, asked: argparse.Namespace) -> None:
    found = queries.delivery_by_id(programme, _id(asked.which))
    if not found.kept or asked.file is None:
        raise Invalid("Nothing is kept of this delivery." if asked.file else "Say with --file where to put it.")
    try:
        keeping.fetch(found, asked.file)
    except FileExistsError:
        raise Invalid(f"There is a file {asked.file} already.") from None
    about, why = f"delivery {found.public_id}", "a command"
    note_export(
        lookers.command(programme), what="feed", right=Right.MANAGE_FEEDS, rows=found.rows, about=about, why=why
    )
    print(f"{found.file} of {found.at:%Y-%m-%d %H:%M} UTC is in {asked.file}.")


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Invalid("Name the delivery by its id; `rapport feed list` shows it.") from None
