"""Reading what was typed on a command line."""

import argparse
import sys
from datetime import date
from pathlib import Path

from rapport.kit.errors import Invalid


def a_day(typed: str) -> date:
    """Return the day, written as 2026-11-21; for argparse's ``type``."""
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{typed!r} is not a day; write it as 2026-11-21") from None


def bytes_of(file: Path | None) -> bytes:
    """Return what is in the file, or on standard input for ``-``; Invalid where it cannot be read."""
    if file is None:
        raise Invalid("Name the file.")
    try:
        return sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as fault:
        raise Invalid(f"The file {file} cannot be read: {fault}.") from fault


def text_of(file: Path | None) -> str:
    """Return the text in the file, or on standard input for ``-``; Invalid where it cannot be read or is none."""
    try:
        return bytes_of(file).decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise Invalid(f"The file {file} is no text in UTF-8: {fault}.") from fault
