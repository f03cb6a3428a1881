"""The partner's word on accounts by API: once however often it is told, all of a batch or nothing, and who may."""

from typing import Any

from django.test import Client

from rapport.accounts import actions as accounts
from rapport.accounts.roles import Right
from rapport.conftest import World
from rapport.kit import clock
from rapport.ledger.models import AccountFact
from rapport.ledger.tests.test_books import LATER, claim, hear, word

ONE = {"customer": "C-1", "holding": "card 1", "as_of": "2026-05-01", "status": "active"}


def post(world: World, facts: Any, at: str = "cards", right: Right = Right.DELIVER_FILES) -> Any:
    secret = accounts.issue_token(programme=world.programme, name="partner", rights=[right])
    headers = {"Authorization": f"Bearer {secret}"}
    path = f"/api/v1/programmes/{at}/accounts"
    with clock.at(LATER):
        return Client().post(path, {"facts": facts}, content_type="application/json", headers=headers)


def test_facts_mature_a_claim_and_again_change_nothing(world: World) -> None:
    one = claim(world)
    unknown = ONE | {"customer": "nobody"}
    assert post(world, [unknown, ONE, ONE]).json() == {"new": 1, "known": 1, "left_out": [0]}
    one.refresh_from_db()
    assert (one.state, one.turns) == ("matured", 2)
    assert post(world, [ONE]).json() == {"new": 0, "known": 1, "left_out": []}
    assert post(world, [ONE | {"sequence": 1, "status": "cancelled", "since": "2026-04-01"}]).json()["new"] == 1
    one.refresh_from_db()
    assert (one.state, one.turns) == ("reversed", 3)


def test_it_is_judged_as_a_file_is(world: World) -> None:
    claim(world)
    hear(world, word(world, 60))
    assert post(world, [ONE]).json() == {"new": 0, "known": 1, "left_out": []}
    assert post(world, [ONE | {"as_of": "2026-05-02T00:00+02:00"}]).json()["known"] == 1


def test_of_a_batch_with_faults_each_is_named_by_its_place_and_nothing_is_kept(world: World) -> None:
    wrong = [
        ONE,
        ONE | {"status": "gone"},
        ONE,
        ONE | {"as_of": "the third"},
        ONE | {"holding": "4111 1111 1111 1111"},
    ]
    answer = post(world, wrong)
    assert answer.status_code == 422
    told = answer.content.decode()
    assert [f"facts.{place} " in told for place in range(5)] == [False, True, False, True, True]
    assert "4111" not in told
    assert post(world, [ONE] * 5001).status_code == 422
    assert post(world, []).status_code == 422
    assert post(world, [ONE | {"sequence": -1}]).status_code == 422
    assert not AccountFact.objects.exists()


def test_only_a_token_that_delivers_to_this_programme(world: World) -> None:
    assert post(world, [ONE], at="loans").status_code == 404
    assert post(world, [ONE], right=Right.USE_API).status_code in (403, 404)
    assert (
        Client().post("/api/v1/programmes/cards/accounts", {"facts": [ONE]}, "application/json").status_code == 401
    )
    assert not AccountFact.objects.exists()
