"""The page of what waits to be scored: page by page, of a rep, by a scorecard; each stands on one page alone."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from rapport.conftest import World
from rapport.kit import clock
from rapport.quality import waiting
from rapport.quality.models import Selection
from rapport.quality.tests.cards import a_scorecard, a_selection

PAGE = "/at/cards/quality/"


@pytest.fixture
def supervisor(client: Client, world: World) -> Client:
    client.force_login(world.supervisor.user)
    return client


def shown(text: str) -> list[str]:
    return re.findall(r"selections/([0-9a-f-]+)/begin/", text)


def test_each_that_waits_is_on_one_page_the_longest_first(
    supervisor: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "PAGE", 2)
    card = a_scorecard(world)
    made = [a_selection(world, card) for _ in range(5)]
    Selection.objects.filter(pk__in=[one.pk for one in made[1:4]]).update(made_at=clock.now() - timedelta(days=1))
    found, address = [], PAGE
    for _ in range(3):
        text = supervisor.get(address).text
        found.append(shown(text))
        more = re.search(r'href="(\?[^"]*after=[^"]*)"', text)
        address = f"{PAGE}{more[1]}" if more else ""
    ids = [str(one.public_id) for one in (*made[1:4], made[0], made[4])]
    assert found == [ids[:2], ids[2:4], ids[4:]] and not address
    assert "5 wait." in text


def test_those_of_a_rep_and_by_a_scorecard(supervisor: Client, world: World) -> None:
    card = a_scorecard(world)
    mine = a_selection(world, card)
    assert shown(supervisor.get(f"{PAGE}?rep=rep&scorecard={card.key}").text) == [str(mine.public_id)]
    for other in ("?rep=rep2", "?scorecard=other", "?rep=a%00b", "?rep=" + "x" * 500):
        text = supervisor.get(f"{PAGE}{other}").text
        assert not shown(text) and "None of these is left" in text
    assert supervisor.get(f"{PAGE}?after=nonsense").status_code == 422
    assert shown(supervisor.get(f"{PAGE}?after={world.customer.public_id}").text) == [str(mine.public_id)]
