"""Every action of the floor, dying once before each of its writes: it happened wholly or not at all."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.db.models import Model

from rapport.channels.chat import actions as chat
from rapport.channels.cti import actions as cti
from rapport.channels.cti.forms import read
from rapport.conftest import World
from rapport.contacts.models import Contact
from rapport.desk import actions as desk
from rapport.kit import clock
from rapport.kit.errors import Conflict, Invalid, NotFound
from rapport.routing import actions, call_backs, handing, presence, publishing
from rapport.routing.queries import open_offer_of, open_offer_to
from rapport.routing.router import turn
from rapport.routing.tests.crashes import crashes_at_each_write

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PLAN = """
[queues.main]
name = "Main"
overflow = { after_seconds = 600, to = "second" }
routes = [{ steps = [{ anyone = true }] }]

[queues.second]
name = "Second"
routes = [{ steps = [{ anyone = true }] }]
"""
WRITTEN = ("contacts", "routing", "chat", "events", "guides")
Work = Callable[[], object]


def begin(world: World, client_id: UUID | None = None) -> Contact:
    return chat.begin(
        programme=world.programme,
        email="ada@example.org",
        text="Hello",
        reason=world.reason,
        client_id=client_id or uuid4(),
    )


def offered(world: World) -> tuple[Contact, UUID]:
    presence.choose(member=world.rep, doing="available")
    contact = begin(world)
    turn(world.programme)
    offer = open_offer_to(world.rep)
    assert offer is not None
    return contact, offer.public_id


def in_hand(world: World) -> Contact:
    _, offer_id = offered(world)
    return desk.accept(member=world.rep, offer_id=offer_id)


def asked(world: World) -> Contact:
    contact = in_hand(world)
    presence.choose(member=world.second_rep, doing="available")
    handing.ask_colleague(member=world.rep, contact_id=contact.public_id, agent_id="rep2", note="Please")
    return contact


def draft(world: World) -> int:
    return publishing.save_draft(programme=world.programme, text=PLAN).number


def plan(world: World) -> None:
    publishing.publish(programme=world.programme, number=draft(world), instead_of=None)


def a_chat_begins(world: World) -> Work:
    return partial(begin, world, uuid4())


def a_message_is_sent(world: World) -> Work:
    return partial(chat.say, begin(world), author="customer", text="4111 1111 1111 1111", client_id=uuid4())


def the_router_offers(world: World) -> Work:
    presence.choose(member=world.rep, doing="available")
    presence.choose(member=world.second_rep, doing="available")
    begin(world)
    begin(world)
    return partial(turn, world.programme)


def a_rep_signs_in(world: World) -> Work:
    return partial(presence.choose, member=world.rep, doing="available")


def a_rep_accepts(world: World) -> Work:
    return partial(desk.accept, member=world.rep, offer_id=offered(world)[1])


def a_rep_declines(world: World) -> Work:
    return partial(actions.decline, member=world.rep, offer_id=offered(world)[1], because="must_go")


def an_offer_runs_out(world: World) -> Work:
    offered(world)
    return partial(later, timedelta(seconds=world.programme.offer_seconds + 1), turn, world.programme)


def a_desk_goes_silent(world: World) -> Work:
    in_hand(world)
    silence = timedelta(seconds=world.programme.rep_lost_after_seconds + 1)
    return partial(later, silence, turn, world.programme)


def a_customer_leaves_the_line(world: World) -> Work:
    return partial(chat.leave, offered(world)[0])


def a_customer_ends_the_conversation(world: World) -> Work:
    return partial(chat.leave, in_hand(world))


def a_rep_wraps_up(world: World) -> Work:
    contact = in_hand(world)
    actions.end_conversation(contact, by="rep", actor="customer")
    return partial(
        desk.wrap_up,
        member=world.rep,
        contact_id=contact.public_id,
        disposition="saved",
        resolved=True,
        summary="Stays with us",
        open_because="No time",
    )


def a_contact_goes_to_a_queue(world: World) -> Work:
    plan(world)
    return partial(
        desk.hand_on, member=world.rep, contact_id=in_hand(world).public_id, to="queue:second", note="Fee"
    )


def a_contact_goes_to_a_person(world: World) -> Work:
    presence.choose(member=world.second_rep, doing="break")
    return partial(
        desk.hand_on, member=world.rep, contact_id=in_hand(world).public_id, to="person:rep2", note="Fee"
    )


def a_colleague_is_asked(world: World) -> Work:
    contact = in_hand(world)
    presence.choose(member=world.second_rep, doing="available")
    return partial(desk.hand_on, member=world.rep, contact_id=contact.public_id, to="ask:rep2", note="Fee")


def the_colleague_takes_over(world: World) -> Work:
    offer = open_offer_of(asked(world))
    assert offer is not None
    return partial(desk.accept, member=world.second_rep, offer_id=offer.public_id)


def the_question_is_taken_back(world: World) -> Work:
    return partial(handing.stop_asking, member=world.rep, contact_id=asked(world).public_id)


def a_supervisor_moves_a_contact(world: World) -> Work:
    plan(world)
    contact, _ = offered(world)
    return partial(
        handing.move_waiting,
        member=world.supervisor,
        contact_id=contact.public_id,
        queue="second",
        why="overload",
    )


def a_supervisor_takes_one_back(world: World) -> Work:
    contact, _ = offered(world)
    return partial(handing.take_back, member=world.supervisor, contact_id=contact.public_id, why="no_answer")


def a_contact_overflows(world: World) -> Work:
    plan(world)
    begin(world)
    return partial(later, timedelta(seconds=601), turn, world.programme)


def a_call_back_is_booked(world: World) -> Work:
    return partial(call_backs.book, **booking(world, in_hand(world)))


def a_call_back_is_due(world: World) -> Work:
    one = call_backs.book(**booking(world, in_hand(world)))
    return partial(later, timedelta(hours=1), call_backs.put_in_line, one.pk)


def a_call_back_is_not_answered(world: World) -> Work:
    contact = begin(world)
    call_backs.keep_place(contact, phone="030 123456")
    presence.choose(member=world.rep, doing="available")
    turn(world.programme)
    offer = open_offer_to(world.rep)
    assert offer is not None
    desk.accept(member=world.rep, offer_id=offer.public_id)
    return partial(call_backs.not_reached, member=world.rep, contact_id=contact.public_id)


def a_call_back_is_called_off(world: World) -> Work:
    one = call_backs.book(**booking(world, in_hand(world)))
    return partial(call_backs.call_off, member=world.rep, call_back_id=one.public_id)


def a_customer_keeps_their_place(world: World) -> Work:
    return partial(call_backs.keep_place, begin(world), phone="030 123456")


def a_plan_is_published(world: World) -> Work:
    plan(world)
    newer = publishing.save_draft(programme=world.programme, text=f"{PLAN}\n# again").number
    return partial(publishing.publish, programme=world.programme, number=newer, instead_of=1)


def a_plan_is_rolled_back(world: World) -> Work:
    plan(world)
    newer = publishing.save_draft(programme=world.programme, text=f"{PLAN}\n# again").number
    publishing.publish(programme=world.programme, number=newer, instead_of=1)
    return partial(publishing.roll_back, programme=world.programme, number=1, instead_of=2)


def a_call_comes_in(world: World) -> Work:
    return partial(call_event, world, "newCall")


def a_call_is_answered(world: World) -> Work:
    in_hand(world)  # the call interrupts a chat
    call_event(world, "newCall")
    return partial(call_event, world, "answer")


def a_call_is_over(world: World) -> Work:
    presence.choose(member=world.rep, doing="available")
    call_event(world, "newCall")
    call_event(world, "answer")
    return partial(call_event, world, "hangup")


def call_event(world: World, event: str) -> None:
    told = read({"event": event, "callId": "7", "from": "+4930123456", "user": "rep"})
    cti.take(programme=world.programme, told=told)


def booking(world: World, about: Contact) -> dict[str, Any]:
    return {
        "member": world.rep,
        "contact_id": about.public_id,
        "phone": "030 123456",
        "due_at": NOON + timedelta(minutes=30),
        "is_mine": True,
    }


def later(passed: timedelta, work: Callable[..., object], *args: object) -> object:
    with clock.at(NOON + passed):
        return work(*args)


CASES = (
    a_chat_begins,
    a_message_is_sent,
    the_router_offers,
    a_rep_signs_in,
    a_rep_accepts,
    a_rep_declines,
    an_offer_runs_out,
    a_desk_goes_silent,
    a_customer_leaves_the_line,
    a_customer_ends_the_conversation,
    a_rep_wraps_up,
    a_contact_goes_to_a_queue,
    a_contact_goes_to_a_person,
    a_colleague_is_asked,
    the_colleague_takes_over,
    the_question_is_taken_back,
    a_supervisor_moves_a_contact,
    a_supervisor_takes_one_back,
    a_contact_overflows,
    a_call_back_is_booked,
    a_call_back_is_due,
    a_call_back_is_not_answered,
    a_call_back_is_called_off,
    a_customer_keeps_their_place,
    a_plan_is_published,
    a_plan_is_rolled_back,
    a_call_comes_in,
    a_call_is_answered,
    a_call_is_over,
)


def tables() -> list[type[Model]]:
    models = [model for label in WRITTEN for model in apps.get_app_config(label).get_models()]
    return [model for model in models if any(field.name == "programme" for field in model._meta.fields)]


def rows(world: World) -> dict[str, list[tuple[Any, ...]]]:
    """Everything the floor's modules have on file for the programme."""
    return {
        model.__name__: list(model._default_manager.filter(programme=world.programme).order_by("pk").values_list())
        for model in tables()
    }


@pytest.mark.parametrize("prepare", CASES, ids=lambda case: case.__name__)
def test_it_happens_wholly_or_not_at_all_and_once(world: World, prepare: Callable[[World], Work]) -> None:
    with clock.at(NOON):
        work = prepare(world)
        before = rows(world)

        def nothing_happened() -> None:
            assert rows(world) == before

        assert crashes_at_each_write(work, nothing_happened) >= 1
        after = rows(world)
        assert after != before
        with suppress(Conflict, Invalid, NotFound):
            work()
        assert rows(world) == after
