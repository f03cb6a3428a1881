"""Second factors by the door people use: set up, asked for, used once, taken away."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from rapport.conftest import World
from rapport.events.queries import history_of
from rapport.kit import clock, sealing
from rapport.signin import limits, sealed
from rapport.signin.cli import unlock
from rapport.signin.models import SignIn

PASSWORD = "correct horse battery"


def code_of(secret: str, *, steps: int = 0) -> str:
    return str(format_hotp_value(hotp_value(secret, int(clock.now().timestamp()) // 30 + steps)))


def password(client: Client) -> Any:
    return client.post("/sign-in/", {"username": "rep", "password": PASSWORD, "next": "/at/cards/desk/"})


@pytest.fixture(autouse=True)
def ring_of_its_own(settings: Any, tmp_path: Path) -> None:
    settings.KEY_RING = tmp_path / "ring.json"


@pytest.fixture
def rep(world: World) -> World:
    world.rep.user.set_password(PASSWORD)
    world.rep.user.save()
    return world


@pytest.fixture
def secret(rep: World) -> str:
    """The secret of the rep's authenticator app, set up by the rep; the last code used was the one before."""
    client = Client()
    password(client)
    shown = client.get("/account/2fa/app/").content.decode()
    found = re.search(r"data-secret>([A-Z2-7]+)<", shown)
    assert found
    page = client.post("/account/2fa/app/", {"code": code_of(found[1], steps=-1)})
    assert "Your recovery codes" in page.content.decode()
    client.post("/sign-out/")
    return found[1]


def recovery_codes() -> list[str]:
    return list(Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes())


def test_the_code_is_asked_for_and_opens(client: Client, rep: World, secret: str) -> None:
    assert password(client).url == "/sign-in/second/"
    assert client.get("/at/cards/desk/").url.startswith("/sign-in/"), "half a sign-in is none"
    assert client.post("/sign-in/second/", {"code": code_of(secret)}).url == "/at/cards/desk/"
    assert SignIn.objects.get(ended_at=None).how == "password+totp"
    names = [event.name for event in history_of(rep.programme, rep.rep.user.public_id)]
    assert names.count("person.second_factor_added") == 2


def test_a_code_opens_once(client: Client, secret: str) -> None:
    code = code_of(secret)
    password(client)
    assert client.post("/sign-in/second/", {"code": code}).status_code == 302
    other = Client()
    password(other)
    assert other.post("/sign-in/second/", {"code": code}).status_code == 422
    assert other.get("/at/cards/desk/").url.startswith("/sign-in/")


def test_a_recovery_code_opens_once(client: Client, secret: str) -> None:
    [code, *others] = recovery_codes()
    password(client)
    assert client.post("/sign-in/second/", {"code": f"{code[:5]} {code[5:]}"}).status_code == 302
    other = Client()
    password(other)
    assert other.post("/sign-in/second/", {"code": code}).status_code == 422
    assert recovery_codes() == others


def test_codes_are_not_guessed(client: Client, rep: World, secret: str) -> None:
    password(client)
    for _ in range(limits.BY_FACTOR):
        assert client.post("/sign-in/second/", {"code": "000000"}).status_code == 422
    page = client.post("/sign-in/second/", {"code": code_of(secret)})
    assert "too many wrong codes" in page.content.decode()
    assert client.get("/at/cards/desk/").url.startswith("/sign-in/")


def test_the_second_step_alone_is_no_way_in(client: Client, secret: str) -> None:
    assert client.get("/sign-in/second/").url == "/"
    assert client.post("/sign-in/second/", {"code": code_of(secret)}).url == "/"
    assert "_auth_user_id" not in client.session


def test_secrets_are_not_in_the_clear(secret: str) -> None:
    kept = Authenticator.objects.get(type="totp").data["secret"]
    assert secret not in kept
    assert sealed.unseal(kept) == secret


def test_a_rotation_of_keys_leaves_no_factor_behind(client: Client, secret: str) -> None:
    [old] = set(sealed.uses())
    new = sealing.rotate()
    assert password(client).url == "/sign-in/second/"
    assert client.post("/sign-in/second/", {"code": code_of(secret)}).status_code == 302, "by the old key"
    assert set(sealed.uses()) == {old}
    assert sealed.seal_anew() == 2
    assert set(sealed.uses()) == {new}
    other = Client()
    password(other)
    assert other.post("/sign-in/second/", {"code": recovery_codes()[0]}).status_code == 302


def test_changing_factors_asks_who_it_is(client: Client, rep: World, secret: str) -> None:
    password(client)
    client.post("/sign-in/second/", {"code": code_of(secret)})
    factor = Authenticator.objects.get(type="totp")
    with clock.at(clock.now() + timedelta(minutes=20)):
        for address in ("/account/2fa/app/", "/account/password/", "/account/2fa/passkey/"):
            assert client.get(address).url == f"/account/confirm/?next={address}"
        assert client.post(f"/account/2fa/{factor.pk}/remove/").url == "/account/confirm/?next=/account/"
        assert client.post("/account/2fa/codes/").url == "/account/confirm/?next=/account/"
        assert client.post("/account/confirm/", {"password": PASSWORD}).status_code == 422, "needs the factor"
        assert Authenticator.objects.filter(pk=factor.pk).exists()


def test_a_factor_is_taken_away_and_its_codes_with_it(client: Client, rep: World, secret: str) -> None:
    password(client)
    client.post("/sign-in/second/", {"code": code_of(secret)})
    client.post(f"/account/2fa/{Authenticator.objects.get(type='totp').pk}/remove/")
    assert not Authenticator.objects.exists()
    client.post("/sign-out/")
    assert password(client).url == "/at/cards/desk/"


def test_who_lost_everything_is_let_in_by_password(client: Client, rep: World, secret: str) -> None:
    assert unlock.run(["rep", "--second-factor"]) == 0
    assert password(client).url == "/at/cards/desk/"
    assert not Authenticator.objects.exists()


def test_nobody_takes_away_anothers_factor(client: Client, rep: World, secret: str) -> None:
    rep.second_rep.user.set_password(PASSWORD)
    rep.second_rep.user.save()
    client.post("/sign-in/", {"username": "rep2", "password": PASSWORD})
    factor = Authenticator.objects.get(type="totp")
    assert client.post(f"/account/2fa/{factor.pk}/remove/").status_code == 404
    assert Authenticator.objects.filter(pk=factor.pk).exists()


@pytest.mark.parametrize("credential", ["", "x", "[]", '{"response": {}}', '{"response": {"userHandle": 7}}'])
def test_a_nonsense_passkey_opens_nothing(client: Client, rep: World, credential: str) -> None:
    assert "options" in client.get("/sign-in/passkey/").json()
    page = client.post("/sign-in/passkey/", {"credential": credential})
    assert page.status_code == 422
    assert "did not open the door" in page.content.decode()
