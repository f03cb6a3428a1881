"""The page of what a directory tells, as who looks after the programme uses it."""

import pytest
from django.test import Client

from rapport.accounts import actions as accounts
from rapport.accounts.models import Member, RoleChange
from rapport.accounts.roles import Right, Role
from rapport.conftest import World
from rapport.provisioning.models import GroupMapping
from rapport.provisioning.tests.scim import Directory

PAGE = "/at/cards/directory/"


@pytest.fixture
def administrator(world: World) -> Client:
    made = accounts.ensure_member(
        programme=world.programme, agent_id="admin", role=Role.ADMINISTRATOR, username="admin"
    )
    client = Client()
    client.force_login(made.user)
    return client


def test_a_group_is_given_a_role_and_loses_it_again(world: World, administrator: Client) -> None:
    directory = Directory(world.programme)
    directory.group("Night reps", directory.person()["id"])
    assert "These groups give nothing: Night reps." in administrator.get(PAGE).content.decode()
    administrator.post(PAGE, {"group": "night reps", "role": "rep", "team": "night"})
    place = Member.objects.get(agent_id="ada")
    assert (place.role, place.team.name, place.is_active) == ("rep", "night", True)
    page = administrator.get(PAGE).content.decode()
    assert "1 people, 1 of them with a place" in page
    administrator.post(PAGE, {"group": "night reps", "role": "none"})
    place.refresh_from_db()
    assert not place.is_active


def test_only_who_may_adjust_roles_lets_a_group_make_administrators(world: World) -> None:
    RoleChange.objects.create(
        programme=world.programme, role="supervisor", right=Right.MANAGE_PROGRAMME.value, granted=True
    )
    client = Client()
    client.force_login(world.supervisor.user)
    answer = client.post(PAGE, {"group": "mine", "role": "administrator"})
    assert (answer.status_code, b"Only who may adjust roles" in answer.content) == (422, True)
    assert not GroupMapping.objects.exists()
    assert client.post(PAGE, {"group": "mine", "role": "rep"}).status_code == 302


@pytest.mark.parametrize("sent", [{"group": "x", "role": "king"}, {"group": "", "role": "rep"}, {}])
def test_what_gives_nothing_is_refused_in_words(administrator: Client, sent: dict[str, str]) -> None:
    answer = administrator.post(PAGE, sent)
    assert (answer.status_code, b'role="alert"' in answer.content) == (422, True)


def test_others_do_not_see_it(world: World) -> None:
    for who, status in ((world.rep, 403), (world.supervisor, 403), (world.outsider, 404)):
        client = Client()
        client.force_login(who.user)
        assert client.get(PAGE).status_code == status
