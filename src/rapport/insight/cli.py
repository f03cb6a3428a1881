"""``rapport metrics``: the figures of a programme, for people and programs."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rapport.accounts.doors import commanding
from rapport.accounts.roles import Right
from rapport.audit import lookers
from rapport.audit.actions import note_export
from rapport.insight import export, queries
from rapport.insight.check import differences
from rapport.insight.figures import Figure, FigureRow
from rapport.insight.registry import DIMENSIONS, METRICS, Metric
from rapport.kit.arguments import a_day
from rapport.kit.errors import Invalid

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

SHOWN = 100
"""So many differences are printed one by one."""


def run(argv: Sequence[str]) -> int:
    """Print the figures; without dates those of all history. Exit code 1 where ``--verify`` finds a difference."""
    asked = _parser().parse_args(list(argv))
    if asked.start and asked.end and asked.start > asked.end:
        raise Invalid("--from must not be later than --to.")
    if asked.parquet:
        _export(asked.programme, asked.parquet)
        return 0
    with commanding(asked.programme, one_moment=True) as programme:
        return _answer(programme, asked)


def _export(key: str, folder: Path) -> None:
    """Write the facts, which needs one moment, then put it on record, which needs to write."""
    with commanding(key, one_moment=True) as programme:
        written = export.write_parquet(programme, folder)
    with commanding(key) as programme:
        rows, by = sum(written.values()), lookers.command(programme)
        note_export(by, what="facts", right=Right.EXPORT, rows=rows, about="parquet", why="a command")
    for file in written:
        print(file)


def _answer(programme: Programme, asked: argparse.Namespace) -> int:
    if asked.verify:
        return _verify(programme)
    rows = queries.metrics(programme, asked.metric, asked.start, asked.end, by=asked.by)
    if asked.json:
        print(json.dumps(queries.as_json(programme, asked.start, asked.end, rows), indent=1, ensure_ascii=False))
    else:
        _write(programme, rows)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="rapport metrics", description="The figures of a programme.")
    parser.add_argument("--programme", required=True, metavar="KEY")
    parser.add_argument("--from", dest="start", type=a_day, metavar="DATE", help="first local day")
    parser.add_argument("--to", dest="end", type=a_day, metavar="DATE", help="last local day")
    parser.add_argument("--by", choices=DIMENSIONS, help="one row for each")
    parser.add_argument("--metric", action="append", choices=tuple(METRICS), help="only this one; may be repeated")
    parser.add_argument("--json", action="store_true", help="for programs")
    other = parser.add_mutually_exclusive_group()
    other.add_argument("--parquet", type=Path, metavar="FOLDER", help="write the facts there instead of figures")
    other.add_argument("--verify", action="store_true", help="check that the facts are what the event log tells")
    return parser


def _verify(programme: Programme) -> int:
    found = list(differences(programme))
    for words in found[:SHOWN]:
        print(words)
    if len(found) > SHOWN:
        print(f"… and {len(found) - SHOWN:,} more")
    print(f"{len(found):,} differences between the facts and the event log of {programme.key}")
    return 1 if found else 0


def _write(programme: Programme, rows: Sequence[FigureRow]) -> None:
    out = sys.stdout
    for row in rows:
        group = ", ".join(f"{name} {'unknown' if value is None else value}" for name, value in row.group.items())
        print(f"{programme.name}{': ' + group if group else ''}", file=out)
        for key, figure in row.figures.items():
            print(f"  {METRICS[key].name:<28} {in_words(METRICS[key], figure)}", file=out)


def in_words(metric: Metric, figure: Figure) -> str:
    """Return a figure as a person reads it in a terminal."""
    if figure.value is None:
        return "-"
    if metric.kind == "count":
        return f"{figure.value:,}"
    basis = f"({figure.numerator:,} / {figure.denominator:,})"
    matured = "" if figure.matured is None else f", {figure.matured:.0%} of the cohort has matured"
    if metric.unit == "share":
        return f"{figure.value:.1%} {basis}{matured}"
    return f"{figure.value:,.1f} {'s' if metric.unit == 'seconds' else ''} {basis}".replace("  ", " ")
