"""Contacts that wait too long for their queue stand in the next one, at their old place."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from rapport.channels.chat import actions as chat
from rapport.conftest import World
from rapport.contacts import actions as contacts
from rapport.contacts.models import Contact
from rapport.events.models import Event
from rapport.kit import clock
from rapport.routing import actions, opening, presence, publishing
from rapport.routing.models import Offer
from rapport.routing.router import turn

ANYONE = "routes = [{ steps = [{ anyone = true }] }]"
OVERFLOWING = f"""
[skills]
german = "German"

[queues.main]
name = "Main"
overflow = {{ after_seconds = 60, to = "everybody" }}
routes = [{{ steps = [{{ skills = {{ german = 3 }} }}] }}]

[queues.everybody]
name = "Everybody"
{ANYONE}
"""
OFFICE = f"""
[calendars.office]
hours = ["mon-fri 08:00-18:00"]

[queues.main]
name = "Main"
calendar = "office"
most_waiting = 1
closed = {{ message = "We are out of the house.", full = "Too many of you." }}
{ANYONE}
"""
TUESDAY = datetime.fromisoformat("2026-11-24T12:00:00+01:00")
EVENING = TUESDAY + timedelta(hours=8)


def in_force(world: World, text: str) -> None:
    made = publishing.save_draft(programme=world.programme, text=text)
    publishing.publish(programme=world.programme, number=made.number, instead_of=None)


def a_chat(world: World, sent: UUID | None = None) -> Contact:
    return chat.begin(
        programme=world.programme,
        email="ada@example.org",
        text="I want to cancel",
        reason=world.reason,
        client_id=sent or uuid4(),
    )


def test_a_contact_overflows_once_and_keeps_its_place(world: World) -> None:
    in_force(world, OVERFLOWING)
    presence.choose(member=world.rep, doing="available")
    contact = a_chat(world)
    assert turn(world.programme) == 0
    with clock.at(clock.now() + timedelta(seconds=59)):
        presence.pulse(member=world.rep)
        assert turn(world.programme) == 0
    with clock.at(clock.now() + timedelta(seconds=61)):
        presence.pulse(member=world.rep)
        assert turn(world.programme) == 1
        turn(world.programme)
    again = Contact.objects.get(pk=contact.pk)
    assert (again.queue, again.placed_at) == ("everybody", contact.placed_at)
    assert Offer.objects.get(contact=contact).trace["queue"] == "everybody"
    told = Event.objects.filter(name="contact.moved")
    assert [one.data for one in told] == [{"queue": "everybody", "why": "overflow"}]


def test_calls_stay_where_the_telephone_system_put_them(world: World) -> None:
    in_force(world, OVERFLOWING)
    call, _ = contacts.arrive(programme=world.programme, channel="voice", actor="pbx")
    actions.enqueue(call, queue="main", actor="pbx")
    with clock.at(clock.now() + timedelta(hours=1)):
        turn(world.programme)
    assert Contact.objects.get(pk=call.pk).queue == "main"


def test_a_closed_queue_takes_no_chat_and_says_when_it_opens(world: World) -> None:
    in_force(world, OFFICE)
    with clock.at(EVENING), pytest.raises(opening.QueueShut) as refused:
        a_chat(world)
    assert str(refused.value) == "We are out of the house. We open again: Wednesday, 25 November, 08:00."
    assert not Contact.objects.exists() and not Event.objects.filter(name__startswith="contact.").exists()


def test_a_full_queue_takes_no_more(world: World) -> None:
    in_force(world, OFFICE)
    with clock.at(TUESDAY):
        a_chat(world)
        with pytest.raises(opening.QueueShut, match="Too many of you"):
            a_chat(world)
    assert Contact.objects.count() == 1


def test_what_was_begun_while_open_is_found_again_when_closed(world: World) -> None:
    in_force(world, OFFICE)
    sent = uuid4()
    with clock.at(TUESDAY):
        first = a_chat(world, sent)
    with clock.at(EVENING):
        assert a_chat(world, sent) == first


def test_nobody_is_sent_on_to_a_queue_that_is_closed(world: World) -> None:
    calendar = '[calendars.office]\nhours = ["mon-fri 08:00-18:00"]\n'
    in_force(
        world, calendar + OVERFLOWING.replace('name = "Everybody"', 'name = "Everybody"\ncalendar = "office"')
    )
    with clock.at(EVENING):
        contact = a_chat(world)
    with clock.at(EVENING + timedelta(minutes=5)):
        turn(world.programme)
        assert Contact.objects.get(pk=contact.pk).queue == "main"
    with clock.at(TUESDAY + timedelta(days=1)):
        turn(world.programme)
    assert Contact.objects.get(pk=contact.pk).queue == "everybody"
