"""The break-glass account: one use, one hour, one alarm on every programme."""

from datetime import timedelta

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client

from rapport.accounts import actions as accounts
from rapport.accounts.doors import places_of
from rapport.accounts.roles import Role
from rapport.conftest import World
from rapport.events.queries import history_of
from rapport.kit import clock
from rapport.kit.errors import Conflict
from rapport.kit.walls import inside
from rapport.signin import emergency, limits
from rapport.signin.cli import break_glass
from rapport.signin.models import BreakGlass, SignIn

WHY = "The directory is down and nobody gets in."


@pytest.fixture
def password(world: World, capsys: pytest.CaptureFixture[str]) -> str:
    assert break_glass.run([]) == 0
    return capsys.readouterr().out.strip()


def begin(password: str) -> Client:
    client = Client()
    sent = client.post("/sign-in/", {"username": "break-glass", "password": password})
    assert sent.url == "/sign-in/reason/"
    return client


def test_a_reason_is_asked_for_before_anything_opens(password: str) -> None:
    client = begin(password)
    assert client.get("/at/cards/floor/").url.startswith("/sign-in/")
    assert client.post("/sign-in/reason/", {"reason": "x"}).status_code == 422
    assert client.get("/account/").url.startswith("/sign-in/")
    assert BreakGlass.objects.get().broken_at is None


def test_its_use_alarms_on_every_programme_and_the_machine(password: str, world: World) -> None:
    client = begin(password)
    assert client.post("/sign-in/reason/", {"reason": WHY}).status_code == 302
    assert client.get("/account/").status_code == 200
    person = BreakGlass.objects.get().user
    for programme in (world.programme, world.other):
        with inside(programme.pk):
            [event] = [one for one in history_of(programme, person.public_id) if one.name == "person.broke_glass"]
        assert event.data == {"minutes": 60}
    admin = Client()
    admin.force_login(
        accounts.ensure_installation_administrator(username="admin", password="a long one for the machine")
    )
    page = admin.get("/machine/").content.decode()
    assert "Emergency access was used" in page
    assert WHY in page
    assert client.get("/at/cards/desk/").status_code == 403, "it sees no customer"


def test_the_password_opens_once(password: str) -> None:
    begin(password).post("/sign-in/reason/", {"reason": WHY})
    again = Client().post("/sign-in/", {"username": "break-glass", "password": password})
    assert again.status_code == 422


def test_two_who_gave_the_password_at_once_are_not_both_let_in(password: str) -> None:
    first, second = begin(password), begin(password)
    assert first.post("/sign-in/reason/", {"reason": WHY}).status_code == 302
    assert second.post("/sign-in/reason/", {"reason": WHY}).status_code == 409
    assert second.get("/account/").url.startswith("/sign-in/")


def test_strangers_do_not_keep_it_shut(password: str) -> None:
    for _ in range(limits.BY_ACCOUNT + 1):
        Client().post("/sign-in/", {"username": "break-glass", "password": "guess"})
    begin(password)


def test_it_lasts_an_hour(password: str) -> None:
    client = begin(password)
    client.post("/sign-in/reason/", {"reason": WHY})
    began = clock.now()
    for minutes in (25, 50):
        with clock.at(began + timedelta(minutes=minutes)):
            assert client.get("/account/").status_code == 200
    with clock.at(began + timedelta(minutes=61)):
        assert client.get("/account/").status_code == 302


def test_clearance_does_not_stand_in_its_way(password: str, world: World) -> None:
    with inside(world.programme.pk):
        accounts.set_rules(
            programme=world.programme,
            actor="system",
            requires_second_factor=True,
            allowed_networks=["10.1.0.0/16"],
        )
    client = begin(password)
    client.post("/sign-in/reason/", {"reason": WHY})
    assert client.get("/at/cards/feeds/").status_code == 200


def test_its_places_end_with_the_hour(password: str, world: World) -> None:
    begin(password).post("/sign-in/reason/", {"reason": WHY})
    with inside(world.programme.pk):
        accounts.ensure_member(programme=world.programme, agent_id="admin", role=Role.ADMINISTRATOR)
    with clock.at(clock.now() + timedelta(minutes=61)):
        assert emergency.end_uses() == 1
        assert emergency.end_uses() == 0
    person = BreakGlass.objects.get().user
    assert not person.is_active
    assert places_of(person) == [], "also where nobody else administers: it never counted as an administrator"


def test_sealing_anew_ends_what_is_open(password: str) -> None:
    client = begin(password)
    client.post("/sign-in/reason/", {"reason": WHY})
    person = BreakGlass.objects.get().user
    TOTP.activate(person, generate_totp_secret())  # by who used it, so that they can again, or nobody
    fresh = emergency.seal(username="break-glass")
    assert fresh != password
    assert client.get("/account/").status_code == 302
    assert SignIn.objects.get().why == "replaced"
    assert BreakGlass.objects.get().broken_at is None
    begin(fresh)


def test_a_persons_account_is_not_taken_for_it(world: World) -> None:
    with pytest.raises(Conflict):
        emergency.seal(username="rep")
