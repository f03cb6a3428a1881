"""Telephone events through the door a telephone system uses."""

import itertools
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from rapport.accounts import actions as accounts
from rapport.accounts.doors import one_by_one
from rapport.accounts.roles import Right
from rapport.conftest import World
from rapport.contacts.models import Contact, Leg
from rapport.events.models import Event
from rapport.kit import clock
from rapport.kit.walls import inside
from rapport.routing import presence
from rapport.routing.upkeep import end_forgotten_call, forgotten_calls

TEN = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
CALL = {"callId": "pbx-1", "from": "+49 30 123456", "to": "4930999", "direction": "in"}
NEW = {**CALL, "event": "newCall", "queue": "retention", "at": TEN.isoformat()}
ANSWER = {**CALL, "event": "answer", "user": ["rep"], "at": (TEN + timedelta(seconds=15)).isoformat()}
HANGUP = {**CALL, "event": "hangup", "cause": "normalClearing", "at": (TEN + timedelta(minutes=4)).isoformat()}


@pytest.fixture
def token(world: World) -> str:
    return accounts.issue_token(programme=world.programme, name="pbx", rights=[Right.REPORT_CALLS])


def send(token: str, event: dict[str, Any], programme: str = "cards") -> Any:
    return Client().post(
        f"/api/cti/v1/{programme}/events",
        event,
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )


def told() -> Iterable[Event]:
    """Return what the calls brought into the log, in order."""
    return Event.objects.exclude(name="token.issued").order_by("id")


def the_call() -> Contact:
    return Contact.objects.get(external_id="call:pbx-1")


def test_a_call_becomes_a_contact_pops_the_file_and_closes(world: World, token: str) -> None:
    assert send(token, NEW).status_code == 200
    assert (the_call().state, the_call().queue, the_call().customer) == ("waiting", "retention", world.customer)
    presence.choose(member=world.rep, doing="available")
    send(token, ANSWER)
    assert (the_call().state, the_call().rep) == ("active", world.rep)
    answered = Event.objects.get(name="contact.answered")
    assert f"member:{world.rep.pk}" in answered.audience
    assert f"member:{world.second_rep.pk}" not in answered.audience
    send(token, HANGUP)
    assert (the_call().state, presence.presence_of(world.rep).doing) == ("wrap_up", "wrap_up")


@pytest.mark.parametrize("change", [{"callId": "c" * 96}, {"queue": "q" * 51}, {"at": "0001-01-01T00:00:00Z"}])
def test_what_does_not_fit_is_refused_in_words(world: World, token: str, change: dict[str, str]) -> None:
    answer = send(token, {**NEW, **change})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid")
    assert send(token, {**NEW, "callId": "c" * 95, "queue": "q" * 50}).status_code == 200


def test_a_cause_as_long_as_systems_invent_them_ends_the_call(world: World, token: str) -> None:
    presence.choose(member=world.rep, doing="available")
    for event in (NEW, ANSWER, {**HANGUP, "cause": "recoveryOnTimerExpireInTheGateway"}):
        assert send(token, event).status_code == 200
    assert the_call().state == "wrap_up"


def test_ten_times_the_same_event_is_once(world: World, token: str) -> None:
    answers = [send(token, event).json() for event in (NEW, ANSWER, HANGUP) for _ in range(10)]
    assert len({answer["contact"] for answer in answers}) == 1
    assert Contact.objects.count() == Leg.objects.count() == 1
    names = [event.name for event in told()]
    assert names == ["contact.arrived", "contact.queued", "contact.answered", "contact.ended", "contact.closed"]


def test_an_event_sent_again_with_another_time_changes_nothing(world: World, token: str) -> None:
    send(token, NEW)
    send(token, {**NEW, "at": (TEN - timedelta(minutes=1)).isoformat()})
    assert the_call().arrived_at == TEN


@pytest.mark.parametrize("order", list(itertools.permutations((NEW, ANSWER, HANGUP))))
def test_in_whatever_order_the_call_is_told_it_was_the_same_call(
    world: World, token: str, order: tuple[dict[str, Any], ...]
) -> None:
    for event in order:
        assert send(token, event).status_code == 200
    call, leg = the_call(), Leg.objects.get()
    assert (call.state, call.rep, call.arrived_at) == ("closed", world.rep, TEN)
    assert (call.queued_at, call.answered_at) == (TEN, TEN + timedelta(seconds=15))
    assert (leg.started_at, leg.ended_at) == (call.answered_at, TEN + timedelta(minutes=4))


def test_a_caller_who_hangs_up_in_the_queue_abandoned(world: World, token: str) -> None:
    send(token, NEW)
    send(token, HANGUP)
    assert the_call().state == "abandoned"


def test_a_form_and_a_token_in_the_address_serve_a_plain_telephone_system(world: World, token: str) -> None:
    form = {"event": "newCall", "callId": "9", "from": "anonymous", "direction": "in", "user[]": ["a", "b"]}
    assert Client().post(f"/api/cti/v1/cards/events?token={token}", form).status_code == 200
    assert Contact.objects.get(external_id="call:9").customer is None


@pytest.mark.parametrize(
    "bad",
    [
        {**NEW, "event": "explode"},
        {**NEW, "callId": ""},
        {**NEW, "callId": "x" * 101},
        {**NEW, "direction": "sideways"},
        {**NEW, "from": {"number": 1}},
        {**NEW, "at": "yesterday"},
        {**NEW, "at": (clock.now() + timedelta(hours=1)).isoformat()},
        {**NEW, "to": "\x00"},
        [],
    ],
)
def test_what_cannot_be_read_is_refused_and_leaves_nothing(world: World, token: str, bad: Any) -> None:
    answer = send(token, bad)
    assert answer.status_code == 422
    assert len(answer.json()["error"]["message"]) > 10
    assert (Contact.objects.count(), list(told())) == (0, [])


def test_broken_json_and_a_huge_body_are_refused(world: World, token: str) -> None:
    for body in ("{", "[" * 100_000, '{"a": "' + "x" * 70_000 + '"}'):
        answer = Client().post(
            "/api/cti/v1/cards/events",
            body,
            content_type="application/json",
            headers={"Authorization": f"Bearer {token}"},
        )
        assert answer.status_code == 422


def test_without_the_programmes_token_nobody_may(world: World, token: str) -> None:
    with inside(world.other.pk):
        elsewhere = accounts.issue_token(programme=world.other, name="pbx", rights=[Right.REPORT_CALLS])
    reader = accounts.issue_token(programme=world.programme, name="reader", rights=[Right.USE_API])
    assert Client().post("/api/cti/v1/cards/events", NEW, content_type="application/json").status_code == 401
    assert send("nonsense", NEW).status_code == send(elsewhere, NEW).status_code == 404
    assert send(reader, NEW).status_code == 403
    assert send(token, NEW, programme="loans").status_code == 404
    assert Contact.objects.count() == 0


@pytest.mark.parametrize(("told", "state"), [([NEW], "abandoned"), ([NEW, ANSWER], "closed")])
def test_a_call_whose_hangup_never_comes_is_ended_half_a_day_on(
    world: World, token: str, told: list[dict[str, Any]], state: str
) -> None:
    now = clock.now()
    for event in told:
        send(token, {key: value for key, value in event.items() if key != "at"})
    assert one_by_one(world.programme, forgotten_calls, end_forgotten_call) == 0
    with clock.at(now + timedelta(hours=13)):
        assert one_by_one(world.programme, forgotten_calls, end_forgotten_call) == 1
    assert (the_call().state, the_call().ended_at - now < timedelta(minutes=1)) == (state, True)
