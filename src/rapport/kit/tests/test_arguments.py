"""What was typed on a command line."""

import argparse
from datetime import date

import pytest

from rapport.kit.arguments import a_day


def test_a_day_is_read_or_refused_in_words() -> None:
    assert a_day("2026-11-21") == date(2026, 11, 21)
    with pytest.raises(argparse.ArgumentTypeError, match="write it as"):
        a_day("2026-99-01")
