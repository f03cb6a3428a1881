"""The fortnight's question: answered once by nobody in particular, shown late, and never of too few."""

from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from rapport.accounts import actions as accounts
from rapport.accounts.models import Member, Team
from rapport.accounts.roles import Role
from rapport.conftest import World
from rapport.events.models import Event
from rapport.kit import clock
from rapport.kit.errors import Conflict, Forbidden, Invalid
from rapport.recognition.staff import actions, queries
from rapport.recognition.staff.guard import mean_of, to_show
from rapport.recognition.staff.models import Answered, Round, Rule, Tally

NOON = datetime(2026, 11, 18, 11, 0, tzinfo=UTC)
LATER = NOON + timedelta(days=14)
PAGE = "/at/cards/how-work-is/"


def team_of(world: World, name: str, people: int) -> list[Member]:
    team, _ = Team.objects.get_or_create(programme=world.programme, name=name)
    found = []
    for number in range(people):
        who = f"{name.lower()}{number}"
        made = accounts.ensure_member(
            programme=world.programme, agent_id=who, name=who, role=Role.REP, username=who
        )
        made.team = team
        made.save()
        found.append(made)
    return found


def all_answer(members: list[Member], *values: int) -> None:
    for member, value in zip(members, values, strict=True):
        actions.answer(member=member, value=value)


def a_manager(world: World) -> Member:
    return accounts.ensure_member(
        programme=world.programme, agent_id="boss", name="Boss", role=Role.MANAGER, username="boss"
    )


def an_administrator(world: World) -> Member:
    return accounts.ensure_member(
        programme=world.programme, agent_id="admin", name="Admin", role=Role.ADMINISTRATOR, username="admin"
    )


def test_somebody_answers_once_a_fortnight(world: World) -> None:
    with clock.at(NOON):
        assert queries.is_asked(world.rep)
        actions.answer(member=world.rep, value=4)
        assert not queries.is_asked(world.rep) and queries.is_asked(world.second_rep)
        with pytest.raises(Conflict):
            actions.answer(member=world.rep, value=1)
    assert [one.count for one in Tally.objects.order_by("value")] == [0, 0, 0, 1, 0]
    with clock.at(NOON + timedelta(days=11)):
        assert not queries.is_asked(world.rep)
    with clock.at(LATER):
        assert queries.is_asked(world.rep)
        actions.answer(member=world.rep, value=2)
    assert Answered.objects.count() == 2 and Round.objects.count() == 2


def test_nothing_joins_an_answer_to_a_person(world: World) -> None:
    """No column says who gave an answer, when, or in what order; nor do the database's own marks, or the log."""
    with clock.at(NOON):
        all_answer([world.rep, world.second_rep, world.supervisor], 1, 5, 3)
    assert {field.name for field in Tally._meta.get_fields()} == {
        "id",
        "programme",
        "round",
        "team",
        "value",
        "count",
    }
    assert {field.name for field in Answered._meta.get_fields()} == {"id", "programme", "round", "member"}
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT xmin::text), count(*) FROM staff_tally")
        assert cursor.fetchone() == (1, 5)
    told = list(Event.objects.filter(name="staff.answered"))
    assert len(told) == 3 and {one.actor for one in told} == {"somebody"}
    assert {(*one.data, one.data["starts_on"]) for one in told} == {("starts_on", "2026-11-16")}
    assert all(one.id.version == 4 for one in Answered.objects.all())


@pytest.mark.parametrize("value", [0, 6, -1, 10**9])
def test_answers_that_there_are_not(world: World, value: int) -> None:
    with pytest.raises(Invalid):
        actions.answer(member=world.rep, value=value)
    assert not Answered.objects.exists() and not Round.objects.exists()


def test_who_takes_no_contacts_is_not_asked(world: World) -> None:
    with pytest.raises(Forbidden):
        actions.answer(member=a_manager(world), value=3)


def test_nothing_is_shown_before_the_fortnight_is_over_nor_of_too_few(world: World) -> None:
    members = team_of(world, "East", 5)
    with clock.at(NOON):
        all_answer(members[:4], 5, 4, 2, 3)
        assert queries.fortnights(world.programme, teams=True) == []
    with clock.at(LATER):
        [one] = queries.fortnights(world.programme, teams=True)
        assert one.whole is None and one.teams == []
    with clock.at(NOON):
        actions.answer(member=members[4], value=3)
        assert queries.fortnights(world.programme, teams=True) == []
    with clock.at(LATER):
        [one] = queries.fortnights(world.programme, teams=True)
        assert (one.whole.people, one.whole.mean, one.whole.told) == (5, 3.4, "3.4")
        assert [group.name for group in one.teams] == ["East"]


def test_a_team_that_would_give_another_away_is_left_out(world: World) -> None:
    """West's two could be worked out from everyone less East and North; so North, the smallest, is left out."""
    with clock.at(NOON):
        all_answer(team_of(world, "East", 8), *[4] * 8)
        all_answer(team_of(world, "North", 6), *[3] * 6)
        all_answer(team_of(world, "West", 2), 1, 1)
    with clock.at(LATER):
        [one] = queries.fortnights(world.programme, teams=True)
        assert [group.name for group in one.teams] == ["East"] and one.left_out == 2
        assert queries.fortnights(world.programme, teams=False)[0].teams == []


sizes = st.lists(st.integers(0, 12), max_size=7).map(lambda of: {f"team {at}": size for at, size in enumerate(of)})


