"""Who a sign-in service let in, once it is another, is stopped, or the directory has taken them out."""

from typing import Any

import pytest
from django.test import Client

from rapport.accounts.models import Member
from rapport.accounts.roles import Role
from rapport.conftest import World
from rapport.provisioning.groups import map_group
from rapport.provisioning.models import Identity, Service, Subject
from rapport.provisioning.services import set_service, stop_service
from rapport.provisioning.tests.assertions import asked_by, assertion, offer, response, sent
from rapport.provisioning.tests.scim import Directory

DESK = "/at/cards/desk/"


@pytest.fixture
def bank(world: World) -> World:
    map_group(programme=world.programme, group="Card reps", role=Role.REP, actor="test")
    offer(world.programme.partner)
    return world


def come(client: Client, who: str = "ada") -> int:
    number = asked_by(client)
    return int(sent(client, response(number, assertion(number, who=who))).status_code)


def test_a_service_that_is_stopped_signs_its_people_out(bank: World) -> None:
    client, by_hand = Client(), Client()
    come(client)
    by_hand.force_login(bank.rep.user)
    stop_service(Service.objects.get(), actor="test")
    assert client.get(DESK).url.startswith("/sign-in/")
    assert by_hand.get(DESK).status_code == 200


def test_another_provider_at_the_same_place_knows_nobody_by_the_first_ones_names(bank: World) -> None:
    """Its names may be of other people; they are found again by the name of the directory, if by any."""
    come(Client())
    service = Service.objects.get()
    told: dict[str, Any] = {"partner": service.partner, "key": service.key, "kind": service.kind, "actor": "test"}
    told["secret"] = None
    set_service(name="The bank", rules=service.rules, **told)
    assert Subject.objects.get().identity.key == "ada", "another name of the service changes nothing"
    set_service(name="The bank", rules={**service.rules, "entity_id": "https://new.bank.example"}, **told)
    assert not Subject.objects.exists()
    set_service(name="The bank", rules=service.rules, **told)
    client = Client()
    assert come(client) == 302
    assert Identity.objects.count() == 1
    assert client.get(DESK).status_code == 200


def test_whom_the_directory_has_removed_does_not_come_back_by_a_sign_in(bank: World) -> None:
    directory = Directory(bank.programme)
    ada, grace = directory.person("ada"), directory.person("grace")
    directory.group("Card reps", ada["id"], grace["id"])
    client = Client()
    assert come(client) == 302
    assert directory.ask("DELETE", f"Users/{ada['id']}").status == 204
    assert client.get(DESK).url.startswith("/sign-in/")
    assert come(Client()) == 403, "though her company still lets her in and names the group"
    assert come(Client(), "mallory") == 403, "nor does anybody it never told of"
    assert come(Client(), "grace") == 302
    assert not Member.objects.get(agent_id="ada").is_active


def test_a_name_too_long_for_a_directory_is_not_cut_to_somebody_elses(bank: World) -> None:
    assert come(Client(), "a" * 150) == 302
    Subject.objects.all().delete()
    client = Client()
    assert come(client, "a" * 151) == 403
    assert "_auth_user_id" not in client.session
