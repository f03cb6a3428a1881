"""The library by the API, and by command."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from rapport.accounts.roles import Right
from rapport.conftest import World, stand_in
from rapport.guides.library import actions, queries
from rapport.guides.library.access import access_entry
from rapport.guides.library.cli import run
from rapport.kit.errors import Invalid
from rapport.privacy.tests.stage import token

AT = "/api/v1/programmes/cards/library"
FILE = """[articles.abroad]
question = "Can a card be closed from abroad?"
answer = "Yes, by chat."
reasons = ["cancel"]
"""


def put(world: World, text: str | bytes, right: Right = Right.WRITE_GUIDES) -> Any:
    return Client().put(AT, text, content_type="text/plain", headers=token(world, right))


def get(world: World, path: str = "", **asked: Any) -> Any:
    return Client().get(AT + path, asked, headers=token(world, Right.USE_API))


def publish(world: World) -> None:
    entry = access_entry(world.programme, "abroad")
    actions.submit(entry=entry, number=1)
    actions.approve(entry=entry, number=1, by=world.supervisor, actor="test")
    actions.publish(entry=entry, number=1)


def test_a_program_writes_drafts_and_finds_what_people_published(world: World) -> None:
    assert put(world, FILE).json() == {"new": 1, "changed": 0, "same": 0}
    assert put(world, FILE).json() == {"new": 0, "changed": 0, "same": 1}
    assert get(world).json() == {"items": []} and get(world, "/abroad").status_code == 404
    publish(world)
    for found in (get(world, text="close abroad"), get(world, kind="article"), get(world)):
        assert [one["key"] for one in found.json()["items"]] == ["abroad"]
    assert get(world, "/abroad").json()["says"]["answer"] == "Yes, by chat."
    assert get(world, kind="rebuttal").json() == {"items": []}


@pytest.mark.parametrize("text", ["nah", "{", "[articles.a]\nquestion = 1\n", FILE + "[articles.b]\n", b"\xff"])
def test_a_file_with_a_fault_is_refused_and_nothing_is_kept(world: World, text: str | bytes) -> None:
    refused = put(world, text)
    assert refused.status_code == 422 and refused.json()["error"]["message"]
    assert queries.library_of(world.programme, only_live=False).articles == {}


def test_each_needs_its_own_right(world: World) -> None:
    assert put(world, FILE, Right.USE_API).status_code == 403
    assert Client().get(AT, headers=token(world, Right.WRITE_GUIDES)).status_code == 403
    assert Client().get(AT).status_code == 401
    assert get(world, limit="0").status_code == get(world, kind="nah").status_code == 422


def test_commands_check_read_in_and_write_out(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stand_in(None)
    file = tmp_path / "library.toml"
    file.write_text(FILE)

    def said(*words: str) -> str:
        assert run([*words]) == 0
        return capsys.readouterr().out

    assert "1 entries and no faults" in said("check", str(file))
    assert "cards has every name" in said("check", str(file), "--programme", "cards")
    assert said("import", str(file), "--programme", "cards").startswith("1 new, 0 changed")
    assert said("export", "--programme", "cards").strip() == ""
    assert "Yes, by chat." in said("export", "--programme", "cards", "--drafts", "--csv")
    assert '"rebuttals"' in said("schema")
    file.write_text(FILE.replace("cancel", "nah"))
    with pytest.raises(Invalid, match="Line 4: There is no reason 'nah'"):
        run(["import", str(file), "--programme", "cards"])
    with pytest.raises(Invalid):
        run(["import", str(file)])