@given(sizes=sizes, fewest=st.integers(5, 12))
def test_no_sum_or_difference_of_what_is_shown_is_of_too_few(sizes: dict[str, int], fewest: int) -> None:
    shown = to_show(sizes, fewest)
    whole = sum(sizes.values())
    if shown is None:
        assert whole < fewest
        return
    assert whole >= fewest and all(sizes[name] >= fewest for name in shown)
    for many in range(len(shown) + 1):
        for taken in combinations(sorted(shown), many):
            rest = whole - sum(sizes[name] for name in taken)
            assert rest == 0 or rest >= fewest


@given(sizes=sizes, fewest=st.integers(5, 12))
def test_no_more_is_left_out_than_has_to_be(sizes: dict[str, int], fewest: int) -> None:
    enough = {name for name, size in sizes.items() if size >= fewest}
    rest = sum(size for name, size in sizes.items() if name not in enough)
    shown = to_show(sizes, fewest)
    if shown is not None and (rest == 0 or rest >= fewest):
        assert shown == enough
    elif shown is not None:
        assert len(enough - shown) == min(1, len(enough))


@given(st.lists(st.integers(1, 5), min_size=5, max_size=30))
def test_a_mean_never_says_that_all_answered_the_worst_or_the_best(values: list[int]) -> None:
    mean, told = mean_of({value: values.count(value) for value in set(values)}, 1, 5)
    assert 1.5 <= mean <= 4.5
    assert (told == "1.5 or less") == (sum(values) / len(values) <= 1.5)
    assert (told == "4.5 or more") == (sum(values) / len(values) >= 4.5)


def test_what_was_promised_holds_for_who_has_answered(world: World) -> None:
    admin = an_administrator(world)
    with clock.at(NOON):
        actions.set_fewest(member=admin, fewest=8)
        all_answer(team_of(world, "East", 6), *[4] * 6)
        actions.set_fewest(member=admin, fewest=5)
        actions.set_fewest(member=admin, fewest=5)
        for bad in (4, 51, 0):
            with pytest.raises(Invalid):
                actions.set_fewest(member=admin, fewest=bad)
    with clock.at(LATER):
        [one] = queries.fortnights(world.programme, teams=True)
        assert one.whole is None and one.fewest == 8
        actions.answer(member=world.rep, value=3)
    assert Round.objects.order_by("-starts_on").first().fewest == 5
    assert Event.objects.filter(name="staff.fewest_set").count() == 2


def test_the_database_keeps_the_promises_too(world: World) -> None:
    with clock.at(NOON):
        actions.answer(member=world.rep, value=3)
    asked = Round.objects.get()
    told: list[Any] = [
        lambda: Round.objects.filter(pk=asked.pk).update(fewest=4),
        lambda: Rule.objects.create(programme=world.programme, fewest=1),
        lambda: Answered.objects.create(programme=world.programme, round=asked, member=world.rep),
        lambda: Tally.objects.create(programme=world.programme, round=asked, team="", value=3),
        lambda: Tally.objects.create(programme=world.programme, round=asked, team="x", value=6),
    ]
    for refused in told:
        with pytest.raises(IntegrityError), transaction.atomic():
            refused()


def test_the_page_asks_and_shows(world: World, client: Client) -> None:
    client.force_login(world.rep.user)
    with clock.at(NOON):
        assert "How is work, these two weeks?" in client.get(PAGE).content.decode()
        assert "How is work?" in client.get("/at/cards/desk/").content.decode()
        for bad in ({}, {"value": "6"}, {"value": "x" * 5000}, {"value": "\u0663"}):
            assert client.post(f"{PAGE}answer/", bad).status_code == 422
        assert client.post(f"{PAGE}answer/", {"value": "4"}).status_code == 302
        assert client.post(f"{PAGE}answer/", {"value": "1"}).status_code == 409
        assert "You have answered this fortnight" in client.get(PAGE).content.decode()
        assert "How is work?" not in client.get("/at/cards/desk/").content.decode()
        all_answer(team_of(world, "East", 6), *[4] * 6)
    with clock.at(LATER):
        client = Client()  # the first one's session has ended
        client.force_login(world.rep.user)
        page = client.get(PAGE).content.decode()
        assert "Everyone" in page and "East" not in page
        client.force_login(a_manager(world).user)
        page = client.get(PAGE).content.decode()
        assert "Everyone" in page and ">7<" in page and "East" not in page and "1 team is left out" in page


def test_who_may_not(world: World, client: Client) -> None:
    assert client.get(PAGE).headers["Location"].startswith("/sign-in/")
    client.force_login(world.rep.user)
    assert client.post(f"{PAGE}fewest/", {"fewest": "5"}).status_code == 403
    client.force_login(a_manager(world).user)
    assert client.post(f"{PAGE}answer/", {"value": "5"}).status_code == 403
    assert client.post(f"{PAGE}fewest/", {"fewest": "5"}).status_code == 403
    client.force_login(world.outsider.user)
    assert client.get(PAGE).status_code == 404
    assert client.post(f"{PAGE}answer/", {"value": "5"}).status_code == 404
    client.force_login(an_administrator(world).user)
    for bad in ("", "4", "999", "five", "\u0667"):
        assert client.post(f"{PAGE}fewest/", {"fewest": bad}).status_code == 422
    assert client.post(f"{PAGE}fewest/", {"fewest": "9"}).status_code == 302
    assert Rule.objects.get().fewest == 9 and not Answered.objects.exists()
