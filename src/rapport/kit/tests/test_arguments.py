"""What was typed on a command line."""

import argparse
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given

from rapport.kit.arguments import a_day
from rapport.kit.tests.hostile import FUZZED, TEXTS


def test_a_day_is_read_or_refused_in_words() -> None:
    assert a_day("2026-11-21") == date(2026, 11, 21)
    with pytest.raises(argparse.ArgumentTypeError, match="write it as"):
        a_day("2026-99-01")


@FUZZED
@given(typed=TEXTS)
def test_whatever_is_typed_is_a_day_or_refused(typed: str) -> None:
    with suppress(argparse.ArgumentTypeError):
        assert isinstance(a_day(typed), date)
