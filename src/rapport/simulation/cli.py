"""`rapport simulate`: a recorded log put through a policy, recorded beside simulated, as a table or as JSON."""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, fields
from pathlib import Path

from rapport.contacts.call_logs import formats
from rapport.contacts.call_logs.records import BadRow, CallRecord
from rapport.kit.errors import DomainError

from .figures import Figures
from .hours import AWAY_SECONDS
from .replay import POLICIES, Beside, Replay, replay

TOLD_BAD_ROWS = 5


def run(arguments: list[str]) -> int:
    """Replay a log as the arguments say, and print what came of it. Returns the exit code."""
    told = _parser().parse_args(arguments)
    try:
        layout = formats.find(told.format, told.mapping)
        reader = _Reader(layout, told.calls)
        found = replay(
            reader,
            policy=told.policy,
            head_start_seconds={key: segment.head_start_seconds for key, segment in layout.segments.items()},
            seed=told.seed,
            away_seconds=told.away_seconds,
            threshold_seconds=told.threshold_seconds,
        )
    except (DomainError, OSError) as fault:
        print(f"rapport simulate: {fault}", file=sys.stderr)
        return 1
    reader.report()
    if told.json:
        print(json.dumps(asdict(found) | {"bad_rows": reader.bad_rows}, indent=2))
    else:
        print("\n".join(_table(found, layout)))
    return 0


class _Reader:
    """The calls of a log; bad rows are counted, and the first of them told."""

    def __init__(self, layout: formats.Format, path: Path) -> None:
        self.bad_rows = 0
        self._first: list[BadRow] = []
        self._log = layout.open(path)

    def __iter__(self) -> Iterator[CallRecord]:
        for row in self._log:
            if isinstance(row, CallRecord):
                yield row
            else:
                self.bad_rows += 1
                self._first += [row][: TOLD_BAD_ROWS - len(self._first)]

    def report(self) -> None:
        """Say on the error stream what could not be read."""
        for row in self._first:
            print(f"line {row.line_number}: {row.reason}", file=sys.stderr)
        if self.bad_rows > len(self._first):
            print(f"and {self.bad_rows - len(self._first)} more lines that could not be read", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="rapport simulate", description=__doc__)
    parser.add_argument(
        "--calls", required=True, type=Path, metavar="FILE", help="the log of calls, plain or gzipped"
    )
    parser.add_argument("--format", default=formats.NAMES[0], choices=formats.NAMES, help="how the log is written")
    parser.add_argument("--mapping", type=Path, metavar="TOML", help="what the columns mean (format csv)")
    parser.add_argument(
        "--policy", required=True, choices=POLICIES, help="the order in which those who wait are served"
    )
    parser.add_argument("--seed", type=int, default=0, help="where chance starts (default 0)")
    parser.add_argument(
        "--away-seconds",
        type=float,
        default=AWAY_SECONDS,
        help="a rep without a call for longer was away (default 600)",
    )
    parser.add_argument(
        "--threshold-seconds",
        type=float,
        default=20.0,
        help="answered within counts for the service level (default 20)",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


def _table(found: Replay, layout: formats.Format) -> Iterator[str]:
    yield (
        f"Policy {found.policy}, seed {found.seed}: {found.reps} reps, {found.rep_hours:,.0f} hours inferred, "
        f"{found.wrap_up_seconds:.0f} s between calls; {found.left_before_queue:,} left before the queue."
    )
    yield from _part("All who asked for a person", found.overall)
    for key, beside in found.by_segment.items():
        name = layout.segments[key].name if key in layout.segments else key
        yield from _part(f"Segment {name}", beside)


def _part(title: str, beside: Beside) -> Iterator[str]:
    yield ""
    yield f"{title:<28}{'recorded':>12}{'simulated':>12}"
    for field in fields(Figures):
        label = field.name.removesuffix("_seconds").replace("_", " ")
        values = (_shown(field.name, getattr(one, field.name)) for one in (beside.recorded, beside.simulated))
        yield f"  {label:<26}" + "".join(f"{value:>12}" for value in values)


def _shown(name: str, value: float | None) -> str:
    if value is None:
        return "-"
    if name.endswith("_seconds"):
        return f"{value:.1f} s"
    return f"{value:.1%}" if isinstance(value, float) else f"{value:,}"
