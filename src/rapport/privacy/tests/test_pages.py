"""Personal data by the pages: found, asked, handed out once, restricted, erased; and who may not."""

import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from rapport.accounts import actions as accounts
from rapport.accounts.roles import RIGHTS, Right, Role
from rapport.conftest import World
from rapport.customers.models import Customer
from rapport.events.models import Event
from rapport.kit import clock
from rapport.kit.walls import inside
from rapport.privacy import packages
from rapport.privacy.models import Package, Period, Request
from rapport.privacy.tests.stage import LATER, known, left, manager

AT = "/at/cards/privacy/"


@pytest.fixture
def office(client: Client, world: World) -> Client:
    client.force_login(manager(world).user)
    return client


def page_of(customer: Customer) -> str:
    return f"{AT}{customer.public_id}/"


def text_of(response: Any) -> str:
    return str(response.content.decode())


def make_all() -> None:
    for package in Package.objects.filter(state="making"):
        packages.make(package.pk)


@pytest.mark.parametrize("told", ["C-1", "ada@example.org", "+49 30 123456", " ADA@example.org "])
def test_a_customer_is_found_by_what_is_on_file(office: Client, world: World, told: str) -> None:
    page = text_of(office.post(AT, {"told": told}))
    assert page_of(world.customer) in page


def test_who_is_not_there_is_not_found(office: Client, world: World) -> None:
    assert "Nobody on file" in text_of(office.post(AT, {"told": "Ada"}))


def test_a_request_is_due_in_30_days_and_closed_by_what_answers_it(office: Client, world: World) -> None:
    at = page_of(world.customer)
    today = clock.now().date()
    sent = {"kind": "restriction", "proof": "document", "received_on": (today - timedelta(days=25)).isoformat()}
    assert office.post(f"{at}asked/", sent).status_code == 302
    assert "in 5 days" in text_of(office.get(AT))
    office.post(f"{at}restricted/")
    request = Request.objects.get()
    assert (request.status, request.due_on) == ("done", today + timedelta(days=5))
    assert Event.objects.filter(name="privacy.answered").count() == 1
    assert "Nothing to answer" in text_of(office.get(AT))


@pytest.mark.parametrize("wrong", [{"kind": "gold"}, {"received_on": "2150-01-01"}, {"note": "x" * 301}])
def test_a_request_that_cannot_be_is_refused_in_place(office: Client, world: World, wrong: dict[str, str]) -> None:
    sent = {"kind": "access", "proof": "document", "received_on": "", "note": "what I typed"}
    answer = office.post(f"{page_of(world.customer)}asked/", {**sent, **wrong})
    assert answer.status_code == 422
    assert 'role="alert"' in text_of(answer)
    assert not Request.objects.exists()


def test_a_package_has_everything_and_is_taken_once(office: Client, world: World) -> None:
    customer = known(world)
    at = page_of(customer)
    office.post(f"{at}asked/", {"kind": "access", "proof": "document"})
    office.post(f"{at}packed/")
    make_all()
    package = Package.objects.get()
    address = f"{AT}packages/{package.public_id}/"
    assert address in text_of(office.get(at))
    answer = office.post(address)
    assert answer.headers["Content-Type"] == "application/zip"
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    told = json.loads(archive.read("data.json"))
    html = archive.read("index.html").decode()
    chats = [archive.read(name).decode() for name in archive.namelist() if name.startswith("chats/")]
    for word in ("Ada Byron", "ada@example.org", "her secret question", "her summary line", "her callback"):
        assert word in json.dumps(told)
        assert word in html
    assert told["format"] == "rapport-personal-data/1"
    assert len(chats) == 1
    assert "customer: her secret question" in chats[0]
    assert "<script" not in html
    again = office.post(address)
    assert (again.status_code, "taken already" in text_of(again)) == (409, True)
    package.refresh_from_db()
    assert (package.state, package.content) == ("taken", "")
    assert Request.objects.get().status == "done"
    assert Event.objects.filter(name="privacy.package_taken", subject=customer.public_id).count() == 1


def test_a_package_expires(office: Client, world: World) -> None:
    reader = manager(world)
    office.post(f"{page_of(world.customer)}packed/")
    make_all()
    package = Package.objects.get()
    with clock.at(clock.now() + packages.GOOD_FOR + timedelta(minutes=1)):
        office.logout()
        office.force_login(reader.user)
        assert office.post(f"{AT}packages/{package.public_id}/").status_code == 409
        assert packages.expire(world.programme) == 1
    package.refresh_from_db()
    assert (package.state, package.content) == ("expired", "")


def test_sensitive_values_need_a_reason(office: Client, world: World) -> None:
    at = page_of(world.customer)
    assert office.post(f"{at}packed/", {"with_sensitive": "yes"}).status_code == 422
    assert office.post(f"{at}packed/", {"with_sensitive": "yes", "why": "they asked"}).status_code == 302
    assert Package.objects.get().with_sensitive


