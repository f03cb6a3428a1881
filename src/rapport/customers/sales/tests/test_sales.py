"""Sales that a partner tells of, by file and by API, in any order; and what was promised with them."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.accounts import actions as accounts
from rapport.accounts.roles import Right
from rapport.conftest import World, stand_in
from rapport.customers.models import Customer, Promise, Sale, Standing
from rapport.customers.promises.actions import settle_promise
from rapport.customers.sales import cli
from rapport.customers.sales.actions import Written, tell_sales
from rapport.customers.sales.queries import sale_of
from rapport.customers.sales.records import PromisedRecord, SaleRecord
from rapport.kit import clock
from rapport.kit.errors import Invalid

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HEADER = (
    "key,customer,holding,product,seller,team,sold_on,as_of,"
    "promised,promised_due_on,promised_kind,promised_kept_on"
)
GOLD = "S-1,C-1,h1,Gold card,s7,North,2026-09-01,2026-09-01T18:00,No fee,2026-09-30,price,"
Import = Callable[..., int]


@pytest.fixture
def take(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Import]:
    """Import rows by the command, in a working directory of the test's own."""
    monkeypatch.chdir(tmp_path)

    def run(*rows: str, header: str = HEADER, more: tuple[str, ...] = ()) -> int:
        (tmp_path / "sales.csv").write_text("\n".join([header, *rows, ""]), "utf-8")
        stand_in(None)
        try:
            with clock.at(NOW):
                return cli.run(["sales.csv", "--programme", "cards", *more])
        finally:
            stand_in(world.programme)

    yield run


def rows_of() -> list[tuple[Any, ...]]:
    """Return what stands: the sales, and their promises that were not withdrawn."""
    sales = Sale.objects.order_by("key").values_list("key", "customer__key", "product", "team", "sold_on", "as_of")
    standing = Promise.objects.exclude(state="withdrawn").order_by("sale__key", "number")
    told = standing.values_list("sale__key", "number", "what", "due_on", "state", "settled_at")
    return [*sales, *told]


def test_a_file_makes_sales_and_their_promises_and_again_changes_nothing(take: Import, world: World) -> None:
    assert take(GOLD) == 0
    sold = sale_of(world.customer, holding="h1")
    assert sold is not None
    assert (sold.sale.team, sold.promised[0].what, sold.promised[0].keeper_words) == (
        "North",
        "No fee",
        "the partner",
    )
    before = rows_of()
    assert take(GOLD) == 0
    assert rows_of() == before
    assert Promise.objects.count() == 1


def test_who_is_not_on_file_is_made_and_who_was_erased_is_not(take: Import, world: World) -> None:
    Customer.objects.filter(pk=world.customer.pk).update(standing=Standing.RESTRICTED)
    assert take(GOLD, GOLD.replace("S-1,C-1", "S-2,C-2")) == 0
    assert set(Sale.objects.values_list("customer__key", flat=True)) == {"C-2"}
    assert "restricted" in Path("sales.csv.errors.tsv").read_text()


@pytest.mark.parametrize(
    "row",
    [
        GOLD.replace("2026-09-01,2026", "2999-01-01,2026"),
        GOLD.replace("2026-09-01,2026", "0001-01-01,2026"),
        GOLD.replace("2026-09-01,2026", "never,2026"),
        GOLD.replace("18:00", "18:99"),
        GOLD.replace("price", "miracle"),
        GOLD.replace("2026-09-30", "9999-12-31"),
        GOLD.replace("Gold card", ""),
        GOLD.replace("Gold card", "x" * 101),
        GOLD.replace("No fee", "n" * 301),
        GOLD.replace("S-1", "4111111111111111"),
        GOLD + ",more",
    ],
)
def test_what_cannot_be_read_is_named_and_the_rest_is_taken(take: Import, world: World, row: str) -> None:
    assert take(row, GOLD.replace("S-1,", "S-2,")) == 0
    assert list(Sale.objects.values_list("key", flat=True)) == ["S-2"]
    lines = Path("sales.csv.errors.tsv").read_text().splitlines()
    assert len(lines) == 2 and lines[1].startswith("2\t") and "4111111111111111" not in lines[1]


def test_a_day_too_far_ahead_is_judged_by_the_programmes_calendar(take: Import, world: World) -> None:
    for zone, taken in (("Etc/GMT+12", ["S-1"]), ("Etc/GMT-14", ["S-1", "S-2"])):  # the 22nd there, and the 23rd
        world.programme.timezone = zone
        world.programme.save(update_fields=["timezone"])
        row = GOLD.replace("2026-09-01,2026-09-01T18:00", "DAY,")
        take(row.replace("DAY", "2026-11-23"), row.replace("DAY", "2026-11-24").replace("S-1", "S-2"))
        assert list(Sale.objects.order_by("key").values_list("key", flat=True)) == taken


