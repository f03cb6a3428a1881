"""Sign-in by the door people use."""

import re
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from rapport.accounts.models import Member
from rapport.accounts.roles import Role
from rapport.conftest import World
from rapport.events.queries import history_of
from rapport.signin import known, limits
from rapport.signin.cli import unlock
from rapport.signin.models import SignIn

PASSWORD = "correct horse battery"


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
    [event] = history_of(rep.programme, rep.rep.user.public_id)
    assert (event.name, event.data) == ("person.signed_in", {"how": "password"})


STARTS = {
    Role.SUPERVISOR: "floor",
    Role.TRAINER: "reports",
    Role.PARTNER_VIEWER: "partner",
    Role.AUDITOR: "record",
    Role.ADMINISTRATOR: "people",
}


@pytest.mark.parametrize("role", STARTS)
def test_everybody_comes_to_where_they_work_and_its_menu_says_so(client: Client, world: World, role: Role) -> None:
    Member.objects.filter(pk=world.supervisor.pk).update(role=role.value)
    client.force_login(world.supervisor.user)
    address = f"/at/cards/{STARTS[role]}/"
    assert client.get("/").url == address
    page = client.get(address)
    assert page.status_code == 200
    [start, *_] = re.findall(r'href="/at/cards/(\w+)/" aria-current', page.content.decode()) or ["people"]
    assert start == STARTS[role]
    assert role.value.replace("_", " ").capitalize() in page.content.decode()


def test_who_reads_no_rally_notes_is_not_told_that_there_are_none(client: Client, world: World) -> None:
    Member.objects.filter(pk=world.supervisor.pk).update(role="auditor")
    client.force_login(world.supervisor.user)
    assert "Rally Notes" not in client.get("/at/cards/partner/").content.decode()


def test_who_has_no_programme_is_told_what_to_do(client: Client, db: Any) -> None:
    client.force_login(get_user_model().objects.create_user("newcomer", password=PASSWORD))
    page = client.get("/")
    assert page.status_code == 200
    assert "add you as <strong>newcomer</strong>" in page.content.decode()


def test_a_stranger_is_sent_to_sign_in(client: Client, db: Any) -> None:
    assert client.get("/").url == "/sign-in/"


def test_every_refusal_looks_the_same(client: Client, rep: World) -> None:
    get_user_model().objects.create_user("gone", password=PASSWORD)
    get_user_model().objects.filter(username="gone").update(is_active=False)
    tried = [{"password": "nope"}, {"username": "nobody"}, {"username": "gone"}, {"username": "rep2"}]
    pages = {send(client, **wrong).content.decode() for wrong in tried}
    shown = {page.replace(name, "-") for page in pages for name in ("rep2",)}
    assert all("do not belong together" in page for page in shown)
    assert "_auth_user_id" not in client.session


def test_a_locked_account_says_what_a_wrong_password_says(client: Client, rep: World) -> None:
    said = [refusal(send(client, password="guess")) for _ in range(limits.BY_ACCOUNT)]
    said.append(refusal(send(client)))  # the right password, too late
    said.append(refusal(send(client, username="somebody-else")))
    assert len(set(said)) == 1
    limits.forget("account", "rep")
    assert send(client).url == "/"


def test_strangers_do_not_lock_a_person_out_of_their_own_browser(client: Client, rep: World) -> None:
    assert send(client).url == "/"
    client.post("/sign-out/")
    stranger = Client()
    for _ in range(limits.BY_ACCOUNT + 1):
        send(stranger, password="guess")
    assert send(stranger).status_code == 422
    assert send(client).url == "/", "known here"


def test_a_known_browser_has_its_limit_too(client: Client, rep: World) -> None:
    """First tries of its own, then those that strangers have."""
    send(client)
    client.post("/sign-out/")
    for _ in range(2 * limits.BY_ACCOUNT):
        send(client, password="guess")
    assert send(client).status_code == 422
    assert unlock.run(["rep"]) == 0
    assert send(client).url == "/"


def test_a_stopped_address_does_not_keep_known_browsers_out(
    client: Client, rep: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else one person on the floor could keep the whole floor out."""
    monkeypatch.setattr(limits, "BY_ADDRESS", 3)
    for _ in range(3):  # what a known browser takes, it does not put on the address's account
        send(client)
        client.post("/sign-out/")
    stranger = Client()
    for name in ("a", "b", "c", "d"):
        send(stranger, username=name)
    assert send(stranger).status_code == 422
    assert send(client).url == "/"
    assert send(client, username="rep2").status_code == 422, "known as rep's only"


def test_a_made_up_browser_is_a_strangers(client: Client, rep: World) -> None:
    for number in range(limits.BY_ACCOUNT):
        client.cookies[known.NAME] = f"forged-{number}"
        send(client, password="guess")
    assert send(client).status_code == 422


def test_who_runs_the_machine_lets_a_person_in_again(client: Client, rep: World) -> None:
    for _ in range(limits.BY_ACCOUNT + 1):
        send(client, password="guess")
    assert unlock.run(["rep"]) == 0
    assert send(client).url == "/"


def refusal(page: Any) -> str:
    assert page.status_code == 422
    return str(page.content.decode().split('role="alert">')[1].split("</p>")[0])


def test_success_takes_the_wrong_tries_back(client: Client, rep: World) -> None:
    for _ in range(3):
        for _ in range(limits.BY_ACCOUNT - 1):
            send(client, password="guess")
        assert send(client).url == "/"
        client.logout()


def test_many_names_from_one_address_are_stopped(
    client: Client, rep: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "BY_ADDRESS", 3)
    for name in ("a", "b", "c"):
        send(client, username=name)
    assert send(client).status_code == 422
    assert client.post("/sign-in/", {"username": "rep", "password": PASSWORD}, REMOTE_ADDR="10.9.9.9").url == "/"


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


def test_who_signs_in_anew_has_one_sign_in(client: Client, rep: World) -> None:
    """Also as somebody else: pages left open by the first are closed with their session."""
    send(client)
    send(client)
    rep.second_rep.user.set_password(PASSWORD)
    rep.second_rep.user.save()
    send(client, username="rep2")
    found = SignIn.objects.order_by("pk").values_list("user__username", "why")
    assert list(found) == [("rep", "replaced"), ("rep", "replaced"), ("rep2", "")]


def test_sign_out_ends_the_session_and_is_recorded(client: Client, rep: World) -> None:
    send(client)
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/").url == "/sign-in/"
    assert client.get("/").url == "/sign-in/"
    names = [event.name for event in history_of(rep.programme, rep.rep.user.public_id)]
    assert names == ["person.signed_in", "person.signed_out"]
    assert SignIn.objects.get().why == "signed_out"


def test_pages_carry_no_inline_script_or_style(client: Client, db: Any) -> None:
    page = client.get("/sign-in/")
    assert " style=" not in page.content.decode()
    assert "'unsafe-inline'" not in page.headers["Content-Security-Policy"]
