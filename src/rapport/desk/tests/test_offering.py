"""Offers on the desk: nothing before the reason is heard, one made and accepted, the rules that stop the next."""

import pytest
from django.test import Client

from rapport.conftest import World
from rapport.customers.models import Holding
from rapport.desk.tests.test_desk import take
from rapport.kit.errors import NotFound
from rapport.offers.models import Choice, LeavingReason, Presentation, SaveAttempt
from rapport.offers.tests.offering import live, offer_text, uncontrolled


@pytest.fixture
def at(client: Client, world: World) -> str:
    client.force_login(world.rep.user)
    Holding.objects.create(programme=world.programme, customer=world.customer, key="H-1", product="card")
    LeavingReason.objects.create(programme=world.programme, key="fee", name="The fee")
    uncontrolled(world)
    live(world)
    live(world, "gold", offer_text("A gold card", products=["gold"]))
    _, at = take(client, world)
    return at


def test_an_offer_is_made_and_accepted_and_goes_with_that_they_stay(client: Client, world: World, at: str) -> None:
    page = client.get(f"{at}offers/").content.decode()
    assert "Hear first why they want to leave." in page
    assert not Choice.objects.exists()
    client.post(f"{at}leaving/reason/", {"leaving_reason": "fee"})
    page = client.get(f"{at}offers/").content.decode()
    assert "I can halve your fee, Ada." in page
    assert "It is for gold." in page
    [row] = Presentation.objects.all()
    here = f"{at}offers/{row.public_id}/"
    assert client.post(f"{here}accept/").status_code == 409
    assert "on the table" in client.post(f"{here}present/").content.decode()
    assert "accepted" in client.post(f"{here}accept/").content.decode()
    client.post(f"{at}leaving/end/", {"outcome": "stayed"})
    assert SaveAttempt.objects.get().offer == "half-fee/1"


def test_why_it_is_turned_down_is_asked(client: Client, at: str) -> None:
    client.post(f"{at}leaving/reason/", {"leaving_reason": "fee"})
    client.get(f"{at}offers/")
    [row] = Presentation.objects.all()
    here = f"{at}offers/{row.public_id}/"
    client.post(f"{here}present/")
    assert client.post(f"{here}turn-down/", {"why": "because"}).status_code == 422
    page = client.post(f"{here}turn-down/", {"why": "trust"}).content.decode()
    assert "They do not believe it" in page


def test_the_rules_of_fair_saves_stop_offers(client: Client, at: str) -> None:
    client.post(f"{at}leaving/reason/", {"leaving_reason": "fee"})
    client.get(f"{at}offers/")
    client.post(f"{at}leaving/again/")
    page = client.get(f"{at}offers/").content.decode()
    assert "I offered it" not in page
    assert "They have clearly asked to cancel" in page
    refused = client.post(f"{at}offers/{Presentation.objects.get().public_id}/present/")
    assert refused.status_code == 409


def test_who_does_not_have_the_contact_sees_none(client: Client, world: World, at: str) -> None:
    client.post(f"{at}leaving/reason/", {"leaving_reason": "fee"})
    client.get(f"{at}offers/")
    here = f"{at}offers/{Presentation.objects.get().public_id}/present/"
    for somebody in (world.second_rep, world.outsider):
        client.force_login(somebody.user)
        assert client.get(f"{at}offers/").status_code == NotFound.status
        assert client.post(here).status_code == NotFound.status
    assert Presentation.objects.get().state == "shown"
