"""Lists of customers, through their pages: counted while typing, saved, refreshed, explained, taken out."""

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from rapport.accounts import actions as accounts
from rapport.accounts.roles import Right, Role
from rapport.audit.models import Look
from rapport.conftest import World, inside
from rapport.contacts.models import Contact
from rapport.customers.consent.actions import set_bars
from rapport.customers.models import Customer
from rapport.events.models import Event
from rapport.kit import clock
from rapport.outreach.jobs import refresh_lists
from rapport.outreach.models import CustomerList, ListMember, ListMove, ListRefresh
from rapport.risk.keeping import Learnt, keep
from rapport.risk.measures import measure
from rapport.risk.queries import model_in_use, rules_of

LISTS = "/at/cards/lists/"
GOLD = [("and", "attribute.tier", "is", "gold")]


def signed_in(member: Any) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


@pytest.fixture
def client(world: World) -> Client:
    for number, tier in enumerate(["gold", "gold", "silver", "gold"]):
        Customer.objects.create(
            programme=world.programme, key=f"K-{number}", name=f"Number {number}", attributes={"tier": tier}
        )
    return signed_in(world.supervisor)


def form(lines: list[tuple[str, str, str, str]], **more: str) -> dict[str, Any]:
    names = ("joins", "field", "test", "value")
    columns = {name: [line[at] for line in lines] for at, name in enumerate(names)}
    return {"channel": "phone", "quiet_days": "7", **columns, **more}


def customer(key: str) -> Customer:
    return Customer.objects.get(key=key)


def made(client: Client, lines: list[tuple[str, str, str, str]] = GOLD) -> CustomerList:
    answer = client.post(f"{LISTS}make/", form(lines, name="Gold"))
    assert answer.status_code == 302, answer.content.decode()
    return CustomerList.objects.get(name="Gold")


def on(which: CustomerList) -> set[str]:
    return set(ListMember.objects.filter(list=which).values_list("customer__key", flat=True))


def test_what_is_typed_is_counted_and_nothing_is_kept(client: Client, world: World) -> None:
    set_bars(member=world.rep, customer=customer("K-1"), channels=["phone"])
    page = client.post(f"{LISTS}count/", form(GOLD)).content.decode()
    assert "<strong>2</strong> customers on the list" in page
    assert "3 fit" in page
    assert "kept off: they do not want to be contacted" in page
    assert not CustomerList.objects.exists()
    either = [*GOLD, ("or", "attribute.tier", "is", "silver, bronze")]
    assert "4 fit" in client.post(f"{LISTS}count/", form(either)).content.decode()


def test_what_cannot_be_asked_says_what_to_do_and_is_not_saved(client: Client) -> None:
    bad = form([("and", "contacts_30", "at_least", "many"), ("and", "no_such", "is", "1")], name="Bad")
    page = client.post(f"{LISTS}count/", bad).content.decode()
    assert "This cannot be asked yet" in page
    answer = client.post(f"{LISTS}make/", bad)
    assert answer.status_code == 422
    assert not CustomerList.objects.exists()


@pytest.mark.parametrize("value", ["'; DROP TABLE customers_customer; --", "\x00", "%s", "x" * 5000, "\\"])
def test_hostile_values_find_nobody_and_break_nothing(client: Client, value: str) -> None:
    for field in ("attribute.tier", f"attribute.{value}", "segment", value):
        answer = client.post(f"{LISTS}count/", form([("and", field, "is", value)], quiet_days=value))
        assert answer.status_code == 200
    assert Customer.objects.filter(key="K-0").exists()
    many = form([("and", "attribute.tier", "is", "gold")] * 100)
    assert "cannot be asked" in client.post(f"{LISTS}count/", many).content.decode()


