"""Next steps ranked in recorded dialogues of a small task, trained on four fifths of them."""

import gzip
import json
from pathlib import Path

import pytest

from rapport.prompts.cli import score

FOLDER = Path(__file__).parents[3] / "shared/data/star"
FILE = FOLDER / "dialogues.jsonl.gz"
pytestmark = pytest.mark.skipif(not FILE.exists(), reason=f"the real dialogues are not here ({FILE})")
TASKS = ("ride_status",)


def test_the_step_taken_is_nearly_always_among_the_first_three(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    parts: dict[str, list[str]] = {"train": [], "test": []}
    with gzip.open(FILE, "rt") as file:
        for line in file:
            told = json.loads(line)
            task = told["Scenario"]["WizardCapabilities"][0]["Task"]
            if not told["Scenario"]["MultiTask"] and task in TASKS:
                parts["test" if told["DialogueID"] // 5 % 5 == 0 else "train"].append(line)
    for name, lines in parts.items():
        (tmp_path / f"{name}.jsonl").write_text("".join(lines))
    (tmp_path / "tasks").mkdir()
    for name in TASKS:
        (tmp_path / "tasks" / name).symlink_to(FOLDER / "tasks" / name)
    files = ["--train", str(tmp_path / "train.jsonl"), "--test", str(tmp_path / "test.jsonl")]
    assert score.run([*files, "--tasks", str(tmp_path / "tasks"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["n"] > 10
    assert found["top-1"] > 0.5 and found["top-3"] > 0.7, found
