"""The claims behind every figure: the counts agree, and who sees which, and what of one."""

import re
from html import unescape

import pytest
from django.db import connection
from django.test import Client

from rapport.accounts import actions as accounts
from rapport.accounts.roles import Role
from rapport.audit.models import Look
from rapport.conftest import World
from rapport.customers.models import Customer
from rapport.insight import claims, keeping, statement
from rapport.insight.relations import RELATIONS
from rapport.insight.tests.test_keeping import BASE, MADE, NOW, day, heard, kept, save, wish
from rapport.kit import clock
from rapport.ledger import actions as ledger
from rapport.ledger.judging import Status
from rapport.ledger.models import Claim
from rapport.offers.models import SaveAttempt

__all__ = ["kept"]

PERIOD = f"from={MADE:%Y-%m-%d}&to={NOW:%Y-%m-%d}"
COUNT = re.compile(r'id="claims-count">([\d\N{NARROW NO-BREAK SPACE}]+)<')
LINKED = re.compile(r'href="(/at/cards/reports/claims/\?[^"]+)">(−?\d+)</a>')


def page(client: Client, address: str, status: int = 200) -> str:
    with clock.at(day(100)):
        answer = client.get(address)
    assert answer.status_code == status
    return answer.content.decode()


def counted(text: str) -> int:
    [found] = COUNT.findall(text)
    return int(found)


@pytest.fixture
def told(kept: World) -> World:
    """As kept, and what was said of one that had matured is corrected a month later."""
    late = SaveAttempt.objects.filter(outcome="stayed").order_by("opened_at")[0]
    word = ledger.Word(late.customer_id, "", day(62), Status.NOT_PAYING, sequence=1)
    with clock.at(day(95)):
        ledger.hear(programme=kept.programme, words=[word], actor="test")
    return kept


@pytest.mark.parametrize("by", keeping.SPLITS)
def test_every_number_of_a_split_leads_to_as_many_claims(told: World, client: Client, by: str) -> None:
    client.force_login(told.supervisor.user)
    links = LINKED.findall(page(client, f"{BASE}keeping/?by={by}&{PERIOD}"))
    assert len(links) >= 3
    for address, number in links:
        assert counted(page(client, unescape(address))) == int(number), address


def test_every_number_of_a_statement_leads_to_as_many_claims(told: World, client: Client) -> None:
    client.force_login(told.supervisor.user)
    with clock.at(day(100)):
        months = [month.strftime("%Y-%m") for month in statement.months_of(told.programme)]
    seen = set()
    for month in months:
        for address, number in LINKED.findall(page(client, f"{BASE}statements/{month}/")):
            text = page(client, unescape(address))
            back = re.search(r"= (−?\d+)\.</p>", text)
            figure = back[1] if back else str(counted(text))
            assert int(figure.replace("−", "-")) == int(number.replace("−", "-")), address
            seen.add(re.search(r"of=(\w+)", address)[1])  # type: ignore[index]  # every address has it
    assert seen == {"due", "opening", "entered", "matured", "reversed", "closing"}


def test_the_claims_are_listed_page_by_page(told: World, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "PAGE", 3)
    client.force_login(told.supervisor.user)
    first = page(client, f"{BASE}claims/?{PERIOD}")
    ids = re.findall(r"/reports/claims/([0-9a-f-]{36})/", first)
    [older] = re.findall(r'href="(\?[^"]*before=[^"]+)"', first)
    rest = re.findall(r"/reports/claims/([0-9a-f-]{36})/", page(client, f"{BASE}claims/{unescape(older)}"))
    wanted = Claim.objects.order_by("-made_at").values_list("public_id", flat=True)
    assert [*ids, *rest] == [str(one) for one in wanted]
    assert counted(first) == len(wanted)
    assert "No such claim" in page(client, f"{BASE}claims/?{PERIOD}&product=mortgage")


def test_what_cannot_be_read_is_said(told: World, client: Client) -> None:
    client.force_login(told.supervisor.user)
    for wrong in ("from=tomorrow", "state=lost", "of=all", "before=1"):
        page(client, f"{BASE}claims/?{wrong}", 422)


def test_a_claims_life_names_the_words_the_entries_and_what_moved_it(told: World, client: Client) -> None:
    client.force_login(told.supervisor.user)
    corrected = Claim.objects.get(why="not_paying")
    text = page(client, f"{BASE}claims/{corrected.public_id}/")
    for words in (
        "Grace Hope",
        "price",
        "version 1",
        "10.00 EUR",
        "Matured",
        "Does not pay",
        "decides",
        "corrected",
    ):
        assert words in text
    assert [text.count(f"<td>{account}</td>") for account in ("made", "provisional", "matured")] == [1, 2, 2]
    assert Look.objects.filter(what="customer", about=f"claim {corrected.public_id}").count() == 1
    young = Claim.objects.get(state="provisional")
    assert "Not a word yet" in page(client, f"{BASE}claims/{young.public_id}/")
    made = wish(told, at=41)
    save(told, made)
    heard(told, made, Status.CANCELLED, 30)
    assert "Cancelled before the save" in page(
        client, f"{BASE}claims/{Claim.objects.get(state='void').public_id}/"
    )


def test_a_rep_sees_their_own_and_nobody_elses(told: World, client: Client) -> None:
    own = Claim.objects.filter(rep=told.rep).first()
    made = wish(told, at=2)
    save(told, made, rep=told.second_rep.pk)
    others = Claim.objects.get(rep=told.second_rep)
    assert own is not None
    client.force_login(told.rep.user)
    text = page(client, f"{BASE}claims/?{PERIOD}")
    assert (counted(text), str(others.public_id) in text) == (4, False)
    assert "Grace Hope" in page(client, f"{BASE}claims/{own.public_id}/")
    page(client, f"{BASE}claims/{others.public_id}/", 404)
    client.force_login(told.outsider.user)
    page(client, f"{BASE}claims/", 404)
    page(client, f"/at/loans/reports/claims/{own.public_id}/", 404)


def test_the_partner_sees_neither_customers_nor_who_the_reps_are(told: World, client: Client) -> None:
    viewer = accounts.ensure_member(
        programme=told.programme, agent_id="kim", name="Kim North", role=Role.PARTNER_VIEWER, username="kim"
    )
    client.force_login(viewer.user)
    text = page(client, f"{BASE}keeping/?by=rep&{PERIOD}")
    links = LINKED.findall(text)
    assert links
    for address, number in links:
        assert f"rep={told.rep.agent_id}&" not in f"{unescape(address)}&"
        listed = page(client, unescape(address))
        assert counted(listed) == int(number)
        assert f"<td>{told.rep.name}" not in listed
    one = Claim.objects.filter(rep=told.rep).first()
    assert one is not None
    life = page(client, f"{BASE}claims/{one.public_id}/")
    assert f"<dd>{told.rep.name}" not in life and str(Customer.objects.get(pk=one.account.customer_id)) not in life
    assert "The conversation" not in life


def test_the_claim_of_a_wish_is_found_without_reading_all_claims(world: World) -> None:
    sql = "SELECT x.state FROM (" + RELATIONS["wish"].sql + ") AS x"
    for name in ("programme", "starts", "ends"):
        sql = sql.replace(f":{name}", f"%({name})s")
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN VERBOSE {sql}", {"programme": world.programme.pk, "starts": MADE, "ends": NOW})
        plan = str(cursor.fetchall())
    assert "claim.attempt = attempt.public_id" in plan  # as the index has it, which a text of it has not
