"""A card issuer's customers: who leaves, told of a fifth of them by what was learnt from two fifths."""

import csv
import gzip
import json
from pathlib import Path

import pytest

from rapport.risk.cli import score

ROOT = Path(__file__).parents[2]
FILE = ROOT.parent / "shared/data/bank_churners/customers.csv.gz"
pytestmark = pytest.mark.skipif(not FILE.exists(), reason=f"the real customers are not here ({FILE})")


def test_boosted_trees_tell_who_leaves_far_better_than_a_line_and_their_chances_are_honest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with gzip.open(FILE, "rt") as file:
        header, *rows = list(csv.reader(file))
    for name, part in (("train", [r for i, r in enumerate(rows) if i % 5 in (1, 3)]), ("test", rows[::5])):
        with (tmp_path / f"{name}.csv").open("w", newline="") as out:
            csv.writer(out).writerows([header, *part])
    asked = ["--train", str(tmp_path / "train.csv"), "--test", str(tmp_path / "test.csv")]
    assert score.run([*asked, "--mapping", str(ROOT / "examples/leave_risk.toml"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["n"] == len(rows[::5])
    assert told["auc"] > 0.98
    assert told["off"] < 0.025
    line = told["beside"]["logistic regression"]
    assert 0.88 < line["auc_high"] < told["auc_low"]
    assert told["brier"] < line["brier"] * 0.6
