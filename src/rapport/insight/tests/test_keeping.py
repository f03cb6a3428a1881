"""What stuck of the claims: figures that can be worked out by hand, the page, and statements checked anew."""

import csv
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from uuid import uuid4

import duckdb
import pytest
from django.http import QueryDict
from django.test import Client

from rapport.accounts import actions as accounts
from rapport.accounts.names import names_for
from rapport.accounts.roles import Role
from rapport.conftest import World
from rapport.customers.models import Customer
from rapport.insight import curve, export, keeping, queries, report, statement
from rapport.insight.figures import Figure
from rapport.insight.state import read_state
from rapport.insight.tests.test_metrics import arrive, serve
from rapport.kit import clock
from rapport.kit.walls import inside
from rapport.ledger import actions as ledger
from rapport.ledger.judging import Status
from rapport.offers.leaving import actions as leaving
from rapport.offers.models import LeavingReason, SaveAttempt

MADE = datetime(2026, 3, 2, 9, tzinfo=UTC)
NOW = MADE + timedelta(days=70)
BASE = "/at/cards/reports/"
Fate = tuple[str, Status, int] | None


def day(number: float) -> datetime:
    return MADE + timedelta(days=number)


def wish(world: World, outcome: str = "stayed", at: float = 0, *, control: bool = False) -> SaveAttempt:
    customer = Customer.objects.create(programme=world.programme, key=f"C-{uuid4().hex[:8]}", name="Grace Hope")
    with clock.at(day(at)):
        made = leaving.open_attempt(customer=customer, origin="rep", channel="voice", actor="test")
        SaveAttempt.objects.filter(pk=made.pk).update(is_control=control)
        leaving.set_reason(attempt=made, reason="fee", actor="test")
        if outcome == "left":
            leaving.cancel_now(attempt=made, by="rep", actor="test")
        else:
            leaving.end_attempt(attempt=made, outcome=outcome, actor="test")
    made.refresh_from_db()
    return made


def save(world: World, made: SaveAttempt, **more: object) -> None:
    told = {
        "rep": world.rep.pk,
        "reason": "fee",
        "offer": "half",
        "offer_version": 1,
        "cost": 1_000,
        "currency": "EUR",
    } | more
    one = ledger.Save(
        attempt=made.public_id,
        customer=made.customer_id,
        made_at=made.opened_at,
        rebuttals=["price/1"],
        **told,  # type: ignore[arg-type]  # the keys are a save's, whose values are checked where they are used
    )
    with clock.at(made.opened_at + timedelta(seconds=1)):
        ledger.claim(programme=world.programme, saves=[one], actor="test")


def heard(world: World, made: SaveAttempt, status: Status, after: float) -> None:
    word = ledger.Word(made.customer_id, "", day(after), status)
    with clock.at(day(after) + timedelta(hours=1)):
        ledger.hear(programme=world.programme, words=[word], actor="test")


@pytest.fixture
def kept(world: World) -> World:
    """Three saves that are judged (two stuck), one too young, one who left, one of the control who left."""
    LeavingReason.objects.create(programme=world.programme, key="fee", name="The fee")
    for number, (status, after) in enumerate([(Status.ACTIVE, 62), (Status.ACTIVE, 62), (Status.CANCELLED, 20)]):
        made = wish(world, at=number / 10)
        save(world, made)
        heard(world, made, status, after)
    save(world, wish(world, at=40), offer="gift", cost=0)
    wish(world, "left", 0.5)
    wish(world, "left", 0.6, control=True)
    wish(world, "withdrawn", 0.7)
    return world


def test_a_claim_too_young_to_judge_is_in_no_denominator(kept: World) -> None:
    [row] = queries.metrics(kept.programme, now=NOW)
    assert row["saves_claimed"].numerator == 4
    assert row["stick_60"] == Figure(2 / 3, 2, 3, 4)
    assert row["rebuttal_stick"] == Figure(2 / 3, 2, 3, 4)
    assert row["wishes_to_leave"].numerator == 6
    assert row["gross_save_rate"] == Figure(4 / 6, 4, 6)
    assert row["verified_save_rate"] == Figure(2 / 5, 2, 5, 6)
    assert row["saves_verified"].numerator == 2
    assert row["cost_per_kept_month"].numerator == 3_000
    assert row["cost_per_kept_month"].denominator == pytest.approx((60 + 60 + 20) / 30.4375, abs=0.05)


