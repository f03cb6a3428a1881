"""The floor that the router keeps: as one read afresh after whatever happened, and healed of what nobody said."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.accounts.actions import change_place, set_rules
from rapport.channels.chat import actions as chat
from rapport.conftest import World
from rapport.contacts.models import Contact
from rapport.customers import books
from rapport.events.models import Event
from rapport.kit import clock
from rapport.kit.errors import Conflict, Invalid, NotFound
from rapport.routing import actions, handing, presence, publishing, router, upkeep
from rapport.routing.jobs import clear_floor, look_anew
from rapport.routing.models import Offer, PlanVersion, Preferred, Presence, Proficiency
from rapport.routing.standing import StandingFloor

PLAN = """
[skills]
german = "German"

[queues.main]
name = "Main"
overflow = { after_seconds = 60, to = "back" }
routes = [{ steps = [{ skills = { german = 3 }, seconds = 30 }, { anyone = true }] }]

[queues.back]
name = "Back"
routes = [{ steps = [{ people = ["rep2"], seconds = 20, skip_if_absent = true }, { anyone = true }] }]

[capacity]
limits = { chat = 2 }
"""
MONDAY = datetime(2026, 11, 23, 10, tzinfo=clock.now().tzinfo)
CHOICES = ("available", "break", "offline")
Act = Callable[[World, int], object]


@contextmanager
def hearing() -> Iterator[router.Told]:
    """Take in what the router would be told of, as it is said."""
    told = router.Told()

    def listen(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if "pg_notify" in sql and params[0] == presence.ROUTER_CHANNEL:
            told.hear(params[1].split()[1:])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(listen):
        yield told


def hear(floor: StandingFloor, told: router.Told) -> None:
    """Let the floor be as a router's that was told so."""
    if told.all:
        floor.read_all()
    else:
        floor.read(contacts=told.contacts, members=told.members)


def rep_of(world: World, number: int) -> Any:
    return (world.rep, world.second_rep)[number % 2]


def some(found: list[Any], number: int) -> Any:
    if not found:
        raise NotFound
    return found[number % len(found)]


def contact_in(number: int, *states: str) -> Contact:
    contact: Contact = some(list(Contact.objects.filter(state__in=states).order_by("pk")), number)
    return contact


def arrive(world: World, number: int) -> None:
    email = ("ada@example.org", "bob@example.org")[number % 2]
    reason = world.reason if number % 3 else None
    chat.begin(programme=world.programme, email=email, text="Hello", reason=reason, client_id=uuid4())


def choose(world: World, number: int) -> None:
    presence.choose(member=rep_of(world, number), doing=CHOICES[number % 3])


def accept(world: World, number: int) -> None:
    offer = some(list(Offer.objects.filter(ended_at__isnull=True).order_by("pk")), number)
    actions.accept(member=offer.member, offer_id=offer.public_id)


def decline(world: World, number: int) -> None:
    offer = some(list(Offer.objects.filter(ended_at__isnull=True).order_by("pk")), number)
    actions.decline(member=offer.member, offer_id=offer.public_id, because="other")


def finish(world: World, number: int) -> None:
    contact = contact_in(number, "active", "wrap_up")
    assert contact.rep is not None
    actions.end_conversation(contact, by="rep", actor="test")
    actions.finish_wrap_up(
        member=contact.rep, contact_id=contact.public_id, disposition="other", resolved=True, summary="Done"
    )


def leave(world: World, number: int) -> None:
    chat.leave(contact_in(number, "waiting", "active"))


def hand_on(world: World, number: int) -> None:
    contact = contact_in(number, "active")
    named: dict[str, Any] = {"member": contact.rep, "contact_id": contact.public_id, "note": ""}
    to = "rep2" if contact.rep == world.rep else "rep"
    if number % 3 == 0:
        handing.hand_to_queue(queue="back", **named)
    elif number % 3 == 1:
        handing.hand_to_person(agent_id=to, **named)
    else:
        handing.ask_colleague(agent_id=to, **named)


def supervise(world: World, number: int) -> None:
    contact = contact_in(number, "waiting")
    if number % 2:
        handing.move_waiting(member=world.supervisor, contact_id=contact.public_id, queue="back", why="better_fit")
    else:
        handing.take_back(member=world.supervisor, contact_id=contact.public_id, why="no_answer")


