"""Several contacts at once in one rep's hands, as the plan's capacity says: the router with a real database."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from random import Random
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from rapport.accounts.models import Member
from rapport.channels.chat import actions as chat
from rapport.conftest import World
from rapport.contacts import actions as contacts
from rapport.contacts.models import Contact
from rapport.contacts.queries import held_by
from rapport.insight.check import differences
from rapport.kit import clock
from rapport.kit.errors import Conflict, DomainError
from rapport.routing import actions, handing, presence, publishing
from rapport.routing.models import Offer, Presence, StateSpan
from rapport.routing.queries import colleagues_of, open_offer_to
from rapport.routing.router import turn
from rapport.routing.upkeep import end_expired_offer, take_off_floor

QUEUE = '[queues.main]\nname = "Main"\nroutes = [{ steps = [{ anyone = true }] }]\n'
TWO_CHATS = QUEUE + "[capacity.limits]\nchat = 2\n"


def plan(world: World, text: str = TWO_CHATS) -> None:
    draft = publishing.save_draft(programme=world.programme, text=text)
    publishing.publish(programme=world.programme, number=draft.number, instead_of=None)


def a_chat(world: World) -> Contact:
    return chat.begin(
        programme=world.programme, email="ada@example.org", text="Hello", reason=world.reason, client_id=uuid4()
    )


def take(world: World, rep: Member | None = None) -> Contact:
    """Let a customer come, and the rep take them."""
    a_chat(world)
    turn(world.programme)
    return accept(rep or world.rep)


def accept(rep: Member) -> Contact:
    offer = open_offer_to(rep)
    assert offer is not None
    return actions.accept(member=rep, offer_id=offer.public_id)


def a_call(world: World) -> Contact:
    call, _ = contacts.arrive(programme=world.programme, channel="voice", actor="pbx", reason=world.reason)
    actions.answer_elsewhere(call, rep=world.rep, actor="pbx")
    return call


def end(contact: Contact) -> None:
    actions.end_conversation(contact, by="customer", actor="customer")


def wrap_up(world: World, contact: Contact, rep: Member | None = None) -> None:
    actions.finish_wrap_up(
        member=rep or world.rep, contact_id=contact.public_id, disposition="saved", resolved=True, summary="Stays."
    )


def doing(world: World) -> tuple[str, str]:
    found = Presence.objects.get(member=world.rep)
    return found.doing, found.after


@pytest.fixture
def two(world: World) -> tuple[Contact, Contact]:
    """A rep with two chats, as the plan allows."""
    plan(world)
    presence.choose(member=world.rep, doing="available")
    return take(world), take(world)


def test_a_rep_has_two_chats_and_gets_no_third(world: World, two: tuple[Contact, Contact]) -> None:
    assert {one.pk for one in held_by(world.rep)} == {one.pk for one in two}
    a_chat(world)
    assert turn(world.programme) == 0
    assert doing(world) == ("on_contact", "available")
    assert [one.doing for one in StateSpan.objects.filter(member=world.rep, ended_at=None)] == ["on_contact"]


def test_the_second_chat_rings_while_the_first_goes_on(world: World) -> None:
    plan(world)
    presence.choose(member=world.rep, doing="available")
    take(world)
    a_chat(world)
    assert turn(world.programme) == 1
    assert doing(world) == ("on_contact", "available")
    a_chat(world)
    assert turn(world.programme) == 0, "one rings already"
    with pytest.raises(IntegrityError, match="one_open_offer_per_rep"), transaction.atomic():
        offer = Offer.objects.get(ended_at=None)
        offer.pk, offer.public_id, offer.contact = None, uuid4(), Contact.objects.latest("pk")
        offer.save()


@pytest.mark.parametrize("allowed", [False, True])
def test_one_is_wrapped_up_while_the_other_goes_on(world: World, allowed: bool) -> None:
    plan(world, QUEUE + f"[capacity]\nlimits = {{ chat = 3 }}\nduring_wrap_up = {str(allowed).lower()}\n")
    presence.choose(member=world.rep, doing="available")
    first, second = take(world), take(world)
    end(first)
    assert doing(world) == ("on_contact", "available")
    third = a_chat(world)
    assert turn(world.programme) == allowed
    if allowed:
        accept(world.rep)
        a_chat(world)
        assert turn(world.programme) == 0, "the one that is wrapped up counts as one of the three"
        end(third)
        wrap_up(world, third)
    end(second)
    assert doing(world)[0] == "wrap_up"
    wrap_up(world, second)
    assert doing(world)[0] == "wrap_up", "the first is not wrapped up yet"
    wrap_up(world, first)
    assert doing(world)[0] == "available"
    assert turn(world.programme) == 1


@pytest.mark.parametrize("how", ["declines", "misses", "is taken back"])
def test_who_does_not_take_the_second_keeps_the_first_and_gets_no_more(world: World, how: str) -> None:
    plan(world)
    presence.choose(member=world.rep, doing="available")
    first, second = take(world), a_chat(world)
    turn(world.programme)
    offer = Offer.objects.get(contact=second)
    if how == "declines":
        actions.decline(member=world.rep, offer_id=offer.public_id, because="other")
    elif how == "misses":
        assert end_expired_offer((offer.pk, second.pk))
    else:
        handing.take_back(member=world.supervisor, contact_id=second.public_id, why="no_answer")
    assert doing(world) == ("on_contact", "not_responding")
    assert [one.pk for one in held_by(world.rep)] == [first.pk]
    assert turn(world.programme) == 0
    presence.choose(member=world.rep, doing="available")
    assert turn(world.programme) == 1
    actions.decline(member=world.rep, offer_id=open_offer_to(world.rep).public_id, because="other")
    end(first)
    wrap_up(world, first)
    assert doing(world) == ("not_responding", "available")


def test_what_the_rep_chose_counts_when_all_is_done(world: World) -> None:
    plan(world)
    presence.choose(member=world.rep, doing="available")
    first = take(world)
    presence.choose(member=world.rep, doing="break")
    a_chat(world)
    assert turn(world.programme) == 0
    assert doing(world) == ("on_contact", "break")
    end(first)
    wrap_up(world, first)
    assert doing(world) == ("break", "available")


@pytest.mark.parametrize("beside", ["", 'beside = { chat = ["voice"] }\n'])
def test_a_call_interrupts_chats_and_no_chat_joins_it_unless_the_plan_says_so(world: World, beside: str) -> None:
    plan(world, QUEUE + "[capacity]\nlimits = { chat = 2 }\n" + beside)
    presence.choose(member=world.rep, doing="available")
    first, ringing = take(world), a_chat(world)
    turn(world.programme)
    call = a_call(world)
    assert Offer.objects.get(contact=ringing).result == "withdrawn"
    assert {one.pk for one in held_by(world.rep)} == {first.pk, call.pk}
    assert turn(world.programme) == bool(beside)
    if not beside:
        end(call)
        assert (doing(world)[0], turn(world.programme)) == ("on_contact", 0), "the call is not wrapped up"
        wrap_up(world, call)
        assert turn(world.programme) == 1


def test_who_comes_to_the_desk_in_a_call_is_on_it(world: World) -> None:
    plan(world)
    call = a_call(world)
    presence.choose(member=world.rep, doing="available")
    assert doing(world) == ("on_contact", "available")
    a_chat(world)
    assert turn(world.programme) == 0
    presence.choose(member=world.rep, doing="offline")
    end(call)
    wrap_up(world, call)
    assert doing(world)[0] == "offline"


def test_the_chats_of_a_lost_rep_go_back_and_their_wrap_ups_wait(world: World) -> None:
    plan(world, QUEUE + "[capacity.limits]\nchat = 3\n")
    presence.choose(member=world.rep, doing="available")
    first, second, third = take(world), take(world), take(world)
    end(third)
    take_off_floor(world.rep.pk, silent_since=clock.now(), why="rep_lost")
    for one in (first, second):
        back = Contact.objects.get(pk=one.pk)
        assert (back.state, back.placed_at) == ("waiting", one.placed_at)
    presence.choose(member=world.rep, doing="available")
    assert doing(world)[0] == "available", "an old wrap-up waits, and keeps nothing from them"
    assert turn(world.programme) == 1
    assert accept(world.rep).pk == first.pk
    wrap_up(world, third)
    assert doing(world)[0] == "on_contact"


def test_who_has_nothing_in_hand_comes_before_who_has_something(world: World) -> None:
    plan(world)
    presence.choose(member=world.rep, doing="available")
    take(world)
    with clock.at(clock.now() + timedelta(seconds=5)):
        presence.choose(member=world.second_rep, doing="available")
        a_chat(world)
        turn(world.programme)
        offer = open_offer_to(world.second_rep)
        assert offer is not None
        assert "Rep has more in hand (1, not 0)" in offer.words


def test_a_colleague_with_room_for_one_more_can_be_asked(world: World, two: tuple[Contact, Contact]) -> None:
    presence.choose(member=world.second_rep, doing="available")
    take(world, world.second_rep)
    assert [one.is_free for one in colleagues_of(world.rep)] == [True]
    handing.ask_colleague(member=world.rep, contact_id=two[0].public_id, agent_id="rep2", note="")
    accept(world.second_rep)
    assert [one.is_free for one in colleagues_of(world.rep)] == [False]
    with pytest.raises(Conflict, match="is not free now"):
        handing.ask_colleague(member=world.rep, contact_id=two[1].public_id, agent_id="rep2", note="")
    assert [one.pk for one in held_by(world.rep)] == [two[1].pk]


def test_the_figures_count_a_rep_busy_once_and_each_contact_for_itself(
    world: World, two: tuple[Contact, Contact]
) -> None:
    with clock.at(clock.now() + timedelta(seconds=100)):
        end(two[0])
    with clock.at(clock.now() + timedelta(seconds=130)):
        wrap_up(world, two[0])
    with clock.at(clock.now() + timedelta(seconds=200)):
        end(two[1])
        wrap_up(world, two[1])
        assert list(differences(world.programme)) == []
        spans = StateSpan.objects.filter(member=world.rep).order_by("started_at")
        assert [one.doing for one in spans if one.ended_at != one.started_at][-2:] == ["on_contact", "available"]


LIMITS = {"chat": 2, "voice": 1}


@pytest.mark.parametrize("seed", range(2))
def test_nobody_is_past_capacity_whatever_happens(world: World, seed: int) -> None:
    plan(world)
    random, reps = Random(seed), (world.rep, world.second_rep)

    def somebody_acts() -> None:
        rep = random.choice(reps)
        acts: list[Callable[[], object]] = [
            partial(presence.choose, member=rep, doing=one) for one in ("available", "available", "break")
        ]
        if (offer := open_offer_to(rep)) is not None:
            acts += [partial(actions.accept, member=rep, offer_id=offer.public_id)] * 9
            acts += [partial(actions.decline, member=rep, offer_id=offer.public_id, because="other")]
        for one in held_by(rep):
            acts += [partial(end, one) if one.state == "active" else partial(wrap_up, world, one, rep)] * 2
        random.choice(acts)()

    ways: list[Callable[[], object]] = [
        partial(a_chat, world),
        partial(turn, world.programme),
        *[somebody_acts] * 3,
    ]
    past: set[str] = set()
    for _ in range(40):
        with suppress(DomainError):
            random.choice(ways)()
        for rep in reps:
            ringing = [one.contact for one in Offer.objects.filter(member=rep, ended_at=None)]
            has = Counter(one.channel for one in [*held_by(rep), *ringing])
            past |= {channel for channel, count in has.items() if count > LIMITS[channel]}
            assert has.total() == 0 or presence.presence_of(rep).doing in ("reserved", "on_contact", "wrap_up")
    assert not past
    assert Contact.objects.exclude(rep=None).count() > 2, "something happened"
