"""Stock and budget are never oversold, however many ask at once, and what is held comes back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from random import Random

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.conftest import World
from rapport.kit.walls import inside
from rapport.offers.catalogue import allowance
from rapport.offers.catalogue.definition import Offer, read_offer
from rapport.offers.models import Allowance, KeptOffer
from rapport.offers.tests.offering import drafted, offer_text

MONTH = date(2026, 11, 1)
THREADS = 12


def held_by_many(row: KeptOffer, offer: Offer, times: int) -> list[str]:
    """Have many hold at once, each settling by chance; return what became of each."""

    def one(number: int) -> str:
        dice = Random(number)
        try:
            with inside(row.programme_id):
                allowance.hold(row, offer, month=MONTH)
            kept = dice.random() < 0.6
            with inside(row.programme_id):
                (allowance.use if kept else allowance.let_go)(row, offer, month=MONTH)
        except allowance.Gone as gone:
            return gone.of
        finally:
            connection.close()
        return "used" if kept else "free"

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(one, range(times)))


@pytest.mark.django_db(transaction=True)
def test_many_at_once_never_get_more_than_there_is(committed_world: World) -> None:
    row = drafted(committed_world)
    offer = read_offer(offer_text(cost=300, stock=10, budget=2000))
    came = held_by_many(row, offer, 60)
    rows = {one.of: one for one in Allowance.objects.filter(offer=row)}
    assert (rows["stock"].held, rows["budget"].held) == (0, 0)
    assert rows["stock"].used == came.count("used")
    assert rows["budget"].used == 300 * came.count("used")
    assert came.count("used") == 6  # 2,000 a month pays for six
    assert came.count("budget") > 0


@settings(max_examples=25)
@given(
    stock=st.integers(0, 6),
    budget=st.integers(300, 2500),
    steps=st.lists(st.sampled_from(["hold", "use", "let_go", "shrink"]), max_size=30),
)
def test_whatever_the_order_nothing_is_oversold_and_nothing_is_lost(
    world: World, stock: int, budget: int, steps: list[str]
) -> None:
    Allowance.objects.all().delete()
    row = KeptOffer.objects.filter(key="half-fee").first() or drafted(world)
    offer, held, used = read_offer(offer_text(cost=300, stock=stock, budget=budget)), 0, 0
    for step in steps:
        if step == "hold":
            is_free = held + used < offer.stock and 300 * (held + used + 1) <= offer.budget
            try:
                with transaction.atomic():
                    allowance.hold(row, offer, month=MONTH)
                assert is_free
                held += 1
            except allowance.Gone:
                assert not is_free
        elif step == "shrink":
            offer = offer.model_copy(update={"stock": max(0, (offer.stock or 0) - 1)})
        elif held:
            getattr(allowance, step)(row, offer, month=MONTH)
            held, used = held - 1, used + (step == "use")
    for one in Allowance.objects.filter(offer=row):
        each = 1 if one.of == "stock" else 300
        assert (one.held, one.used) == (held * each, used * each)
        assert one.held + one.used <= one.most


@pytest.mark.parametrize("wrong", [{"held": 5, "used": 6}, {"held": -1}, {"used": 11}])
def test_the_database_itself_refuses_to_oversell(world: World, wrong: dict[str, int]) -> None:
    row = drafted(world)
    made = Allowance.objects.create(programme=world.programme, offer=row, of="stock", most=10)
    with pytest.raises(IntegrityError), transaction.atomic():
        Allowance.objects.filter(pk=made.pk).update(**wrong)


def test_a_budget_is_of_its_month(world: World) -> None:
    row, offer = drafted(world), read_offer(offer_text(cost=300, budget=300))
    allowance.hold(row, offer, month=MONTH)
    with pytest.raises(allowance.Gone, match="This month's budget"):
        allowance.hold(row, offer, month=MONTH)
    allowance.hold(row, offer, month=date(2026, 12, 1))
