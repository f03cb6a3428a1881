"""What a desk sends at once on one contact takes turns: no answer is lost to two that wait for each other."""

from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest
from django.db import connection
from django.test import Client

from rapport.conftest import World
from rapport.customers.models import Holding
from rapport.desk.tests.test_desk import take
from rapport.kit.walls import inside
from rapport.offers.models import LeavingReason
from rapport.offers.tests.offering import live, uncontrolled

SEATS, EACH = 6, 40
SENT: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("get", "offers/", {}),
    ("get", "leaving/now/", {}),
    ("get", "guide/now/", {}),
    ("get", "prompts/", {}),
    ("post", "offers/own/", {}),
    ("post", "leaving/", {}),
    ("post", "leaving/product/", {"holding": "H-1"}),
    ("post", "leaving/product/", {"holding": ""}),
    ("post", "leaving/reason/", {"leaving_reason": "fee"}),
    ("post", "leaving/reason/", {"leaving_reason": "price"}),
    ("post", "messages/", {"text": "One moment"}),
    ("post", "reason/", {"reason": "cancel"}),
    ("post", "bars/", {"channel": "phone"}),
    ("post", "promises/", {"what": "A letter", "kind": "other", "due_on": "2030-01-02"}),
    ("post", "guide/mood/", {"mood": "calm"}),
)


@pytest.mark.django_db(transaction=True)
def test_everything_sent_at_once_is_answered(committed_world: World) -> None:
    world, client = committed_world, Client()
    with inside(world.programme.pk):
        Holding.objects.create(programme=world.programme, customer=world.customer, key="H-1", product="card")
        for key in ("fee", "price"):
            LeavingReason.objects.create(programme=world.programme, key=key, name=key)
        uncontrolled(world)
        live(world)
    client.force_login(world.rep.user)
    _, at = take(client, world)
    assert client.post(f"{at}leaving/").status_code == 200

    def seat(number: int) -> list[str]:
        mine, dice = Client(), Random(number)
        mine.force_login(world.rep.user)
        try:
            return [sent_to(mine, at, *one) for one in dice.choices(SENT, k=EACH)]
        finally:
            connection.close()

    with ThreadPoolExecutor(SEATS) as several:
        answers = [answer for each in several.map(seat, range(SEATS)) for answer in each]
    assert [answer for answer in answers if answer.startswith(("5", "404"))] == []
    assert sum(answer.startswith("200") for answer in answers) > len(answers) / 2


def sent_to(client: Client, at: str, how: str, where: str, what: dict[str, str]) -> str:
    answer = getattr(client, how)(f"{at}{where}", what)
    return f"{answer.status_code} {how} {where}"
