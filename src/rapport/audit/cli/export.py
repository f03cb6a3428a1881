"""`rapport audit export`: the record as a folder that can be verified without us."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from rapport.accounts.doors import commanding
from rapport.accounts.roles import Right
from rapport.audit.actions import note_export
from rapport.audit.exporting import write_folder
from rapport.audit.linking import link_all
from rapport.audit.lookers import command


def run(argv: Sequence[str]) -> int:
    """Link what is not linked yet, write the folder, and put it on record."""
    asked = _parser().parse_args(list(argv))
    with commanding(asked.programme, even_practice=True) as programme:
        link_all(programme, wait=True)
    with commanding(asked.programme, one_moment=True, even_practice=True) as programme:
        rows = write_folder(programme, asked.folder)
    with commanding(asked.programme, even_practice=True) as programme:
        note_export(command(programme), what="record", right=Right.READ_RECORD, rows=rows, why="a command")
    print(f"{rows:,} rows in {asked.folder}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="rapport audit export",
        description="Write the event log, the access log, their links and the digests into a folder.",
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="a new or empty folder")
    parser.add_argument("--programme", required=True, metavar="KEY")
    return parser