def test_a_list_is_saved_with_versions_and_two_people_do_not_undo_each_other(client: Client) -> None:
    which = made(client)
    assert on(which) == {"K-0", "K-1", "K-3"}
    address = f"{LISTS}{which.public_id}/"
    silver = [("and", "attribute.tier", "is_not", "gold")]
    assert client.post(f"{address}save/", form(silver, instead_of="1", note="The others")).status_code == 302
    assert on(which) == {"K-2", "C-1"}
    late = client.post(f"{address}save/", form(GOLD, instead_of="1"))
    assert late.status_code == 409
    assert "Somebody saved this list meanwhile" in late.content.decode()
    assert list(which.versions.order_by("number").values_list("number", flat=True)) == [1, 2]
    again = client.post(f"{LISTS}make/", form(GOLD, name="Gold"))
    assert again.status_code == 409
    assert "attribute.tier" in client.get(f"{address}edit/").content.decode()


def test_who_came_and_who_went_is_kept_with_why(client: Client, world: World) -> None:
    which = made(client)
    set_bars(member=world.rep, customer=customer("K-0"), channels=["any"])
    Customer.objects.filter(key="K-1").update(attributes={"tier": "lead"})
    Customer.objects.filter(key="K-2").update(attributes={"tier": "gold"})
    Contact.objects.create(
        programme=world.programme, customer=customer("K-3"), channel="voice", state="closed",
        arrived_at=clock.now() - timedelta(days=2), closed_at=clock.now(),
    )  # fmt: skip
    refresh_lists(timestamp=0)
    assert on(which) == {"K-2"}
    last = ListRefresh.objects.latest("pk")
    assert (last.fit, last.members, last.came, last.went) == (3, 1, 1, 3)
    assert last.kept_off == {"barred": 1, "recent": 1}
    went = ListMove.objects.filter(refresh=last, came=False).values_list("customer__key", "because")
    assert dict(went) == {"K-0": "barred", "K-1": "criteria", "K-3": "recent"}
    moves = ListMove.objects.count()
    refresh_lists(timestamp=0)
    assert ListMove.objects.count() == moves  # the same again moves nobody
    told = Event.objects.filter(name="list.refreshed").latest("pk")
    assert "Number" not in str(told.data)


@pytest.mark.parametrize("cause", ["restricted", "barred", "talking", "recent"])
def test_suppression_wins_over_every_criterion(client: Client, world: World, cause: str) -> None:
    one = customer("K-0")
    if cause == "restricted":
        Customer.objects.filter(pk=one.pk).update(standing="restricted")
    elif cause == "barred":
        set_bars(member=world.rep, customer=one, channels=["phone", "post"])
    else:
        state, ago = ("active", 90) if cause == "talking" else ("closed", 3)
        Contact.objects.create(
            programme=world.programme, customer=one, channel="voice", state=state, closed_at=clock.now(),
            arrived_at=clock.now() - timedelta(days=ago), answered_at=clock.now(),
        )  # fmt: skip
    which = made(client, [("and", "attribute.tier", "known", "")])
    assert on(which) == {"K-1", "K-2", "K-3"}
    assert ListRefresh.objects.get(list=which).kept_off == {cause: 1}


def test_the_page_says_why_and_that_it_was_seen_is_on_record(client: Client, world: World) -> None:
    which = made(client)
    page = client.get(f"{LISTS}{which.public_id}/?customer=K-2").content.decode()
    assert "tier is gold" in page
    assert "Number 2</strong> does not belong on the list" in page
    assert "(is silver)" in page
    look = Look.objects.latest("pk")
    assert (look.what, look.count) == ("list", 4)
    assert (
        "No customer of this programme has this key"
        in client.get(f"{LISTS}{which.public_id}/?customer=nobody&page=x").content.decode()
    )


