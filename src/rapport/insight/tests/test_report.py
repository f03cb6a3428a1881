"""The report and its pages, by HTTP: what they show, what the address holds, and who may not."""

import csv
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.http import QueryDict
from django.test import Client

from rapport.accounts.models import Member
from rapport.conftest import World, at_most
from rapport.contacts import actions as contacts
from rapport.insight import queries, report
from rapport.insight.figures import Figure
from rapport.insight.registry import METRICS
from rapport.insight.state import read_state
from rapport.insight.words import change, written
from rapport.kit import clock

MONDAY = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
PAGES = ["", "export.csv", "metrics/", "metrics/service_level/"]
BASE = "/at/cards/reports/"
FACTS_OF = {"return": "contact", "wish": "leaving", "verified": "claim"}


@pytest.fixture
def boss(world: World, client: Client) -> Client:
    client.force_login(world.supervisor.user)
    return client


def some_contacts(world: World, at: datetime = MONDAY, count: int = 3) -> None:
    for number in range(count):
        begin = at + timedelta(hours=number)
        contact, _ = contacts.arrive(
            programme=world.programme,
            channel="voice",
            actor="pbx",
            customer=world.customer,
            reason=world.reason,
            at=begin,
        )
        contacts.enqueue(contact, queue="main", actor="pbx", at=begin)
        contacts.answer(contact, rep=world.rep, actor="pbx", at=begin + timedelta(seconds=15 * number))
        contacts.end(contact, by="customer", actor="pbx", at=begin + timedelta(minutes=5))
        contacts.close(contact, actor="pbx", disposition=None, resolved=True, at=begin + timedelta(minutes=6))


def page(client: Client, path: str = "") -> str:
    response = client.get(BASE + path)
    assert response.status_code == 200
    return response.content.decode()


def test_before_the_first_contact_it_says_what_to_do(boss: Client) -> None:
    assert "No contact has come yet" in page(boss)


def test_it_shows_headline_trend_splits_heat_map_and_definitions(world: World, boss: Client) -> None:
    some_contacts(world)
    shown = page(boss)
    for words in (
        "Service level by day",
        "Service level by rep",
        "Service level by reason",
        "by hour of the week",
        "Cancel my card",
        "66.7\N{NARROW NO-BREAK SPACE}%",
        "Abandoned contacts count as not answered in time",
        "answer_within_seconds, :answer_within_seconds",
    ):
        assert words in shown
    assert shown.count('data-chart="') == 4
    assert "few</span>" in shown  # three contacts are a small number


@pytest.mark.parametrize("key", list(METRICS))
def test_every_metric_can_be_in_focus_and_has_its_definition(world: World, boss: Client, key: str) -> None:
    some_contacts(world)
    assert f"<title>{METRICS[key].name}" in page(boss, f"?metric={key}&by=segment&compare=weeks")
    definition = page(boss, f"metrics/{key}/")
    assert METRICS[key].name in definition
    relation = METRICS[key].relation
    assert f"fact_{FACTS_OF.get(relation, relation)}" in definition


@pytest.mark.parametrize("key", ["service_level", "contacts_answered", "save_rate_verified"])
@pytest.mark.parametrize("compare", ["previous", "none"])
def test_the_headline_alone_is_the_reports_for_fewer_questions(world: World, key: str, compare: str) -> None:
    some_contacts(world, MONDAY - timedelta(days=7))
    some_contacts(world, count=4)
    given = QueryDict(f"from=2026-03-02&to=2026-03-08&metric={key}&compare={compare}")
    state = read_state(given, world.programme, queries.extent(world.programme))
    whole = report.tiles(report.count_report(world.programme, state), state, comparable=True)
    with at_most(24):
        alone = report.tiles(report.count_headline(world.programme, state), state, comparable=True)
    assert alone == [replace(one, values=[]) for one in whole] and any(one.before for one in alone) == bool(
        state.before
    )


def test_the_address_holds_the_whole_state(world: World, boss: Client) -> None:
    some_contacts(world)
    some_contacts(world, MONDAY + timedelta(days=7), count=1)
    shown = page(boss, "?from=2026-03-09&to=2026-03-09&compare=weeks&metric=contacts_offered&by=segment")
    assert 'value="2026-03-09"' in shown
    assert "9 Mar 2026, 1 day, compared with 9 Feb 2026" in shown
    assert '<option value="segment" selected>' in shown
    assert "Contacts offered by segment" in shown
    assert "?from=2026-03-09&amp;to=2026-03-09&amp;compare=weeks&amp;metric=satisfaction&amp;by=segment" in shown


def test_days_before_the_first_contact_are_not_compared_with(world: World, boss: Client) -> None:
    some_contacts(world)
    some_contacts(world, MONDAY + timedelta(days=1), count=4)
    assert "+33.3 %" in page(boss, "?from=2026-03-03&to=2026-03-03")
    shown = page(boss, "?from=2026-03-02&to=2026-03-03")
    assert "Changes are not shown" in shown
    assert "figure-change" not in shown


