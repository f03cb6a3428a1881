"""Draws, and figures that count what was drawn at random and nothing else."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from rapport.conftest import World
from rapport.events.models import Event
from rapport.insight.queries import metrics
from rapport.kit import clock
from rapport.kit.errors import Invalid
from rapport.kit.walls import inside
from rapport.quality import queries, scorecards, selecting
from rapport.quality.figures import figures_of
from rapport.quality.models import Draw, Origin, Scorecard, Selection
from rapport.quality.tests.cards import CARD, a_contact, a_scorecard, a_selection
from rapport.quality.tests.test_evaluating import BASE, client_of, scored

MONDAY = date(2026, 11, 16)
IN_WEEK = datetime(2026, 11, 11, 10, tzinfo=UTC)


def ruled(world: World, each: int = 2) -> Scorecard:
    card = a_scorecard(world)
    scorecards.set_rule(row=card, each=each, every="week", asks_self=False, by=world.supervisor, actor="test")
    return card


def test_a_week_is_drawn_once_when_it_is_over_and_of_all_its_contacts(world: World) -> None:
    card = ruled(world)
    inside_week = {a_contact(world, at=IN_WEEK + timedelta(hours=n)).pk for n in range(5)}
    inside_week.add(a_contact(world, world.second_rep, at=IN_WEEK).pk)
    for at in (IN_WEEK - timedelta(days=7), IN_WEEK + timedelta(days=7)):
        a_contact(world, at=at)
    assert selecting.draw_due(programme=world.programme, today=MONDAY) == 3
    assert selecting.draw_due(programme=world.programme, today=MONDAY) == 0
    drawn = Selection.objects.all()
    assert {one.contact_id for one in drawn} <= inside_week
    assert sorted(one.rep.agent_id for one in drawn) == ["rep", "rep", "rep2"]
    made = Draw.objects.get()
    assert (made.contacts, made.reps, made.drawn) == (6, 2, 3)
    assert Event.objects.get(name="sample.drawn").data["drawn"] == 3
    with inside(world.other.pk):
        assert not Selection.objects.exists()
    assert client_of(world.supervisor).get(f"{BASE}scorecards/{card.key}/").status_code == 200


def test_what_the_scorecard_is_not_for_is_not_drawn_and_nothing_by_one_withdrawn(world: World) -> None:
    told: Any = {"each": 9, "every": "week", "asks_self": False, "by": world.supervisor, "actor": "test"}
    calls, gone = a_scorecard(world, "calls", f'channels = ["voice"]\n{CARD}'), a_scorecard(world, "gone")
    for card in (calls, gone):
        scorecards.set_rule(row=card, **told)
    scorecards.withdraw(row=gone, actor="test")
    call = a_contact(world, at=IN_WEEK, channel="voice")
    a_contact(world, at=IN_WEEK + timedelta(hours=1))
    assert selecting.draw_due(programme=world.programme, today=MONDAY) == 1
    assert Selection.objects.get().contact_id == call.pk and Draw.objects.get().contacts == 1


def test_a_rule_of_none_draws_nothing_and_leaves_the_period_to_be_drawn(world: World) -> None:
    card = ruled(world, each=0)
    a_contact(world, at=IN_WEEK)
    assert selecting.draw_due(programme=world.programme, today=MONDAY) == 0
    scorecards.set_rule(row=card, each=1, every="week", asks_self=False, by=world.supervisor, actor="test")
    assert selecting.draw_due(programme=world.programme, today=MONDAY) == 1


def test_a_draw_again_by_the_same_key_is_the_same_and_a_chosen_contact_stays_in_it(world: World) -> None:
    card = ruled(world, each=50)
    contact = a_contact(world, at=IN_WEEK)
    selecting.select(
        programme=world.programme, scorecard=card, contact=contact, origin=Origin.COMPLAINT, actor="t"
    )
    selecting.draw_due(programme=world.programme, today=MONDAY)
    assert sorted(Selection.objects.filter(contact=contact).values_list("origin", flat=True)) == [
        "complaint",
        "random",
    ]


def test_nobody_can_say_that_a_contact_was_drawn(world: World) -> None:
    card, contact = a_scorecard(world), a_contact(world)
    with pytest.raises(Invalid, match="why you choose it"):
        selecting.choose(
            member=world.supervisor, contact_id=contact.public_id, scorecard=card.key, origin="random"
        )
    row = a_selection(world, card)
    with pytest.raises(IntegrityError), transaction.atomic():
        Selection.objects.filter(pk=row.pk).update(origin=Origin.RANDOM)


def test_a_contact_is_chosen_for_scorecards_that_are_live_and_for_its_kind_and_no_others(world: World) -> None:
    chats, gone = a_scorecard(world, "chats", f'channels = ["chat"]\n{CARD}'), a_scorecard(world, "gone")
    a_scorecard(world, "calls", f'channels = ["voice"]\n{CARD}')
    scorecards.withdraw(row=gone, actor="test")
    contact = a_contact(world)
    for key in ("calls", "gone", "nonesuch"):
        with pytest.raises(Invalid, match="not for contacts of this kind"):
            selecting.choose(
                member=world.supervisor, contact_id=contact.public_id, scorecard=key, origin="complaint"
            )
    assert [one.scorecard for one in selecting.monitor(contact=contact, actor="system")] == [chats]


def test_a_rep_picks_an_own_contact_and_no_others(world: World) -> None:
    card, rep = a_scorecard(world), client_of(world.rep)
    own, others = a_contact(world), a_contact(world, world.second_rep)
    assert rep.post(f"{BASE}contacts/{own.public_id}/choose/", {"scorecard": card.key}).status_code == 302
    row = Selection.objects.get()
    assert (row.origin, row.asks_self) == (Origin.OWN, True)
    assert rep.post(f"{BASE}contacts/{others.public_id}/choose/", {"scorecard": card.key}).status_code == 404


def test_figures_and_metrics_count_random_ones_only(world: World) -> None:
    card = ruled(world, each=2)
    for hour in range(2):
        a_contact(world, at=IN_WEEK + timedelta(hours=hour))
    selecting.draw_due(programme=world.programme, today=MONDAY)
    first, second = Selection.objects.order_by("pk")
    scored(world.supervisor, first, greet=0)
    scored(world.supervisor, second, listen=1)
    chosen = a_selection(world, card)
    scored(world.supervisor, chosen, identity=0)
    until = clock.now().date() + timedelta(days=1)
    found = figures_of(card, world.programme, date(2026, 11, 1), until, None)
    assert (found.scored, found.chosen, found.drawn) == (2, 1, 2)
    assert found.score.share == pytest.approx(0.85)
    assert [one.share for one in found.without_error] == [0.5, 1.0, 1.0]
    assert found.score.is_few and found.reps[0][1].share is None
    criteria = {one.name: one for _, rows in found.criteria for one in rows}
    assert criteria["Did they greet the customer?"].share == 0.5
    told = {one.criterion: one for one in queries.criterion_scores(world.programme, date(2026, 11, 1), until)}
    assert (told["identity"].score, told["identity"].n, told["greet"].score) == (1.0, 2, 0.5)
    keys = ["quality_score", "customer_critical_accuracy"]
    [row] = metrics(world.programme, keys, start=date(2026, 11, 1), end=until)
    assert row.figures["quality_score"].value == pytest.approx(0.85)
    assert row.figures["customer_critical_accuracy"].value == 0.5
    page = client_of(world.supervisor).get(f"{BASE}figures/?since=2026-11-01").text
    assert "1 more were scored for a reason" in page and "no ranking" in page and "below 5" in page


def test_a_scorecard_is_written_by_one_and_approved_by_another_by_its_pages(world: World) -> None:
    supervisor = client_of(world.supervisor)
    at = f"{BASE}scorecards/"
    assert "Weights add up" not in supervisor.get(f"{at}-/new/").text
    faulty = supervisor.post(f"{at}-/save/", {"key": "made", "text": CARD.replace("weight = 10", "weight = 9", 1)})
    assert faulty.status_code == 422 and "add up to 99" in faulty.text
    assert supervisor.post(f"{at}-/save/", {"key": "made", "text": CARD}).url == f"{at}made/"
    assert supervisor.post(f"{at}made/1/", {"do": "submit"}).status_code == 302
    own = supervisor.post(f"{at}made/1/", {"do": "approve"})
    assert own.status_code == 409 and "Somebody else has to approve it" in own.text
    row = Scorecard.objects.get()
    assert queries.live_version(row) is None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.versions.update(approved_by=world.supervisor, approved_at=clock.now())
    scorecards.approve(row=row, number=1, by=world.rep, actor="test")
    assert supervisor.post(f"{at}made/1/", {"do": "publish"}).status_code == 302
    assert queries.live_version(row).number == 1
    assert supervisor.post(f"{at}made/rule/", {"each": "3", "every": "month"}).status_code == 302
    assert queries.rule_of(row).each == 3
    a_selection(world, row)
    assert "1 waits" in supervisor.get(BASE).text
    assert supervisor.post(f"{at}made/withdraw/").status_code == 302
    row.refresh_from_db()
    assert queries.live_version(row) is None
    assert "0 wait." in supervisor.get(BASE).text
    assert supervisor.post(f"{at}made/1/", {"do": "publish"}).status_code == 302
    row.refresh_from_db()
    assert queries.live_version(row).number == 1
    assert "1 waits" in supervisor.get(BASE).text
