"""Who stays: the curve as worked out by hand, nothing of too few, never a name; and how many have a sign."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from django.db import IntegrityError, transaction

from rapport.accounts import actions as accounts
from rapport.accounts.models import Member, Team
from rapport.accounts.queries import Tenure, tenures_with
from rapport.accounts.roles import Right
from rapport.conftest import World, at_most
from rapport.kit import clock
from rapport.kit.walls import inside
from rapport.recognition.awards.tests.stage import a_manager, client_of
from rapport.recognition.staff import actions as staff
from rapport.recognition.staff import jobs
from rapport.recognition.staff.models import StrainTold
from rapport.recognition.staff.staying import MONTH, Strain, count_strains, stay_of, stays, strains

NOON = datetime(2026, 11, 18, 11, tzinfo=UTC)
PAGE = "/at/cards/how-work-is/staying/"


def a_team(world: World, name: str, people: int, days: float = 400) -> list[Member]:
    team, _ = Team.objects.get_or_create(programme=world.programme, name=name)
    made = []
    for number in range(people):
        who = f"{name.lower()}{number}"
        one = accounts.ensure_member(programme=world.programme, agent_id=who, name=who.title(), username=who)
        Member.objects.filter(pk=one.pk).update(team=team, since=NOON - timedelta(days=days))
        one.refresh_from_db()
        made.append(one)
    return made


def leave(member: Member, days_ago: float) -> None:
    with clock.at(NOON - timedelta(days=days_ago)):
        accounts.change_place(member=member, actor="test", is_active=False)


def thanks(world: World) -> list[Strain]:
    """Return what is told of the sign of thanks."""
    _, told = strains(world.programme) or (None, [])
    return [one for one in told if one.sign == "Thanks and recognition"]


def tenure(member: Member, days: float, *, left: bool) -> Tenure:
    began = NOON - timedelta(days=days)
    return Tenure(member, began, NOON if left else None)


def test_the_curve_is_as_worked_out_by_hand(world: World) -> None:
    """Ten: one leaves after 1, one after 4 months; two are here for 2, six for 7 months."""
    lasted = [(1, True), (4, True), (2, False), (2, False)] + [(7, False)] * 6
    told = stay_of("All", [tenure(world.rep, m * MONTH, left=left) for m, left in lasted], 5, NOON)
    assert (told.people, told.left) == (10, 2)
    three, six, year, two_years = told.points
    assert three.share == pytest.approx(9 / 10) and six.share == pytest.approx(9 / 10 * 6 / 7)
    assert three.low is not None and three.low < 0.9 < (three.high or 0)
    assert year.share is None is two_years.share


def test_the_interval_holds_the_truth_as_often_as_it_says(world: World) -> None:
    """Half leave within a year, by chance; of 300 floors of 60 people, at least 92 in 100 intervals hold it."""
    chance, held = np.random.default_rng(8), 0
    for _ in range(300):
        leaves = chance.exponential(12 / np.log(2), 60) * MONTH
        here = chance.uniform(1, 36, 60) * MONTH
        rows = [tenure(world.rep, min(a, b), left=a <= b) for a, b in zip(leaves, here, strict=True)]
        point = stay_of("All", rows, 5, NOON).points[2]
        held += point.low is not None and point.high is not None and point.low <= 0.5 <= point.high
    assert held / 300 >= 0.92


def test_where_nobody_has_left_the_interval_says_how_little_that_may_mean(world: World) -> None:
    few, many = (
        stay_of("All", [tenure(world.rep, 200, left=False)] * count, 5, NOON).points[0] for count in (5, 200)
    )
    assert few.share == 1 == few.high and few.low == pytest.approx(0.025 ** (1 / 5))
    assert many.low is not None and many.low > 0.98


def test_tenures_end_with_the_place_or_the_person(world: World) -> None:
    gone, blocked, back, _ = a_team(world, "East", 4)
    leave(gone, 100)
    leave(back, 100)
    with clock.at(NOON - timedelta(days=50)):
        accounts.change_place(member=back, actor="test", is_active=True)
        accounts.set_active(user=blocked.user, is_active=False, why="deprovisioned")
    unknown = a_team(world, "West", 1)[0]
    Member.objects.filter(pk=unknown.pk).update(is_active=False)
    a_manager(world)
    with at_most(3):
        told = {one.member.agent_id: one for one in tenures_with(world.programme, Right.TAKE_CONTACTS)}
    assert told["east0"].ended == NOON - timedelta(days=100)
    assert told["east1"].ended == NOON - timedelta(days=50)
    assert told["east2"].ended is None is told["east3"].ended
    assert "west0" not in told and "boss" not in told and "rep" in told


def test_teams_are_shown_that_are_large_enough_and_give_no_other_away(world: World) -> None:
    a_team(world, "East", 8)
    a_team(world, "North", 6)
    leave(a_team(world, "West", 2)[0], 30)
    with clock.at(NOON):
        told = {one.name: (one.people, one.left) for one in stays(world.programme)}
        assert told == {"Everyone": (19, 1), "East": (8, 0), "North": (6, 0)}  # the rest: West, and three without
        Member.objects.filter(agent_id__in=["rep", "rep2"]).update(team=Team.objects.get(name="East"))
        assert [one.name for one in stays(world.programme)] == ["Everyone", "East"]


def test_nothing_is_told_of_too_few(world: World) -> None:
    with clock.at(NOON):
        jobs.count_strains(timestamp=0)
        assert stays(world.programme) == [] and strains(world.programme) is None
        page = client_of(a_manager(world)).get(PAGE).text
    assert "Too few people" in page and "It is counted in the night" in page


def test_of_how_many_is_told_in_quarters_and_once_a_fortnight(world: World) -> None:
    """Nobody of East was ever thanked, in over a year; it began to be so before this fortnight."""
    a_team(world, "East", 8)
    a_team(world, "North", 8, days=20)
    late = a_team(world, "South", 8, days=1)
    Member.objects.filter(agent_id__in=["rep", "rep2", "supervisor"]).update(since=NOON - timedelta(days=1))
    with clock.at(NOON):
        assert strains(world.programme) is None
        with at_most(18):
            assert count_strains(programme=world.programme)
        assert not count_strains(programme=world.programme)
        told = thanks(world)
    assert [(one.name, one.people, one.words) for one in told] == [
        ("Everyone", 16, "half to three quarters"),
        ("East", 8, "three quarters or more"),
        ("North", 8, "fewer than a quarter"),
    ]
    leave(late[0], 0.1)
    for one in Member.objects.filter(agent_id__startswith="east"):
        leave(one, 0.1)
    with clock.at(NOON + timedelta(days=9)):
        jobs.count_strains(timestamp=0)
        assert thanks(world) == told
    StrainTold.objects.all().delete()
    with clock.at(NOON + timedelta(days=9)):  # who goes within the fortnight still counts in it
        jobs.count_strains(timestamp=0)
        assert thanks(world) == told
    with clock.at(NOON + timedelta(days=14)):
        assert thanks(world) == told
        jobs.count_strains(timestamp=0)
        assert [one.name for one in thanks(world)] == ["Everyone", "North"]


def test_what_was_counted_for_smaller_groups_is_not_told_of(world: World) -> None:
    a_team(world, "East", 8)
    with clock.at(NOON):
        jobs.count_strains(timestamp=0)
        assert {one.fewest for one in StrainTold.objects.all()} == {5} and strains(world.programme)
        staff.set_fewest(member=a_manager(world), fewest=6)
        assert strains(world.programme) is None
        staff.set_fewest(member=a_manager(world), fewest=5)
        assert strains(world.programme)
    with inside(world.other.pk):
        assert StrainTold.objects.get().told == [] and strains(world.other) is None
    for wrong in ({"fewest": 4}, {"fewest": 51}):
        with pytest.raises(IntegrityError), transaction.atomic():
            StrainTold.objects.update(**wrong)


def test_the_page_names_nobody_and_is_for_who_has_the_right(world: World) -> None:
    a_team(world, "East", 8)
    with clock.at(NOON):
        jobs.count_strains(timestamp=0)
        page = client_of(a_manager(world)).get(PAGE).text
        assert "on 16 November" in page and "Late ends" in page and "fewer than a quarter" in page
        assert "still here after" in page and ">East<" in page and "East0" not in page and "east0" not in page
        for member, status in ((world.rep, 403), (world.supervisor, 403), (world.outsider, 404)):
            assert client_of(member).get(PAGE).status_code == status


def test_a_point_needs_as_many_as_the_smallest_group_who_have_been_here_that_long(world: World) -> None:
    for long, is_told in ((4, False), (5, True)):
        rows = [tenure(world.rep, 400, left=False)] * long + [tenure(world.rep, 200, left=True)] * 9
        assert (stay_of("All", rows, 5, NOON).points[2].share is not None) == is_told
