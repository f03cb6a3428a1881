"""`rapport guides`, as an operator types it."""

import json
from pathlib import Path

import pytest

from rapport.conftest import World, stand_in
from rapport.guides import versions
from rapport.guides.cli import run
from rapport.guides.tests.written import CANCEL, simple
from rapport.kit.errors import Invalid, NotFound

PLAIN = simple("Cancel a card", [{"key": "hear", "title": "Hear", "touch_point": "required"}], "cancel")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "cancel.toml"
    path.write_text(PLAIN)
    return path


def test_files_are_checked_and_their_cases_played(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rich = tmp_path / "rich.toml"
    rich.write_text(CANCEL)
    assert run(["check", str(file), str(rich)]) == 0
    said = capsys.readouterr().out
    assert "2 guides without faults" in said
    assert f"{file}, line" in said  # and what is unusual is told: this one never closes
    rich.write_text(CANCEL.replace('open = ["hear", "terms"]', "open = []"))
    with pytest.raises(Invalid, match=r"rich.toml:\nLine 101: 'Terms come after the reason': still open"):
        run(["check", str(rich)])
    file.write_text("key = 7")
    for wrong in (["check", str(file)], ["check"], ["check", f"{file}.gone"], ["publish", str(file)], ["export"]):
        with pytest.raises(Invalid):
            run(wrong)


def test_the_schema_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["schema"]) == 0
    assert "steps" in json.loads(capsys.readouterr().out)["properties"]


def test_guides_are_put_on_file_published_and_written_out(
    world: World, file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stand_in(None)
    assert run(["import", str(file), "--programme", "cards", "--note", "from a file"]) == 0
    with pytest.raises(Invalid, match="No version of 'cancel-a-card' is in force"):
        run(["export", "--programme", "cards", "--guide", "cancel-a-card"])
    assert run(["publish", str(file), "--programme", "cards"]) == 0
    assert run(["export", "--programme", "cards", "--guide", "cancel-a-card"]) == 0
    said = capsys.readouterr().out
    assert "version 1 of cancel-a-card is on file as a draft" in said
    assert "version 1 of cancel-a-card is in force" in said and PLAIN in said
    folder = tmp_path / "out"
    assert run(["export", str(folder), "--programme", "cards"]) == 0
    assert (folder / "cancel-a-card.toml").read_text() == PLAIN
    with pytest.raises(NotFound, match="there are: cards, loans"):
        run(["export", str(folder), "--programme", "nowhere"])


def test_of_several_files_all_are_taken_or_none(world: World, file: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(PLAIN.replace("Cancel a card", "Other").replace('"cancel"', '"nothing"'))
    stand_in(None)
    with pytest.raises(Invalid, match=r"wrong.toml:\nLine \d: There is no reason 'nothing'"):
        run(["publish", str(file), str(wrong), "--programme", "cards"])
    stand_in(world.programme)
    assert versions.guides_of(world.programme) == []
