"""Many at once, on real connections: nothing lost, nothing doubled."""

import itertools
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from uuid import uuid4

import psycopg
import pytest
from django.db import connection, transaction

from rapport.accounts.models import Programme
from rapport.channels.chat import actions as chat
from rapport.channels.cti import actions as cti
from rapport.channels.cti.forms import read
from rapport.conftest import World, stand_in
from rapport.contacts import actions as contacts
from rapport.contacts.access import lock_contact
from rapport.contacts.models import Contact, Leg
from rapport.events.models import Event
from rapport.kit import clock, walls
from rapport.kit.errors import Conflict
from rapport.kit.tests.at_once import at_once as with_pauses_at_once
from rapport.kit.turns import Turn
from rapport.routing import actions, handing, permits, presence, publishing, upkeep, versions
from rapport.routing.models import Offer, Presence, StateSpan
from rapport.routing.router import lead, led_programmes, turn


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
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [Turn.ROUTER.value, programme_id])
    assert at_once(lambda: lead(programme_id)) == [True]


def test_routers_of_another_database_on_the_same_server_do_not_count(committed_world: World) -> None:
    before = led_programmes()
    with psycopg.connect(**{**connection.get_connection_params(), "dbname": "postgres"}) as elsewhere:
        elsewhere.execute("SELECT pg_advisory_xact_lock(%s, 1000000)", [Turn.ROUTER.value])
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


@pytest.mark.parametrize("how", ["runs out", "is left", "is taken back", "meets a sign-out"])
def test_an_offer_ends_once_though_a_call_reaches_its_rep_just_then(committed_world: World, how: str) -> None:
    world = committed_world
    presence.choose(member=world.rep, doing="available")
    contact = a_chat(world)
    turn(world.programme)
    offer = Offer.objects.get()
    work: dict[str, Callable[[], object]] = {
        "runs out": lambda: upkeep.end_expired_offer((offer.pk, contact.pk)),
        "is left": lambda: chat.leave(contact),
        "is taken back": lambda: handing.take_back(
            member=world.supervisor, contact_id=contact.public_id, why="no_answer"
        ),
        "meets a sign-out": lambda: sign_off(world),
    }
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            presence.locked(world.rep)
            done = pool.submit(on_its_own, world, work[how])
            wait_until_somebody_waits()
            call, _ = contacts.arrive(programme=world.programme, channel="voice", actor="pbx")
            actions.answer_elsewhere(call, rep=world.rep, actor="pbx")
        done.result()
    offer.refresh_from_db()
    assert offer.result == "withdrawn"
    assert Event.objects.filter(name="contact.offer_ended").count() == 1
    if how != "meets a sign-out":
        assert Presence.objects.values_list("doing", "after").get(member=world.rep) == ("on_contact", "available")


def sign_off(world: World) -> bool:
    return upkeep.take_off_floor(world.rep.pk, silent_since=clock.now(), why="rep_signed_out")


def on_its_own(world: World, work: Callable[[], object]) -> object:
    """Do the work on another connection, in one transaction inside the programme, as through a door."""
    try:
        with walls.inside(world.programme.pk):
            return work()
    except Conflict as error:
        return error
    finally:
        connection.close()


def wait_until_somebody_waits() -> None:
    """Return once another connection waits for a lock of this one's."""
    for _ in range(500):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
            )
            if cursor.fetchone() is not None:
                return
        time.sleep(0.02)
    raise AssertionError("Nobody waited within 10 s.")


def test_a_sign_out_ends_no_offer_that_rings_at_somebody_else_by_then(committed_world: World) -> None:
    world = committed_world
    presence.choose(member=world.rep, doing="available")
    contact = a_chat(world)
    turn(world.programme)
    first = Offer.objects.get()
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            lock_contact(contact.pk)
            done = pool.submit(on_its_own, world, lambda: sign_off(world))
            wait_until_somebody_waits()
            actions.decline(member=world.rep, offer_id=first.public_id, because="other")
            presence.choose(member=world.second_rep, doing="available")
            assert turn(world.programme) == 1
        done.result()
    assert Offer.objects.get(ended_at=None).member == world.second_rep
    assert presence.presence_of(world.second_rep).doing == "reserved"


def test_what_is_offered_to_a_rep_while_they_are_taken_off_the_floor_rings_at_nobody_who_is_gone(
    committed_world: World,
) -> None:
    world = committed_world
    publishing.publish(programme=world.programme, number=two_chats(world), instead_of=None)
    presence.choose(member=world.rep, doing="available")
    held = a_chat(world)
    turn(world.programme)
    actions.accept(member=world.rep, offer_id=Offer.objects.get().public_id)
    later = chat.begin(
        programme=world.programme, email="zoe@example.org", text="Hi", reason=world.reason, client_id=uuid4()
    )
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            lock_contact(held.pk)
            done = pool.submit(on_its_own, world, lambda: sign_off(world))
            wait_until_somebody_waits()
            assert turn(world.programme) == 1
        done.result()
    later.refresh_from_db()
    assert not Offer.objects.filter(ended_at=None).exists()
    assert (later.state, presence.presence_of(world.rep).doing) == ("waiting", "offline")


def two_chats(world: World) -> int:
    text = versions.BUILT_IN + "[capacity]\nlimits = { chat = 2 }\n"
    return publishing.save_draft(programme=world.programme, text=text).number


def test_a_permit_is_given_while_what_asks_for_it_ends(committed_world: World) -> None:
    world = committed_world
    name, until = "certificate cards", clock.now() + timedelta(hours=1)
    asks = partial(permits.set_rule, skill="cards", refuses=True, free_without=1)
    asks_anew = partial(asks, programme=world.programme, name=name, actor="test")
    gives = partial(permits.give, member=world.rep, name=name, free_to=1, valid_until=until, actor="test")
    ends = partial(permits.end_rule, programme=world.programme, name=name, actor="test")
    with_pauses_at_once(world.programme.pk, [asks_anew, gives, gives] * 8, [lambda: None, gives, ends] * 8)
