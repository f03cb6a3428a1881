"""Promises as figures, and the statement for each team that sells."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client

from rapport.accounts import actions as accounts
from rapport.accounts.roles import Role
from rapport.conftest import World
from rapport.customers.models import Customer, Holding
from rapport.customers.promises.actions import make_promise, settle_promise, withdraw_promise
from rapport.customers.sales.actions import tell_sales
from rapport.customers.sales.records import PromisedRecord, SaleRecord
from rapport.insight import queries
from rapport.insight.selling import effect_on_leaving, statement
from rapport.kit import clock
from rapport.offers.leaving import actions as leaving

KEYS = ("promise_kept_rate", "promise_late_rate", "promise_broken_rate", "promise_lateness")
NOON = datetime(2026, 11, 2, 11, tzinfo=UTC)
AT = "/at/cards/reports/selling/"


def promised(world: World, due_on: date, how: str = "", settled: datetime = NOON, customer: str = "C-1") -> None:
    whose = Customer.objects.get(programme=world.programme, key=customer)
    with clock.at(NOON):
        one = make_promise(member=world.rep, customer=whose, what="Call", due_on=due_on, kind="call_back")
    with clock.at(settled):
        if how == "withdrawn":
            withdraw_promise(member=world.rep, promise_id=one.pk, note="Not needed")
        elif how:
            settle_promise(member=world.rep, promise_id=one.pk, kept=how == "kept", note="said")


def test_promises_count_once_they_were_due(world: World) -> None:
    third = date(2026, 11, 3)
    promised(world, third, "kept")
    promised(world, third, "kept", datetime(2026, 11, 4, 1, tzinfo=UTC))  # two hours late, in Berlin
    promised(world, third, "broken")
    promised(world, third, "withdrawn")
    promised(world, third)
    promised(world, date(2026, 11, 30), "kept")
    with clock.at(datetime(2026, 11, 5, tzinfo=UTC)):
        [row] = queries.metrics(world.programme, KEYS, date(2026, 11, 1), date(2026, 11, 30))
        by_kind = queries.metrics(world.programme, KEYS, date(2026, 11, 3), date(2026, 11, 3), by="kind")
        nothing = queries.metrics(world.programme, KEYS, date(2026, 11, 4), date(2026, 11, 4))
    kept, late, broken, lateness = (row.figures[key] for key in KEYS)
    assert [(one.numerator, one.denominator) for one in (kept, late, broken)] == [(1, 4), (1, 4), (1, 4)]
    assert lateness.value == 7200
    assert [one.group for one in by_kind] == [{"kind": "call_back"}]
    assert nothing[0].figures["promise_kept_rate"].denominator in (0, None)


def sold(number: int, team: str = "North", customer: str = "C-1") -> SaleRecord:
    return SaleRecord(
        line=number,
        key=f"S-{number}",
        customer=customer,
        product="Gold card",
        sold_on=date(2026, 11, 1),
        team=team,
        seller="s7",
        promised=(PromisedRecord("No fee for a year", date(2026, 11, 20), "price"),),
    )


def leaves(world: World, customer: str, product: str = "Gold card") -> None:
    whose = Customer.objects.get(programme=world.programme, key=customer)
    Holding.objects.create(programme=world.programme, customer=whose, key="h1", product=product)
    attempt = leaving.open_attempt(customer=whose, product=product, origin="rep", channel="chat", actor="test")
    leaving.cancel_now(attempt=attempt, by="rep", actor="test")


@pytest.fixture
def november(world: World) -> World:
    with clock.at(NOON + timedelta(days=10)):
        tell_sales(programme=world.programme, records=[sold(1), sold(2, "South", "C-2")], actor="test")
        leaves(world, "C-1")
        leaves(world, "C-2", "Something else")
    return world


def test_who_left_goes_back_to_who_sold_and_what_they_promised(november: World) -> None:
    north = statement(november.programme, "North", date(2026, 11, 15))
    assert (north.sold, north.products, north.promised[0][0]) == (1, [("Gold card", 1)], "Price")
    [gone] = north.gone
    assert (gone.sold.sale.key, gone.days, gone.reason) == ("S-1", 11, "Not known")
    assert gone.promises == ["No fee for a year (open)"]
    assert statement(november.programme, "South", date(2026, 11, 1)).gone == []
    assert statement(november.programme, "North", date(2026, 12, 1)).gone == []


def test_the_statement_by_the_readers_door(november: World, client: Client) -> None:
    viewer = accounts.ensure_member(
        programme=november.programme,
        agent_id="viewer",
        name="Vera",
        role=Role.PARTNER_VIEWER,
        username="viewer",
        password=None,
    )
    client.force_login(viewer.user)
    with clock.at(NOON + timedelta(days=12)):
        page = client.get(f"{AT}?team=North&month=2026-11").content.decode()
        file = client.get(f"{AT}statement.csv?team=North&month=2026-11").content.decode()
        wrong = client.get(f"{AT}?team=Nobody&month=never")
    assert "No fee for a year" in page and "S-1" in page and "Ada" not in page
    assert file.splitlines()[1].startswith("2026-11-12,S-1,Gold card,2026-11-01,11,s7")
    assert wrong.status_code == 200
    client.force_login(november.rep.user)
    assert client.get(AT).status_code == 403
    client.force_login(november.outsider.user)
    assert client.get(AT).status_code == 404


def test_leaving_beside_promises_counts_each_customer_once_and_late_enough(world: World) -> None:
    for number in range(2, 6):
        Customer.objects.create(programme=world.programme, key=f"C-{number}")
    day = date(2026, 11, 3)
    for customer in ("C-1", "C-2"):
        promised(world, day, "broken", customer=customer)
        promised(world, day, "kept", NOON + timedelta(hours=1), customer=customer)
    for customer in ("C-3", "C-4"):
        promised(world, day, "kept", customer=customer)
    promised(world, date(2027, 1, 20), "kept", NOON + timedelta(days=70), customer="C-5")
    with clock.at(NOON + timedelta(days=5)):
        leaves(world, "C-1")
    with clock.at(NOON + timedelta(days=65)):
        leaves(world, "C-2")
    with clock.at(NOON + timedelta(days=59)):
        assert effect_on_leaving(world.programme).difference is None
    with clock.at(NOON + timedelta(days=75)):
        found = effect_on_leaving(world.programme)
    assert (found.broken, found.broken_left, found.kept, found.kept_left) == (2, 1, 2, 0)
    assert found.difference is not None
    value, low, high = found.difference
    assert value == 0.5 and low < 0 < high
