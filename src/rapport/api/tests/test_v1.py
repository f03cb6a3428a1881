"""The REST API through its own door."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from rapport.accounts import actions as accounts
from rapport.accounts.roles import Right, Role
from rapport.channels.chat import actions as chat
from rapport.conftest import World
from rapport.contacts.models import Contact
from rapport.customers.models import Customer
from rapport.kit.walls import inside

PATHS = ("contacts", "events", "metrics")


@pytest.fixture
def contact(world: World) -> Contact:
    return chat.begin(
        programme=world.programme,
        email="ada@example.org",
        text="Hello",
        reason=world.reason,
        client_id=uuid4(),
    )


@pytest.fixture
def token(world: World) -> str:
    return accounts.issue_token(programme=world.programme, name="warehouse", rights=[Right.USE_API])


def get(path: str, token: str, programme: str = "cards") -> Any:
    return Client().get(f"/api/v1/programmes/{programme}/{path}", headers={"Authorization": f"Bearer {token}"})


def test_contacts_are_listed_behind_a_cursor(world: World, contact: Contact, token: str) -> None:
    page = get("contacts?limit=1", token).json()
    (one,) = page["items"]
    assert (one["id"], one["state"], one["customer"]) == (str(contact.public_id), "waiting", "C-1")
    assert get(f"contacts?after={page['next']}", token).json() == {"items": [], "next": None}
    assert get(f"contacts/{contact.public_id}", token).json() == one


def test_the_event_log_can_be_read_to_its_end(contact: Contact, token: str) -> None:
    names = [event["name"] for event in get("events", token).json()["items"]]
    assert names == ["contact.arrived", "chat.message", "contact.queued", "token.issued"]


def test_figures_are_those_of_the_registry(contact: Contact, token: str) -> None:
    chat.leave(contact)
    answer = get("metrics?by=reason", token).json()
    (row,) = answer["rows"]
    assert row["group"] == {"reason": "cancel"}
    assert row["contacts_abandoned"]["value"] == 1


def test_what_cannot_be_read_is_refused_in_words(token: str) -> None:
    for path in (
        "contacts?limit=0",
        "contacts?after=x",
        "metrics?by=mood",
        "metrics?from=tomorrow",
        "metrics?to=9999-12-31",
        "metrics?from=2026-01-02&to=2026-01-01",
    ):
        answer = get(path, token)
        assert answer.status_code == 422
        assert answer.json()["error"]["message"]


@pytest.mark.parametrize("path", PATHS)
def test_only_the_programmes_own_may_read(world: World, contact: Contact, path: str) -> None:
    with inside(world.other.pk):
        elsewhere = accounts.issue_token(programme=world.other, name="x", rights=[Right.USE_API])
    weak = accounts.issue_token(programme=world.programme, name="y", rights=[Right.REPORT_CALLS])
    assert get(path, elsewhere).status_code == 404
    assert get(path, weak).status_code == 403
    assert get(path, "nonsense").status_code == 404
    assert Client().get(f"/api/v1/programmes/cards/{path}").status_code == 401
    for member, status in ((world.rep, 403), (world.outsider, 404), (world.supervisor, 200)):
        client = Client()
        client.force_login(member.user)
        assert client.get(f"/api/v1/programmes/cards/{path}").status_code == status


def test_the_api_describes_itself(db: Any) -> None:
    document = Client().get("/api/v1/openapi.json").json()
    assert "/api/v1/programmes/{key}/metrics" in document["paths"]


def test_who_is_signed_in_gets_the_contacts_they_may_read(world: World, contact: Contact, client: Client) -> None:
    at = "/api/v1/programmes/cards/contacts"
    admin = accounts.ensure_member(
        programme=world.programme, agent_id="a", name="Adele", role=Role.ADMINISTRATOR, username="adele"
    )
    client.force_login(admin.user)
    assert client.get(at).json()["items"] == []
    assert client.get(f"{at}/{contact.public_id}").status_code == 404
    client.force_login(world.supervisor.user)
    assert [one["id"] for one in client.get(at).json()["items"]] == [str(contact.public_id)]
    assert client.get(f"{at}/{contact.public_id}").status_code == 200


def test_a_customer_whose_data_is_not_used_is_not_named(world: World, contact: Contact, token: str) -> None:
    for standing in ("restricted", "erased"):
        Customer.objects.filter(pk=world.customer.pk).update(standing=standing)
        assert get("contacts", token).json()["items"][0]["customer"] is None
