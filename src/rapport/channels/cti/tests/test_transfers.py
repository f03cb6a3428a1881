"""Calls that the telephone system puts through, in whatever order it tells of them."""

import itertools
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from rapport.accounts import actions as accounts
from rapport.accounts.roles import Right
from rapport.channels.cti.tests.test_events import ANSWER, CALL, HANGUP, NEW, TEN, send, the_call
from rapport.conftest import World
from rapport.contacts.models import Leg, Transfer
from rapport.insight.check import differences
from rapport.insight.queries import metrics
from rapport.routing import presence

TWO, THREE = TEN + timedelta(minutes=2), TEN + timedelta(minutes=3)
TO_PERSON = {**CALL, "event": "transfer", "user": ["rep2"], "at": TWO.isoformat()}
TO_QUEUE = {**CALL, "event": "transfer", "queue": "cards", "at": TWO.isoformat()}
SECOND_ANSWER = {**CALL, "event": "answer", "user": ["rep2"], "at": THREE.isoformat()}
DESK = "/at/cards/desk/"


@pytest.fixture
def token(world: World) -> str:
    return accounts.issue_token(programme=world.programme, name="pbx", rights=[Right.REPORT_CALLS])


def tell(token: str, *events: dict[str, Any]) -> None:
    for event in events:
        assert send(token, event).status_code == 200


def legs() -> list[tuple[Any, ...]]:
    return [
        (leg.rep.agent_id if leg.rep else None, leg.started_at, leg.ended_at) for leg in Leg.objects.order_by("pk")
    ]


def at_desk(world: World, who: str = "rep") -> Client:
    member = world.rep if who == "rep" else world.second_rep
    client = Client()
    client.force_login(member.user)
    presence.choose(member=member, doing="available")
    return client


def test_a_call_put_through_pops_at_the_next_rep_with_the_note_of_the_first(world: World, token: str) -> None:
    first, second = at_desk(world), at_desk(world, "rep2")
    tell(token, NEW, ANSWER)
    note = f"{DESK}contacts/{the_call().public_id}/note/"
    assert first.post(note, {"note": "Wants the fee back"}).status_code == 200
    assert "Wants the fee back" in first.get(DESK).content.decode()
    assert "Wants the fee back" not in second.get(DESK).content.decode()
    tell(token, TO_PERSON, TO_PERSON)
    call = the_call()
    assert (call.state, call.rep, call.transfers) == ("active", world.second_rep, 1)
    assert presence.presence_of(world.rep).doing == "available"
    assert presence.presence_of(world.second_rep).doing == "on_contact"
    page = second.get(DESK).content.decode()
    assert "Handed on by Rep" in page and "Wants the fee back" in page and "Ada Byron" in page
    assert "Ada Byron" not in first.get(DESK).content.decode()
    [transfer] = Transfer.objects.all()
    assert (transfer.rep, transfer.to, transfer.done_at) == (world.rep, world.second_rep, TWO)
    [figures] = metrics(world.programme, ["transfers"])
    assert figures["transfers"].value == 1
    tell(token, HANGUP)
    assert (the_call().state, presence.presence_of(world.second_rep).doing) == ("wrap_up", "wrap_up")
    assert list(differences(world.programme)) == []


@pytest.mark.parametrize("order", list(itertools.permutations((NEW, ANSWER, TO_PERSON, HANGUP))))
def test_a_call_put_through_to_a_person_is_the_same_in_whatever_order_it_is_told(
    world: World, token: str, order: tuple[dict[str, Any], ...]
) -> None:
    tell(token, *order, *order)
    call = the_call()
    assert (call.state, call.rep, call.transfers) == ("closed", world.second_rep, 1)
    assert legs() == [
        ("rep", TEN + timedelta(seconds=15), TWO),
        ("rep2", TWO, TEN + timedelta(minutes=4)),
    ]
    assert list(differences(world.programme)) == []


@pytest.mark.parametrize("order", list(itertools.permutations((ANSWER, TO_QUEUE, SECOND_ANSWER, HANGUP))))
def test_a_call_put_through_to_a_queue_is_counted_once_in_whatever_order_it_is_told(
    world: World, token: str, order: tuple[dict[str, Any], ...]
) -> None:
    tell(token, NEW, *order, *order)
    call = the_call()
    assert (call.state, call.rep, call.transfers) == ("closed", world.second_rep, 1)
    assert call.answered_at == TEN + timedelta(seconds=15)
    assert [leg[0] for leg in legs()] == ["rep", "rep2"]
    assert list(differences(world.programme)) == []


