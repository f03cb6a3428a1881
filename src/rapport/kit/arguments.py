"""Reading what was typed on a command line."""

import argparse
from datetime import date


def a_day(typed: str) -> date:
    """Return the day, written as 2026-11-21; for argparse's ``type``."""
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{typed!r} is not a day; write it as 2026-11-21") from None
