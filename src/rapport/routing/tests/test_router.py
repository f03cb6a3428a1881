"""The router with a real database: offers, their end, vanished reps, two routers."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from rapport.accounts.actions import note_signed_out, set_rules
from rapport.accounts.doors import one_by_one
from rapport.accounts.models import Programme
from rapport.channels.chat import actions as chat
from rapport.conftest import World
from rapport.contacts import actions as contacts
from rapport.contacts.models import Contact
from rapport.events.models import Event
from rapport.kit import clock
from rapport.kit.errors import Conflict, NotFound
from rapport.kit.walls import inside
from rapport.routing import actions, presence
from rapport.routing.jobs import sign_off
from rapport.routing.models import Offer, Presence, StateSpan
from rapport.routing.router import Router, turn
from rapport.routing.upkeep import close_forgotten_wrap_up, forgotten_wrap_ups


def a_chat(world: World) -> Contact:
    return chat.begin(
        programme=world.programme,
        email="ada@example.org",
        text="I want to cancel",
        reason=world.reason,
        client_id=uuid4(),
    )


def test_a_waiting_contact_is_offered_to_an_available_rep_with_a_trace(world: World) -> None:
    presence.choose(member=world.rep, doing="available")
    contact = a_chat(world)
    assert turn(world.programme) == 1
    offer = Offer.objects.get(contact=contact)
    assert offer.member == world.rep
    assert "Rep was the only free rep who fits" in offer.words
    assert presence.presence_of(world.rep).doing == "reserved"
    taken = actions.accept(member=world.rep, offer_id=offer.public_id)
    assert (taken.state, taken.rep) == ("active", world.rep)
    assert presence.presence_of(world.rep).doing == "on_contact"


def test_whose_hours_have_ended_is_offered_nothing(world: World) -> None:
    presence.choose(member=world.rep, doing="available")
    a_chat(world)
    noon = datetime(2026, 11, 23, 12, tzinfo=world.programme.zone)  # a Monday
    set_rules(programme=world.programme, actor="test", allowed_hours={"mon": ["08:00-12:00"]})
    world.programme.refresh_from_db()
    with clock.at(noon):
        presence.pulse(member=world.rep)
        assert turn(world.programme) == 0
    with clock.at(noon - timedelta(seconds=1)):
        presence.pulse(member=world.rep)
        assert turn(world.programme) == 1


def test_a_missed_offer_returns_the_contact_to_its_old_place(world: World) -> None:
    presence.choose(member=world.rep, doing="available")
    contact = a_chat(world)
    turn(world.programme)
    with clock.at(clock.now() + timedelta(seconds=21)):
        presence.pulse(member=world.rep)
        turn(world.programme)
        again = Contact.objects.get(pk=contact.pk)
        assert (again.state, again.placed_at) == ("waiting", contact.placed_at)
        assert presence.presence_of(world.rep).doing == "not_responding"
        offer = Offer.objects.get(contact=contact)
        with pytest.raises(Conflict):
            actions.accept(member=world.rep, offer_id=offer.public_id)


def test_nobody_accepts_what_was_offered_to_another(world: World) -> None:
    presence.choose(member=world.rep, doing="available")
    contact = a_chat(world)
    turn(world.programme)
    offer = Offer.objects.get(contact=contact)
    for other in (world.second_rep, world.supervisor, world.outsider):
        with pytest.raises(NotFound):
            actions.accept(member=other, offer_id=offer.public_id)
    assert Contact.objects.get(pk=contact.pk).state == "waiting"


def test_the_contact_of_a_vanished_rep_returns_to_its_place(world: World) -> None:
    presence.choose(member=world.rep, doing="available")
    contact = a_chat(world)
    turn(world.programme)
    actions.accept(member=world.rep, offer_id=Offer.objects.get().public_id)
    seen = Presence.objects.get(member=world.rep).seen_at
    with clock.at(clock.now() + timedelta(seconds=60)):
        turn(world.programme)
    back = Contact.objects.get(pk=contact.pk)
    assert (back.state, back.rep, back.placed_at) == ("waiting", None, contact.placed_at)
    assert Presence.objects.get(member=world.rep).doing == "offline"
    assert StateSpan.objects.filter(member=world.rep).order_by("started_at").last().ended_at >= seen


def test_wrap_up_puts_the_outcome_on_file_and_frees_the_rep(world: World) -> None:
    presence.choose(member=world.rep, doing="available")
    contact = a_chat(world)
    turn(world.programme)
    actions.accept(member=world.rep, offer_id=Offer.objects.get().public_id)
    actions.end_conversation(contact, by="rep", actor="test")
    assert presence.presence_of(world.rep).doing == "wrap_up"
    actions.finish_wrap_up(
        member=world.rep,
        contact_id=contact.public_id,
        disposition="saved",
        resolved=True,
        summary="Fee waived, stays.",
    )
    closed = Contact.objects.get(pk=contact.pk)
    assert (closed.state, closed.disposition.key, closed.resolved) == ("closed", "saved", True)
    assert presence.presence_of(world.rep).doing == "available"


def test_signing_out_in_a_chat_gives_the_customer_their_place_back(world: World) -> None:
    presence.choose(member=world.rep, doing="available")
    contact = a_chat(world)
    turn(world.programme)
    actions.accept(member=world.rep, offer_id=Offer.objects.get().public_id)
    note_signed_out(world.rep.user)
    sign_off(
        programme_id=world.programme.pk,
        event_id=Event.objects.get(name="person.signed_out", actor=f"member:{world.rep.pk}").pk,
    )
    assert Contact.objects.get(pk=contact.pk).state == "waiting"
    assert presence.presence_of(world.rep).doing == "offline"


def test_who_is_back_before_the_sign_off_is_done_stays(world: World) -> None:
    presence.choose(member=world.rep, doing="available")
    note_signed_out(world.rep.user)
    presence.pulse(member=world.rep)
    sign_off(
        programme_id=world.programme.pk,
        event_id=Event.objects.get(name="person.signed_out", actor=f"member:{world.rep.pk}").pk,
    )
    assert presence.presence_of(world.rep).doing == "available"


def test_the_ledger_is_whole_over_summer_time_and_midnight(world: World) -> None:
    evening = datetime(2026, 3, 28, 22, 30, tzinfo=UTC)  # 23:30 in Berlin; clocks go forward at 01:00 UTC
    with clock.at(evening):
        presence.choose(member=world.rep, doing="available")
    with clock.at(evening + timedelta(hours=4)):
        presence.choose(member=world.rep, doing="offline")
    span = StateSpan.objects.get(member=world.rep)
    assert (span.ended_at - span.started_at, span.doing) == (timedelta(hours=4), "available")


def test_a_forgotten_wrap_up_is_closed_without_an_outcome(world: World) -> None:
    presence.choose(member=world.rep, doing="available")
    contact = a_chat(world)
    turn(world.programme)
    actions.accept(member=world.rep, offer_id=Offer.objects.get().public_id)
    actions.end_conversation(contact, by="customer", actor="customer")
    assert one_by_one(world.programme, forgotten_wrap_ups, close_forgotten_wrap_up) == 0
    with clock.at(clock.now() + timedelta(hours=13)):
        assert one_by_one(world.programme, forgotten_wrap_ups, close_forgotten_wrap_up) == 1
    closed = Contact.objects.get(pk=contact.pk)
    assert (closed.state, closed.resolved) == ("closed", None)


def test_what_fails_in_a_turn_holds_up_neither_the_others_nor_the_offers(world: World) -> None:
    for rep in (world.rep, world.second_rep):
        presence.choose(member=rep, doing="available")
    a_chat(world)
    a_chat(world)
    assert turn(world.programme) == 2
    broken = Offer.objects.order_by("contact")[0]

    def refuse(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith('UPDATE "routing_offer"') and broken.pk in params:
            raise RuntimeError("broken")
        return execute(sql, params, many, context)

    presence.choose(member=world.supervisor, doing="available")
    with clock.at(clock.now() + timedelta(seconds=21)):
        Presence.objects.update(seen_at=clock.now())
        with connection.execute_wrapper(refuse):
            assert turn(world.programme) == 1
    assert Offer.objects.filter(ended_at=None).count() == 2


def wrapped_up(world: World, contact: Contact) -> None:
    actions.finish_wrap_up(
        member=world.rep, contact_id=contact.public_id, disposition="other", resolved=True, summary="Done"
    )


def test_who_chose_a_break_while_it_rang_and_missed_it_has_their_break(world: World) -> None:
    presence.choose(member=world.rep, doing="available")
    a_chat(world)
    turn(world.programme)
    presence.choose(member=world.rep, doing="break")
    with clock.at(clock.now() + timedelta(seconds=21)):
        presence.pulse(member=world.rep)
        turn(world.programme)
        assert presence.presence_of(world.rep).doing == "break"


def test_an_old_wrap_up_leaves_the_contact_that_rings_meanwhile(world: World) -> None:
    presence.choose(member=world.rep, doing="available")
    old = a_chat(world)
    turn(world.programme)
    actions.accept(member=world.rep, offer_id=Offer.objects.get().public_id)
    actions.end_conversation(old, by="customer", actor="customer")
    with clock.at(clock.now() + timedelta(minutes=1)):
        turn(world.programme)  # the rep was lost in wrap-up
        presence.choose(member=world.rep, doing="available")
        a_chat(world)
        turn(world.programme)
        wrapped_up(world, old)
        assert presence.presence_of(world.rep).doing == "reserved"


def test_who_has_an_open_offer_gets_no_second_one(world: World) -> None:
    presence.choose(member=world.rep, doing="available")
    a_chat(world)
    turn(world.programme)
    Presence.objects.filter(member=world.rep).update(doing="available")  # as after a sign-out at that very moment
    a_chat(world)
    assert turn(world.programme) == 0
    assert Offer.objects.count() == 1


def test_a_fault_in_one_programme_does_not_hold_up_another(world: World) -> None:
    Programme.objects.filter(pk=world.programme.pk).update(timezone="Nowhere/At-all")
    presence.choose(member=world.rep, doing="available")
    a_chat(world)
    with inside(world.other.pk):
        presence.choose(member=world.outsider, doing="available")
        chat.begin(programme=world.other, email="bob@example.org", text="Hello", reason=None, client_id=uuid4())
    router = Router()
    router.led = {world.programme.pk, world.other.pk}
    router.take_turns()
    assert not Offer.objects.exists()
    with inside(world.other.pk):
        assert list(Offer.objects.values_list("member_id", flat=True)) == [world.outsider.pk]


def a_chat_that_a_call_interrupts(world: World) -> tuple[Contact, Contact]:
    presence.choose(member=world.rep, doing="available")
    talk = a_chat(world)
    turn(world.programme)
    actions.accept(member=world.rep, offer_id=Offer.objects.get().public_id)
    call, _ = contacts.arrive(programme=world.programme, channel="voice", actor="pbx")
    actions.answer_elsewhere(call, rep=world.rep, actor="pbx")
    return talk, call


def test_after_a_call_a_rep_goes_back_to_the_chat_it_interrupted(world: World) -> None:
    talk, call = a_chat_that_a_call_interrupts(world)
    actions.end_conversation(call, by="hangup", actor="pbx")
    wrapped_up(world, call)
    assert presence.presence_of(world.rep).doing == "on_contact"
    actions.end_conversation(talk, by="customer", actor="customer")
    wrapped_up(world, talk)
    assert presence.presence_of(world.rep).doing == "available"


def test_a_chat_that_a_call_interrupted_is_not_left_behind_with_a_vanished_rep(world: World) -> None:
    talk, call = a_chat_that_a_call_interrupts(world)
    with clock.at(clock.now() + timedelta(minutes=1)):
        turn(world.programme)
    talk.refresh_from_db()
    call.refresh_from_db()
    assert (talk.state, call.state) == ("waiting", "active")