def test_no_rep_is_said_to_have_what_nobody_answered(world: World, boss: Client) -> None:
    some_contacts(world)
    left, _ = contacts.arrive(
        programme=world.programme, channel="voice", actor="pbx", reason=world.reason, at=MONDAY
    )
    contacts.enqueue(left, queue="main", actor="pbx", at=MONDAY)
    contacts.abandon(left, actor="customer", at=MONDAY + timedelta(minutes=1))
    for key in ("contacts_abandoned", "abandonment_rate"):
        assert "This figure is not known by rep" in page(boss, f"?metric={key}")
    assert "This figure is not known by rep" not in page(boss)


def test_a_wrong_address_shows_something_sensible_and_says_so(world: World, boss: Client) -> None:
    some_contacts(world)
    assert "A date could not be read" in page(boss, "?from=yesterday&metric=nonsense&by=nonsense&compare=nonsense")
    assert "Nothing came in these days" in page(boss, "?from=2020-01-01&to=2020-01-02")
    assert "1 Jan 2020 to 2 Jan 2020" in page(boss, "?from=2020-01-02&to=2020-01-01")
    assert "At most three years" in page(boss, "?from=0001-01-01&to=9999-12-30")
    for far in ("?from=0001-01-01&to=0001-01-01", "?from=9999-12-31", "export.csv?from=9999-12-31"):
        assert boss.get(BASE + far).status_code == 200
    assert boss.get(BASE + "export.csv?split=shoe").status_code == 422
    assert boss.get(BASE + "export.csv?from=yesterday").status_code == 422
    assert boss.get(BASE + "metrics/nonsense/").status_code == 404


def test_the_export_has_every_figure_with_what_it_rests_on(world: World, boss: Client) -> None:
    some_contacts(world)
    with clock.at(MONDAY + timedelta(days=1)):
        response = boss.get(BASE + "export.csv?split=rep")
    rows = list(csv.DictReader(StringIO(response.content.decode())))
    assert [row["metric"] for row in rows] == list(METRICS)
    level = rows[list(METRICS).index("service_level")]
    assert (level["rep"], level["rep_name"], level["numerator"], level["denominator"]) == ("rep", "Rep", "2", "3")
    assert 'filename="cards-rep-2026-02-24-2026-03-02.csv"' in response.headers["Content-Disposition"]


def test_the_export_holds_no_formula_for_a_spreadsheet(world: World, boss: Client) -> None:
    some_contacts(world)
    for formula in ("=HYPERLINK(1)", "\t=HYPERLINK(1)"):
        contacts.Reason.objects.update(name=formula)
        assert f"'{formula}" in boss.get(BASE + "export.csv?split=reason").content.decode()


@pytest.mark.parametrize("path", PAGES)
def test_only_who_may_read_reports_does(world: World, client: Client, path: str) -> None:
    some_contacts(world)
    anonymous = client.get(BASE + path)
    assert anonymous.status_code == 302
    assert anonymous.headers["Location"].startswith("/sign-in/")

    def answer_to(member: Member) -> int:
        client.force_login(member.user)
        return client.get(BASE + path).status_code

    assert answer_to(world.rep) == 403
    assert answer_to(world.outsider) == 404
    assert answer_to(world.supervisor) == 200
    assert client.post(BASE + path).status_code == 405


def test_a_change_that_chance_can_make_is_not_called_good_or_bad() -> None:
    level = METRICS["service_level"]
    small = change(level, Figure(0.6, 6, 10), Figure(0.5, 5, 10))
    large = change(level, Figure(0.6, 6000, 10_000), Figure(0.5, 5000, 10_000))
    assert small is not None
    assert (small.words, small.tone) == ("+10.0 points, may be chance", "")
    assert large is not None
    assert (large.words, large.tone) == ("+10.0 points", "good")
    waited = change(METRICS["average_speed_of_answer"], Figure(30.0, 3000, 100), Figure(20.0, 2000, 100))
    assert waited is not None
    assert (waited.words, waited.tone) == ("+10.0 s", "bad")
    slight = change(METRICS["satisfaction"], Figure(4.02, 402, 100), Figure(4.0, 400, 100))
    assert slight is not None
    assert (slight.words, slight.tone) == ("+0.02", "")
    assert change(level, Figure(None, 0, 0), Figure(0.5, 5, 10)) is None


def test_figures_are_written_in_their_unit() -> None:
    assert written(METRICS["average_handle_time"], Figure(185.4, 1854, 10)) == "3:05"
    assert written(METRICS["satisfaction"], Figure(4.567, 137, 30)) == "4.57"
    assert written(METRICS["service_level"], Figure(None, 0, 0)) == "–"


def test_money_is_written_with_the_decimals_its_currency_has() -> None:
    cost = METRICS["cost_per_kept_month"]
    for currency, now, apart, amounts in (
        ("EUR", "1\N{NARROW NO-BREAK SPACE}250.40 EUR", "+250.40 EUR", (125_040, 100_000)),
        ("JPY", "1\N{NARROW NO-BREAK SPACE}250 JPY", "−250 JPY", (1_250, 1_500)),
        ("KWD", "1.250 KWD", "+0.250 KWD", (1_250, 1_000)),
        ("", "12.50", "−2.50", (1_250, 1_500)),
    ):
        after, before = (Figure(amount, amount * 100, 100) for amount in amounts)
        assert written(cost, after, currency) == now
        moved = change(cost, after, before, currency)
        assert moved is not None and moved.words == apart
