"""`rapport risk score`, asked as people ask it: good files, and every kind of bad one."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from rapport.kit.errors import Invalid
from rapport.risk.cli import score

MAPPING = """
id = "who"
leave_out = ["note"]
[outcome]
column = "left"
left = ["yes"]
stayed = ["no"]
"""


def rows(start: int, n: int) -> list[str]:
    dice = np.random.default_rng(start)
    idle = dice.uniform(0, 10, n)
    gone = dice.random(n) < 1 / (1 + np.exp(7 - idle))
    return [
        f"{start + i},{'yes' if gone[i] else 'no'},{idle[i]:.3f},{'gone' if gone[i] else ''}" for i in range(n)
    ]


def put(path: Path, lines: list[str]) -> str:
    text = "\n".join(["who,left,idle,note", *lines]) + "\n"
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return str(path)


@pytest.fixture
def asked(tmp_path: Path) -> list[str]:
    (tmp_path / "map.toml").write_text(MAPPING)
    train, test = put(tmp_path / "train.csv", rows(0, 300)), put(tmp_path / "test.csv.gz", rows(5000, 300))
    return ["--train", train, "--test", test, "--mapping", str(tmp_path / "map.toml"), "--json"]


def test_it_prints_how_good_the_risks_are(asked: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert score.run(asked) == 0
    told = json.loads(capsys.readouterr().out)
    assert {"auc", "average_precision", "brier", "n"} <= set(told)
    assert told["n"] == 300
    assert 0.7 < told["auc_low"] < told["auc"] < told["auc_high"] < 1  # the column that gives it away is left out
    assert set(told["beside"]) == {"logistic regression", "simplest rule"}


def test_nothing_is_learnt_from_whom_it_is_measured_on(
    asked: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(tmp_path / "train.csv", rows(0, 300) + rows(5000, 300)[:40])
    assert score.run(asked) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["left_out"] == 40
    assert "40 customers are in both files" in err
    put(tmp_path / "train.csv", rows(5000, 300))
    with pytest.raises(Invalid, match="0 left and 0 stayed"):
        score.run(asked)


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ([], "holds no customers"),
        (["1,yes,3"], r"line 2: has 3 fields instead of 4"),
        (["1,yes,3,", "1,no,4,"], "line 3: this customer is in the file twice"),
        ([",yes,3,"], "line 2: has no who"),
        (["1,perhaps,3,"], "line 2: left is neither"),
        (['1,yes,"3'], "line 2: this is no CSV"),
        (["1,yes,3,", "2,no,1,"], "1 left and 1 stayed"),
    ],
)
def test_a_bad_file_is_refused_with_its_line(
    asked: list[str], tmp_path: Path, lines: list[str], says: str
) -> None:
    put(tmp_path / "train.csv", lines)
    with pytest.raises(Invalid, match=says):
        score.run(asked)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("id = 3", "id: text in quotes"),
        ("id = ", "cannot be read"),
        (MAPPING + "more = 1", "nothing called 'more'"),
        (MAPPING.replace('["no"]', '["yes"]'), "both that a customer left"),
        (MAPPING.replace('"note"', '"notes"'), "header lacks notes"),
        ('delimiter = "ab"\n' + MAPPING, "delimiter"),
        ("a = " + "[" * 5000, "cannot be read"),
    ],
)
def test_a_bad_mapping_is_refused(asked: list[str], tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "map.toml").write_text(text)
    with pytest.raises(Invalid, match=says):
        score.run(asked)


def test_damaged_foreign_and_missing_files_are_refused(asked: list[str], tmp_path: Path) -> None:
    whole = (tmp_path / "test.csv.gz").read_bytes()
    for content, says in ((whole[:-200], "cannot be read"), (b"\xff\xfe\x00", "not written in utf-8")):
        (tmp_path / "test.csv.gz").write_bytes(content)
        with pytest.raises(Invalid, match=says):
            score.run(asked)
    (tmp_path / "test.csv.gz").unlink()
    with pytest.raises(Invalid, match="cannot be read"):
        score.run(asked)


def test_what_was_asked_wrongly_is_said(asked: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    for folds in ("1", "many", "99"):
        with pytest.raises(SystemExit):
            score.run([*asked[:2], "--folds", folds, *asked[4:]])
    assert "from 2 to 20 parts" in capsys.readouterr().err
