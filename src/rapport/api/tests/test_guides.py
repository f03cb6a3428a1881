"""Guides by the API."""

from typing import Any

from django.test import Client

from rapport.accounts.roles import Right
from rapport.conftest import World
from rapport.guides import publishing
from rapport.guides.tests.written import simple
from rapport.privacy.tests.stage import token

AT = "/api/v1/programmes/cards/guides"
FIRST = simple("Cancel", [{"key": "hear", "title": "Hear", "touch_point": "required"}], "cancel")


def put(sent: Any, headers: dict[str, str], key: str = "cancel") -> Any:
    return Client().put(f"{AT}/{key}", sent, content_type="application/json", headers=headers)


def test_guides_are_put_on_file_and_read(world: World) -> None:
    allowed = token(world, Right.WRITE_GUIDES)
    made = put({"text": FIRST, "note": "from outside"}, allowed).json()
    assert (made["guide"], made["number"], made["state"]) == ("cancel", 1, "draft")
    assert put({"text": FIRST}, allowed).json()["number"] == 1
    client = Client(headers=allowed)
    assert client.get(f"{AT}/cancel").status_code == 404
    publishing.install(programme=world.programme, text=FIRST)
    assert client.get(f"{AT}/cancel").json()["text"] == FIRST
    assert put({"text": FIRST + "# more\n", "based_on": 1}, allowed).json()["number"] == 2
    assert put({"text": FIRST + "# other\n", "based_on": 1}, allowed).status_code == 409
    assert client.get(f"{AT}/cancel/versions/2").json()["text"].endswith("# more\n")
    assert [one["number"] for one in client.get(f"{AT}/cancel/versions").json()] == [2, 1]
    [listed] = client.get(AT).json()
    assert (listed["key"], listed["in_force"], listed["newest"]["number"]) == ("cancel", 1, 2)


def test_what_is_no_guide_is_told_with_its_line(world: World) -> None:
    refused = put({"text": FIRST.replace('"cancel"', '"nothing"')}, token(world, Right.WRITE_GUIDES))
    assert refused.status_code == 422
    assert "Line 4: There is no reason 'nothing'" in refused.content.decode()
    for wrong in ({}, {"text": 7}, {"text": "a\x00"}, {"text": FIRST, "note": "x" * 201}, {"text": "x" * 200_001}):
        assert put(wrong, token(world, Right.WRITE_GUIDES)).status_code == 422


def test_another_token_is_not_enough_and_nothing_is_there_to_see(world: World) -> None:
    for headers in (token(world, Right.USE_API), {}):
        client = Client(headers=headers)
        for path in ("", "/cancel", "/cancel/versions", "/cancel/versions/1"):
            assert client.get(AT + path).status_code in (401, 403)
        assert put({"text": FIRST}, headers).status_code in (401, 403)
    assert Client(headers=token(world, Right.WRITE_GUIDES)).get(f"{AT}/nothing").status_code == 404
