"""The list of returns: page after page without one lost or told twice, and by what shows it, whose, about what."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from rapport.conftest import World
from rapport.kit import clock
from rapport.quality.repeats import actions, queries
from rapport.quality.repeats.asked import Asked
from rapport.quality.repeats.models import Return
from rapport.quality.repeats.tests.test_returns import PAGE, a_customer, came_back, handled

SHOWN = re.compile(r"returns/([0-9a-f-]{36})/mend/")


@pytest.fixture
def five(world: World) -> list[Return]:
    """Five returns, who came last first: two of them came at the same moment."""
    now, made = clock.now(), [came_back(world, f"{number}@example.org") for number in range(5)]
    for one, days in zip(made, (1, 2, 2, 3, 4), strict=True):
        one.came_at = now - timedelta(days=days)
        one.save(update_fields=["came_at"])
    return [made[0], made[2], made[1], made[3], made[4]]


def shown(page: str) -> list[str]:
    return SHOWN.findall(page)


def ids(rows: list[Return]) -> list[str]:
    return [str(one.public_id) for one in rows]


def test_page_after_page_has_each_once(
    world: World, client: Client, five: list[Return], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "PAGE", 2)
    client.force_login(world.supervisor.user)
    pages, to = list[list[str]](), "?cause=training"
    while to:
        page = client.get(PAGE + to).text
        assert "5 not mended" in page
        pages.append(shown(page))
        older = re.search(r'href="(\?[^"]*before=[^"]*)"', page)
        to = older[1].replace("&amp;", "&") if older else ""
    assert pages == [ids(five)[:2], ids(five)[2:4], ids(five)[4:]]
    monkeypatch.setattr(queries, "PAGE", 5)
    assert "before=" not in client.get(f"{PAGE}?cause=training").text


def test_a_page_goes_on_where_it_was_though_the_last_one_shown_is_mended(
    world: World, client: Client, five: list[Return], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "PAGE", 2)
    client.force_login(world.supervisor.user)
    at = f"?cause=training&reason=cancel&before={five[1].public_id}"
    client.post(f"{PAGE}{five[1].public_id}/mend/")
    assert shown(client.get(PAGE + at).text) == ids(five)[2:4]
    assert client.post(f"{PAGE}{five[2].public_id}/mend/{at}").url == PAGE + at
    assert shown(client.get(PAGE + at).text) == ids(five)[3:]
    assert shown(client.get(f"{PAGE}?cause=training&before={uuid4()}").text) == [ids(five)[0], ids(five)[3]]


def test_whoever_can_mend_it_finds_all_that_are_theirs(world: World, client: Client) -> None:
    rep = came_back(world, "bo@example.org")
    cy = a_customer(world, "cy@example.org")
    other = handled(world, cy, rep=world.second_rep, reason="card")
    handled(world, cy, reason="card")
    actions.find(programme=world.programme)
    hers = Return.objects.get(first=other)
    hand = came_back(world, "di@example.org")
    actions.lay(member=world.supervisor, return_id=hand.public_id, cause="training", note="Did not listen")
    client.force_login(world.supervisor.user)

    def those(query: str) -> list[str]:
        return shown(client.get(f"{PAGE}?cause=training&{query}").text)

    assert those("") == ids([hand, hers, rep])
    assert those(f"rep={world.second_rep.agent_id}") == those("reason=card") == ids([hers])
    assert those("sign=said_resolved") == ids([hers, rep])
    assert those("sign=by_hand") == ids([hand])
    assert those(f"sign=by_hand&rep={world.rep.agent_id}&reason=cancel") == ids([hand])
    assert those("rep=nobody") == those("reason=x") == []
    assert those("sign=nonsense") == those("reason=%00") == ids([hand, hers, rep])
    page = client.get(f"{PAGE}?cause=training&reason=card").text
    assert "1 not mended, of 3" in page
    actions.mend(member=world.supervisor, return_id=hand.public_id)
    page = client.get(f"{PAGE}?cause=training&reason=card").text
    assert "1 not mended, of 2" in page and 'In the last 28 days">3</span>' in page  # what is mended was one, too
    assert "None of these is left" in client.get(f"{PAGE}?cause=training&rep=nobody").text


def test_the_form_offers_what_there_is(world: World) -> None:
    came_back(world)
    hand = came_back(world, "di@example.org")
    actions.lay(member=world.supervisor, return_id=hand.public_id, cause="training", note="")
    told = queries.options(world.supervisor, "training")
    assert told["sign"] == [
        ("by_hand", "A person laid it"),
        ("said_resolved", "Was marked as resolved, and was not"),
    ]
    assert told["rep"] == [(world.rep.agent_id, world.rep.name)]
    assert told["reason"] == [("cancel", "Cancel my card")]
    assert queries.options(world.supervisor, "access") == {"sign": [], "rep": [], "reason": []}
    actions.mend(member=world.supervisor, return_id=hand.public_id)
    assert [key for key, _ in queries.options(world.supervisor, "training")["sign"]] == ["said_resolved"]


def test_what_cannot_be_read_is_refused_and_changes_nothing(world: World, client: Client) -> None:
    found = came_back(world)
    client.force_login(world.supervisor.user)
    for wrong in ("before=nonsense", "before=" + "9" * 5000):
        assert client.get(f"{PAGE}?{wrong}").status_code == 422
        assert client.post(f"{PAGE}{found.public_id}/mend/?{wrong}").status_code == 422
    found.refresh_from_db()
    assert found.mended_at is None
    assert client.get(f"{PAGE}?cause=training&rep={'x' * 5000}&reason=<script>").status_code == 200


def test_an_address_keeps_what_is_asked_and_begins_at_the_first_page() -> None:
    asked = Asked("routing", sign="handed_on", rep="7", before=uuid4())
    assert asked.address() == "?cause=routing&sign=handed_on&rep=7"
    assert asked.address(rep="", reason="a&b") == "?cause=routing&sign=handed_on&reason=a%26b"
    assert asked.is_narrowed and not Asked("routing", before=uuid4()).is_narrowed


def test_the_list_of_another_programme_begins_nowhere_here(world: World, client: Client) -> None:
    found = came_back(world)
    client.force_login(world.outsider.user)
    assert client.get(f"{PAGE}?before={found.public_id}").status_code == 404