def test_what_would_go_is_shown_and_a_wrong_key_is_refused_there(office: Client, world: World) -> None:
    customer = known(world)
    page = text_of(office.get(page_of(customer)))
    assert "What was written in chats" in page
    assert "emptied; the fact stays" in page
    answer = office.post(f"{page_of(customer)}erased/", {"confirmed": "C-2"})
    assert answer.status_code == 422
    assert "Type the customer&#39;s key, C-1" in text_of(answer)
    assert left(["Ada Byron"]) != []


def test_erased_by_the_page(office: Client, world: World) -> None:
    customer = known(world)
    answer = office.post(f"{page_of(customer)}erased/", {"confirmed": "C-1"}, follow=True)
    page = text_of(answer)
    assert "The person is gone" in page
    assert "Erase for good" not in page
    assert left() == []
    assert "Nobody on file" in text_of(office.post(AT, {"told": "C-1"}))


def test_a_hold_is_placed_shown_and_lifted(office: Client, world: World) -> None:
    at = page_of(world.customer)
    assert office.post(f"{at}held/", {"why": "", "until": ""}).status_code == 422
    office.post(f"{at}held/", {"why": "Court of Appeal, 7 O 12/26", "until": ""})
    assert "7 O 12/26" in text_of(office.get(AT))
    assert office.post(f"{at}held/", {"why": "another"}).status_code == 409
    assert office.post(f"{at}erased/", {"confirmed": "C-1"}).status_code == 409
    office.post(f"{at}lifted/")
    assert office.post(f"{at}erased/", {"confirmed": "C-1"}).status_code == 302


def test_who_may_not(client: Client, world: World) -> None:
    at = page_of(world.customer)
    assert client.get(AT).status_code == 302
    for user, status in ((world.rep.user, 403), (world.supervisor.user, 403), (world.outsider.user, 404)):
        client.force_login(user)
        for address in (AT, at):
            assert client.get(address).status_code == status
        for step in ("erased", "restricted", "packed"):
            assert client.post(f"{at}{step}/", {"confirmed": "C-1"}).status_code == status
    world.customer.refresh_from_db()
    assert world.customer.standing == "active"
    assert not Package.objects.exists()


def test_a_customer_of_another_programme_is_not_there(office: Client, world: World) -> None:
    with inside(world.other.pk):
        stranger = Customer.objects.create(programme=world.other, key="L-1", name="Lent")
    assert office.get(page_of(stranger)).status_code == 404
    assert office.post(f"{page_of(stranger)}erased/", {"confirmed": "L-1"}).status_code == 404
    assert "Nobody on file" in text_of(office.post(AT, {"told": "L-1"}))


def test_periods_are_set_by_who_manages_the_programme(client: Client, world: World) -> None:
    known(world)
    boss = accounts.ensure_member(
        programme=world.programme, agent_id="boss", name="Bo", role=Role.ADMINISTRATOR, username="boss"
    )
    at = f"{AT}retention/"
    with clock.at(LATER):
        client.force_login(boss.user)
        assert client.post(at, {"chat_text": "1"}).status_code == 302
        page = text_of(client.get(at))
    assert Period.objects.get().months == 1
    assert 'value="1"' in page
    assert '<td class="num">2</td>' in page
    client.logout()
    client.force_login(boss.user)
    assert client.post(at, {"chat_text": "many"}).status_code == 422
    assert client.post(at, {"chat_text": ""}).status_code == 302
    assert not Period.objects.exists()
    assert Event.objects.filter(name="privacy.period_changed").count() == 2
    assert client.get(AT).status_code == 403
    client.force_login(world.supervisor.user)
    assert client.get(at).status_code == 403


def test_who_may_not_see_masked_values_gets_none_by_a_copy(
    office: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = page_of(world.customer)
    wanted = {"with_sensitive": "yes", "why": "they asked"}
    assert office.post(f"{at}packed/", wanted).status_code == 302
    make_all()
    monkeypatch.setitem(RIGHTS, Role.MANAGER, RIGHTS[Role.MANAGER] - {Right.REVEAL})
    assert office.post(f"{at}packed/", wanted).status_code == 403
    [ready] = Package.objects.all()
    assert office.post(f"{AT}packages/{ready.public_id}/").status_code == 403
    assert Package.objects.get().state == "ready"
    assert office.post(f"{at}packed/").status_code == 302


def test_card_numbers_in_notes_and_reasons_are_hidden(office: Client, world: World) -> None:
    at, card = page_of(world.customer), "4000 0566 5566 5556"
    office.post(f"{at}asked/", {"kind": "access", "proof": "none", "note": f"note of {card}"})
    office.post(f"{at}held/", {"why": f"court, {card}"})
    office.post(f"{at}packed/", {"with_sensitive": "yes", "why": f"they gave {card}"})
    assert (Request.objects.count(), Package.objects.count()) == (1, 1)
    assert left([card]) == []
    assert "court, •••• 5556" in text_of(office.get(at))
