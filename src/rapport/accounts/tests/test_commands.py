"""Commands that make people and tokens."""

import io

import pytest

from rapport.accounts import actions as accounts
from rapport.accounts.access import access_token
from rapport.accounts.cli import person, token
from rapport.accounts.models import Member, Programme
from rapport.accounts.roles import Right
from rapport.conftest import World, stand_in
from rapport.kit.errors import Conflict, Invalid, NotFound


def typed(monkeypatch: pytest.MonkeyPatch, password: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))


@pytest.mark.usefixtures("db")
def test_a_person_gets_a_place_and_a_programme_made_on_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, "correct horse battery")
    assert person.run(["grace", "--programme", "travel", "--role", "supervisor", "--agent-id", "17"]) == 0
    stand_in(Programme.objects.get(key="travel"))
    member = Member.objects.get(programme__key="travel")
    assert (member.role, member.agent_id, member.user.check_password("correct horse battery")) == (
        "supervisor",
        "17",
        True,
    )


def test_who_is_there_already_is_left_as_they_are(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, "correct horse battery")
    with pytest.raises(Conflict, match="changepassword"):
        person.run(["rep", "--programme", "loans", "--role", "supervisor"])
    stand_in(world.other)
    assert not Member.objects.filter(user__username="rep").exists()
    assert not world.rep.user.check_password("correct horse battery")


@pytest.mark.usefixtures("db")
def test_two_agents_whose_names_differ_in_capitals_are_two(world: World) -> None:
    names = ("DORIT", "dorit")
    members = [accounts.ensure_member(programme=world.programme, agent_id=name) for name in names]
    assert members[0].user_id != members[1].user_id


@pytest.mark.usefixtures("db")
def test_a_weak_password_makes_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, "password")
    with pytest.raises(Invalid):
        person.run(["grace", "--programme", "travel"])
    assert Member.objects.count() == 0


def test_a_token_opens_only_what_it_was_made_for(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    token.run(["--programme", "cards", "--name", "pbx", "--for", "cti"])
    secret = capsys.readouterr().out.strip()
    assert access_token(secret, "cards", Right.REPORT_CALLS).programme == world.programme
    with pytest.raises(NotFound):
        access_token(secret, "loans", Right.REPORT_CALLS)


def test_no_token_for_a_programme_that_is_not_there(world: World) -> None:
    with pytest.raises(NotFound, match="there are: cards, loans"):
        token.run(["--programme", "nowhere", "--name", "pbx", "--for", "cti"])
    assert Programme.objects.count() == 2


def test_tokens_are_listed_and_ended(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    token.run(["--programme", "cards", "--name", "pbx", "--for", "cti", "--expires", "2099-12-31"])
    secret = capsys.readouterr().out.strip()
    token.run(["--programme", "cards", "--list"])
    listed = capsys.readouterr().out
    assert "2099-12-31" in listed and "cti.report" in listed and secret not in listed
    token.run(["--programme", "cards", "--revoke", "--name", "pbx"])
    with pytest.raises(NotFound):
        access_token(secret, "cards", Right.REPORT_CALLS)
    with pytest.raises(NotFound, match="--list"):
        token.run(["--programme", "cards", "--revoke", "--name", "pbx"])
    with pytest.raises(Invalid, match="--for"):
        token.run(["--programme", "cards", "--name", "pbx"])


def test_a_place_is_ended(world: World) -> None:
    assert person.run(["rep", "--programme", "cards", "--end"]) == 0
    assert not Member.objects.get(user__username="rep").is_active
    with pytest.raises(NotFound):
        person.run(["nobody", "--programme", "cards", "--end"])
