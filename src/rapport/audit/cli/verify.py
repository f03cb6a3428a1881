"""`rapport audit verify`: says whether the logs are as they were written, and where not."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from rapport.audit.offline import read_copies, read_key, verify_folder
from rapport.audit.report import Report
from rapport.kit.errors import Invalid


def run(argv: Sequence[str]) -> int:
    """Verify and print what was found. Exit code 1 where something was altered."""
    asked = _parser().parse_args(list(argv))
    trusted = read_key(asked.key) if asked.key else ""
    if asked.digests and not read_copies(asked.digests):
        raise Invalid(f"There are no digests in {asked.digests} to compare with.")
    sound = True
    for report in _reports(asked, trusted):
        for line in report.lines():
            print(line)
        sound = sound and report.is_sound
    if asked.export and not trusted:
        print("The key was taken from the export itself: compare it with the one you were given.", file=sys.stderr)
    return 0 if sound else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="rapport audit verify",
        description="Check that the event log and the access log are as they were written, and name the first row"
        " that was changed, removed, inserted or reordered.",
    )
    parser.add_argument("--programme", metavar="KEY", help="only this one; all of the installation by default")
    parser.add_argument("--export", type=Path, metavar="FOLDER", help="check an export, without a database")
    parser.add_argument("--key", metavar="HEX", help="the public key to believe, or a file that holds it")
    parser.add_argument("--digests", type=Path, metavar="FOLDER", help="digests as delivered, to compare with")
    return parser


def _reports(asked: argparse.Namespace, trusted: str) -> Iterator[Report]:
    if asked.export:
        yield verify_folder(asked.export, trusted=trusted, copies=asked.digests)
        return
    from rapport.accounts.doors import commanding
    from rapport.accounts.queries import programme_keys
    from rapport.audit.verifying import verify

    for key in [asked.programme] if asked.programme else programme_keys():
        with commanding(key, one_moment=True, even_practice=True) as programme:
            report = verify(programme, trusted=trusted, copies=asked.digests)
        yield report
