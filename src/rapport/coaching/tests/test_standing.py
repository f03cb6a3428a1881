"""Where reps stand: counted as metrics count, adjusted for the kind of work, nothing of few, nobody by name."""

from datetime import date, datetime, time, timedelta

import numpy as np
import pytest

from rapport.accounts import actions as accounts
from rapport.accounts.models import Member
from rapport.accounts.roles import Role
from rapport.coaching import jobs, standing
from rapport.coaching.models import Standing
from rapport.coaching.tests.stage import BASE, MONDAY, client_of, planned
from rapport.conftest import World, at_most
from rapport.contacts.models import Contact, Leg, Reason
from rapport.events.models import Event
from rapport.feedback.models import Survey
from rapport.guides.models import GuideVersion, Progress
from rapport.guides.publishing import install
from rapport.guides.tests.written import simple
from rapport.insight.queries import metrics
from rapport.kit import clock
from rapport.kit.walls import inside
from rapport.quality.tests.cards import a_contact

TALENTS = tuple(number / 4 for number in range(-4, 5))
EACH = 30


@pytest.fixture
def floor(world: World) -> list[Member]:
    """Nine reps: each rates their easy reason two points above their hard one, and the best have the hard ones."""
    easy = Reason.objects.create(programme=world.programme, key="easy", name="Easy")
    chance = np.random.default_rng(3)
    reps = [
        accounts.ensure_member(programme=world.programme, agent_id=f"r{n}", name=f"Nobody {n}", username=f"r{n}")
        for n in range(len(TALENTS))
    ]
    for number, (rep, talent) in enumerate(zip(reps, TALENTS, strict=True)):
        for at in range(EACH):
            is_easy = at % 10 > number
            reason = easy if is_easy else world.reason
            row = a_contact(world, rep, at=MONDAY - timedelta(hours=12 * (at + 1)), reason=reason)
            level = 2.5 + (1.2 if is_easy else -0.2) + 0.8 * talent + chance.normal(0, 0.3)
            rate(row, int(min(5, max(1, round(level)))))
            Leg.objects.create(
                programme=world.programme, contact=row, rep=rep, started_at=row.arrived_at, ended_at=row.ended_at
            )
    return reps


def rate(contact: Contact, rating: int) -> None:
    Survey.objects.create(
        programme=contact.programme, contact=contact, invited_at=MONDAY, rating=rating, resolved=rating > 2,
        answered_at=MONDAY,
    )  # fmt: skip


def test_the_own_figure_is_the_registrys_and_standing_allows_for_the_kind_of_work(
    world: World, floor: list[Member]
) -> None:
    with clock.at(MONDAY):
        assert standing.count(programme=world.programme) == standing.count(programme=world.programme) == 27
        keys = ["satisfaction", "resolution_by_customers", "average_handle_time"]
        told = {row.group["rep"]: row for row in metrics(world.programme, keys, date(2026, 8, 17), None, "rep")}
    for row in Standing.objects.select_related("rep"):
        figure = told[row.rep.agent_id][row.measure]
        assert row.own == pytest.approx(figure.value) and row.contacts == figure.denominator
        assert sum(n for _, n, _ in row.weeks) == row.contacts
    rows = [Standing.objects.get(rep=rep, measure="satisfaction") for rep in floor]
    above = [row.above or 0.0 for row in rows]
    assert np.corrcoef(above, TALENTS)[0, 1] > 0.9 and rows[0].high < 0 < rows[-1].low
    assert all(row.peers == 9 and row.low < row.above < row.high for row in rows)
    assert not Standing.objects.filter(measure="average_handle_time", above__isnull=False).exists()
    assert Event.objects.filter(name="standing.counted").count() == 2
    with inside(world.other.pk):
        assert not Standing.objects.exists()


def test_the_page_names_nobody_and_tells_nothing_of_few(world: World, floor: list[Member]) -> None:
    Survey.objects.filter(contact__rep=floor[0]).exclude(
        pk__in=Survey.objects.filter(contact__rep=floor[0]).values("pk")[:19]
    ).delete()
    with clock.at(MONDAY):
        jobs.count(timestamp=0)
        best, few = (client_of(one).get(f"{BASE}standing/").text for one in (floor[-1], floor[0]))
    assert "above the middle" in best and "context, no target" in best
    assert not any(f"Nobody {n}" in best for n in range(8))
    assert "nothing is told below 20 contacts" in few and "the middle</span>" not in few