def learn(world: World, number: int) -> None:
    actions.set_proficiency(member=rep_of(world, number), skill="german", level=number % 6)


def vanish(world: World, number: int) -> None:
    upkeep.take_off_floor(rep_of(world, number).pk, silent_since=clock.now(), why="rep_lost")


def replan(world: World, number: int) -> None:
    in_force(world, PLAN.replace("german = 3", f"german = {1 + number % 5}"))


def pass_time(world: World, number: int) -> None:
    router.keep_up(world.programme)


ACTS: tuple[Act, ...] = (
    *(arrive, arrive, choose, choose, accept, accept, decline, finish),
    *(leave, hand_on, supervise, learn, vanish, replan, pass_time),
)


def in_force(world: World, text: str) -> None:
    made = publishing.save_draft(programme=world.programme, text=text)
    now = PlanVersion.objects.filter(published_at__isnull=False, replaced_at__isnull=True).first()
    publishing.publish(programme=world.programme, number=made.number, instead_of=now.number if now else None)


def seen(floor: StandingFloor) -> Any:
    """All that counts of a floor: since when somebody has been busy does not."""
    reps = {rep.id: rep if rep.takes else rep._replace(idle_since=0) for rep in floor.reps.values()}
    first = {contact: (one.member_id, one.why) for contact, one in floor.first.items() if one.until > clock.now()}
    return reps, floor.waiting, first


@settings(max_examples=15)
@given(acts=st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 29)), min_size=4, max_size=12))
def test_the_floor_kept_decides_as_one_read_afresh(world: World, acts: list[tuple[Act, int]]) -> None:
    now = MONDAY
    with transaction.atomic():
        with clock.at(now):
            in_force(world, PLAN)
            for rep in (world.rep, world.second_rep):
                presence.choose(member=rep, doing="available")
            kept = StandingFloor(world.programme)
        for act, number in acts:
            now += timedelta(seconds=number)
            with clock.at(now):
                Presence.objects.update(seen_at=now)
                with hearing() as told, suppress(Conflict, Invalid, NotFound), transaction.atomic():
                    act(world, number)
                hear(kept, told)
                afresh = StandingFloor(world.programme)
                assert seen(kept) == seen(afresh)
                choices = kept.choose()
                assert [one[:2] for one in choices] == [one[:2] for one in afresh.choose()]
                assert router.offer(kept, choices) == len(choices)
        transaction.set_rollback(True)


def test_what_nobody_said_is_found_in_the_next_second(world: World) -> None:
    in_force(world, PLAN)
    presence.choose(member=world.rep, doing="available")
    arrive(world, 1)
    gone = Contact.objects.get()
    floor = StandingFloor(world.programme)
    arrive(world, 2)
    Contact.objects.filter(pk=gone.pk).update(state="abandoned")
    presence.choose(member=world.second_rep, doing="available")
    presence.choose(member=world.rep, doing="offline")
    Proficiency.objects.create(programme=world.programme, member=world.second_rep, skill="german", level=4)
    change_place(member=world.second_rep, team="north", actor="test")
    floor.heal()
    assert seen(floor) == seen(StandingFloor(world.programme))
    Contact.objects.filter(state="waiting").update(queue="back")
    Presence.objects.filter(member=world.second_rep).update(doing="break")
    floor.heal()
    assert seen(floor) == seen(StandingFloor(world.programme))
    PlanVersion.objects.update(replaced_at=clock.now())
    floor.heal()
    assert floor.frame.plans.in_force.number is None


def test_a_new_team_or_other_rules_are_told_of(world: World) -> None:
    presence.choose(member=world.rep, doing="available")
    floor = StandingFloor(world.programme)
    for change in (
        lambda: change_place(member=world.rep, team="north", actor="test"),
        lambda: set_rules(programme=world.programme, actor="test", required_agreements=["secrecy"]),
    ):
        change()
        with hearing() as told:
            clear_floor(programme_id=world.programme.pk, event_id=Event.objects.latest("pk").pk)
        hear(floor, told)
        assert seen(floor) == seen(StandingFloor(world.programme))
    assert told.all and not floor.reps


