"""The page of who runs the installation."""

import pytest
from django.test import Client

from rapport.accounts import actions as accounts
from rapport.conftest import World


def test_the_administrator_sees_what_runs_and_no_customer(world: World) -> None:
    client = Client()
    client.force_login(accounts.ensure_installation_administrator(username="admin", password="long enough"))
    assert client.get("/", follow=True).request["PATH_INFO"] == "/machine/"
    page = client.get("/machine/").content.decode()
    assert "Cards" in page and "recordings" in page
    assert world.customer.name not in page
    assert client.get("/at/cards/desk/").status_code == 404


@pytest.mark.parametrize("who", ["rep", "supervisor", "outsider"])
def test_to_everyone_else_the_page_does_not_exist(world: World, who: str) -> None:
    client = Client()
    client.force_login(getattr(world, who).user)
    assert client.get("/machine/").status_code == 404


def test_who_is_not_signed_in_signs_in_first(world: World) -> None:
    assert Client().get("/machine/").headers["Location"].startswith("/sign-in/")
