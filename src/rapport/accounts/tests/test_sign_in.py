"""Sign-in by the door people use."""

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from rapport.accounts import brake
from rapport.accounts.models import User
from rapport.conftest import World
from rapport.events.queries import history_of

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def nobody_has_failed() -> None:
    cache.clear()


@pytest.fixture
def rep(world: World) -> World:
    world.rep.user.set_password(PASSWORD)
    world.rep.user.save()
    return world


def send(client: Client, **fields: str) -> Any:
    return client.post("/sign-in/", {"username": "rep", "password": PASSWORD, **fields})


def test_a_rep_signs_in_and_comes_to_the_desk(client: Client, rep: World) -> None:
    assert send(client).url == "/"
    assert client.get("/").url == "/at/cards/desk/"
    names = [event.name for event in history_of(rep.programme, rep.rep.user.public_id)]
    assert names == ["person.signed_in"]


def test_a_supervisor_comes_to_the_floor(client: Client, world: World) -> None:
    client.force_login(world.supervisor.user)
    assert client.get("/").url == "/at/cards/floor/"


def test_who_has_no_programme_is_told_what_to_do(client: Client, db: Any) -> None:
    client.force_login(User.objects.create_user("newcomer", password=PASSWORD))
    page = client.get("/")
    assert page.status_code == 200
    assert "add you as <strong>newcomer</strong>" in page.content.decode()


def test_a_stranger_is_sent_to_sign_in(client: Client, db: Any) -> None:
    assert client.get("/").url == "/sign-in/"


@pytest.mark.parametrize("wrong", [{"password": "nope"}, {"username": "nobody"}])
def test_wrong_name_and_wrong_password_look_the_same(client: Client, rep: World, wrong: dict[str, str]) -> None:
    page = send(client, **wrong)
    assert page.status_code == 422
    assert "do not belong together" in page.content.decode()
    assert "_auth_user_id" not in client.session


def test_guessing_is_slowed_and_the_right_password_too(client: Client, rep: World) -> None:
    for _ in range(brake.MOST_FAILURES):
        send(client, password="guess")
    page = send(client)
    assert page.status_code == 422
    assert "too many wrong passwords" in page.content.decode()
    assert send(client, username="somebody-else").status_code == 422
    brake.release("rep")
    assert send(client).url == "/"


def test_empty_fields_are_named(client: Client, db: Any) -> None:
    page = client.post("/sign-in/", {"username": "", "password": ""}).content.decode()
    assert "Type your username." in page
    assert "Type your password." in page


def test_sign_in_goes_on_to_our_own_pages_only(client: Client, rep: World) -> None:
    assert send(client, next="/at/cards/desk/").url == "/at/cards/desk/"
    client.logout()
    assert send(client, next="https://elsewhere.example/").url == "/"
    client.logout()
    assert send(client, next="//elsewhere.example/").url == "/"


def test_sign_out_ends_the_session_and_is_recorded(client: Client, rep: World) -> None:
    client.force_login(rep.rep.user)
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/").url == "/sign-in/"
    assert client.get("/").url == "/sign-in/"
    names = [event.name for event in history_of(rep.programme, rep.rep.user.public_id)]
    assert names == ["person.signed_out"]


def test_pages_carry_no_inline_script_or_style(client: Client, db: Any) -> None:
    page = client.get("/sign-in/")
    assert " style=" not in page.content.decode()
    assert "'unsafe-inline'" not in page.headers["Content-Security-Policy"]
