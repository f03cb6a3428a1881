"""Commands of the module, as they are typed."""

import pytest

from rapport.conftest import World
from rapport.kit.errors import NotFound
from rapport.provisioning.cli import groups


def test_groups_are_mapped_and_listed(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert groups.run(["--programme", "cards"]) == 0
    assert capsys.readouterr().out == "No group gives anything on this programme.\n"
    groups.run(["--programme", "cards", "--group", "Card reps", "--role", "rep"])
    groups.run(["--programme", "cards", "--group", "Card leads", "--role", "supervisor"])
    assert capsys.readouterr().out.endswith("Card reps: rep\nCard leads: supervisor\n")
    groups.run(["--programme", "cards", "--group", "CARD REPS", "--role", "none"])
    assert capsys.readouterr().out == "Card leads: supervisor\n"


def test_a_group_without_a_role_and_a_programme_that_is_not(world: World) -> None:
    with pytest.raises(SystemExit):
        groups.run(["--programme", "cards", "--group", "Card reps"])
    with pytest.raises(NotFound):
        groups.run(["--programme", "nope"])
