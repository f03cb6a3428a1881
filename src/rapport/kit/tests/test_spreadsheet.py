"""Files for spreadsheets hold no formulas, and everything we write for them goes by the guard."""

import csv
import re
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.kit import spreadsheet
from rapport.kit.spreadsheet import FORMULAS, guarded

SRC = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    "cell", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\uff1d1+1"]
)
def test_formulas_are_guarded(cell: str) -> None:
    assert guarded(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["-5", "+49.5", "-0.25", -5, 1.5, None, "a=b", "", "N-1001"])
def test_numbers_and_words_stay(cell: object) -> None:
    assert guarded(cell) == cell


@given(st.lists(st.text(alphabet=st.characters(exclude_characters="\x00", exclude_categories=["Cs"])), min_size=2))
def test_whatever_is_written_no_cell_begins_a_formula(cells: list[str]) -> None:
    file = StringIO(newline="")
    spreadsheet.writer(file).writerow(cells)
    file.seek(0)
    (row,) = csv.reader(file)
    for before, after in zip(cells, row, strict=True):
        assert after in (before, f"'{before}")
        assert not after.startswith(FORMULAS) or re.fullmatch(r"[+-][0-9.]+", after)


def test_nothing_writes_csv_past_the_guard() -> None:
    direct = re.compile(r"csv\.(writer|DictWriter)|from csv import|text/csv")
    found = {
        str(path.relative_to(SRC)): path.read_text()
        for path in SRC.rglob("*.py")
        if "tests" not in path.parts and direct.search(path.read_text())
    }
    assert {name for name, text in found.items() if "spreadsheet.writer(" not in text} <= {"kit/spreadsheet.py"}
    assert {name for name, text in found.items() if re.search(r"csv\.(writer|DictWriter)", text)} <= {
        "kit/spreadsheet.py"
    }