def test_a_mapping_names_other_columns(take: Import, world: World, tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text(
        'date_format = "%d.%m.%Y"\n[fields]\nkey = "a"\ncustomer = "b"\nproduct = "c"\nsold_on = "d"\n'
        '[[promised]]\nwhat = "e"\n'
    )
    assert take("1,C-1,Gold,01.09.2026,A gift", header="a,b,c,d,e", more=("--mapping", "map.toml")) == 0
    sold = sale_of(world.customer, product="Gold")
    assert sold is not None and sold.promised[0].due_on == date(2026, 10, 1)
    (tmp_path / "map.toml").write_text('[fields]\nkey = "a"\n')
    with pytest.raises(Invalid, match="customer, product, sold_on"):
        take(GOLD, more=("--mapping", "map.toml"))


def told(number: int, as_of: int, promised: tuple[PromisedRecord, ...], team: str, customer: str) -> SaleRecord:
    return SaleRecord(
        line=1,
        key=f"S-{number}",
        customer=customer,
        product="Gold card",
        sold_on=date(2026, 9, 1),
        team=team,
        as_of=NOW - timedelta(days=30 - as_of),
        promised=promised,
    )


PROMISED = st.builds(
    PromisedRecord,
    what=st.sampled_from(["No fee", "A gift"]),
    due_on=st.sampled_from([date(2026, 9, 20), None]),
    kept_on=st.sampled_from([None, date(2026, 9, 10), date(2026, 10, 20)]),
)
TOLD = st.builds(
    told,
    st.integers(1, 2),
    st.integers(0, 3),
    st.lists(PROMISED, max_size=2).map(tuple),
    st.sampled_from(["North", "South"]),
    st.sampled_from(["C-1", "C-2"]),
)


def tell(world: World, *batches: list[SaleRecord]) -> Written:
    done = Written()
    with clock.at(NOW):
        for records in batches:
            done.add(tell_sales(programme=world.programme, records=records, actor="test"))
    return done


@settings(max_examples=25)
@given(records=st.lists(TOLD, min_size=2, max_size=5), data=st.data())
def test_any_order_of_rows_however_cut_and_repeated_gives_the_same(
    world: World, records: list[SaleRecord], data: st.DataObject
) -> None:
    found = []
    for _ in range(2):
        Promise.objects.all().delete()
        Sale.objects.all().delete()
        order = data.draw(st.permutations(records)) + data.draw(st.lists(st.sampled_from(records), max_size=2))
        cut = data.draw(st.integers(0, len(order)))
        tell(world, *[batch for batch in (order[:cut], order[cut:]) if batch])
        found.append(rows_of())
    assert found[0] == found[1]


def test_a_correction_withdraws_and_reopens_and_a_reps_word_stands(world: World) -> None:
    gift = PromisedRecord("A gift", date(2026, 9, 20), "delivery", date(2026, 9, 10))
    first = told(1, 0, (gift, PromisedRecord("No fee", date(2026, 12, 20))), "North", "C-1")
    tell(world, [first])
    assert [one.state for one in Promise.objects.order_by("number")] == ["kept", "open"]
    tell(world, [told(1, 1, (PromisedRecord("A gift", date(2026, 9, 20)),), "North", "C-1")])
    assert [one.state for one in Promise.objects.order_by("number")] == ["open", "withdrawn"]
    mine = Promise.objects.get(number=1)
    with clock.at(NOW):
        settle_promise(member=world.rep, promise_id=mine.pk, kept=False, note="It never came")
    tell(world, [told(1, 2, first.promised, "North", "C-1")])
    assert [(one.state, one.evidence) for one in Promise.objects.order_by("number")] == [
        ("broken", "note"),
        ("open", ""),
    ]


def test_a_program_tells_of_sales_with_the_right_token(world: World) -> None:
    secret = accounts.issue_token(programme=world.programme, name="partner", rights=[Right.DELIVER_FILES])
    headers = {"Authorization": f"Bearer {secret}"}
    one = {"key": "S-1", "customer": "C-1", "product": "Gold card", "sold_on": "2026-09-01", "team": "North"}
    body = {"sales": [one | {"promised": [{"what": "No fee", "due_on": "2026-12-31"}]}]}

    def post(body: Any, at: str = "cards", headers: dict[str, str] = headers) -> Any:
        path = f"/api/v1/programmes/{at}/sales"
        return Client().post(path, body, content_type="application/json", headers=headers)

    assert post(body).json() == {"made": 1, "changed": 0, "same": 0, "stale": 0, "left_out": []}
    assert post(body).json()["same"] == 1
    assert post({"sales": [one | {"product": ""}]}).status_code == 422
    assert (
        post({"sales": [one | {"key": "S-2"}, one | {"key": "S-3", "sold_on": "2999-01-01"}]}).status_code == 422
    )
    assert post({"sales": [one | {"as_of": "2026-09-01T08:00"}]}).status_code == 422
    assert post(body, at="loans").status_code == 404
    assert post(body, headers={}).status_code in (401, 403, 404)
    assert Sale.objects.count() == 1


def test_three_rows_in_all_orders_by_hand(world: World) -> None:
    rows = [told(1, day, (PromisedRecord(f"Told {day}"),), "North", "C-1") for day in range(3)]
    for order in permutations(rows):
        Sale.objects.all().delete()
        tell(world, *[[one] for one in order])
        assert Promise.objects.get().what == "Told 2"
