"""Books: their size holds however many come at once; hand-overs, stand-ins, and what is refused."""

from datetime import date, timedelta
from functools import partial
from uuid import uuid4

import pytest

from rapport.accounts import actions as accounts
from rapport.accounts.models import Member
from rapport.conftest import World
from rapport.customers import books
from rapport.customers.book_queries import book_of, book_sizes, hand_overs_in, keepers_of, own_rep_of
from rapport.customers.models import Customer, HandOver, OwnRep, StandIn
from rapport.events.models import Event
from rapport.kit import clock
from rapport.kit.errors import Conflict, Invalid, NotFound
from rapport.kit.walls import inside
from rapport.privacy import actions as privacy
from rapport.routing.tests.test_handing import plan
from rapport.routing.tests.test_own_reps import ACTOR, PLAN, own, stands_in
from rapport.routing.tests.test_together import at_once


def customers(world: World, count: int) -> list[Customer]:
    return [Customer.objects.create(programme=world.programme, key=f"B-{number}") for number in range(count)]


def day(world: World, number: int) -> date:
    """So many days from today."""
    return clock.now().astimezone(world.programme.zone).date() + timedelta(days=number)


def handed(world: World, rep: Member, to: Member, first: int = 0, last: int = 6) -> HandOver:
    return books.hand_over(
        programme=world.programme,
        rep=rep,
        to=to,
        first_day=day(world, first),
        last_day=day(world, last),
        actor=ACTOR,
    )


def test_an_own_rep_has_a_history_and_each_change_is_told(world: World) -> None:
    own(world, world.rep)
    own(world, world.rep)  # again: nothing new
    own(world, world.second_rep)
    found = own_rep_of(world.customer)
    assert found and found.rep == world.second_rep and found.meanwhile is None
    assert [one.rep_id for one in OwnRep.objects.order_by("pk")] == [world.rep.pk, world.second_rep.pk]
    told = Event.objects.filter(name="customer.own_rep_changed").order_by("pk")
    assert [(one.subject, one.data["before"], one.data["rep"], one.data["why"]) for one in told] == [
        (world.customer.public_id, None, "rep", "knows"),
        (world.customer.public_id, "rep", "rep2", "knows"),
    ]
    own(world, None)
    assert own_rep_of(world.customer) is None and book_sizes(world.programme) == {}


def test_a_book_takes_no_more_than_its_size_and_refuses_the_whole_lot(world: World) -> None:
    plan(world, PLAN)
    three = [one.public_id for one in customers(world, 3)]
    with pytest.raises(Conflict, match="Rep has 0 of 2 customers, so 3 more do not fit"):
        books.assign_own_rep(programme=world.programme, customers=three, rep=world.rep, why="balance", actor=ACTOR)
    assert book_sizes(world.programme) == {}


def test_a_book_holds_its_size_when_many_are_given_at_once(committed_world: World) -> None:
    world = committed_world
    plan(world, PLAN)
    results = at_once(*(partial(own, world, world.rep, one) for one in customers(world, 5)))
    assert sum(isinstance(one, Conflict) for one in results) == 3
    assert book_sizes(world.programme) == {world.rep.pk: 2}


def test_a_whole_book_moves_for_good(world: World) -> None:
    for one in customers(world, 2):
        own(world, world.rep, one)
    accounts.change_place(member=world.rep, is_active=False, actor=ACTOR)
    moved = books.move_book(programme=world.programme, rep=world.rep, to=world.second_rep, why="left", actor=ACTOR)
    assert moved == 2 and book_sizes(world.programme) == {world.second_rep.pk: 2}
    assert [one.customer.key for one in book_of(world.second_rep)] == ["B-0", "B-1"]


