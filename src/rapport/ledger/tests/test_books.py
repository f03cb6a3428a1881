"""The books: claims and facts in any order, entries that balance, and a database that refuses what does not."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

import pytest
from django.db import DatabaseError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.conftest import World
from rapport.events.models import Event
from rapport.kit import clock
from rapport.kit.errors import Conflict, Invalid, NotFound
from rapport.kit.walls import inside
from rapport.ledger import actions, books
from rapport.ledger.actions import Save, Word
from rapport.ledger.judging import Fact, Status, end_of, standing
from rapport.ledger.models import AccountFact, Claim, DayCount, Posting

MADE = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
LATER = datetime(2026, 6, 1, tzinfo=UTC)


def save(world: World, **changes: Any) -> Save:
    told: dict[str, Any] = {
        "attempt": uuid4(),
        "customer": world.customer.pk,
        "holding": "card 1",
        "made_at": MADE,
        "rep": world.rep.pk,
        "rep_key": "rep",
        "product": "card",
        "reason": "price",
        "rebuttals": ("fee 2",),
        "cost": 500,
        "currency": "EUR",
    }
    return Save(**(told | changes))


def claim(world: World, **told: Any) -> Claim:
    one = save(world, **told)
    with clock.at(max(one.made_at, LATER)):
        assert actions.claim(programme=world.programme, saves=[one], actor="system") == 1
    return Claim.objects.get(attempt=one.attempt)


def word(world: World, day: int, status: str = "active", **changes: Any) -> Word:
    as_of = end_of(date(2026, 3, 2) + timedelta(days=day), world.programme.zone)
    told: dict[str, Any] = {"customer": world.customer.pk, "holding": "card 1", "as_of": as_of}
    return Word(**(told | changes), status=Status(status))


def hear(world: World, *words: Word) -> int:
    with clock.at(LATER):
        return actions.hear(programme=world.programme, words=words, actor="import")


def lines(one: Claim) -> list[tuple[int, str, int, int]]:
    return list(one.postings.order_by("turn", "count").values_list("turn", "account", "count", "cost"))


@contextmanager
def refused(words: str) -> Iterator[None]:
    with pytest.raises(DatabaseError, match=words), transaction.atomic():
        yield


def test_a_claim_matures_with_the_partners_word_and_every_entry_balances(world: World) -> None:
    one = claim(world)
    assert (one.state, one.matures_at) == ("provisional", datetime(2026, 5, 2, tzinfo=world.programme.zone))
    assert hear(world, word(world, 1), word(world, 60)) == 2
    one.refresh_from_db()
    assert (one.state, one.days, one.turns) == ("matured", 60, 2)
    assert lines(one) == [
        (1, "made", -1, -500),
        (1, "provisional", 1, 500),
        (2, "provisional", -1, -500),
        (2, "matured", 1, 500),
    ]
    told = Event.objects.filter(subject=one.public_id).order_by("id").values_list("name", flat=True)
    assert list(told) == ["ledger.claimed", "ledger.moved"]


def test_told_twice_it_is_one_claim_and_one_fact(world: World) -> None:
    one = save(world)
    assert [actions.claim(programme=world.programme, saves=[one, one], actor="system") for _ in range(2)] == [1, 0]
    assert [hear(world, word(world, 1)), hear(world, word(world, 1))] == [1, 0]
    assert Posting.objects.count() == 2


def test_a_correction_is_another_entry(world: World) -> None:
    one = claim(world)
    hear(world, word(world, 20, "cancelled"), word(world, 60))
    hear(world, word(world, 20, sequence=1))
    one.refresh_from_db()
    assert (one.state, one.turns) == ("matured", 3)
    assert [account for _, account, _, _ in lines(one)] == [
        "made",
        "provisional",
        "provisional",
        "reversed",
        "reversed",
        "matured",
    ]


def test_saved_again_closes_the_first_and_the_second_stands(world: World) -> None:
    first = claim(world)
    second = claim(world, made_at=MADE + timedelta(days=30))
    first.refresh_from_db()
    assert (first.state, first.why, first.days) == ("reversed", "saved_again", 30)
    assert second.state == "provisional"
    actions.void(programme=world.programme, claim=second.public_id, reason="test", actor="command")
    first.refresh_from_db()
    assert first.state == "provisional"


def test_voided_is_void_for_good(world: World) -> None:
    one = claim(world)
    hear(world, word(world, 60))
    voided = actions.void(programme=world.programme, claim=one.public_id, reason="duplicate", actor="command")
    assert (voided.state, voided.why) == ("void", "voided")
    with pytest.raises(Conflict):
        actions.void(programme=world.programme, claim=one.public_id, reason="test", actor="command")
    with pytest.raises(Invalid):
        actions.void(programme=world.programme, claim=one.public_id, reason="because", actor="command")
    with pytest.raises(NotFound):
        actions.void(programme=world.programme, claim=uuid4(), reason="test", actor="command")


def test_a_fact_on_the_evening_of_its_day_matures_it_by_the_clock(world: World) -> None:
    one = claim(world)
    with clock.at(one.matures_at - timedelta(hours=2)):
        actions.hear(programme=world.programme, words=[word(world, 60)], actor="import")
        actions.judge_due(programme=world.programme)
    one.refresh_from_db()
    assert one.state == "provisional"
    with clock.at(one.matures_at):
        assert actions.judge_due(programme=world.programme) == 1


def test_terms_are_of_claims_made_from_then_on(world: World) -> None:
    before = claim(world)
    actions.set_terms(programme=world.programme, days=30, speaks="each", actor="command")
    after = claim(world, holding="card 2")
    assert (after.matures_at - before.matures_at).days == -30
    with pytest.raises(Invalid):
        actions.set_terms(programme=world.programme, days=0, speaks="each", actor="command")
    with pytest.raises(Invalid):
        actions.set_terms(programme=world.programme, days=60, speaks="loudly", actor="command")


def test_a_feed_of_changes_matures_those_it_is_silent_about(world: World) -> None:
    actions.set_terms(programme=world.programme, days=60, speaks="changes", actor="command")
    one = claim(world)
    hear(world, word(world, 1), word(world, 70, holding="another"))
    with clock.at(LATER):
        actions.judge_due(programme=world.programme)
    one.refresh_from_db()
    assert one.state == "matured"


def test_the_database_refuses_to_change_or_unbalance_the_books(world: World) -> None:
    one = claim(world)
    hear(world, word(world, 1))
    with refused("permission denied"):
        Posting.objects.update(cost=1)
    with refused("permission denied"):
        Posting.objects.all().delete()
    with refused("permission denied"):
        AccountFact.objects.update(status="cancelled")

    def post(*told: tuple[int, str, int, int]) -> None:
        Posting.objects.bulk_create(
            Posting(programme=world.programme, claim=one, turn=turn, account=account, count=n, cost=cost, at=LATER)
            for turn, account, n, cost in told
        )

    with refused("does not balance"):
        post((2, "matured", 1, 500))
    with refused("does not balance"):
        post((2, "provisional", -1, -500), (2, "matured", 1, 400))
    with refused("does not balance"):
        post((1, "matured", 1, 0))
    with refused("does not balance"):
        post((2, "provisional", 0, 0), (2, "matured", 0, 0))
    post((2, "provisional", -1, -500), (2, "matured", 1, 500))


def test_counts_by_day_are_what_the_claims_are(world: World) -> None:
    claim(world)
    claim(world, holding="card 2")
    hear(world, word(world, 1), word(world, 20, "cancelled"), word(world, 40, holding="card 2"))
    counted = DayCount.objects.filter(claims__gt=0).values_list("state", "days", "claims", "cost")
    assert sorted(counted) == [("provisional", 40, 1, 500), ("reversed", 20, 1, 500)]


def test_another_programme_sees_nothing_of_it(world: World) -> None:
    one = claim(world)
    hear(world, word(world, 1))
    with inside(world.other.pk):
        assert not Claim.objects.exists() and not Posting.objects.exists() and not AccountFact.objects.exists()
        with pytest.raises(NotFound):
            actions.void(programme=world.other, claim=one.public_id, reason="test", actor="command")


def since_of(world: World, day: int | None) -> datetime | None:
    return None if day is None else word(world, day).as_of


days = st.sampled_from([-3, 0, 1, 30, 59, 60, 61, 65])
words = st.lists(
    st.tuples(days, st.sampled_from(list(Status)), st.integers(0, 1), st.none() | days), min_size=1, max_size=6
)


@settings(max_examples=25)
@given(told=words, again=st.none() | st.integers(1, 70), data=st.data())
def test_any_order_of_files_and_saves_gives_the_same_ledger(
    world: World, told: list[tuple[int, Status, int, int | None]], again: int | None, data: st.DataObject
) -> None:
    """Facts and claims one by one in one order, and in another with repetitions, for two customers' accounts."""
    first, second = f"a{uuid4()}", f"b{uuid4()}"
    saves = [0] if again is None else [0, again]
    steps: list[Any] = [*told, *saves]
    mixed = data.draw(st.permutations(steps)) + data.draw(st.lists(st.sampled_from(steps), max_size=3))
    for holding, order in ((first, steps), (second, mixed)):
        for one in order:
            if isinstance(one, int):
                attempt = uuid5(UUID(int=0), f"{holding} {one}")
                made_at = MADE + timedelta(days=one)
                with clock.at(LATER):
                    told_save = save(world, attempt=attempt, holding=holding, made_at=made_at)
                    actions.claim(programme=world.programme, saves=[told_save], actor="system")
            else:
                day, status, sequence, since_day = one
                since = since_of(world, since_day)
                hear(world, word(world, day, status, sequence=sequence, since=since, holding=holding))
    fields = ("made_at", "state", "state_at", "why", "evidence_at", "days")
    found = [
        list(Claim.objects.filter(account__holding=holding).order_by("made_at").values_list(*fields))
        for holding in (first, second)
    ]
    assert found[0] == found[1]


@settings(max_examples=25)
@given(told=words)
def test_what_the_database_leaves_out_of_the_facts_makes_no_difference(
    world: World, told: list[tuple[int, Status, int, int | None]]
) -> None:
    holding = f"c{uuid4()}"
    given_words = [
        word(world, day, status, sequence=sequence, holding=holding, since=since_of(world, since))
        for day, status, sequence, since in told
    ]
    one = claim(world, holding=holding)
    hear(world, *given_words)
    thinned = books._words([one.account_id]).get(one.pk, [])
    facts = [Fact(each.as_of, each.status, each.sequence, each.since) for each in given_words]
    assert set(thinned) <= set(standing(facts))
    one.refresh_from_db()
    told_of = books.Claimed(one.made_at, one.matures_at)
    verdict = books.judge(told_of, facts, now=LATER)
    assert (one.state, one.state_at, one.why, one.evidence_at) == (
        verdict.state,
        verdict.at,
        verdict.why,
        verdict.evidence_at,
    )
