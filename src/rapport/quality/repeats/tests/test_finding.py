"""Which contacts are returns, to the microsecond, and which facts of which of the two decide."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from rapport.conftest import World
from rapport.contacts.models import Contact
from rapport.customers.models import Customer
from rapport.guides import actions as guides
from rapport.guides.publishing import install
from rapport.guides.tests.written import simple
from rapport.insight.queries import metrics
from rapport.kit import clock
from rapport.quality.repeats import actions
from rapport.quality.repeats.models import Return
from rapport.quality.repeats.tests.test_returns import a_customer, handled

WEEK = timedelta(days=7)
MOMENT = timedelta(microseconds=1)


def happened(contact: Contact, arrived: datetime, **changes: Any) -> None:
    """Have a contact come then, and end after an hour."""
    times = {name: arrived + timedelta(minutes=1) for name in ("queued_at", "answered_at")}
    ended = arrived + timedelta(hours=1)
    told = {**times, "arrived_at": arrived, "ended_at": ended, "closed_at": ended, **changes}
    Contact.objects.filter(pk=contact.pk).update(**told)


def a_pair(world: World, first: dict[str, Any], again: dict[str, Any]) -> tuple[Contact, Contact]:
    """Return two contacts of a customer, of a day and of an hour ago, that are as these words change them."""
    customer, now = a_customer(world, "bo@example.org"), clock.now()
    one, other = handled(world, customer, resolved=False), handled(world, customer)
    happened(one, now - timedelta(days=1), **first)
    happened(other, now - timedelta(hours=2), **again)
    return one, other


@pytest.mark.parametrize(("late", "is_return"), [(timedelta(0), True), (MOMENT, False)])
def test_a_return_comes_within_seven_days_of_the_end_as_the_figure_counts(
    world: World, late: timedelta, is_return: bool
) -> None:
    customer, began = a_customer(world, "bo@example.org"), clock.now() - timedelta(days=10)
    first, again, last = (handled(world, customer) for _ in range(3))
    happened(first, began)
    happened(again, began + timedelta(hours=1) + WEEK + late)
    happened(last, clock.now() - timedelta(hours=2), direction="out")
    assert actions.find(programme=world.programme) == is_return
    day = began.astimezone(world.programme.zone).date()
    [row] = metrics(world.programme, ("first_contact_resolution", "returned_for_training"), day, day)
    figures = [row.figures[key].value for key in ("first_contact_resolution", "returned_for_training")]
    assert figures == ([0, 1] if is_return else [1, 0])


OPEN = {"state": "wrap_up", "closed_at": None}
ABANDONED = {"state": "abandoned", "answered_at": None}


@pytest.mark.parametrize(
    ("first", "again", "count"),
    [
        ({}, {}, 1),
        (OPEN, {}, 0),
        ({}, OPEN, 0),
        (ABANDONED, {}, 0),
        ({"direction": "out"}, {}, 0),
        ({}, {"direction": "out"}, 0),
    ],
    ids=["both closed", "first open", "again open", "nobody answered", "we called first", "we called again"],
)
def test_a_return_is_of_two_that_came_in_are_closed_and_the_first_answered(
    world: World, first: dict[str, Any], again: dict[str, Any], count: int
) -> None:
    a_pair(world, first, again)
    assert actions.find(programme=world.programme) == count


def test_who_comes_thrice_came_back_twice_each_time_after_the_one_before(world: World) -> None:
    customer, now = a_customer(world, "bo@example.org"), clock.now()
    came = [handled(world, customer) for _ in range(3)]
    for number, one in enumerate(came):
        happened(one, now - timedelta(hours=30 - 10 * number))
    assert actions.find(programme=world.programme) == 2
    told = Return.objects.order_by("first__arrived_at")
    assert [(one.first, one.next) for one in told] == [(came[0], came[1]), (came[1], came[2])]
    assert actions.find(programme=world.programme) == 0


def test_a_call_of_ours_between_the_two_is_passed_over(world: World) -> None:
    first, again = a_pair(world, {}, {})
    between = handled(world, Customer.objects.get(key="bo@example.org"))
    happened(between, clock.now() - timedelta(hours=9), direction="out")
    actions.find(programme=world.programme)
    assert [(one.first, one.next) for one in Return.objects.all()] == [(first, again)]


@pytest.mark.parametrize(
    ("came", "closed", "count"), [(6, 2.9, 1), (6, 3.1, 0)], ids=["closed within three days", "closed before"]
)
def test_what_was_closed_in_the_last_three_days_is_looked_at_whenever_it_came(
    world: World, came: float, closed: float, count: int
) -> None:
    now = clock.now()
    _, again = a_pair(world, {}, {})
    happened(again, now - timedelta(days=came), closed_at=now - timedelta(days=closed))
    happened(Contact.objects.exclude(pk=again.pk).get(customer=again.customer), now - timedelta(days=8))
    assert actions.find(programme=world.programme) == count


@pytest.mark.parametrize(
    ("first", "again", "sign"),
    [
        ({}, {"transfers": 2, "resolved": True}, "nothing"),
        ({"transfers": 1}, {}, "handed_on"),
        ({"queue": "cards"}, {"queue": "loans"}, "other_queue"),
        ({"queue": "cards"}, {"queue": "cards"}, "nothing"),
        ({"queue": ""}, {"queue": "cards"}, "nothing"),
        ({"reason": None}, {}, "nothing"),
        ({"resolved": True}, {"resolved": False}, "said_resolved"),
    ],
    ids=str,
)
def test_the_first_contacts_facts_decide(
    world: World, first: dict[str, Any], again: dict[str, Any], sign: str
) -> None:
    a_pair(world, first, again)
    actions.find(programme=world.programme)
    assert Return.objects.get().sign == sign


def test_required_touch_points_left_open_are_a_sign_of_training(world: World) -> None:
    first, _ = a_pair(world, {}, {})
    steps = [
        {"key": key, "title": key, "touch_point": kind} for key, kind in (("why", "required"), ("tip", "optional"))
    ]
    install(programme=world.programme, text=simple("Cancel", steps, "cancel"))
    first.refresh_from_db()
    guides.begin(first, actor="test")
    guides.close(first, actor="test", because="The line broke.")
    actions.find(programme=world.programme)
    found = Return.objects.get()
    assert (found.cause, found.sign) == ("training", "points_open")