def test_who_has_left_or_is_elsewhere_is_nobodys_own_rep(world: World) -> None:
    accounts.change_place(member=world.rep, is_active=False, actor=ACTOR)
    with pytest.raises(Invalid, match="Rep takes no contacts here"):
        own(world, Member.objects.get(pk=world.rep.pk))
    with inside(world.other.pk):
        outsider = Member.objects.select_related("programme", "user").get(pk=world.outsider.pk)
    with pytest.raises(NotFound):
        own(world, outsider)
    with pytest.raises(NotFound):
        stands_in(world, world.second_rep, outsider)
    with pytest.raises(NotFound, match="not on file"):
        books.assign_own_rep(
            programme=world.programme, customers=[uuid4()], rep=world.second_rep, why="knows", actor=ACTOR
        )
    with pytest.raises(Invalid, match="from the list"):
        books.assign_own_rep(programme=world.programme, customers=[], rep=None, why="because", actor=ACTOR)


def test_stand_ins_are_named_once_each_and_not_the_rep(world: World) -> None:
    with pytest.raises(Invalid, match="for themselves"):
        stands_in(world, world.rep, world.rep)
    with pytest.raises(Invalid, match="once"):
        stands_in(world, world.rep, world.second_rep, world.second_rep)
    stands_in(world, world.rep, world.second_rep, world.supervisor)
    stands_in(world, world.rep, world.supervisor)
    stands_in(world, world.rep, world.supervisor)
    assert [(one.by_id, one.until is None) for one in StandIn.objects.order_by("pk")] == [
        (world.second_rep.pk, False),
        (world.supervisor.pk, False),
        (world.supervisor.pk, True),
    ]
    assert Event.objects.filter(name="book.stand_ins_changed").count() == 2


def test_hand_overs_that_make_no_sense_are_refused(world: World) -> None:
    with pytest.raises(Invalid, match="Put the days in order"):
        handed(world, world.rep, world.second_rep, 3, 2)
    with pytest.raises(Invalid, match="from today on"):
        handed(world, world.rep, world.second_rep, -1, 2)
    with pytest.raises(Invalid, match="somebody else"):
        handed(world, world.rep, world.rep)
    handed(world, world.rep, world.second_rep, 1, 3)
    with pytest.raises(Conflict, match="Rep's book is with Rep2"):
        handed(world, world.rep, world.supervisor, 3, 4)
    with pytest.raises(Conflict, match="Rep's own book is with Rep2"):
        handed(world, world.supervisor, world.rep, 2, 2)
    with pytest.raises(Conflict, match="Rep2 keeps Rep's book"):
        handed(world, world.second_rep, world.supervisor, 0, 1)
    handed(world, world.rep, world.supervisor, 4, 4)


def test_a_book_comes_back_by_itself_or_sooner(world: World) -> None:
    own(world, world.rep)
    going_on, coming = handed(world, world.rep, world.second_rep), handed(world, world.rep, world.supervisor, 7, 8)

    def keeper() -> int:
        return keepers_of(world.programme, [world.customer.pk])[world.customer.pk].rep

    assert keeper() == world.second_rep.pk
    with clock.at(clock.now() + timedelta(days=9)):
        assert keeper() == world.rep.pk
        assert hand_overs_in(world.programme) == []
    with clock.at(clock.now() + timedelta(days=1)):
        for one in (going_on, coming, going_on):
            books.end_hand_over(programme=world.programme, hand_over_id=one.public_id, actor=ACTOR)
            if one is coming:
                with pytest.raises(NotFound):
                    books.end_hand_over(programme=world.programme, hand_over_id=one.public_id, actor=ACTOR)
        assert keeper() == world.rep.pk
    (left,) = HandOver.objects.all()
    assert (left.pk, left.last_day) == (going_on.pk, going_on.first_day)


def test_hand_overs_at_once_do_not_overlap(committed_world: World) -> None:
    world = committed_world
    results = at_once(*(partial(handed, world, world.rep, to) for to in (world.second_rep, world.supervisor)))
    assert sum(isinstance(one, Conflict) for one in results) == 1
    assert HandOver.objects.count() == 1


def test_who_is_erased_leaves_the_book_and_the_history_stays(world: World) -> None:
    own(world, world.rep)
    privacy.erase(
        programme=world.programme, customer_id=world.customer.public_id, confirmed="C-1", actor="member:1"
    )
    assert book_sizes(world.programme) == {}
    assert OwnRep.objects.get().until is not None
