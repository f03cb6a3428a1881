"""What staff meet with the products: told by them, read without names and of enough people, taken back."""

from datetime import timedelta
from typing import Any

import pytest

from rapport.accounts import actions as accounts
from rapport.accounts.models import Member
from rapport.accounts.roles import Role
from rapport.conftest import World
from rapport.events.models import Event
from rapport.kit import clock
from rapport.kit.errors import Conflict
from rapport.kit.walls import inside
from rapport.learning import experiences
from rapport.learning.models import Experience
from rapport.learning.tests.stage import BASE, client_of
from rapport.learning.tests.test_items import learner

TO = f"{BASE}products/"
SENT = {"product": "Gold card", "happened": "It came in two days", "keeps": "yes", "may_quote": "on"}


def somebody(world: World, name: str, role: Role) -> Member:
    return accounts.ensure_member(programme=world.programme, agent_id=name, name=name, role=role, username=name)


def tells(world: World, number: int, **told: Any) -> Experience:
    given = {"product": "Gold card", "happened": f"Words of {number}", "keeps": "yes", "may_quote": True, **told}
    return experiences.tell(member=learner(world, number), **given)


def test_it_is_told_by_its_page_kept_once_and_taken_back(world: World) -> None:
    rep = client_of(world.rep)
    assert rep.post(f"{TO}tell/", SENT).status_code == rep.post(f"{TO}tell/", SENT).status_code == 302
    row = Experience.objects.get()
    assert "It came in two days" in rep.get(TO).text
    told = Event.objects.get(name="experience.told")
    assert told.data == {} and told.actor == "system" and told.subject == world.programme.public_id
    assert client_of(world.second_rep).post(f"{TO}{row.public_id}/gone/").status_code == 404
    assert rep.post(f"{TO}{row.public_id}/gone/").status_code == 302
    assert not Experience.objects.exists()


def test_managers_read_it_without_names_and_of_enough_people(world: World) -> None:
    boss = client_of(somebody(world, "boss", Role.MANAGER))
    for number in range(experiences.FEWEST - 1):
        tells(world, number, keeps="yes" if number else "no", may_quote=number != 1)
    page = boss.get(TO).text
    assert "4 people" in page and "too few to tell more" in page and "Words of" not in page
    tells(world, 0, happened="Again", product="gold CARD", keeps="yes", may_quote=False)
    assert "too few" in boss.get(TO).text  # the same person counts once
    tells(world, 9)
    page = boss.get(TO).text
    assert "5 people, 5 would keep it" in page and "Words of 9" in page
    assert "Words of 1" not in page and "Again" not in page and ">l9<" not in page
    assert "Words of 9" not in client_of(world.supervisor).get(TO).text
    with clock.at(clock.now() + timedelta(days=100)):
        assert experiences.told(world.programme, clock.now().date() - experiences.PERIOD) == []


def test_managers_have_it_beside_the_news_they_write(world: World) -> None:
    boss, to = client_of(somebody(world, "boss", Role.MANAGER)), "/at/cards/rally/news/"
    assert "What staff met" not in boss.get(to).text
    for number in range(experiences.FEWEST):
        tells(world, number)
    page = boss.get(to).text
    assert "What staff met with our products" in page and "Words of 3" in page and "5 people" in page
    for member in (world.supervisor, world.rep):
        assert "Words of" not in client_of(member).get(to).text


@pytest.mark.parametrize(
    "wrong",
    [{"product": " "}, {"happened": ""}, {"keeps": "maybe"}, {"product": "x" * 81}, {"happened": "x" * 1001}],
)
def test_what_makes_no_sense_is_refused(world: World, wrong: dict[str, str]) -> None:
    answer = client_of(world.rep).post(f"{TO}tell/", {**SENT, **wrong})
    assert answer.status_code == 422 and not Experience.objects.exists()


def test_numbers_of_cards_are_hidden_and_a_day_has_an_end(world: World) -> None:
    row = tells(world, 1, happened="My 4111 1111 1111 1111 \x00was stopped")
    assert "4111" not in row.happened and "was stopped" in row.happened
    for number in range(experiences.MOST_A_DAY - 1):
        tells(world, 1, happened=f"More {number}")
    with pytest.raises(Conflict, match="tomorrow"):
        tells(world, 1, happened="And more")
    with inside(world.other.pk):
        assert not Experience.objects.exists() and experiences.told(world.other, row.told_on) == []


def test_who_may_not_reads_nothing(world: World) -> None:
    tells(world, 1)
    assert client_of(world.outsider).get(TO).status_code == 404
    assert client_of(somebody(world, "adm", Role.ADMINISTRATOR)).get(TO).status_code == 403
