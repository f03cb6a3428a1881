"""Settings from the environment: read right, or refused with a sentence that says what would do."""

from pathlib import Path

import pytest

from rapport.kit import env


@pytest.mark.parametrize("raw", ["yes", "TRUE", "on", "1"])
def test_yes_in_its_spellings(monkeypatch: pytest.MonkeyPatch, raw: str) -> None:
    monkeypatch.setenv("RAPPORT_X", raw)
    assert env.yes("RAPPORT_X") is True


def test_an_empty_setting_counts_as_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAPPORT_X", "  ")
    assert env.text("RAPPORT_X", "default") == "default"
    assert env.whole("RAPPORT_X", 7) == 7
    assert env.yes("RAPPORT_X", default=True) is True
    assert env.words("RAPPORT_X", "a, b") == ["a", "b"]


@pytest.mark.parametrize("raw", ["-1", "1.5", "eight", "٣", "99999"])
def test_a_number_out_of_bounds_is_refused(monkeypatch: pytest.MonkeyPatch, raw: str) -> None:
    monkeypatch.setenv("RAPPORT_X", raw)
    with pytest.raises(env.SettingError, match=r"RAPPORT_X=.* must be a whole number from 0 to 100\."):
        env.whole("RAPPORT_X", 1, highest=100)


def test_a_choice_names_what_is_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAPPORT_X", "queen")
    with pytest.raises(env.SettingError, match="must be one of: web, live"):
        env.choice("RAPPORT_X", "web", ("web", "live"))


def test_a_folder_may_be_missing_but_not_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RAPPORT_X", str(tmp_path / "new"))
    assert env.folder("RAPPORT_X", tmp_path) == tmp_path / "new"
    (tmp_path / "new").write_text("")
    with pytest.raises(env.SettingError, match="is a file; it must be a folder"):
        env.folder("RAPPORT_X", tmp_path)