def test_claims_are_judged_by_their_day_however_long_ago_a_contact_was(kept: World) -> None:
    serve(arrive(kept, MADE), kept, at=MADE, talk=60, wrap=0)
    [row] = queries.metrics(kept.programme, now=NOW)
    assert row["stick_60"] == Figure(2 / 3, 2, 3, 4)
    assert row["verified_save_rate"] == Figure(2 / 5, 2, 5, 6)


def test_a_save_followed_by_another_wish_or_a_complaint_was_wrongful(kept: World) -> None:
    first, second = SaveAttempt.objects.filter(outcome="stayed").order_by("opened_at")[:2]
    with clock.at(day(30)):
        leaving.open_attempt(customer=first.customer, origin="portal", channel="portal", actor="customer")
    heard(kept, second, Status.COMPLAINT_UPHELD, 31)
    [row] = queries.metrics(kept.programme, ["wrongful_save_rate"], now=NOW)
    assert row["wrongful_save_rate"] == Figure(2 / 3, 2, 3, 4)


def test_what_offers_brought_is_told_beside_the_control_with_an_interval(kept: World) -> None:
    with clock.at(NOW):
        brought = keeping.headline(kept.programme, MADE.date(), NOW.date()).brought
    assert brought is not None
    assert (brought.offered, brought.control) == (Figure(2 / 4, 2, 4, 5), Figure(0, 0, 1, 1))
    assert brought.low < 0 < brought.difference == 0.5 < brought.high


def test_small_groups_are_drawn_to_all_and_marked(kept: World) -> None:
    with clock.at(NOW):
        rows = keeping.kept_by(kept.programme, MADE.date(), NOW.date(), "offer", {})
    half = next(row for row in rows if row.key == "half")
    assert (half.claimed, half.figure.numerator, half.figure.denominator) == (3, 2, 3)
    assert half.is_small
    assert half.low is not None and half.share is not None and half.high is not None
    assert half.low < half.share < half.high


def test_the_curve_follows_the_young_as_far_as_they_are_known(kept: World) -> None:
    points = curve.survival(kept.programme, MADE.date(), NOW.date())
    assert (points[0].share, points[20].share, points[60].share) == pytest.approx((1, 2 / 3, 2 / 3))
    assert points[60].low < 2 / 3 < points[60].high


def counted_anew(world: World, folder: Path, found: statement.Statement) -> set[tuple[object, ...]]:
    path, _ = export.write_events(world.programme, folder)
    with duckdb.connect() as engine:
        engine.execute("SET TimeZone = 'UTC'")
        engine.execute(f"CREATE VIEW fact_event AS FROM '{path}'")
        values = {"starts": found.starts, "ends": found.ends, "as_of": found.as_of}
        return {row for row in engine.execute(statement.SQL.read_text(), values).fetchall() if row[-1]}


def test_every_figure_of_a_statement_follows_from_the_events_alone(kept: World, tmp_path: Path) -> None:
    late = SaveAttempt.objects.filter(outcome="stayed").order_by("opened_at")[0]
    word = ledger.Word(late.customer_id, "", day(62), Status.NOT_PAYING, sequence=1)
    with clock.at(day(95)):  # a month later the partner corrects what it had said
        ledger.hear(programme=kept.programme, words=[word], actor="test")
    with clock.at(day(100)):
        months = statement.months_of(kept.programme)
        assert [month.month for month in months] == [6, 5, 4, 3]
        told = {month.month: statement.statement_of(kept.programme, month) for month in months}
        for found in told.values():
            assert set(map(tuple, found.rows)) == counted_anew(kept, tmp_path, found)
    march, may, june = told[3], told[5], told[6]
    assert (march.amount("books", "made"), march.amount("books", "reversed")) == (3, 1)
    assert (march.amount("books", "closing"), march.amount("books", "closing", "EUR")) == (2, 2_000)
    assert (may.amount("books", "matured"), may.stick()) == (2, Figure(1 / 3, 1, 3, 3))
    assert (june.amount("books", "matured"), june.amount("books", "reversed")) == (-1, 1)
    assert may.amount("lost", "reversed", key="not_paying") == 1


