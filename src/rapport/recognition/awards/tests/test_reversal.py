"""When a claim that counted is reversed: an award is counted again, and taken back by a person or by nobody."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from rapport.accounts import actions as accounts
from rapport.accounts.models import Member
from rapport.conftest import World
from rapport.events.models import Event
from rapport.kit import clock
from rapport.kit.errors import Conflict, Forbidden, Invalid
from rapport.ledger import actions as ledger
from rapport.ledger.actions import Save, Word
from rapport.ledger.judging import Status
from rapport.ledger.queries import days_moved
from rapport.ledger.tests.test_books import save
from rapport.recognition import actions as rally
from rapport.recognition.awards import actions, counting, jobs, queries
from rapport.recognition.awards.models import Award, Category, State, Winner
from rapport.recognition.awards.tests.stage import BASE, a_category, a_manager, client_of, reps_of, winners

MONTH = date(2026, 3, 1)
MADE = datetime(2026, 3, 2, 14, tzinfo=UTC)
JUDGED = datetime(2026, 6, 8, tzinfo=UTC)
EACH = 12


def saved(world: World, rep: Member, number: int) -> Save:
    holding = f"{rep.agent_id} {number}"
    return save(world, rep=rep.pk, rep_key=rep.agent_id, holding=holding, made_at=MADE + timedelta(days=number))


def heard(world: World, rep: Member, number: int, status: str, sequence: int = 0) -> Word:
    return Word(
        customer=world.customer.pk,
        holding=f"{rep.agent_id} {number}",
        as_of=MADE + timedelta(days=number + 62),
        status=Status(status),
        sequence=sequence,
    )


@pytest.fixture
def award(world: World) -> Award:
    """Six reps with a dozen claims each: half of everybody's stuck, and all of the first one's."""
    reps = reps_of(world, 6)
    words = [
        heard(world, rep, number, "active" if rep is reps[0] or number % 2 else "cancelled")
        for rep in reps
        for number in range(EACH)
    ]
    with clock.at(JUDGED):
        claims = [saved(world, rep, number) for rep in reps for number in range(EACH)]
        ledger.claim(programme=world.programme, saves=claims, actor="system")
        ledger.hear(programme=world.programme, words=words, actor="import")
    with clock.at(MADE):
        category = a_category(world, name="Stick", measure="stick_60")
    category.since = MONTH
    category.save()
    with clock.at(JUDGED):
        made = actions.draft(programme=world.programme, category="stick", month=MONTH, actor="test")
    assert made is not None and winners(made) == {"r0"}
    return made


def announce(world: World, award: Award) -> Member:
    boss = a_manager(world)
    actions.approve(member=boss, award=award.public_id)
    actions.announce_award(member=boss, award=award.public_id)
    return boss


def reverse(world: World, count: int, rep: str = "r0", status: str = "cancelled", sequence: int = 1) -> None:
    """Have the partner correct its word on some claims of a rep, and the next look be taken, twice."""
    who = Member.objects.get(agent_id=rep)
    with clock.at(JUDGED + timedelta(days=sequence)):
        words = [heard(world, who, number, status, sequence) for number in range(count)]
        ledger.hear(programme=world.programme, words=words, actor="import")
        for _ in range(2):
            jobs.look_again(timestamp=0)


def test_an_announced_award_is_in_doubt_and_a_person_takes_it_back(world: World, award: Award) -> None:
    boss = announce(world, award)
    counted = award.counted
    reverse(world, 9)
    award.refresh_from_db()
    assert award.state == State.ANNOUNCED and award.lost == ["r0"] and award.doubted_at
    assert award.counted == counted and winners(award) == {"r0"}  # never silently
    won, later = Member.objects.get(agent_id="r0"), clock.now() + timedelta(days=1)
    assert queries.last_won([won], later) == {won.pk: award.announced_at}
    page = client_of(boss).get(f"{BASE}{award.public_id}/").text
    assert "In doubt" in page and ">won<" in page
    with pytest.raises(Invalid, match="why"):
        actions.settle_doubt(member=boss, award=award.public_id, take_back=True, cause=" ")
    sent = {"settle": "take_back", "cause": "Nine customers had left after all"}
    assert client_of(world.supervisor).post(f"{BASE}{award.public_id}/settle/", sent).status_code == 403
    assert client_of(boss).post(f"{BASE}{award.public_id}/settle/", sent).status_code == 302
    award.refresh_from_db()
    assert award.state == State.REVERSED and not winners(award) and award.cause.startswith("Nine")
    assert not queries.announced(world.programme, MADE) and queries.last_won([won], later) == {}
    page = client_of(world.rep).get(f"{BASE}{award.public_id}/").text
    assert "Taken back from" in page and "Nine customers" in page
    assert ">won<" not in client_of(boss).get(f"{BASE}{award.public_id}/").text
    with pytest.raises(Conflict):
        actions.settle_doubt(member=boss, award=award.public_id, take_back=True, cause="again")
    assert Event.objects.get(name="award.taken_back").data["winners"] == ["r0"]


def test_a_doubt_that_goes_away_is_none(world: World, award: Award) -> None:
    announce(world, award)
    reverse(world, 9)
    assert Award.objects.get().doubted_at
    reverse(world, 9, status="active", sequence=2)
    award.refresh_from_db()
    assert (award.lost, award.doubted_at, award.state) == ([], None, State.ANNOUNCED)
    assert [one.data["lost"] for one in Event.objects.filter(name="award.doubted").order_by("pk")][-1] == []


def test_let_it_stand_is_asked_once(world: World, award: Award) -> None:
    boss = announce(world, award)
    reverse(world, 9)
    Winner.objects.create(programme=world.programme, award=award, rep=boss)
    Award.objects.filter(pk=award.pk).update(lost=["r0", "boss"])
    with pytest.raises(Forbidden):
        actions.settle_doubt(member=boss, award=award.public_id, take_back=False)
    Winner.objects.filter(rep=boss).delete()
    Award.objects.filter(pk=award.pk).update(lost=["r0"])
    actions.settle_doubt(member=boss, award=award.public_id, take_back=False)
    assert winners(award) == {"r0"} and Award.objects.get().doubted_at is None
    reverse(world, 10, sequence=2)
    assert Award.objects.get().doubted_at is None and Award.objects.get().state == State.ANNOUNCED


def test_what_changes_no_winner_changes_nothing(world: World, award: Award) -> None:
    announce(world, award)
    before = Event.objects.count()
    reverse(world, 1)
    told = set(Event.objects.order_by("pk")[before:].values_list("name", flat=True))
    assert Award.objects.get().doubted_at is None and not {one for one in told if one.startswith("award.")}


def test_one_not_announced_is_drafted_anew(world: World, award: Award) -> None:
    boss = a_manager(world)
    reverse(world, 1)
    award.refresh_from_db()
    assert award.found["r0"]["own"] == pytest.approx(11 / 12) and winners(award) == {"r0"}
    actions.approve(member=boss, award=award.public_id)
    reverse(world, 2, rep="r1")
    assert Award.objects.get().state == State.APPROVED  # the winner is the same: the approval stands
    reverse(world, 10)
    award.refresh_from_db()
    assert award.state == State.DRAFTED and award.approved_by is None and "r0" not in winners(award)


def test_only_awards_that_count_claims_of_those_days_are_looked_at(world: World, award: Award) -> None:
    announce(world, award)

    def touched(**told: object) -> list[int]:
        Award.objects.filter(pk=award.pk).update(**told)
        return queries.touched(world.programme, queries.resting_on_claims(world.programme))

    assert touched(looked_at=JUDGED + timedelta(hours=2)) == []
    assert touched(looked_at=JUDGED + timedelta(minutes=59)) == [award.pk]  # it may have been seen late
    for month, is_looked_at in ((2, True), (1, False), (4, False)):
        assert bool(touched(month=date(2026, month, 1))) == is_looked_at, month
    compared = {**award.rule, "compares": "improvement"}
    for month, is_looked_at in ((6, True), (7, False)):
        assert bool(touched(month=date(2026, month, 1), rule=compared)) == is_looked_at, month
    assert touched(month=MONTH, rule={**award.rule, "measure": "satisfaction"}) == []
    assert touched(rule=award.rule) == [award.pk]
    for state in (State.TURNED_DOWN, State.REVERSED):
        told = None if state == State.TURNED_DOWN else award.counted_at
        assert touched(state=state, announced_at=told, cause="x") == []


def test_a_day_is_told_with_the_last_move_of_its_claims(world: World, award: Award) -> None:
    reverse(world, 1)
    reverse(world, 1, rep="r1", status="active", sequence=2)
    later = JUDGED + timedelta(days=2)
    for since in (JUDGED + timedelta(hours=12), later):
        assert days_moved(world.programme, since) == {MADE.date(): later}
    assert days_moved(world.programme, later + timedelta(seconds=1)) == {}


def test_however_many_claims_move_an_award_is_counted_twice_at_most(
    world: World, award: Award, monkeypatch: pytest.MonkeyPatch
) -> None:
    announce(world, award)
    counted: list[date] = []
    real = counting.count

    def count(category: Category, month: date, **told: Any) -> counting.Found:
        counted.append(month)
        return real(category, month, **told)

    monkeypatch.setattr(counting, "count", count)
    with clock.at(JUDGED + timedelta(days=1)):
        reps = Member.objects.filter(agent_id__in=["r0", "r1", "r2"])
        words = [heard(world, rep, number, "cancelled", 1) for rep in reps for number in range(EACH)]
        ledger.hear(programme=world.programme, words=words, actor="import")
        moved = Event.objects.filter(name="ledger.moved", at__gte=clock.now()).count()
        jobs.look_again(timestamp=0)
    assert moved > EACH and counted == [MONTH]
    for hours in (1, 2, 3):
        with clock.at(JUDGED + timedelta(days=1, hours=hours)):
            jobs.look_again(timestamp=0)
    assert counted == [MONTH] * 2  # once more, for what was not to be seen yet


def test_a_winner_who_left_since_is_not_in_doubt_for_that(world: World, award: Award) -> None:
    announce(world, award)
    accounts.change_place(member=Member.objects.get(agent_id="r0"), actor="test", is_active=False)
    reverse(world, 1)
    assert Award.objects.get().doubted_at is None


def test_it_is_counted_again_by_the_rule_it_was_announced_by(world: World, award: Award) -> None:
    announce(world, award)
    with clock.at(MADE):
        a_category(world, name="Stick", measure="stick_60", fewest=400)
    reverse(world, 1)
    assert Award.objects.get().doubted_at is None


def test_what_two_share_is_taken_back_from_who_lost_it_alone(world: World, award: Award) -> None:
    Winner.objects.create(
        programme=world.programme, award=award, rep=Member.objects.get(agent_id="r1"), chance=0.4
    )
    boss = announce(world, award)
    reverse(world, 1)  # the second would not win
    settled = actions.settle_doubt(member=boss, award=award.public_id, take_back=True, cause="Counted wrongly")
    assert (settled.state, settled.lost, winners(award)) == (State.ANNOUNCED, [], {"r0"})
    [told] = queries.announced(world.programme, MADE)
    assert [one.rep.agent_id for one in told.taken_back] == ["r1"]
    reverse(world, 1, status="active", sequence=2)
    assert Award.objects.get().doubted_at is None
    assert Event.objects.get(name="award.taken_back").data["winners"] == ["r1"]


def test_a_letter_tells_of_an_award_alone_and_not_of_one_taken_back_since(world: World, award: Award) -> None:
    boss = announce(world, award)
    today = clock.now().astimezone(world.programme.zone).date()
    note = rally.draft(programme=world.programme, day=today, actor="test")
    assert [one["agent_id"] for one in note.awards] == ["r0"]
    assert not note.figures
    reverse(world, 9)
    actions.settle_doubt(member=boss, award=award.public_id, take_back=True, cause="Nine had left")
    with pytest.raises(Conflict, match="empty"):
        rally.publish(member=world.supervisor, day=today)
    Award.objects.update(state=State.ANNOUNCED)
    Winner.objects.update(taken_back_at=None, taken_back_by=None)
    published = rally.publish(member=world.supervisor, day=today)
    assert [one["agent_id"] for one in published.awards] == ["r0"]
