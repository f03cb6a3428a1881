"""``rapport import recording``: the audio of a call from a file, with what is told of it beside it."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from rapport.accounts.doors import commanding
from rapport.kit.errors import DomainError, Invalid
from rapport.quality.recordings import taking
from rapport.quality.recordings.described import LONGEST_TOLD, About, read_about


def run(argv: Sequence[str]) -> int:
    """Import recordings. Exit code 0, or 1 where one of them could not be kept; the others are."""
    asked = _parser().parse_args(list(argv))
    failed = 0
    for path in asked.file:
        try:
            print(f"{path.name}: {_take(path, asked.programme)}")
        except DomainError as error:
            failed += 1
            print(f"{path.name}: not kept. {error}")
    return 1 if failed else 0


def _take(path: Path, programme_key: str) -> str:
    if not path.is_file():
        raise Invalid(f"There is no file {path}.")
    about = _beside(path)
    with commanding(programme_key) as found:
        programme = found
    taken = taking.take(programme=programme, path=path, about=about, actor="command")
    row = taken.recording
    told = f"{row.seconds:,.1f} s, {row.layout}, {len(row.pauses.all())} pauses"
    return f"kept ({told})" if taken.is_new else f"there already ({told})"


def _beside(path: Path) -> About:
    beside = path.with_name(f"{path.name}.json")
    if not beside.is_file():
        raise Invalid(f"Say in {beside.name} which contact it is of, its channels and the consent.")
    with beside.open("rb") as file:
        return read_about(file.read(LONGEST_TOLD + 1))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="rapport import recording",
        description="Put recordings of calls on file: WAV, Opus in Ogg, or MP3. What is told of call.wav is read "
        "from call.wav.json. Running it again changes nothing.",
    )
    parser.add_argument(
        "file", type=Path, nargs="+", metavar="FILE", help="the audio, one file for each recording"
    )
    parser.add_argument("--programme", required=True, metavar="KEY", help="whose contacts they are of")
    return parser
