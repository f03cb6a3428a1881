"""Reasons told from a bank's customers' questions: few examples, none of what is measured."""

import csv
import gzip
import itertools
import json
from collections import defaultdict
from pathlib import Path

import pytest

from rapport.prompts.cli import reasons

FILE = Path(__file__).parents[3] / "shared/data/banking77/train.csv.gz"
pytestmark = pytest.mark.skipif(not FILE.exists(), reason=f"the real questions are not here ({FILE})")


def test_ten_examples_of_each_of_twenty_reasons_tell_nine_of_ten_questions(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    by_reason: defaultdict[str, list[str]] = defaultdict(list)
    with gzip.open(FILE, "rt") as file:
        for row in csv.DictReader(file):
            by_reason[row["category"]].append(row["text"])
    some = dict(itertools.islice(sorted(by_reason.items()), 0, None, 4))
    for name, part in (("train", slice(0, 10)), ("test", slice(10, 25))):
        with (tmp_path / f"{name}.csv").open("w", newline="") as out:
            lines = csv.writer(out)
            lines.writerow(["text", "category"])
            lines.writerows((text, reason) for reason, texts in some.items() for text in texts[part])
    asked = ["--train", str(tmp_path / "train.csv"), "--test", str(tmp_path / "test.csv"), "--json"]
    assert reasons.run(asked) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["n"] == 300
    assert told["accuracy"] > 0.9
