"""What partners' systems do for a step, on the desk: seen before it is sent, and after."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from rapport.conftest import World
from rapport.desk.tests.test_desk import DESK, text_of
from rapport.desk.tests.test_guide import taken
from rapport.guides.connectors import keeping
from rapport.guides.tests.partner import BLOCK, Partner, at_work, connector
from rapport.guides.tests.test_connectors import send


@pytest.fixture
def partner(settings: Any, tmp_path: Path) -> Iterator[Partner]:
    settings.KEY_RING = tmp_path / "ring.json"
    with at_work() as server:
        settings.INTERNAL_HOSTS = (server.host,)
        yield server


def test_the_rep_sees_what_goes_out_and_what_comes_of_it(client: Client, world: World, partner: Partner) -> None:
    client.force_login(world.rep.user)
    keeping.save_connector(programme=world.programme, key="core", text=connector(partner.host))
    _, at = taken(client, world, BLOCK)
    page = text_of(client.post(f"{at}guide/answers/why/", {"value": "lost"}))
    assert "Goes to Core banking: Block the card" in page
    assert "Fill in first: Account" in page
    assert ">Do it<" not in page
    page = text_of(client.post(f"{at}guide/answers/account/", {"value": "12"}))
    assert ">Do it<" in page
    partner.answers = [409]
    for _ in range(2):
        page = text_of(client.post(f"{at}steps/block/do/", {"attempt": "1"}))
        assert "under way" in page
        assert ">Do it<" not in page
        assert "Do it by hand" not in page
    send()
    page = text_of(client.get(f"{DESK}work/"))
    assert "is locked" in page
    assert ">Try again<" in page
    client.post(f"{at}steps/block/do/", {"attempt": "2"})
    send()
    page = text_of(client.get(f"{DESK}work/"))
    assert "Close: R-1" in page
    assert "by the partner's system" in page
    assert (len(partner.asked), len(partner.done)) == (2, 1)


def test_by_hand_stays_open(client: Client, world: World, partner: Partner) -> None:
    client.force_login(world.rep.user)
    keeping.save_connector(programme=world.programme, key="core", text=connector(partner.host))
    _, at = taken(client, world, BLOCK)
    page = text_of(client.post(f"{at}steps/block/result/", {"done": "yes", "words": "In their terminal"}))
    assert "Close" in page
    assert partner.asked == []
