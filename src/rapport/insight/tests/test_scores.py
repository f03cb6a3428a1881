"""What outcome is expected of whom: counted from contacts, kept, and gone by where the plan says so."""

from datetime import UTC, datetime, timedelta

import pytest

from rapport.accounts.models import Member
from rapport.conftest import World
from rapport.contacts import actions as contacts
from rapport.events.models import Event
from rapport.insight.scores import score_reps
from rapport.kit import clock
from rapport.kit.walls import inside
from rapport.routing import presence, publishing, router
from rapport.routing.models import ExpectedOutcome, Offer, OutcomeScores
from rapport.routing.outcomes import latest_scores, scores_of
from rapport.routing.versions import BUILT_IN, version_in_force

BY_REPS = "resolution_by_reps"
KIND = ("cancel", "priority")
PLAN = f"""{BUILT_IN}
[choice]
by = "best_outcome"
outcome = "{BY_REPS}"
"""


def serve(world: World, rep: Member, *, resolved: bool, at: datetime) -> None:
    contact, _ = contacts.arrive(
        programme=world.programme,
        channel="voice",
        actor="pbx",
        customer=world.customer,
        reason=world.reason,
        at=at,
    )
    contacts.enqueue(contact, queue="main", actor="pbx", at=at)
    contacts.answer(contact, rep=rep, actor="pbx", at=at)
    contacts.end(contact, by="customer", actor="pbx", at=at)
    contacts.close(contact, actor="pbx", disposition=None, resolved=resolved, at=at)


@pytest.fixture
def history(world: World) -> None:
    """The second rep settles 11 of 12, the first 2 of 12, all of them days ago."""
    publish(world)
    begun = clock.now() - timedelta(days=3)
    for number in range(12):
        at = begun + timedelta(minutes=number)
        serve(world, world.rep, resolved=number < 2, at=at)
        serve(world, world.second_rep, resolved=number < 11, at=at)


def publish(world: World, text: str = PLAN) -> None:
    before = version_in_force(world.programme)
    made = publishing.save_draft(programme=world.programme, text=text)
    publishing.publish(programme=world.programme, number=made.number, instead_of=before.number if before else None)


@pytest.mark.usefixtures("history")
def test_what_is_expected_lies_between_what_one_shows_and_what_all_show(world: World) -> None:
    assert score_reps(world.programme) == 3
    scores = scores_of(world.programme, BY_REPS)
    low, high = scores.of(KIND, world.rep.pk), scores.of(KIND, world.second_rep.pk)
    assert 2 / 12 < low < 13 / 24 < high < 11 / 12
    assert scores.counted == {(KIND, world.rep.pk): 12, (KIND, world.second_rep.pk): 12}
    assert scores.of(KIND, world.outsider.pk) == pytest.approx(13 / 24, abs=0.01)
    assert scores.of(("other", ""), world.rep.pk) == pytest.approx(13 / 24)
    kept = latest_scores(world.programme, BY_REPS)
    assert (kept.hits, kept.trials) == (13, 24)


@pytest.mark.usefixtures("history")
def test_counting_again_gives_the_same_once(world: World) -> None:
    score_reps(world.programme)
    before = list(ExpectedOutcome.objects.order_by("pk").values_list("member", "share", "low", "high"))
    score_reps(world.programme)
    assert list(ExpectedOutcome.objects.order_by("pk").values_list("member", "share", "low", "high")) == before
    assert OutcomeScores.objects.count() == 1
    told = Event.objects.filter(name="outcomes.expected")
    assert [event.data["outcomes"] for event in told] == [3, 3]


@pytest.mark.usefixtures("history")
def test_a_new_count_takes_the_place_of_older_ones(world: World) -> None:
    score_reps(world.programme)
    old = scores_of(world.programme, BY_REPS)
    for days in (20, 10):
        latest = latest_scores(world.programme, BY_REPS)
        latest.last_day = clock.now().date() - timedelta(days=days)
        latest.save()
        serve(world, world.rep, resolved=True, at=clock.now() - timedelta(days=2))
        score_reps(world.programme)
    assert OutcomeScores.objects.count() == 2
    assert scores_of(world.programme, BY_REPS).of(KIND, world.rep.pk) > old.of(KIND, world.rep.pk)


@pytest.mark.usefixtures("history")
def test_of_today_nothing_counts_yet_and_of_who_is_gone_nothing(world: World) -> None:
    serve(world, world.rep, resolved=True, at=clock.now())
    world.second_rep.is_active = False
    world.second_rep.save()
    score_reps(world.programme)
    assert scores_of(world.programme, BY_REPS).counted == {(KIND, world.rep.pk): 12}


def test_without_a_known_outcome_nothing_is_kept(world: World) -> None:
    assert score_reps(world.programme) == 0
    serve(world, world.rep, resolved=True, at=clock.now())
    assert score_reps(world.programme) == 0
    assert not OutcomeScores.objects.exists()
    assert scores_of(world.programme, BY_REPS).of(KIND, world.rep.pk) == 0


@pytest.mark.usefixtures("history")
def test_the_router_offers_to_whom_the_best_is_expected_of_and_says_so(world: World) -> None:
    score_reps(world.programme)
    for number, rep in enumerate((world.rep, world.second_rep)):
        held = presence.choose(member=rep, doing="available")
        held.since -= timedelta(minutes=10 - number)  # the first has been idle for longer
        held.save()
    contact, _ = contacts.arrive(
        programme=world.programme, channel="chat", actor="t", customer=world.customer, reason=world.reason
    )
    contacts.enqueue(contact, queue="main", actor="t")
    assert router.turn(world.programme) == 1
    offer = Offer.objects.get()
    assert offer.member == world.second_rep
    assert "the best expected outcome for this matter: 8" in offer.words
    assert "(n=12)" in offer.words
    assert offer.trace["expected_of"] == 12


@pytest.mark.usefixtures("history")
def test_another_programmes_are_out_of_reach(world: World) -> None:
    score_reps(world.programme)
    with inside(world.other.pk):
        assert scores_of(world.other, BY_REPS).known == {}
        assert not ExpectedOutcome.objects.exists()


def test_days_are_local(world: World) -> None:
    publish(world)
    serve(
        world, world.rep, resolved=True, at=datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
    )  # 0:30 of the third in Berlin
    assert score_reps(world.programme) == 2
    assert latest_scores(world.programme, BY_REPS).last_day.isoformat() == "2026-03-03"
