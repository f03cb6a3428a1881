"""Own reps by the API."""

from typing import Any

import pytest
from django.test import Client

from rapport.accounts.roles import Right
from rapport.conftest import World
from rapport.customers.book_queries import own_rep_of
from rapport.privacy.tests.stage import token
from rapport.routing.tests.test_handing import plan
from rapport.routing.tests.test_own_reps import PLAN

AT = "/api/v1/programmes/cards/own-reps"


def put(sent: Any, headers: dict[str, str]) -> Any:
    return Client().put(AT, {"own_reps": sent}, content_type="application/json", headers=headers)


def test_own_reps_are_said_and_taken_away(world: World) -> None:
    allowed = token(world, Right.MANAGE_BOOKS)
    assert put({"C-1": "rep"}, allowed).json() == {"changed": 1}
    assert put({"C-1": "rep"}, allowed).json() == {"changed": 0}
    found = own_rep_of(world.customer)
    assert found and found.rep == world.rep
    assert put({"C-1": None}, allowed).json() == {"changed": 1}
    assert own_rep_of(world.customer) is None


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({}, 422),
        ([], 422),
        ({"C-1": 7}, 422),
        ({"C-1": "outsider"}, 422),
        ({"C-1": ""}, 422),
        ({"C-1": "rep\x00"}, 422),
        ({"C-1": "rep", "C-9": "rep"}, 404),
        ({"\x00": "rep"}, 422),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_changes(world: World, sent: Any, status: int) -> None:
    plan(world, PLAN)
    assert put(sent, token(world, Right.MANAGE_BOOKS)).status_code == status
    assert own_rep_of(world.customer) is None


def test_another_token_is_not_enough(world: World) -> None:
    assert put({"C-1": "rep"}, token(world, Right.USE_API)).status_code == 403
