"""The record's pages, by the people who may see them and by those who may not."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from rapport.accounts.actions import adjust_role, ensure_member
from rapport.accounts.models import Member
from rapport.accounts.roles import Right, Role
from rapport.audit import alarms, jobs, lookers, sealing
from rapport.audit.actions import note_look, note_verification
from rapport.audit.models import Alarm, Look, Refusal, Watched
from rapport.audit.rules import Rules, rules_of
from rapport.audit.verifying import verify
from rapport.conftest import World
from rapport.events.models import Event
from rapport.kit import clock
from rapport.kit.walls import inside
from rapport.record.jobs import find_colleagues

RECORD, ALARMS = "/at/cards/record/", "/at/cards/alarms/"


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> None:
    settings.HOME = tmp_path


def somebody(world: World, role: Role) -> Member:
    name = role.value
    return ensure_member(
        programme=world.programme, agent_id=name, name=name.capitalize(), role=role, username=name, password=None
    )


@pytest.fixture
def auditor(client: Client, world: World) -> Client:
    client.force_login(somebody(world, Role.AUDITOR).user)
    return client


@pytest.fixture
def manager(world: World) -> Client:
    client = Client()
    client.force_login(somebody(world, Role.MANAGER).user)
    return client


def look(world: World, member: Member, **more: Any) -> None:
    by = lookers.Looker(world.programme, f"member:{member.pk}", "10.1.2.3")
    told: dict[str, Any] = {"what": "customer", "right": Right.TAKE_CONTACTS, "subject": world.customer.public_id}
    note_look(by, **told | more)


def text_of(response: Any) -> str:
    assert response.status_code == 200, response.content
    return str(response.content.decode())


def rows_of(text: str) -> int:
    return text.count('<th scope="row">')


def test_the_log_tells_who_saw_whom_and_why(auditor: Client, world: World) -> None:
    look(world, world.rep, why="the contact in hand", contact=world.customer.public_id)
    text = text_of(auditor.get(RECORD))
    for words in (">Rep<", "C-1", "the contact in hand", "contacts.take", "10.1.2.3"):
        assert words in text
    assert "no contact in hand" not in text
    assert "Ada Byron" not in text


def test_the_log_can_be_narrowed(auditor: Client, world: World) -> None:
    look(world, world.rep)
    look(world, world.second_rep, contact=world.customer.public_id)
    look(world, world.second_rep, what="report", subject=None)
    with clock.at(clock.now() - timedelta(days=3)):
        look(world, world.rep, why="long ago")
        day = clock.now().astimezone(world.programme.zone).date()
    auditor.get(RECORD)  # is itself on record

    def found(query: str) -> int:
        return rows_of(text_of(auditor.get(RECORD + query)))

    assert found("") == 5
    assert found(f"?person=member:{world.second_rep.pk}") == 2
    assert found("?customer=C-1") == found(f"?customer={world.customer.public_id}") == 3
    assert found("?customer=nobody") == 0
    assert found("?what=report") == 1
    assert found("?marked=1") == 2
    assert found(f"?from={day}&to={day}") == 1
    assert found("?before=1") == 0


@pytest.mark.parametrize(
    "query", ["?from=x", "?to=0001-01-01", "?what=x", "?before=x", "?before=-1", f"?before={2**63}"]
)
def test_what_cannot_be_read_is_said(auditor: Client, query: str) -> None:
    assert auditor.get(RECORD + query).status_code == 422


def test_a_long_log_has_pages(auditor: Client, world: World) -> None:
    for _ in range(101):
        look(world, world.rep)
    text = text_of(auditor.get(RECORD))
    assert rows_of(text) == 100
    assert "Earlier ones" in text


def test_digests_can_be_read_and_taken(auditor: Client, world: World) -> None:
    assert "No digest yet" in text_of(auditor.get(f"{RECORD}digests/"))
    digest = sealing.seal_until(world.programme, clock.now())
    assert digest is not None
    text = text_of(auditor.get(f"{RECORD}digests/"))
    assert "Not checked yet" in text
    assert digest.document.split('"key":"')[1][:64] in text
    sent = auditor.get(f"{RECORD}digests/1.json")
    assert sent.json() == {"document": digest.document, "signature": bytes(digest.signature).hex()}
    for number in (2, 2**40):
        assert auditor.get(f"{RECORD}digests/{number}.json").status_code == 404
    note_verification(programme=world.programme, report=verify(world.programme))
    assert "Nothing was altered" in text_of(auditor.get(f"{RECORD}digests/"))


def test_a_check_can_be_asked_for(auditor: Client, world: World) -> None:
    assert "No digest yet" in text_of(auditor.post(f"{RECORD}digests/check/", headers={"HX-Request": "true"}))
    jobs.verify_now.func(programme_id=world.programme.pk)
    assert "Nothing was altered" in text_of(auditor.get(f"{RECORD}digests/"))


def test_an_alarm_is_taken_and_closed(manager: Client, world: World) -> None:
    alarms.sound(programme=world.programme, cause="many_reveals", about=f"member:{world.rep.pk}")
    [alarm] = Alarm.objects.all()
    text = text_of(manager.get(ALARMS))
    assert "Many masked values shown" in text
    assert "Nobody owns it" in text
    fragment = {"HX-Request": "true"}
    assert "Yours since" in text_of(manager.post(f"{ALARMS}{alarm.public_id}/take/", headers=fragment))
    wrong = manager.post(
        f"{ALARMS}{alarm.public_id}/close/", {"finding": "", "words": "My words"}, headers=fragment
    )
    assert wrong.status_code == 422
    assert "Choose what you found" in wrong.content.decode()
    assert "My words" in wrong.content.decode()
    told = {"finding": "explained", "words": "A long call about lost cards."}
    assert "No alarm is open" in text_of(manager.post(f"{ALARMS}{alarm.public_id}/close/", told, headers=fragment))
    assert "A long call about lost cards." in text_of(manager.get(ALARMS))


def test_without_a_script_the_page_comes_back(manager: Client, world: World) -> None:
    alarms.sound(programme=world.programme, cause="many_reveals", about=f"member:{world.rep.pk}")
    [alarm] = Alarm.objects.all()
    assert manager.post(f"{ALARMS}{alarm.public_id}/take/").status_code == 302
    wrong = manager.post(f"{ALARMS}{alarm.public_id}/close/", {"finding": "", "words": ""})
    assert (wrong.status_code, "<html" in wrong.content.decode()) == (422, True)


RULES = {
    "window_minutes": "30",
    "reveals": "2",
    "refusals": "3",
    "night_from": "1",
    "night_to": "5",
    "lapse_days": "14",
}


def test_when_it_is_an_alarm_is_set_for_each_programme(client: Client, manager: Client, world: World) -> None:
    admin = Client()
    admin.force_login(somebody(world, Role.ADMINISTRATOR).user)
    fragment = {"HX-Request": "true"}
    assert manager.post(f"{ALARMS}rules/", RULES, headers=fragment).status_code == 403
    adjust_role(
        programme=world.programme, role=Role.AUDITOR, right=Right.MANAGE_PROGRAMME, granted=True, actor="test"
    )
    client.force_login(somebody(world, Role.AUDITOR).user)
    assert client.post(f"{ALARMS}rules/", RULES, headers=fragment).status_code == 403
    for wrong in ("0", "", "-1", "x", "1001", "٣"):
        refused = admin.post(f"{ALARMS}rules/", RULES | {"reveals": wrong}, headers=fragment)
        assert refused.status_code == 422 and "a whole number from 1 to 1000" in refused.content.decode()
    assert rules_of(world.programme) == Rules()
    for _ in range(2):
        assert 'value="30"' in text_of(admin.post(f"{ALARMS}rules/", RULES, headers=fragment))
    assert rules_of(world.programme) == Rules(30, 2, 3, 1, 5, 14)
    assert Event.objects.get(name="alarm.rules_changed").data["refusals"] == 3
    with inside(world.other.pk):
        assert rules_of(world.other) == Rules()
    before = Refusal.objects.count()
    rep = Client()
    rep.force_login(world.rep.user)
    for _ in range(3):
        rep.get(ALARMS)
    assert Refusal.objects.count() == before + 3
    assert [one.cause for one in Alarm.objects.filter(about=f"member:{world.rep.pk}")] == ["repeated_refusals"]


@pytest.mark.parametrize(
    ("begins", "ends", "nights"), [(22, 6, {22, 23, *range(6)}), (1, 5, {1, 2, 3, 4}), (0, 0, set())]
)
def test_a_night_may_lie_on_either_side_of_midnight(begins: int, ends: int, nights: set[int]) -> None:
    rules = Rules(night_from=begins, night_to=ends)
    assert {hour for hour in range(24) if rules.is_night(datetime(2026, 1, 1, hour, tzinfo=UTC))} == nights


def test_who_looked_at_the_alarms_is_on_record(manager: Client) -> None:
    manager.get(ALARMS)
    assert [(look.what, look.about) for look in Look.objects.all()] == [("record", "alarms")]


def test_the_watch_list_is_kept_by_key(manager: Client, world: World) -> None:
    fragment = {"HX-Request": "true"}
    assert "well known" in text_of(
        manager.post(f"{ALARMS}watch/", {"key": "C-1", "kind": "watched"}, headers=fragment)
    )
    assert manager.post(f"{ALARMS}watch/", {"key": "C-9"}, headers=fragment).status_code == 422
    assert Watched.objects.get().customer == world.customer.public_id
    manager.post(f"{ALARMS}unwatch/{world.customer.public_id}/", headers=fragment)
    assert not Watched.objects.exists()


@pytest.mark.parametrize("page", [RECORD, f"{RECORD}digests/", f"{RECORD}digests/1.json", f"{RECORD}ticket/"])
def test_the_record_is_not_for_everybody(client: Client, world: World, page: str) -> None:
    for member, status in ((world.rep, 403), (world.supervisor, 403), (world.outsider, 404)):
        client.force_login(member.user)
        assert client.get(page).status_code == status


@pytest.mark.parametrize("page", [ALARMS, f"{ALARMS}part/", f"{ALARMS}ticket/"])
def test_alarms_are_for_who_handles_them(client: Client, world: World, page: str) -> None:
    for member, status in ((world.rep, 403), (world.supervisor, 200), (world.outsider, 404)):
        client.force_login(member.user)
        assert client.get(page).status_code == status


def test_to_the_partner_people_are_called_as_agreed(client: Client, world: World) -> None:
    look(world, world.rep)
    client.force_login(somebody(world, Role.PARTNER_VIEWER).user)
    text = text_of(client.get(RECORD))
    assert "no contact in hand" in text
    assert "C-1" in text
    for word in (">Rep<", ">Supervisor<", "10.1.2.3"):
        assert word not in text


def test_a_customer_who_works_here_is_found_by_their_address(world: World) -> None:
    ensure_member(
        programme=world.programme,
        agent_id="ada",
        name="Ada Byron",
        role=Role.REP,
        username="Ada@example.org",
        password=None,
    )
    for _ in range(2):
        find_colleagues.func(timestamp=0)
    [found] = Watched.objects.all()
    assert (found.customer, found.kind) == (world.customer.public_id, "colleague")