def test_what_leaves_as_a_file_is_what_may_be_contacted_now_and_is_on_record(client: Client, world: World) -> None:
    Customer.objects.filter(key="K-3").update(name="=HYPERLINK(1)")
    which = made(client)
    set_bars(member=world.rep, customer=customer("K-0"), channels=["phone"])
    answer = client.post(f"{LISTS}{which.public_id}/export/")
    rows = list(csv.reader(io.StringIO(answer.content.decode())))
    assert {row[0] for row in rows[1:]} == {"K-1", "K-3"}  # the list was made before the customer barred us
    assert "'=HYPERLINK(1)" in {row[1] for row in rows}
    assert Look.objects.filter(what="export", count=2).exists()
    accounts.adjust_role(
        programme=world.programme, role=Role.SUPERVISOR, right=Right.EXPORT, granted=False, actor="system"
    )
    assert client.post(f"{LISTS}{which.public_id}/export/").status_code == 403


def test_since_when_is_told_by_the_programmes_day(client: Client, world: World) -> None:
    with clock.at(datetime(2026, 11, 19, 23, 30, tzinfo=UTC)):  # half past midnight in Berlin
        which = made(client)
        answer = client.post(f"{LISTS}{which.public_id}/export/")
    assert {row[3] for row in list(csv.reader(io.StringIO(answer.content.decode())))[1:]} == {"2026-11-20"}


def test_who_may_not_sees_nothing(client: Client, world: World) -> None:
    which = made(client)
    for path in ("", "new/", f"{which.public_id}/", f"{which.public_id}/edit/"):
        assert signed_in(world.rep).get(f"{LISTS}{path}").status_code == 403
        assert signed_in(world.outsider).get(f"{LISTS}{path}").status_code == 404
    for path in ("count/", "make/", f"{which.public_id}/refresh/", f"{which.public_id}/export/"):
        assert signed_in(world.rep).post(f"{LISTS}{path}").status_code == 403
    with inside(world.other.pk):
        boss = accounts.ensure_member(
            programme=world.other,
            agent_id="boss",
            name="Boss",
            role=Role.SUPERVISOR,
            username="boss",
            password=None,
        )
    assert signed_in(boss).get(f"/at/loans/lists/{which.public_id}/").status_code == 404


def test_the_page_of_risk_says_how_good_it_is_and_what_leaving_is(client: Client, world: World) -> None:
    address = "/at/cards/risk/"
    assert "No model was learnt yet" in client.get(address).content.decode()
    told = measure([i % 3 == 0 for i in range(90)], [(i % 10 + 5 * (i % 3 == 0)) / 20 for i in range(90)]).told()
    figures = {"model": told, "line": told, "rule": told, "rule_asks": "tier", "raises": []}
    kept = Learnt("digest", 900, 90, clock.now(), figures, is_good=True)
    for number, digest in enumerate(("one", "two"), 1):
        if number == 2:
            kept = replace(kept, figures={**figures, "before": told})
        before = model_in_use(world.programme)
        keep(programme=world.programme, learnt=replace(kept, lessons=digest), content=b"-", against=before)
        page = client.get(address).content.decode()
        assert f"Model {number} <span" in page
        assert "Simplest rule" in page
    assert client.get(f"{address}?model=1").status_code == 200
    assert client.get(f"{address}?model=9").status_code == 404
    sent = {"attribute": "tier", "values": "gone, left", "days": "90", "left_out": "age"}
    assert client.post(f"{address}rules/", sent).status_code == 302
    assert rules_of(world.programme).values == ["gone", "left"]
    assert client.post(f"{address}rules/", {**sent, "days": "x"}).status_code == 422
    assert client.post(f"{address}learn/").status_code == 302
    assert signed_in(world.rep).get(address).status_code == 403


def test_a_retired_list_has_nobody_on_it(client: Client) -> None:
    which = made(client)
    for _ in range(2):
        assert client.post(f"{LISTS}{which.public_id}/retire/").status_code == 302
    assert on(which) == set()
    assert client.post(f"{LISTS}{which.public_id}/refresh/").status_code == 409
    refresh_lists(timestamp=0)
    assert Event.objects.filter(name="list.retired").count() == 1