def test_who_may_see_it_and_how_it_is_asked_for(world: World, floor: list[Member]) -> None:
    with clock.at(MONDAY):
        standing.count(programme=world.programme)
    assert client_of(floor[0]).get(f"{BASE}standing/?rep=r1").status_code == 404
    assert client_of(world.supervisor).get(f"{BASE}standing/?rep=r1").status_code == 404
    planned(world, floor[1])
    coach = client_of(world.supervisor)
    assert "Nobody 1: where they stand" in coach.get(f"{BASE}standing/?rep=r1").text
    with at_most(25):
        coach.get(f"{BASE}standing/?rep=r1")
    assert "Nothing counted yet" in client_of(world.rep).get(f"{BASE}standing/").text


def test_differences_have_their_sign_and_place_and_shares_are_points_of_100() -> None:
    assert [standing.signed(one, "share") for one in (0.123, -0.05, -0.0001, None)] == [
        "+12.3",
        "−5.0",
        "+0.0",
        "+0.0",
    ]
    assert standing.signed(-0.5, "rating") == "−0.50"
    places = [standing._place(low, low + 0.2) for low in (0.01, 0.0, -0.1, -0.2, -0.21)]
    middle = "not to be told from the middle"
    assert places == ["above the middle", middle, middle, middle, "below the middle"]


def test_what_is_counted_came_in_those_days_was_answered_and_is_of_who_takes_contacts(world: World) -> None:
    since, until = date(2026, 8, 17), date(2026, 11, 16)
    first, end = (datetime.combine(day, time(), world.programme.zone) for day in (since, until))
    gone = accounts.ensure_member(
        programme=world.programme, agent_id="gone", name="Gone", role=Role.QUALITY_ANALYST, username="gone"
    )
    for at in (first - timedelta(seconds=1), first, end - timedelta(hours=1), end):
        rate(a_contact(world, at=at), 4)
    for told in ({"direction": "out"}, {"rep": gone}):
        rate(a_contact(world, at=MONDAY - timedelta(days=3), **told), 1)
    unanswered = a_contact(world, at=MONDAY - timedelta(days=3))
    rate(unanswered, 1)
    Contact.objects.filter(pk=unanswered.pk).update(answered_at=None)
    with clock.at(MONDAY):
        standing.count(programme=world.programme)
    row = Standing.objects.get(measure="satisfaction")
    assert (row.rep_id, row.contacts, row.own, row.since, row.until) == (world.rep.pk, 2, 4.0, since, until)


def test_handle_time_is_talk_and_wrap_up_and_coverage_weighs_what_was_required(world: World) -> None:
    at = MONDAY - timedelta(days=2)
    contact = a_contact(world, at=at)
    Leg.objects.create(
        programme=world.programme, contact=contact, rep=world.rep, started_at=at,
        ended_at=at + timedelta(minutes=4), wrapped_at=at + timedelta(minutes=5),
    )  # fmt: skip
    install(programme=world.programme, text=simple("Cancel", [{"key": "hello", "title": "Hello"}], "cancel"))
    Progress.objects.create(
        programme=world.programme,
        contact=contact,
        version=GuideVersion.objects.get(),
        began_at=at,
        required=4,
        covered=3,
    )
    found = {one[0]: one[5:] for one in standing._scores(world.programme, date(2026, 8, 17), MONDAY.date())}
    assert found == {"average_handle_time": (300, 1), "touch_point_coverage": (0.75, 4)}


def test_coverage_counts_each_required_step_alike() -> None:
    """As its metric has it: a contact with nine required steps weighs nine times one with a single step."""
    scores = [standing.Score("r", "", "", MONDAY.date(), *told) for told in ((1.0, 9), (0.0, 1))]
    [(_, row)] = standing._standings("touch_point_coverage", scores)
    assert row["own"] == pytest.approx(0.9) and row["weeks"] == [("2026-11-16", 2, 0.9)]
