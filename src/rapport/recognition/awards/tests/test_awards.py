"""Awards from their draft to their announcement, on the pages; who may not; and votes that stay secret."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from rapport.conftest import World, at_most
from rapport.events.models import Event
from rapport.insight.registry import METRICS, RELATIONS
from rapport.kit import clock
from rapport.kit.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from rapport.kit.walls import inside
from rapport.learning.certification.actions import grant as certify
from rapport.learning.certification.tests.stage import WHOLE, a_kind
from rapport.ledger.actions import set_terms
from rapport.quality.models import Evaluation, Selection
from rapport.quality.tests.cards import a_contact, a_scorecard
from rapport.recognition.awards import actions, jobs, queries
from rapport.recognition.awards.measures import MEASURES
from rapport.recognition.awards.models import Award, Category, State, Vote, Winner
from rapport.recognition.awards.tests.stage import (
    BASE,
    IN_MONTH,
    LATER,
    MONTH,
    a_category,
    a_floor,
    a_manager,
    client_of,
    drafted,
    rated,
    reps_of,
    the_partner,
    winners,
)


def test_measures_say_how_well_and_never_how_many() -> None:
    for key, one in MEASURES.items():
        metric, relation = METRICS[key], RELATIONS[METRICS[key].relation]
        assert metric.kind in ("ratio", "mean") and metric.better and metric.unit in ("share", "rating")
        assert {"rep", "day", one.kind} <= set(relation.dimensions)
        assert one.is_claim == (metric.relation in ("wish", "claim"))
    assert not {"gross_save_rate", "saved", "saves_claimed", "average_handle_time", "resolution_by_reps"} & set(
        MEASURES
    )


def test_from_draft_to_everybody(world: World) -> None:
    reps = a_floor(world)
    boss, partner = a_manager(world), the_partner(world)
    award = drafted(world, a_category(world, asks_partner=True))
    assert winners(award) == {"r0"} and award.state == State.DRAFTED
    assert award.found["r0"]["own"] == 5 and award.found["r1"]["chance"] < 0.05
    assert {one["name"] for one in award.fair} >= {"afternoons"} or award.fair
    page = client_of(boss).get(f"{BASE}{award.public_id}/").text
    assert "Who would win" in page and "Is the rule fair?" in page and "Rep 0" in page
    assert client_of(reps[0]).get(f"{BASE}{award.public_id}/").status_code == 404
    assert client_of(partner).get(f"{BASE}{award.public_id}/").status_code == 404
    with pytest.raises(Conflict):
        actions.announce_award(member=boss, award=award.public_id)
    assert client_of(boss).post(f"{BASE}{award.public_id}/approve/").status_code == 302
    with pytest.raises(Conflict, match="waits for the partner"):
        actions.announce_award(member=boss, award=award.public_id)
    mine = client_of(partner)
    home = mine.get("/at/cards/partner/").text
    assert "wait for your word" in home and "Customer delight" in home and "Rep 0" not in home
    page = mine.get(f"{BASE}{award.public_id}/").text
    assert "Agree to it" in page and "Rep 0" not in page and "rep 0" in page and "Boss" not in page
    own = drafted(world, a_category(world, name="Among ourselves"))
    actions.approve(member=boss, award=own.public_id)
    actions.announce_award(member=boss, award=own.public_id)
    assert mine.get(f"{BASE}{own.public_id}/").status_code == 404 and "Among ourselves" not in mine.get(BASE).text
    assert mine.post(f"{BASE}{award.public_id}/confirm/").status_code == 302
    assert "wait for your word" not in mine.get("/at/cards/partner/").text
    assert mine.post(f"{BASE}{award.public_id}/announce/").status_code == 403
    assert len(queries.announced(world.programme, IN_MONTH)) == 1
    assert client_of(boss).post(f"{BASE}{award.public_id}/announce/").status_code == 302
    [told, _] = queries.announced(world.programme, clock.now() - timedelta(minutes=1))
    assert [one.rep.agent_id for one in told.winners] == ["r0"]
    page = client_of(reps[1]).get(f"{BASE}{award.public_id}/").text
    assert "Rep 0" in page and "Rep 2" not in page and "Chance to be best" not in page
    assert "Customer delight" in client_of(reps[1]).get(BASE).text
    assert {one.award.pk for one in queries.won_by(reps[0])} == {award.pk, own.pk}
    names = Event.objects.filter(subject=award.public_id).order_by("pk").values_list("name", flat=True)
    assert list(names) == ["award.drafted", "award.approved", "award.confirmed", "award.announced"]
    with inside(world.other.pk):
        assert not Award.objects.exists() and not Winner.objects.exists()


def test_the_job_drafts_once_when_all_has_matured(world: World) -> None:
    a_floor(world, count=5)
    a_category(world)
    a_category(world, name="Only spring", months=[4])
    a_category(world, name="Saves", measure="verified_save_rate")
    with clock.at(IN_MONTH.replace(month=10, day=5)):
        jobs.draft(timestamp=0)
        assert not Award.objects.exists()
    with clock.at(IN_MONTH.replace(month=10, day=6)):
        jobs.draft(timestamp=0)
        jobs.draft(timestamp=0)
        with pytest.raises(Conflict, match="too early"):
            actions.draft(programme=world.programme, category="saves", month=MONTH, actor="test")
        assert (
            actions.draft(programme=world.programme, category="customer-delight", month=MONTH, actor="x") is None
        )
    assert Award.objects.get().month == MONTH and Event.objects.filter(name="award.drafted").count() == 1
    with clock.at(IN_MONTH.replace(month=12, day=5)):  # 60 days and five after the end of September
        jobs.draft(timestamp=0)
    saves = Award.objects.filter(category__key="saves")
    assert [one.month for one in saves] == [MONTH] and saves[0].why_nobody and not saves[0].winners.exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        Award.objects.create(
            programme=world.programme,
            category=saves[0].category,
            month=MONTH,
            counted_at=LATER,
            asks_partner=False,
        )


def test_an_award_is_due_however_long_claims_take_to_mature(world: World) -> None:
    set_terms(programme=world.programme, days=400, speaks="each", actor="test")
    a_category(world, name="Saves", measure="verified_save_rate")
    with clock.at(datetime(2027, 11, 9, tzinfo=UTC)):  # 400 days and five after the end of September
        assert queries.due(world.programme) == []
    with clock.at(datetime(2027, 11, 10, 9, tzinfo=UTC)):
        assert queries.due(world.programme) == [("saves", MONTH)]


def test_small_numbers_and_equals_win_nothing(world: World) -> None:
    a_floor(world, count=3)
    few = drafted(world, a_category(world))
    assert not winners(few) and few.why_nobody.startswith("Nobody could win")
    rated(world, world.rep, [5, 5, 5, 5])  # one below the threshold, and perfect
    more = reps_of(world, 6)
    for one in more[3:]:
        rated(world, one, [3, 4, 3, 4, 3, 4])
    again = drafted(world, a_category(world, name="Delight two"))
    assert again.found["rep"]["chance"] is None and "rep" not in winners(again)
    boss = a_manager(world)
    with pytest.raises(Conflict, match="Nobody would win"):
        actions.approve(member=boss, award=few.public_id)
    actions.turn_down(member=boss, award=few.public_id, cause="Too few took part")
    assert Award.objects.get(pk=few.pk).cause == "Too few took part"


def test_a_fatal_error_in_the_month_and_only_then(world: World) -> None:
    reps = a_floor(world)
    card = a_scorecard(world)
    version = card.versions.get()

    def fatal(at: date, stands: bool = True) -> Evaluation:
        contact = a_contact(world, reps[0], at=IN_MONTH.replace(month=at.month, day=at.day))
        selection = Selection.objects.create(
            programme=world.programme, scorecard=card, contact=contact, rep=reps[0], origin="hand", made_at=LATER
        )
        return Evaluation.objects.create(
            programme=world.programme, contact=contact, selection=selection, version=version,
            kind="supervisor", scorer=world.supervisor, rep=reps[0],
            begun_at=LATER, submitted_at=LATER,
            score=0, passed=False, is_fatal=True, stands=stands,
        )  # fmt: skip

    fatal(date(2026, 8, 30))
    fatal(date(2026, 9, 30), stands=False)
    award = drafted(world, a_category(world))
    assert winners(award) == {"r0"}
    fatal(date(2026, 9, 30))
    again = drafted(world, a_category(world, name="Delight two"))
    assert "r0" not in winners(again) and again.found["r0"]["may_win"] is False


def test_where_the_programme_certifies_only_the_certified_win(world: World) -> None:
    a_floor(world)
    with clock.at(IN_MONTH):
        a_kind(world, WHOLE)
    nobody = drafted(world, a_category(world))
    assert nobody.why_nobody.startswith("Nobody could win") and not any(one["may_win"] for one in nobody.counted)
    with clock.at(IN_MONTH):
        for rep in ("r0", "r1", "r2"):
            certify(by=a_manager(world), rep=rep, kind="cards", level=1)
    with clock.at(LATER):
        certify(by=a_manager(world), rep="r3", kind="cards", level=1)  # after the month
    award = drafted(world, a_category(world, name="Delight two"))
    assert winners(award) == {"r0"}
    assert {one["rep"] for one in award.counted if one["may_win"]} == {"r0", "r1", "r2"}


def test_improvement_counts_the_three_months_before(world: World) -> None:
    reps = reps_of(world, 6)
    for number, rep in enumerate(reps):
        before = [2, 3, 2, 3, 2, 3] if number == 2 else [5, 4, 5, 4, 5, 4]
        rated(world, rep, before, at=IN_MONTH - timedelta(days=60))
        rated(world, rep, [5, 4, 5, 4, 5, 4])
    award = drafted(world, a_category(world, compares="improvement"))
    assert winners(award) == {"r2"}
    first = drafted(world, a_category(world, name="Level"))
    assert "r2" not in winners(first) or len(winners(first)) > 1 or not winners(first)


def test_nobody_decides_on_what_they_would_win_and_no_rep_decides(world: World) -> None:
    reps = a_floor(world)
    boss = a_manager(world)
    award = drafted(world, a_category(world))
    Winner.objects.create(programme=world.programme, award=award, rep=boss)
    with pytest.raises(Forbidden, match="you would win"):
        actions.approve(member=boss, award=award.public_id)
    Winner.objects.filter(rep=boss).delete()
    for act in ("approve", "announce", "settle", "turn-down", "confirm"):
        assert client_of(reps[0]).post(f"{BASE}{award.public_id}/{act}/").status_code == 403
        assert client_of(world.outsider).post(f"{BASE}{award.public_id}/{act}/").status_code == 404
    assert client_of(boss).post(f"{BASE}{uuid4()}/approve/").status_code == 404
    assert Award.objects.get().state == State.DRAFTED
    for _ in range(2):
        actions.approve(member=boss, award=award.public_id)
        actions.announce_award(member=boss, award=award.public_id) if _ else None
    assert Event.objects.filter(name="award.approved").count() == 1
    with pytest.raises(Conflict):
        actions.turn_down(member=boss, award=award.public_id, cause="late")
    with pytest.raises(Conflict):
        actions.approve(member=boss, award=award.public_id)
    with pytest.raises(NotFound):
        actions.confirm(member=the_partner(world), award=award.public_id)


def test_the_partner_turns_down_only_what_waits_for_it(world: World) -> None:
    a_floor(world)
    boss, partner = a_manager(world), the_partner(world)
    award = drafted(world, a_category(world, asks_partner=True))
    with pytest.raises(NotFound):
        actions.turn_down(member=partner, award=award.public_id, cause="no")
    actions.approve(member=boss, award=award.public_id)
    with pytest.raises(Invalid, match="why"):
        actions.turn_down(member=partner, award=award.public_id, cause="  ")
    actions.turn_down(member=partner, award=award.public_id, cause="Two complaints upheld")
    told = Event.objects.get(name="award.turned_down").data
    assert told["by_partner"] is True and "Two complaints" not in str(told)


def test_the_database_wants_an_announced_award_approved_and_confirmed(world: World) -> None:
    a_floor(world)
    award = drafted(world, a_category(world, asks_partner=True))
    for told in (
        {"state": State.ANNOUNCED, "announced_at": LATER},
        {"state": State.APPROVED},
        {"state": State.CONFIRMED, "approved_by": a_manager(world)},
        {"state": State.TURNED_DOWN},
        {"month": date(2026, 9, 2)},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Award.objects.filter(pk=award.pk).update(**told)


def test_votes_are_one_each_secret_and_not_for_oneself(world: World) -> None:
    reps = reps_of(world, 7)
    category = a_category(world, name="Team spirit", measure="votes")
    with clock.at(IN_MONTH):
        for number, rep in enumerate(reps):
            named = "r0" if number in (1, 2, 3, 4, 5) else "r1"
            sent = {"category": category.key, "month": MONTH.isoformat(), "named": named}
            first = client_of(rep).post(f"{BASE}vote/", {**sent, "named": "r6" if number != 6 else "r1"})
            assert first.status_code == 302
            assert client_of(rep).post(f"{BASE}vote/", sent).status_code == 302
        assert Vote.objects.count() == 7
        page = client_of(reps[1]).get(BASE).text
        assert "your vote for September" in page and "Change my vote" in page
        with pytest.raises(Invalid, match="nobody votes for themselves"):
            actions.vote(member=reps[0], category=category.key, month=MONTH, named="r0")
        with pytest.raises(Forbidden):
            actions.vote(member=a_manager(world), category=category.key, month=MONTH, named="r0")
        for sent in ({}, {"category": category.key, "month": "x", "named": "r1"}):
            assert client_of(reps[0]).post(f"{BASE}vote/", sent).status_code == 422
        for named in ("boss", "nobody", "outsider", "\x00" * 3, "r" * 5000):
            with pytest.raises(Invalid):
                actions.vote(member=reps[0], category=category.key, month=MONTH, named=named.replace("\x00", "?"))
    with clock.at(LATER), pytest.raises(Conflict, match="closed"):
        actions.vote(member=reps[0], category=category.key, month=MONTH, named="r1")
    with pytest.raises(IntegrityError), transaction.atomic():
        Vote.objects.filter(voter=reps[0]).update(named=reps[0])
    for event in Event.objects.filter(name="award.voted"):
        assert set(event.data) == {"category", "month"} and event.actor == "member"
    award = drafted(world, category)
    assert winners(award) == {"r0"}
    assert award.counted == [{"rep": "r0", "votes": 5}]  # who has fewer than five is not told
    shown = client_of(a_manager(world)).get(f"{BASE}{award.public_id}/")
    assert (shown.status_code, "Votes" in shown.text, "annot win" in shown.text) == (200, True, False)


def test_too_few_votes_tell_nothing_and_who_left_has_none(world: World) -> None:
    reps = reps_of(world, 6)
    category = a_category(world, name="Team spirit", measure="votes")
    with clock.at(IN_MONTH):
        for rep in reps[1:]:
            actions.vote(member=rep, category=category.key, month=MONTH, named="r0")
    reps[5].is_active = False
    reps[5].save()
    award = drafted(world, category)
    assert not winners(award) and award.counted == [] and "fewer than 5 people voted" in award.why_nobody


def test_categories_are_written_on_the_page_and_refused_in_words(world: World) -> None:
    boss = client_of(a_manager(world))
    good = {
        "name": "Most improved", "about": "", "measure": "quality_score", "compares": "improvement",
        "months": ["1", "4"], "fewest": "5", "sure": "60", "most": "2", "is_held": "on",
    }  # fmt: skip
    assert boss.post(f"{BASE}categories/", good).status_code == 302
    row = Category.objects.get()
    assert (row.key, row.months, row.sure, row.asks_partner) == ("most-improved", [1, 4], 0.6, False)
    wrongs: tuple[dict[str, Any], ...] = (
        {"name": ""}, {"name": "x" * 81}, {"measure": "saves_claimed"}, {"measure": "gross_save_rate"},
        {"measure": "votes"}, {"compares": "rank"}, {"months": []}, {"months": ["13"]}, {"months": ["0"]},
        {"months": ["\u0661"]},
        {"fewest": "4"}, {"fewest": "501"}, {"fewest": "-1"}, {"sure": "29"}, {"sure": "96"},
        {"most": "0"}, {"most": "4"}, {"about": "x" * 201}, {"key": "No Slug"}, {"key": "../x"},
    )  # fmt: skip
    for wrong in wrongs:
        answer = boss.post(f"{BASE}categories/", {**good, **wrong})
        assert answer.status_code == 422, wrong
    assert Category.objects.count() == 1
    changed = {**good, "key": "most-improved", "name": "Most improved of all"}
    assert boss.post(f"{BASE}categories/?key=most-improved", changed).status_code == 302
    assert Category.objects.get().name == "Most improved of all"
    assert boss.get(f"{BASE}categories/?key=nothing").status_code == 404
    assert client_of(world.supervisor).get(f"{BASE}categories/").status_code == 403
    assert client_of(world.outsider).get(f"{BASE}categories/").status_code == 404


def test_the_pages_ask_little_and_say_what_to_do_when_empty(world: World) -> None:
    boss = a_manager(world)
    assert "None yet" in client_of(world.rep).get(BASE).text
    assert "No category yet" in client_of(boss).get(f"{BASE}categories/").text
    a_floor(world, count=5)
    for number in range(4):
        drafted(world, a_category(world, name=f"Delight {number}"))
    mine = client_of(boss)
    with at_most(25):
        mine.get(BASE)
    one = Award.objects.first()
    assert one is not None
    with at_most(25):
        mine.get(f"{BASE}{one.public_id}/")


def test_a_refusal_is_said_on_the_page(world: World) -> None:
    a_floor(world)
    boss = a_manager(world)
    award = drafted(world, a_category(world))
    answer = client_of(boss).post(f"{BASE}{award.public_id}/turn-down/", {"cause": "x" * 301})
    assert answer.status_code == 422 and "Keep the cause under 300 characters; it has 301" in answer.text
    assert client_of(boss).post(f"{BASE}{award.public_id}/announce/").status_code == 409
    assert client_of(boss).post(f"{BASE}{award.public_id}/settle/", {"settle": "take_back"}).status_code == 409
    with pytest.raises(DomainError):
        actions.settle_doubt(member=boss, award=award.public_id, take_back=True, cause="x")