def test_a_call_waits_in_the_queue_it_was_put_into(world: World, token: str) -> None:
    at_desk(world)
    tell(token, NEW, ANSWER, TO_QUEUE)
    call = the_call()
    assert (call.state, call.queue, call.placed_at) == ("waiting", "cards", TEN)
    assert presence.presence_of(world.rep).doing == "available"
    tell(token, {**TO_QUEUE, "queue": "night", "at": THREE.isoformat()})
    assert (the_call().state, the_call().queue) == ("waiting", "night")
    tell(token, HANGUP)
    assert the_call().state == "abandoned"
    assert list(differences(world.programme)) == []


def test_back_and_forth_each_time_counts(world: World, token: str) -> None:
    tell(token, NEW, ANSWER, TO_PERSON, {**TO_PERSON, "user": ["rep"], "at": THREE.isoformat()}, HANGUP)
    assert (the_call().transfers, [leg[0] for leg in legs()]) == (2, ["rep", "rep2", "rep"])


def test_a_call_put_through_to_nobody_of_ours_leaves_the_desk(world: World, token: str) -> None:
    at_desk(world)
    tell(token, NEW, ANSWER, {**TO_PERSON, "user": ["the bank"]})
    assert (the_call().state, the_call().rep, presence.presence_of(world.rep).doing) == (
        "active",
        None,
        "available",
    )
    tell(token, HANGUP)
    assert the_call().state == "closed"


def test_a_transfer_told_after_the_end_gives_the_wrap_up_to_who_had_it_last(world: World, token: str) -> None:
    at_desk(world), at_desk(world, "rep2")
    tell(token, NEW, ANSWER, HANGUP)
    assert presence.presence_of(world.rep).doing == "wrap_up"
    tell(token, TO_PERSON)
    assert (the_call().state, the_call().rep) == ("wrap_up", world.second_rep)
    assert presence.presence_of(world.rep).doing == "available"
    assert presence.presence_of(world.second_rep).doing == "wrap_up"


def test_who_is_asked_first_reads_the_note_and_both_desks_say_so(world: World, token: str) -> None:
    first, second = at_desk(world), at_desk(world, "rep2")
    tell(token, NEW, ANSWER)
    first.post(f"{DESK}contacts/{the_call().public_id}/note/", {"note": "Is the fee ours?"})
    asks = {**CALL, "event": "consult", "user": ["rep2"], "at": (TEN + timedelta(minutes=1)).isoformat()}
    tell(token, asks)
    assert "You are asking Rep2" in first.get(DESK).content.decode()
    page = second.get(DESK).content.decode()
    assert "Rep is asking you about a call" in page and "Is the fee ours?" in page and "Ada Byron" not in page
    tell(token, {**CALL, "event": "consultEnd", "at": TWO.isoformat()}, asks)
    assert "You are asking" not in first.get(DESK).content.decode()
    assert "asking you" not in second.get(DESK).content.decode()
    tell(token, {**TO_PERSON, "at": THREE.isoformat()})
    assert "Is the fee ours?" in second.get(DESK).content.decode()
    assert Transfer.objects.count() == 1


def test_the_desk_says_that_the_customer_is_on_hold(world: World, token: str) -> None:
    first = at_desk(world)
    on, off = ({**CALL, "event": name, "eventId": name} for name in ("hold", "resume"))
    tell(token, NEW, ANSWER, {**off, "at": THREE.isoformat()})
    tell(token, {**on, "at": TWO.isoformat()})  # told late
    assert "On hold" not in first.get(DESK).content.decode()
    tell(token, {**on, "eventId": "2", "at": (THREE + timedelta(seconds=5)).isoformat()})
    assert "On hold" in first.get(DESK).content.decode()


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ({**CALL, "event": "transfer", "at": TWO.isoformat()}, "to whom"),
        ({**CALL, "event": "transfer", "user": "rep2"}, "at or eventId"),
        ({**CALL, "event": "hold"}, "at or eventId"),
    ],
)
def test_what_could_not_be_known_again_is_refused(token: str, bad: dict[str, Any], said: str) -> None:
    answer = send(token, bad)
    assert answer.status_code == 422 and said in answer.json()["error"]["message"]


def test_only_who_has_the_call_leaves_a_note(world: World, token: str) -> None:
    at_desk(world)
    second = at_desk(world, "rep2")
    tell(token, NEW, ANSWER)
    address = f"{DESK}contacts/{the_call().public_id}/note/"
    assert second.post(address, {"note": "x"}).status_code == 404
    assert Transfer.objects.count() == 0
