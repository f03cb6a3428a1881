"""Commands of the module, as they are typed."""

from pathlib import Path

import pytest

from rapport.conftest import World
from rapport.kit.errors import Invalid, NotFound
from rapport.provisioning.cli import groups, sso
from rapport.provisioning.models import Service


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


OIDC = """
key = "bank"
name = "Bank"
kind = "oidc"
issuer = "https://id.bank.example"
client_id = "rapport"
groups = "groups"
"""


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("rapport.kit.outbound.check", lambda _: None)  # bank.example has no address
    (tmp_path / "bank.toml").write_text(OIDC)
    (tmp_path / "secret").write_text("a client secret\n")
    return tmp_path


def test_a_sign_in_service_is_set_kept_and_stopped(
    world: World, told: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = ["--programme", "cards"]
    assert sso.run(here) == 0
    sso.run([*here, "--file", str(told / "bank.toml"), "--secret-file", str(told / "secret")])
    sealed = Service.objects.get().sealed_secret
    (told / "bank.toml").write_text(OIDC.replace('name = "Bank"', 'name = "The Bank"'))
    sso.run([*here, "--file", str(told / "bank.toml")])
    assert (Service.objects.get().name, Service.objects.get().sealed_secret) == ("The Bank", sealed)
    sso.run([*here, "--stop", "bank"])
    assert capsys.readouterr().out.splitlines() == [
        "This partner has no sign-in service.",
        "bank (oidc): /sign-in/with/bank/",
        "bank (oidc): /sign-in/with/bank/",
        "bank (oidc, stopped): /sign-in/with/bank/",
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        OIDC.replace("client_id", "cliend_id"),
        OIDC.replace('"rapport"', "7"),
        OIDC.replace('issuer = "https://id.bank.example"', ""),
        OIDC.replace('"oidc"', '"ldap"'),
        OIDC.replace('"bank"', '"Bank AG"'),
        'kind = "saml"\nkey = "bank"\nname = "Bank"\nmetadata = "bank.toml"',
        "no toml",
    ],
)
def test_a_wrong_file_is_refused_in_words(world: World, told: Path, wrong: str) -> None:
    (told / "bank.toml").write_text(wrong)
    with pytest.raises(Invalid):
        sso.run(["--programme", "cards", "--file", str(told / "bank.toml")])
    assert not Service.objects.exists()


def test_a_sign_in_service_that_is_not_cannot_be_stopped(world: World) -> None:
    with pytest.raises(NotFound):
        sso.run(["--programme", "cards", "--stop", "bank"])
