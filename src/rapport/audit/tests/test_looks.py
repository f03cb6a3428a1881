"""Looking is on record: by the doors people and programs use."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from rapport.accounts.actions import ensure_member, issue_token, revoke_token, set_rules, sign_agreement
from rapport.accounts.models import Member
from rapport.accounts.queries import tokens_of
from rapport.accounts.roles import Right, Role
from rapport.audit import alarms, jobs
from rapport.audit.actions import note_export, note_look
from rapport.audit.lookers import Looker
from rapport.audit.models import Alarm, Look, Refusal
from rapport.audit.rules import Rules
from rapport.channels.chat import actions as chat
from rapport.conftest import World
from rapport.contacts.models import Contact
from rapport.events.models import Event
from rapport.kit import clock
from rapport.kit.errors import Conflict, Invalid, NotFound
from rapport.kit.walls import inside
from rapport.routing import presence, router
from rapport.routing.queries import open_offer_to

NOON = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)


@pytest.fixture
def still() -> Iterator[None]:
    """Hold the clock, so that an offer does not run out on a machine that is busy."""
    with clock.at(clock.now()):
        yield


def begin(world: World) -> Contact:
    return chat.begin(
        programme=world.programme, email="ada@example.org", text="Hello", reason=world.reason, client_id=uuid4()
    )


def sign_in(client: Client, member: Member) -> Client:
    client.force_login(member.user)
    return client


def looks(**wanted: Any) -> list[Look]:
    return list(Look.objects.filter(**wanted).order_by("id"))


def manager_of(world: World) -> Member:
    return ensure_member(
        programme=world.programme, agent_id="boss", name="Boss", role=Role.MANAGER, username="boss", password=None
    )


@pytest.mark.usefixtures("still")
def test_the_desk_is_one_look_however_often_it_is_fetched(client: Client, world: World) -> None:
    contact = begin(world)
    presence.choose(member=world.rep, doing="available")
    router.turn(world.programme)
    sign_in(client, world.rep)
    for _ in range(3):
        assert client.get("/at/cards/desk/").status_code == 200
    [ringing] = looks(what="customer")
    assert ringing.actor == f"member:{world.rep.pk}"
    assert ringing.subject == world.customer.public_id
    assert (ringing.contact, ringing.in_hand, ringing.why) == (contact.public_id, True, "a contact rings")
    assert ringing.address == "127.0.0.1"
    offer = open_offer_to(world.rep)
    assert offer is not None
    client.post(f"/at/cards/desk/offers/{offer.public_id}/accept/")
    for _ in range(3):
        client.get("/at/cards/desk/work/")
    assert [look.why for look in looks(what="customer")] == ["a contact rings", "the contact in hand"]


def test_a_contacts_page_is_marked_without_the_contact_in_hand(client: Client, world: World) -> None:
    contact = begin(world)
    sign_in(client, world.supervisor)
    for _ in range(2):
        assert client.get(f"/at/cards/contacts/{contact.public_id}/").status_code == 200
        assert client.get(f"/at/cards/contacts/{contact.public_id}/part/").status_code == 200
    [look] = looks(what="contact")
    assert (look.subject, look.in_hand, look.right) == (world.customer.public_id, False, "contacts.read.programme")
    with clock.at(clock.now() + timedelta(hours=1)):
        later = sign_in(Client(), world.supervisor)
        assert later.get(f"/at/cards/contacts/{contact.public_id}/part/").status_code == 200
    assert len(looks(what="contact")) == 2


def test_who_may_read_the_record_sees_who_looked(client: Client, world: World) -> None:
    contact = begin(world)
    page = f"/at/cards/contacts/{contact.public_id}/"
    sign_in(client, world.supervisor)
    assert "Who looked at this file" not in client.get(page).content.decode()
    sign_in(client, manager_of(world))
    text = client.get(page).content.decode()
    assert "Who looked at this file" in text
    assert "Supervisor" in text
    assert "no contact in hand" in text


@pytest.mark.parametrize(
    ("page", "what"),
    [
        ("contacts/", "list"),
        ("floor/", "list"),
        ("reports/export.csv", "export"),
    ],
)
def test_every_other_sight_is_on_record_too(client: Client, world: World, page: str, what: str) -> None:
    begin(world)
    sign_in(client, world.supervisor)
    assert client.get(f"/at/cards/{page}").status_code == 200
    [look] = looks()
    assert (look.what, look.actor) == (what, f"member:{world.supervisor.pk}")


def test_an_export_is_an_event(client: Client, world: World) -> None:
    sign_in(client, world.supervisor)
    client.get("/at/cards/reports/export.csv")
    [event] = Event.objects.filter(name="data.exported")
    assert event.actor == f"member:{world.supervisor.pk}"
    assert event.data["what"] == "figures"


def test_a_programs_reading_is_on_record(client: Client, world: World) -> None:
    contact = begin(world)
    secret = issue_token(programme=world.programme, name="lake", rights=[Right.USE_API])
    headers = {"Authorization": f"Bearer {secret}"}
    base = "/api/v1/programmes/cards/"
    for page in ("contacts", f"contacts/{contact.public_id}", "events", "metrics"):
        assert client.get(base + page, headers=headers).status_code == 200
    found = looks()
    assert [look.what for look in found] == ["list", "contact", "events", "report"]
    assert {look.actor.partition(":")[0] for look in found} == {"token"}
    assert (found[0].count, found[1].subject) == (1, world.customer.public_id)


def test_what_was_refused_left_no_look(client: Client, world: World) -> None:
    contact = begin(world)
    sign_in(client, world.rep)
    assert client.get(f"/at/cards/contacts/{contact.public_id}/").status_code == 404
    assert looks() == []
    [refusal] = Refusal.objects.all()
    assert (refusal.actor, refusal.status) == (f"member:{world.rep.pk}", 404)


def test_many_refusals_are_one_alarm(client: Client, world: World) -> None:
    sign_in(client, world.rep)
    for _ in range(Rules().refusals + 2):
        client.get("/at/cards/floor/")
    [alarm] = Alarm.objects.all()
    assert (alarm.cause, alarm.about, alarm.times) == ("repeated_refusals", f"member:{world.rep.pk}", 3)
    assert Event.objects.filter(name="alarm.raised").count() == 1


def test_an_outsiders_refusals_are_the_programmes_alarm(client: Client, world: World) -> None:
    sign_in(client, world.outsider)
    for _ in range(Rules().refusals):
        assert client.get("/at/cards/desk/").status_code == 404
    with inside(world.programme.pk):
        [alarm] = Alarm.objects.filter(programme=world.programme)
    assert alarm.about == f"user:{world.outsider.user_id}"


def test_refusals_of_long_ago_do_not_count(client: Client, world: World) -> None:
    sign_in(client, world.rep)
    for minutes in range(Rules().refusals + 5):
        with clock.at(NOON + timedelta(minutes=5 * minutes)):
            client.get("/at/cards/floor/")
    assert not Alarm.objects.exists()


def test_data_taken_out_at_night_is_an_alarm(world: World) -> None:
    by = Looker(world.programme, f"member:{world.supervisor.pk}")
    with clock.at(datetime(2026, 11, 18, 20, 59, tzinfo=UTC)):  # 21:59 in Berlin
        note_export(by, what="figures", right=Right.EXPORT, rows=3)
    assert not Alarm.objects.exists()
    with clock.at(datetime(2026, 11, 18, 21, 1, tzinfo=UTC)):
        note_export(by, what="figures", right=Right.EXPORT, rows=3)
    assert [alarm.cause for alarm in Alarm.objects.all()] == ["export_at_night"]


def test_a_look_at_a_watched_customer_is_an_alarm(client: Client, world: World) -> None:
    alarms.watch(programme=world.programme, customer=world.customer.public_id)
    contact = begin(world)
    sign_in(client, world.supervisor)
    client.get(f"/at/cards/contacts/{contact.public_id}/")
    [alarm] = Alarm.objects.all()
    assert (alarm.cause, alarm.about) == ("look_at_watched", f"member:{world.supervisor.pk}")
    assert alarm.subject == world.customer.public_id


def reveal(world: World, at: datetime) -> int:
    return Event.objects.create(
        programme=world.programme,
        at=at,
        name="customer.revealed",
        subject=world.customer.public_id,
        actor=f"member:{world.rep.pk}",
    ).pk


def test_many_reveals_within_the_hour_are_an_alarm(world: World) -> None:
    for number in range(Rules().reveals - 1):
        jobs.count_reveals.func(
            programme_id=world.programme.pk, event_id=reveal(world, NOON + timedelta(minutes=number))
        )
    jobs.count_reveals.func(programme_id=world.programme.pk, event_id=reveal(world, NOON + timedelta(minutes=61)))
    assert not Alarm.objects.exists()
    last = reveal(world, NOON + timedelta(minutes=59))
    jobs.count_reveals.func(programme_id=world.programme.pk, event_id=last)
    assert [alarm.cause for alarm in Alarm.objects.all()] == ["many_reveals"]


def test_an_alarm_has_an_owner_who_closes_it(world: World) -> None:
    alarms.sound(programme=world.programme, cause="broke_glass", about=f"member:{world.rep.pk}")
    [alarm] = Alarm.objects.all()
    boss = manager_of(world)
    with pytest.raises(NotFound):
        alarms.take(member=world.rep, alarm_id=alarm.public_id)
    with pytest.raises(Conflict, match="Take this alarm first"):
        alarms.close(member=boss, alarm_id=alarm.public_id, finding="explained", words="A drill.")
    alarms.take(member=boss, alarm_id=alarm.public_id)
    with pytest.raises(Invalid):
        alarms.close(member=boss, alarm_id=alarm.public_id, finding="explained", words=" ")
    alarms.close(member=boss, alarm_id=alarm.public_id, finding="explained", words="A drill.")
    with pytest.raises(Conflict, match="closed already"):
        alarms.take(member=boss, alarm_id=alarm.public_id)
    alarms.sound(programme=world.programme, cause="broke_glass", about=f"member:{world.rep.pk}")
    assert Alarm.objects.count() == 2  # a closed one is not opened again
    names = ["alarm.raised", "alarm.taken", "alarm.closed", "alarm.raised"]
    assert (
        list(Event.objects.filter(name__startswith="alarm.").order_by("id").values_list("name", flat=True))
        == names
    )


def test_nobody_judges_themselves(world: World) -> None:
    alarms.sound(programme=world.programme, cause="export_at_night", about=f"member:{world.supervisor.pk}")
    [alarm] = Alarm.objects.all()
    alarms.take(member=world.supervisor, alarm_id=alarm.public_id)
    with pytest.raises(Conflict, match="about you"):
        alarms.close(member=world.supervisor, alarm_id=alarm.public_id, finding="explained", words="Me.")


def test_an_alarm_of_another_programme_is_not_there(world: World) -> None:
    with inside(world.other.pk):
        alarms.sound(programme=world.other, cause="broke_glass", about="system")
        [alarm] = Alarm.objects.filter(programme=world.other)
    with pytest.raises(NotFound):
        alarms.take(member=world.supervisor, alarm_id=alarm.public_id)


def test_a_look_is_undone_with_what_it_looked_at(world: World) -> None:
    from django.db import transaction

    with pytest.raises(RuntimeError), transaction.atomic():
        note_look(Looker(world.programme, "member:1"), what="report", right=Right.READ_REPORTS)
        raise RuntimeError
    assert looks() == []


def test_a_clearance_that_ends_within_days_is_an_alarm(world: World) -> None:
    today = clock.now().astimezone(world.programme.zone).date()
    world.rep.screened_until = today + timedelta(days=6)
    world.second_rep.screened_until = today + timedelta(days=9)
    for member in (world.rep, world.second_rep):
        member.save()
    jobs.clearances.func(timestamp=0)
    assert not Alarm.objects.exists()  # this programme asks for no screening
    world.programme.requires_screening = True
    world.programme.save()
    jobs.clearances.func(timestamp=0)
    jobs.clearances.func(timestamp=0)
    [alarm] = Alarm.objects.all()
    assert (alarm.cause, alarm.about, alarm.times) == ("clearance_lapses", f"member:{world.rep.pk}", 2)


def test_an_agreement_and_a_token_that_end_within_days_are_alarms(world: World) -> None:
    day = clock.now().astimezone(world.programme.zone).date()
    for member, signed in ((world.rep, day - timedelta(days=25)), (world.second_rep, day)):
        sign_agreement(member=member, agreement="nda", on=signed, actor="test")
    ends = {"soon": timedelta(days=6), "later": timedelta(days=30), "ended": timedelta(days=6)}
    for name, left in ends.items():
        issue_token(programme=world.programme, name=name, rights=[Right.USE_API], expires_at=clock.now() + left)
    tokens = {one.name: one for one in tokens_of(world.programme)}
    revoke_token(tokens["ended"])
    set_rules(programme=world.programme, required_agreements=["nda"], agreements_hold_days=30, actor="test")
    jobs.clearances.func(timestamp=0)
    assert {(one.cause, one.about) for one in Alarm.objects.all()} == {
        ("clearance_lapses", f"member:{world.rep.pk}"),
        ("token_ends", f"token:{tokens['soon'].public_id}"),
    }
