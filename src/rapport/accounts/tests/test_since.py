"""The day on which somebody joined: put on file by who manages people, told of by tenure and milestones."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.accounts import actions as accounts
from rapport.accounts.cli import person
from rapport.accounts.models import Member
from rapport.accounts.queries import tenures_with
from rapport.accounts.roles import Right, Role
from rapport.conftest import World, stand_in
from rapport.events.models import Event
from rapport.kit import clock
from rapport.kit.errors import Forbidden, Invalid, NotFound

NOON = datetime(2026, 11, 18, 11, tzinfo=UTC)
TODAY = NOON.date()


def admin(world: World) -> Member:
    return accounts.ensure_member(
        programme=world.programme, agent_id="admin", name="Admin", role=Role.ADMINISTRATOR, username="admin"
    )


def page_of(member: Member) -> str:
    return f"/at/cards/people/{member.user.public_id}/"


def joined(member: Member) -> date:
    member.refresh_from_db()
    return member.since.astimezone(member.programme.zone).date()


def test_it_is_put_on_file_on_the_persons_page(world: World, client: Client) -> None:
    client.force_login(admin(world).user)
    with clock.at(NOON):
        for _ in range(2):
            sent = client.post(f"{page_of(world.rep)}since/", {"since": "2024-03-01"}, follow=True)
            assert "joined on 1 March 2024" in sent.text and 'value="2024-03-01"' in sent.text
    assert joined(world.rep) == date(2024, 3, 1) != joined(world.second_rep)
    told = Event.objects.get(name="person.since_changed")
    assert told.subject == world.rep.user.public_id and told.actor.startswith("member:")
    assert (told.data["rep"], told.data["since"]) == ("rep", "2024-03-01")
    [tenure] = [one for one in tenures_with(world.programme, Right.TAKE_CONTACTS) if one.member == world.rep]
    assert tenure.began == datetime(2024, 2, 29, 23, tzinfo=UTC)  # midnight in Berlin


@pytest.mark.parametrize("bad", ["", "soon", "2026-11-19", "2027-01-01", "1949-12-31", "0001-01-01", "x" * 9000])
def test_days_that_cannot_be(world: World, client: Client, bad: str) -> None:
    client.force_login(admin(world).user)
    before = joined(world.rep)
    with clock.at(NOON):
        assert client.post(f"{page_of(world.rep)}since/", {"since": bad}).status_code == 422
    assert joined(world.rep) == before and not Event.objects.filter(name="person.since_changed").exists()


def test_today_is_the_programmes(world: World) -> None:
    with clock.at(datetime(2026, 11, 18, 23, 30, tzinfo=UTC)):  # half past midnight in Berlin
        accounts.set_since(member=world.rep, on=TODAY + timedelta(days=1), actor="test")
        with pytest.raises(Invalid):
            accounts.set_since(member=world.rep, on=TODAY + timedelta(days=2), actor="test")
    assert joined(world.rep) == TODAY + timedelta(days=1)


def test_who_may_not(world: World, client: Client) -> None:
    before = {one.pk: one.since for one in Member.objects.all()}
    for member, status in ((world.rep, 403), (world.supervisor, 403), (world.outsider, 404)):
        client.force_login(member.user)
        assert client.post(f"{page_of(world.second_rep)}since/", {"since": "2024-03-01"}).status_code == status
    boss = admin(world)
    client.force_login(boss.user)
    assert client.post(f"{page_of(boss)}since/", {"since": "2024-03-01"}).status_code == 403  # their own
    for who in (world.outsider.user.public_id, uuid4()):
        assert client.post(f"/at/cards/people/{who}/since/", {"since": "2024-03-01"}).status_code == 404
    with pytest.raises(Forbidden):
        accounts.set_since(member=boss, on=TODAY - timedelta(days=9), actor="test", by=boss)
    assert {one.pk: one.since for one in Member.objects.all() if one.pk != boss.pk} == before


def test_the_command_puts_it_on_file(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    stand_in(None)
    assert person.run(["rep", "--programme", "cards", "--since", "2024-03-01"]) == 0
    assert "joined cards on 2024-03-01" in capsys.readouterr().out
    with pytest.raises(NotFound):
        person.run(["nobody", "--programme", "cards", "--since", "2024-03-01"])
    with pytest.raises(Invalid):
        person.run(["rep", "--programme", "cards", "--since", "2999-03-01"])
    with pytest.raises(SystemExit):
        person.run(["rep", "--programme", "cards", "--since", "in spring"])
    stand_in(world.programme)
    assert joined(world.rep) == date(2024, 3, 1)


@settings(max_examples=30)
@given(st.dates(date(1940, 1, 1), date(2030, 1, 1)))
def test_the_day_that_is_kept_is_the_day_that_was_sent(world: World, on: date) -> None:
    before = joined(world.rep)
    with clock.at(NOON):
        try:
            accounts.set_since(member=world.rep, on=on, actor="test")
        except Invalid:
            assert (on > TODAY or on < accounts.EARLIEST) and joined(world.rep) == before
        else:
            assert joined(world.rep) == on
