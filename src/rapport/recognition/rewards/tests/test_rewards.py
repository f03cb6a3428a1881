"""Rewards: never more than there is or the budget allows, however many give at once; what is wished and given."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import partial
from threading import Barrier, Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from rapport.accounts.models import Member
from rapport.conftest import World, at_most
from rapport.events.models import Event
from rapport.kit import clock
from rapport.kit.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from rapport.kit.walls import inside
from rapport.recognition.awards.tests.stage import a_manager, client_of, reps_of
from rapport.recognition.rewards import actions, queries
from rapport.recognition.rewards.models import Budget, Given, Reward, Wish
from rapport.routing.tests.test_together import at_once

BASE = "/at/cards/recognition/rewards/"
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
MONTH = date(2026, 11, 1)


def a_reward(world: World, name: str = "Day off", cost: int = 10_000, left: int | None = None) -> Reward:
    boss = a_manager(world)
    return actions.set_reward(member=boss, name=name, cost=cost, currency="EUR", left=left)


def a_budget(world: World, amount: int, month: date = MONTH) -> None:
    actions.set_budget(member=a_manager(world), month=month, amount=amount, currency="EUR")


def give(
    world: World,
    reward: Reward,
    to: str = "rep",
    once: UUID | None = None,
    by: Member | None = None,
    why: str = "thanks",
) -> Given:
    with clock.at(NOW):
        return actions.give(
            member=by or world.supervisor, reward=reward.public_id, to=to, why=why, once=once or uuid4()
        )


def test_a_reward_is_given_within_stock_and_budget(world: World) -> None:
    two, costly = a_reward(world, left=2), a_reward(world, "Weekend", cost=45_000)
    with pytest.raises(Conflict, match="budget"):
        give(world, two)
    a_budget(world, 60_000)
    once = uuid4()
    assert give(world, two, once=once).pk == give(world, two, once=once).pk
    give(world, two, "rep2")
    with pytest.raises(Conflict, match="None of it"):
        give(world, two)
    with pytest.raises(Conflict, match="budget"):
        give(world, costly)
    kept = Budget.objects.get()
    assert (kept.spent, Given.objects.count(), Reward.objects.get(pk=two.pk).left) == (20_000, 2, 0)
    with pytest.raises(Conflict, match="spent already"):
        a_budget(world, 19_999)
    a_budget(world, 20_000)
    for model, told in ((Budget, {"spent": 20_001}), (Reward, {"left": -1}), (Given, {"giver_id": world.rep.pk})):
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.update(**told)
    with inside(world.other.pk):
        assert not Given.objects.exists() and not Budget.objects.exists()


def test_a_form_that_was_sent_gives_nothing_else(world: World) -> None:
    a_budget(world, 60_000)
    one, other, once = a_reward(world), a_reward(world, "Weekend"), uuid4()
    first = give(world, one, once=once)
    for changed in ({"reward": other}, {"to": "rep2"}, {"why": "award"}):
        told: Any = {"reward": one, "to": "rep", "why": "thanks"} | changed
        with pytest.raises(Conflict, match="gave something already"):
            give(world, told["reward"], told["to"], once=once, why=told["why"])
    assert Given.objects.get() == first and Budget.objects.get().spent == 10_000


def test_a_reward_that_is_not_offered_is_offered_again_on_the_page(world: World) -> None:
    reward, boss = a_reward(world, left=2), client_of(a_manager(world))
    at = f"{BASE}set/?reward={reward.public_id}"
    sent = {"reward": str(reward.public_id), "name": "Day off", "cost": "100", "currency": "EUR", "left": "2"}
    assert boss.post(at, sent).status_code == 302 and not Reward.objects.get().is_offered
    page = boss.get(f"{BASE}?reward={reward.public_id}").text
    assert '"set-title">Change it' in page and 'value="100.00"' in page and 'value="Day off"' in page
    refused = boss.post(at, {**sent, "cost": "much", "name": "Day <off>"}).text
    assert '"set-title">Change it' in refused and 'value="much"' in refused and "Day &lt;off&gt;" in refused
    assert boss.post(at, {**sent, "is_offered": "on"}).status_code == 302 and Reward.objects.get().is_offered
    for other in ("x", str(uuid4())):
        assert "Put one on the list" in boss.get(f"{BASE}?reward={other}").text
    assert "set-title" not in client_of(world.rep).get(f"{BASE}?reward={reward.public_id}").text


def test_another_months_budget_is_another(world: World) -> None:
    reward = a_reward(world)
    a_budget(world, 60_000, month=date(2026, 10, 1))
    with pytest.raises(Conflict, match="budget"):
        give(world, reward)
    with pytest.raises(Invalid, match="month"):
        a_budget(world, 1, month=date(2026, 10, 2))


@pytest.mark.parametrize(("left", "amount"), [(3, 10**6), (None, 30_000), (2, 50_000)])
def test_however_many_give_at_once_no_more_is_given(committed_world: World, left: int | None, amount: int) -> None:
    world = committed_world
    with inside(world.programme.pk):
        reward = a_reward(world, left=left)
        a_budget(world, amount)
    start, refused = Barrier(8), []

    def one() -> None:
        start.wait()
        try:
            with inside(world.programme.pk):
                give(world, reward)
        except Conflict as error:
            refused.append(error)
        finally:
            connection.close()

    threads = [Thread(target=one) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    most = min(left if left is not None else 8, amount // 10_000)
    with inside(world.programme.pk):
        assert Given.objects.count() == most and len(refused) == 8 - most
        assert Budget.objects.get().spent == most * 10_000
        assert Reward.objects.get().left == (None if left is None else left - most)


def test_one_budget_is_not_spent_twice_on_two_rewards_at_once(committed_world: World) -> None:
    world = committed_world
    with inside(world.programme.pk):
        rewards = [a_reward(world, name) for name in ("Day off", "Voucher")]
        a_budget(world, 30_000)
    given = at_once(*[partial(give, world, rewards[number % 2]) for number in range(8)])
    assert sum(isinstance(one, Given) for one in given) == 3
    assert all(isinstance(one, Given | Conflict) for one in given)
    with inside(world.programme.pk):
        assert Budget.objects.get().spent == 30_000 and Given.objects.count() == 3


def test_a_name_is_on_the_list_once_however_many_put_it_there_at_once(committed_world: World) -> None:
    world = committed_world
    with inside(world.programme.pk):
        put = partial(actions.set_reward, member=a_manager(world), cost=10_000, currency="EUR", left=None)
    put_there = at_once(*[partial(put, name="Day off")] * 4)
    assert sorted(type(one).__name__ for one in put_there) == ["Conflict"] * 3 + ["Reward"]
    with inside(world.programme.pk):
        assert Reward.objects.count() == 1


def test_what_is_not_offered_or_of_another_currency_is_not_given(world: World) -> None:
    reward, boss = a_reward(world, left=2), a_manager(world)
    actions.set_budget(member=boss, month=MONTH, amount=60_000, currency="USD")
    with pytest.raises(Conflict, match="budget"):
        give(world, reward)
    a_budget(world, 60_000)
    told: Any = {
        "name": reward.name,
        "cost": reward.cost,
        "currency": "EUR",
        "left": 2,
        "reward": reward.public_id,
    }
    actions.set_reward(member=boss, is_offered=False, **told)
    with pytest.raises(Conflict, match="None of it"):
        give(world, reward)
    with pytest.raises(Invalid):
        actions.wish(member=world.rep, rewards=[reward.public_id])
    actions.set_reward(member=boss, **told)
    assert give(world, reward).cost == reward.cost


def test_who_may_not_give(world: World) -> None:
    reward = a_reward(world)
    a_budget(world, 60_000)
    with pytest.raises(Forbidden):
        give(world, reward, by=world.second_rep)
    with pytest.raises(Invalid, match="Somebody else gives you"):
        give(world, reward, "supervisor")
    for to in ("outsider", "boss", "nobody", ""):
        with pytest.raises(Invalid):
            give(world, reward, to)
    with inside(world.other.pk):
        theirs = Reward.objects.create(programme=world.other, name="Theirs", cost=1, currency="EUR")
    with pytest.raises(NotFound):
        give(world, theirs)
    for act in ("give", "set", "budget"):
        assert client_of(world.rep).post(f"{BASE}{act}/").status_code == 403
        assert client_of(world.outsider).post(f"{BASE}{act}/").status_code == 404
    assert client_of(world.supervisor).post(f"{BASE}set/").status_code == 403
    with pytest.raises(Forbidden):
        actions.set_reward(member=world.supervisor, name="Mine", cost=1, currency="EUR", left=None)
    assert not Given.objects.exists()


def test_wishes_are_ranked_and_what_is_given_is_held_against_them(world: World) -> None:
    rewards = [a_reward(world, name, cost=100) for name in ("Day off", "Voucher", "Course", "Lunch")]
    a_budget(world, 10_000)
    reps = reps_of(world, 5)
    for rep in reps[:4]:
        actions.wish(member=rep, rewards=[rewards[0].public_id, rewards[1].public_id])
    assert all(one.wished is None for one in queries.compared(world.programme))  # four have said what they value
    ids = [one.public_id for one in rewards]
    actions.wish(member=reps[4], rewards=[ids[1], ids[2], ids[3], ids[0]])
    actions.wish(member=reps[4], rewards=[ids[1], ids[2], ids[3], ids[0]])
    for rep in reps[:4]:
        give(world, rewards[0], rep.agent_id)
    with clock.at(NOW):
        assert [one.met for one in queries.compared(world.programme) if one.given == 4] == [None]
    give(world, rewards[0], "r4")
    with clock.at(NOW):
        found = {one.row.name: (one.wished, one.given, one.met) for one in queries.compared(world.programme)}
    assert found["Day off"] == (4, 5, 0.8) and found["Voucher"] == (5, 0, None)
    Member.objects.filter(pk=reps[0].pk).update(is_active=False)
    with clock.at(NOW):
        assert all(one.wished is None for one in queries.compared(world.programme))  # four of those here
    Member.objects.filter(pk=reps[0].pk).update(is_active=True)
    assert Given.objects.get(rep=reps[4]).rank == 4 and Given.objects.get(rep=reps[0]).rank == 1
    for wrong in ([ids[0], ids[0]], [uuid4()], ids + ids):
        with pytest.raises(Invalid):
            actions.wish(member=reps[0], rewards=wrong)
    with pytest.raises(Forbidden):
        actions.wish(member=a_manager(world), rewards=ids)
    with pytest.raises(IntegrityError), transaction.atomic():
        Wish.objects.filter(rep=reps[0]).update(rank=1)
    assert set(Event.objects.filter(name="reward.wished")[0].data) == {"rewards"}


def test_the_page_does_all_of_it(world: World) -> None:
    boss, lead, rep = (client_of(one) for one in (a_manager(world), world.supervisor, world.rep))
    assert "No rewards yet" in boss.get(BASE).text and "Nothing yet" in rep.get(BASE).text
    sent = {"name": "Book", "cost": "12.50", "currency": "eur", "left": "3", "is_offered": "on"}
    assert boss.post(f"{BASE}set/", sent).status_code == 302
    assert boss.post(f"{BASE}budget/", {"amount": "100", "currency": "EUR"}).status_code == 302
    reward = Reward.objects.get()
    assert (reward.cost, reward.currency, Budget.objects.get().amount) == (1250, "EUR", 10_000)
    assert rep.post(f"{BASE}wish/", {"wish1": str(reward.public_id)}).status_code == 302
    given = {"reward": str(reward.public_id), "to": "rep", "why": "award", "once": str(uuid4())}
    for _ in range(2):
        assert lead.post(f"{BASE}give/", given).status_code == 302
    assert Given.objects.count() == 1
    with at_most(25):
        page = lead.get(BASE).text
    assert "87.50 EUR" in page and "Book" in page
    assert "A monthly award" in rep.get(BASE).text and "Who values what" not in rep.get(BASE).text
    for key, value in (
        ("cost", "-1"), ("cost", "0"), ("cost", "12.505"), ("cost", "x"), ("cost", "1e99"), ("cost", "NaN"),
        ("cost", "9" * 40), ("currency", "EURO"), ("currency", "12A"), ("left", "-3"), ("left", "x"), ("name", ""),
        ("name", "x" * 81), ("reward", "x"),
    ):  # fmt: skip
        assert boss.post(f"{BASE}set/", {**sent, "name": "Other", key: value}).status_code == 422, (key, value)
    assert boss.post(f"{BASE}set/", sent).status_code == 409
    assert boss.post(f"{BASE}set/", {**sent, "name": "Y", "reward": str(uuid4())}).status_code == 404
    assert boss.post(f"{BASE}set/", {**sent, "reward": str(reward.public_id), "left": ""}).status_code == 302
    assert Reward.objects.get().left is None
    for key, value in (("reward", "x"), ("to", ""), ("why", "count"), ("once", "")):
        assert lead.post(f"{BASE}give/", {**given, "once": str(uuid4()), key: value}).status_code == 422
    with pytest.raises(DomainError):
        actions.set_budget(member=world.rep, month=MONTH, amount=1, currency="EUR")
