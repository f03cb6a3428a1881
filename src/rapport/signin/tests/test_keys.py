"""Passkeys by the door people use: what a key that was stolen, or that belongs to somebody else, does not open."""

import json
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from rapport.conftest import World
from rapport.signin import factors
from rapport.signin.models import SignIn
from rapport.signin.tests.keys import Key, asked_on

PASSWORD = "correct horse battery"
DESK = "/at/cards/desk/"


@pytest.fixture(autouse=True)
def ring_of_its_own(settings: Any, tmp_path: Path) -> None:
    settings.KEY_RING = tmp_path / "ring.json"


@pytest.fixture
def rep(world: World) -> World:
    for person in (world.rep.user, world.second_rep.user):
        person.set_password(PASSWORD)
        person.save()
    return world


def by_password(username: str = "rep") -> Client:
    client = Client()
    client.post("/sign-in/", {"username": username, "password": PASSWORD})
    return client


@pytest.fixture
def key(rep: World) -> Key:
    """A passkey that the rep has added."""
    made = Key()
    assert "Your recovery codes" in made.add_to(by_password()).content.decode()
    return made


def alone(key: Key, client: Client, options: dict[str, Any] | None = None) -> Any:
    asked = options or client.get("/sign-in/passkey/").json()["options"]
    return client.post("/sign-in/passkey/", {"credential": key.answer(asked), "next": DESK})


def test_a_passkey_opens_alone(key: Key) -> None:
    client = Client()
    assert alone(key, client).url == DESK
    assert client.get(DESK).status_code == 200
    assert SignIn.objects.get(ended_at=None, how="passkey")


def test_a_passkey_is_the_second_step_after_a_password(key: Key) -> None:
    client = by_password()
    assert client.get(DESK).url.startswith("/sign-in/")
    options = asked_on(client.get("/sign-in/second/"))
    assert client.post("/sign-in/second/", {"credential": key.answer(options)}).status_code == 302
    assert client.get(DESK).status_code == 200


def test_an_answer_opens_once(key: Key) -> None:
    client = Client()
    options = client.get("/sign-in/passkey/").json()["options"]
    credential = key.answer(options)
    assert client.post("/sign-in/passkey/", {"credential": credential}).status_code == 302
    client.post("/sign-out/")
    assert client.post("/sign-in/passkey/", {"credential": credential}).status_code == 422
    assert Client().post("/sign-in/passkey/", {"credential": credential}).status_code == 422


def test_a_key_that_has_seen_nobody_does_not_open_alone(key: Key, rep: World) -> None:
    """A found key without its PIN: not even by the challenge of a second step, which asks for less."""
    key.is_verified = False
    client = Client()
    assert alone(key, client).status_code == 422
    Key().add_to(by_password("rep2"))
    thief = by_password("rep2")
    easier = asked_on(thief.get("/sign-in/second/"))
    assert alone(key, thief, easier).status_code == 422
    for one in (client, thief):
        assert one.get(DESK).url.startswith("/sign-in/")


def test_a_key_is_no_second_step_of_somebody_else(key: Key, rep: World) -> None:
    Key().add_to(by_password("rep2"))
    client = by_password("rep2")
    options = asked_on(client.get("/sign-in/second/"))
    assert client.post("/sign-in/second/", {"credential": key.answer(options)}).status_code == 422
    assert client.get(DESK).url.startswith("/sign-in/")


def test_who_signs_in_through_their_company_needs_it_beside_a_passkey(key: Key, rep: World) -> None:
    """Else who has left the company would come in by the key that stayed with them."""
    rep.rep.user.set_unusable_password()
    rep.rep.user.save()
    client = Client()
    page = alone(key, client)
    assert (page.status_code, "did not open the door" in page.content.decode()) == (422, True)
    assert client.get(DESK).url.startswith("/sign-in/")
    assert [one.opens_alone for one in factors.factors_of(rep.rep.user)] == [False, False]


@pytest.mark.parametrize("results", [7, {"credProps": 7}])
def test_a_key_that_could_not_be_shown_is_not_kept(rep: World, results: Any) -> None:
    client = by_password()
    assert Key().add_to(client, clientExtensionResults=results).status_code == 422
    assert not Authenticator.objects.exists()
    assert client.get("/account/").status_code == 200


def test_the_first_factor_ends_what_a_password_alone_had_opened(rep: World) -> None:
    here, elsewhere = by_password(), by_password()
    Key().add_to(here)
    assert here.get(DESK).status_code == 200
    assert elsewhere.get(DESK).url.startswith("/sign-in/")
    assert "your access has changed" in elsewhere.get("/sign-in/").content.decode()


def test_a_keys_answer_names_its_person_or_opens_nothing(key: Key) -> None:
    client = Client()
    told = json.loads(key.answer(client.get("/sign-in/passkey/").json()["options"]))
    for handle in ("AA", "", None, 7):
        told["response"]["userHandle"] = handle
        assert client.post("/sign-in/passkey/", {"credential": json.dumps(told)}).status_code == 422
