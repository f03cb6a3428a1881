"""`rapport simulate`: a recorded log put through policies, beside what was recorded, as a table or as JSON."""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from rapport.contacts.call_logs import formats
from rapport.contacts.call_logs.records import BadRow, CallRecord
from rapport.kit.errors import DomainError, Invalid

from .compare import compare
from .figures import Thresholds
from .hours import AWAY_SECONDS
from .recording import Recording
from .rules import TERMS, read_rule
from .table import LETTERS, table

TOLD_BAD_ROWS = 5


def run(arguments: list[str]) -> int:
    """Replay a log as the arguments say, and print what came of it. Returns the exit code."""
    told = _parser().parse_args(arguments)
    try:
        layout = formats.find(told.format, told.mapping)
        reader = _Reader(layout, told.calls)
        recording = Recording(reader, away_seconds=told.away_seconds)
        floor = recording.floor
        starts = {key: float(segment.head_start_seconds) for key, segment in layout.segments.items()}
        if len(told.policy) > len(LETTERS):
            raise Invalid(f"Compare {len(LETTERS)} policies at most at a time.")
        rules = [read_rule(text, floor, starts) for text in told.policy]
        found = compare(
            recording,
            rules,
            seeds=range(told.seed, told.seed + told.seeds),
            thresholds=Thresholds(told.threshold_seconds, told.long_wait_seconds),
        )
    except (DomainError, OSError) as fault:
        print(f"rapport simulate: {fault}", file=sys.stderr)
        return 1
    reader.report()
    if told.json:
        print(json.dumps(asdict(found) | {"bad_rows": reader.bad_rows}, indent=2))
    else:
        print("\n".join(table(found, {key: segment.name for key, segment in layout.segments.items()})))
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
        "--policy",
        required=True,
        action="append",
        metavar="POLICY",
        help=f"fifo, recorded-priority, a plan (.toml or .json), or terms with commas between: {TERMS}; "
        "more than once to compare, each against the first",
    )
    parser.add_argument("--seed", type=int, default=0, help="where chance starts (default 0)")
    parser.add_argument("--seeds", type=_count, default=10, help="how many runs of each policy (default 10)")
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
    parser.add_argument(
        "--long-wait-seconds", type=float, default=180.0, help="a longer wait is told of (default 180)"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


def _count(text: str) -> int:
    if (count := int(text)) < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return count