def test_changed_books_have_those_read_again_who_wait_and_are_in_them(world: World) -> None:
    in_force(world, f"{PLAN}\n[personal]\npatience_seconds = 40\nstand_in_seconds = 20\n")
    for rep in (world.rep, world.second_rep):
        presence.choose(member=rep, doing="break")
    for email in ("ada@example.org", "zoe@example.org"):
        chat.begin(programme=world.programme, email=email, text="Hello", reason=world.reason, client_id=uuid4())
    theirs = Contact.objects.get(customer=world.customer)
    floor = StandingFloor(world.programme)
    told: dict[str, Any] = {"programme": world.programme, "actor": "test"}
    ada, today = [world.customer.public_id], clock.now().date()
    for change in (
        lambda: books.assign_own_rep(customers=ada, rep=world.rep, why="knows", **told),
        lambda: books.name_stand_ins(rep=world.rep, by=[world.second_rep], **told),
        lambda: books.hand_over(
            rep=world.rep, to=world.second_rep, first_day=today, last_day=today + timedelta(days=1), **told
        ),
        lambda: books.assign_own_rep(customers=ada, rep=None, why="other", **told),
    ):
        change()
        with hearing() as heard:
            look_anew(programme_id=world.programme.pk, event_id=Event.objects.latest("pk").pk)
        assert heard == router.Told(contacts={theirs.pk})
        hear(floor, heard)
        assert seen(floor) == seen(StandingFloor(world.programme))


def test_all_have_their_turn_to_be_read_again(world: World, monkeypatch: Any) -> None:
    monkeypatch.setattr("rapport.routing.standing.READ_AGAIN", 1)
    for rep in (world.rep, world.second_rep):
        presence.choose(member=rep, doing="available")
    floor = StandingFloor(world.programme)
    Presence.objects.update(doing="break")
    taking = []
    for _ in range(3):
        floor.heal()
        taking.append(sum(rep.takes for rep in floor.reps.values()))
    assert taking[-1] == 0 and 1 in taking


def test_who_left_meanwhile_gets_nothing_and_is_looked_at_again(world: World) -> None:
    presence.choose(member=world.rep, doing="available")
    arrive(world, 1)
    floor = StandingFloor(world.programme)
    choices = floor.choose()
    presence.choose(member=world.rep, doing="break")
    assert router.offer(floor, choices) == 0
    assert floor.doubt == {(Contact.objects.get().pk, world.rep.pk)}
    assert floor.choose() == []
    presence.choose(member=world.rep, doing="available")
    floor.read()
    assert router.offer(floor, floor.choose()) == 1 == Offer.objects.count()


def test_a_contact_that_is_declined_or_left_behind_is_back_in_line_at_once(world: World) -> None:
    presence.choose(member=world.rep, doing="available")
    arrive(world, 1)
    router.turn(world.programme)
    floor = StandingFloor(world.programme)
    with hearing() as told:
        decline(world, 0)
    hear(floor, told)
    assert list(floor.waiting) == [Contact.objects.get().pk]
    presence.choose(member=world.rep, doing="available")
    router.turn(world.programme)
    accept(world, 0)
    floor = StandingFloor(world.programme)
    with hearing() as told:
        upkeep.take_off_floor(world.rep.pk, silent_since=clock.now(), why="rep_lost")
    hear(floor, told)
    assert list(floor.waiting) == [Contact.objects.get().pk] and not floor.reps


def test_a_contact_is_kept_for_who_is_named_until_they_leave(world: World) -> None:
    for rep in (world.rep, world.second_rep):
        presence.choose(member=rep, doing="available")
    presence.choose(member=world.rep, doing="break")
    arrive(world, 1)
    contact = Contact.objects.get()
    Preferred.objects.create(
        programme=world.programme,
        contact=contact,
        member=world.rep,
        why="recontact",
        until=clock.now() + timedelta(minutes=1),
    )
    floor = StandingFloor(world.programme)
    assert floor.choose() == []
    with hearing() as told:
        presence.choose(member=world.rep, doing="offline")
    hear(floor, told)
    assert [one.rep for one in floor.choose()] == [world.second_rep.pk]