def test_the_statement_is_a_page_a_csv_and_a_pdf_and_is_put_on_record(kept: World, client: Client) -> None:
    client.force_login(kept.supervisor.user)
    with clock.at(day(100)):
        page = client.get(f"{BASE}statements/2026-05/").content.decode()
        rows = list(csv.reader(StringIO(client.get(f"{BASE}statements/2026-05.csv").content.decode())))
        paper = client.get(f"{BASE}statements/2026-05.pdf")
        assert client.get(f"{BASE}statements/statement.sql").content == statement.SQL.read_bytes()
        assert client.get(f"{BASE}statements/events.parquet").content.startswith(b"PAR1")
        assert client.get(f"{BASE}statements/2026-12/").status_code == 404
        assert client.get(f"{BASE}statements/nonsense/").status_code == 404
    assert "Statement of May 2026" in page
    assert ["books", "", "matured", "claims", "2"] in rows
    assert paper["Content-Type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF")


def test_the_page_leads_with_the_stick_and_says_how_much_is_judged(kept: World, client: Client) -> None:
    client.force_login(kept.supervisor.user)
    with clock.at(NOW):
        for by in keeping.SPLITS:
            page = client.get(f"{BASE}keeping/?by={by}").content.decode()
            assert "66.7" in page
            assert "75" in page and "of 4 judged" in page
            assert "too few to say" in page


def test_before_the_first_claim_the_page_says_so(world: World, client: Client) -> None:
    client.force_login(world.supervisor.user)
    assert "No save was claimed yet" in client.get(f"{BASE}keeping/").content.decode()
    assert "No statement yet" in client.get(f"{BASE}statements/").content.decode()


def test_the_partner_reads_statements_a_rep_does_not_and_no_rep_is_in_the_events(
    kept: World, client: Client, tmp_path: Path
) -> None:
    viewer = accounts.ensure_member(
        programme=kept.programme, agent_id="kim", name="Kim North", role=Role.PARTNER_VIEWER, username="kim"
    )
    with clock.at(day(100)):
        client.force_login(viewer.user)
        assert client.get(f"{BASE}statements/2026-05/").status_code == 200
        client.force_login(kept.rep.user)
        assert client.get(f"{BASE}statements/2026-05/").status_code == 403
        assert client.get(f"{BASE}statements/events.parquet").status_code == 403
    path, rows = export.write_events(kept.programme, tmp_path)
    assert rows
    with duckdb.connect() as engine:
        [told] = engine.execute(f"SELECT string_agg(data) FROM '{path}'").fetchall()
    assert '"offer":' in told[0]
    assert '"rep":' not in told[0]


def test_another_programme_sees_nothing_of_it(kept: World) -> None:
    with inside(kept.other.pk), clock.at(NOW):
        assert keeping.extent(kept.other) is None
        assert statement.statement_of(kept.other, date(2026, 3, 1)).rows == ()


def test_the_report_tells_money_in_the_one_currency_there_is(world: World, client: Client) -> None:
    LeavingReason.objects.create(programme=world.programme, key="fee", name="The fee")
    client.force_login(world.supervisor.user)
    days = (day(0).date(), day(5).date())
    query = f"from={days[0]}&to={days[1]}&metric=cost_per_kept_month&compare=none"
    state = read_state(QueryDict(query), world.programme, days)
    for number, currency in enumerate(("JPY", "JPY", "EUR")):
        made = wish(world, at=number)
        save(world, made, currency=currency)
        heard(world, made, Status.ACTIVE, 62 + number)
        with clock.at(day(80)):
            page = client.get(f"/at/cards/reports/metrics/cost_per_kept_month/?{query}").text
            counted = report.count_report(world.programme, state)
        tile = report.tiles(counted, state, comparable=True)[-1]
        [bar] = report.split(world.programme, counted, tile.metric, "rep", names_for(world.supervisor))
        drawn = report.bars(tile.metric, [bar], counted.currency)["series"][0]["values"]
        if currency == "JPY":
            assert tile.words == bar.words == "507 JPY" and "507 JPY" in page
            assert drawn == [pytest.approx(507, abs=0.5)] and round(tile.values[number] or 0) == 507
            line = report.trend(counted, state, None)["series"][0]["values"]
            assert line[number] == pytest.approx(507, abs=0.5)
        else:
            assert tile.words == bar.words == "5.07" and drawn == [pytest.approx(5.07, abs=0.005)]
