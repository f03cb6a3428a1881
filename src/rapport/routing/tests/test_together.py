"""Many at once, on real connections: nothing lost, nothing doubled."""

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from uuid import uuid4

import psycopg
from django.db import connection

from rapport.accounts.models import Programme
from rapport.channels.chat import actions as chat
from rapport.channels.cti import actions as cti
from rapport.channels.cti.forms import read
from rapport.conftest import World, stand_in
from rapport.contacts.models import Contact, Leg
from rapport.events.models import Event
from rapport.kit import walls
from rapport.kit.errors import Conflict
from rapport.routing import actions, presence
from rapport.routing.models import Offer, StateSpan
from rapport.routing.router import LOCK_CLASS, lead, led_programmes, turn


def at_once(*works: Callable[[], object]) -> list[object]:
    """Run the works in threads with a connection each; return their results, or the Conflict they met."""
    programme = Programme.objects.get(pk=walls.current())

    def run(work: Callable[[], object]) -> object:
        try:
            stand_in(programme)
            return work()
        except Conflict as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def a_chat(world: World) -> Contact:
    return chat.begin(
        programme=world.programme,
        email="ada@example.org",
        text="Hello",
        reason=world.reason,
        client_id=uuid4(),
    )


def test_two_routers_at_once_offer_each_contact_and_rep_once(committed_world: World) -> None:
    world = committed_world
    for rep in (world.rep, world.second_rep):
        presence.choose(member=rep, doing="available")
    for _ in range(6):
        a_chat(world)
    at_once(*[lambda: turn(world.programme)] * 6)
    offers = Offer.objects.filter(ended_at__isnull=True)
    assert sorted(offers.values_list("member_id", flat=True)) == sorted([world.rep.pk, world.second_rep.pk])
    assert Event.objects.filter(name="contact.offered").count() == offers.count() == 2


def test_only_one_router_leads_a_programme(committed_world: World) -> None:
    programme_id = committed_world.programme.pk
    assert lead(programme_id)
    assert at_once(lambda: lead(programme_id)) == [False]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_CLASS, programme_id])
    assert at_once(lambda: lead(programme_id)) == [True]


def test_routers_of_another_database_on_the_same_server_do_not_count(committed_world: World) -> None:
    before = led_programmes()
    with psycopg.connect(**{**connection.get_connection_params(), "dbname": "postgres"}) as elsewhere:
        elsewhere.execute("SELECT pg_advisory_xact_lock(%s, 1000000)", [LOCK_CLASS])
        assert led_programmes() == before


def test_accepting_twice_at_once_is_accepting_once(committed_world: World) -> None:
    world = committed_world
    presence.choose(member=world.rep, doing="available")
    a_chat(world)
    turn(world.programme)
    offer = Offer.objects.get()
    at_once(*[lambda: actions.accept(member=world.rep, offer_id=offer.public_id)] * 5)
    assert Leg.objects.count() == 1
    assert Event.objects.filter(name="contact.answered").count() == 1


def test_accepting_and_leaving_at_once_is_one_of_both(committed_world: World) -> None:
    world = committed_world
    presence.choose(member=world.rep, doing="available")
    contact = a_chat(world)
    turn(world.programme)
    offer = Offer.objects.get()
    at_once(
        lambda: actions.accept(member=world.rep, offer_id=offer.public_id),
        lambda: chat.leave(contact),
    )
    contact.refresh_from_db()
    assert (contact.state, presence.presence_of(world.rep).doing) in {
        ("abandoned", "available"),
        ("wrap_up", "wrap_up"),
    }


def test_leaving_while_being_offered_leaves_no_offer_behind(committed_world: World) -> None:
    world = committed_world
    presence.choose(member=world.rep, doing="available")
    for _ in range(8):
        contact = a_chat(world)
        at_once(partial(turn, world.programme), partial(chat.leave, contact))
        contact.refresh_from_db()
        assert contact.state == "abandoned"
        assert not Offer.objects.filter(contact=contact, ended_at__isnull=True).exists()
        assert presence.presence_of(world.rep).doing == "available"


def test_a_message_sent_many_times_at_once_is_stored_once(committed_world: World) -> None:
    contact = a_chat(committed_world)
    key = uuid4()
    at_once(*[lambda: chat.say(contact, author="customer", text="Are you there?", client_id=key)] * 6)
    assert contact.messages.count() == 2


def test_one_chat_begun_many_times_at_once_is_one_contact(committed_world: World) -> None:
    world = committed_world
    key = uuid4()

    def begin() -> object:
        return chat.begin(
            programme=world.programme, email="ada@example.org", text="Hi", reason=None, client_id=key
        ).pk

    assert len(set(at_once(*[begin] * 6))) == 1
    assert Contact.objects.count() == 1


def test_one_call_told_many_times_at_once_is_one_contact(committed_world: World) -> None:
    told = [
        read({"event": event, "callId": "7", "from": "+4930123456", "user": "rep"})
        for event in ("newCall", "answer", "hangup")
    ]
    at_once(*[lambda one=one: cti.take(programme=committed_world.programme, told=one) for one in told * 3])
    assert Contact.objects.count() == Leg.objects.count() == 1
    assert Contact.objects.get().state == "closed"


def test_choosing_a_state_many_times_at_once_leaves_one_open_stretch(committed_world: World) -> None:
    rep = committed_world.rep
    states = ("available", "break", "meal", "training", "meeting")
    at_once(*[lambda doing=doing: presence.choose(member=rep, doing=doing) for doing in states])
    assert StateSpan.objects.filter(member=rep, ended_at__isnull=True).count() == 1
    spans = StateSpan.objects.filter(member=rep).order_by("started_at", "pk")
    assert all(a.ended_at == b.started_at for a, b in itertools.pairwise(spans))


def test_the_router_waits_for_no_rep_whom_somebody_else_is_changing(committed_world: World) -> None:
    world = committed_world
    for rep in (world.rep, world.second_rep):
        presence.choose(member=rep, doing="available")
    a_chat(world)
    with psycopg.connect(**connection.get_connection_params()) as elsewhere:
        elsewhere.execute(walls.ENTER, [str(world.programme.pk)])
        elsewhere.execute("SELECT FROM routing_presence WHERE member_id = %s FOR UPDATE", [world.rep.pk])
        assert turn(world.programme) == 0
    assert turn(world.programme) == 1
    assert Offer.objects.get().member == world.rep
