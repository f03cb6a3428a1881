"""Two plans tried side by side, counted from contacts of which the test knows all."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from rapport.conftest import World
from rapport.contacts.models import Contact
from rapport.customers.models import Customer
from rapport.insight import arms as comparing
from rapport.insight import queries
from rapport.insight.arms import Arms
from rapport.kit import clock
from rapport.numeric.trial import always_valid_factor
from rapport.routing.models import Offer
from rapport.routing.versions import SameChoice

BEGAN = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
ENDED = BEGAN + timedelta(days=7)
ARMS = Arms(control=1, candidate=2, share=0.5, starts=BEGAN, ends=ENDED, planned_units=200)
Wait = float | None
Row = tuple[int, int | None, Wait]


def fill(world: World, rows: Sequence[Row], *, began: datetime = BEGAN) -> None:
    """Make contacts: the customer's number (below 0: nobody known), the plan, the wait (None: abandoned)."""
    numbers = sorted({number for number, _, _ in rows if number >= 0})
    made = [Customer(programme=world.programme, key=f"T-{number}", name="Somebody") for number in numbers]
    customers = dict(zip(numbers, Customer.objects.bulk_create(made), strict=True))
    Contact.objects.bulk_create(
        _contact(world, customers.get(number), plan, wait, began + timedelta(minutes=at))
        for at, (number, plan, wait) in enumerate(rows)
    )


def _contact(world: World, customer: Customer | None, plan: int | None, wait: Wait, at: datetime) -> Contact:
    answered = None if wait is None else at + timedelta(seconds=wait)
    return Contact(
        programme=world.programme,
        channel="chat",
        customer=customer,
        plan=plan,
        queue="main",
        state="abandoned" if answered is None else "closed",
        arrived_at=at,
        queued_at=at,
        placed_at=at,
        answered_at=answered,
        ended_at=answered or at + timedelta(minutes=3),
        closed_at=answered or at + timedelta(minutes=3),
    )


def some_rows() -> list[Row]:
    """Return contacts of 150 customers, three each, and of 60 that nobody knows; the candidate waits less."""
    random = np.random.default_rng(5)
    rows: list[Row] = []
    for number in [*range(150)] * 3 + [-1] * 60:
        plan = 1 + (number % 2 if number >= 0 else len(rows) % 2)
        wait = None if random.random() < 0.1 else round(float(random.exponential(30 if plan == 1 else 12)), 3)
        rows.append((number, plan, wait))
    return rows


def by_hand(rows: list[Row], plan: int) -> tuple[float, float, int]:
    """Return the mean wait of those answered, its standard error by customer, and how many customers."""
    units: dict[int, list[float]] = {}
    for at, (number, of_plan, wait) in enumerate(rows):
        if of_plan == plan and wait is not None:
            units.setdefault(number if number >= 0 else -at - 1, []).append(wait)
    x = np.array([sum(waits) for waits in units.values()])
    y = np.array([len(waits) for waits in units.values()])
    mean = x.sum() / y.sum()
    n = len(units)
    return mean, np.sqrt(((x - mean * y) ** 2).sum() * n / (n - 1)) / y.sum(), n


def test_figures_intervals_and_units_are_those_counted_by_hand(world: World) -> None:
    rows = some_rows()
    fill(world, rows)
    [wait] = comparing.compare(world.programme, ARMS, ["average_speed_of_answer"])
    (first, error_first, n), (second, error_second, m) = by_hand(rows, 1), by_hand(rows, 2)
    assert (wait.control.value, wait.candidate.value) == pytest.approx((first, second))
    assert wait.units == n + m
    half = float(always_valid_factor((n + m) / 200)) * np.hypot(error_first, error_second)
    assert (wait.low, wait.high) == pytest.approx((second - first - half, second - first + half))
    assert wait.says == "better" and not wait.is_alike(1.0) and wait.is_alike(100.0)


def test_both_arms_are_the_metrics_split_by_plan(world: World) -> None:
    fill(world, [*some_rows(), (900, None, 1.0), (901, 3, 1.0)])
    keys = ("service_level", "average_speed_of_answer", "abandonment_rate", "first_contact_resolution")
    found = comparing.compare(world.programme, ARMS, keys)
    split = {row.group["plan"]: row for row in queries.metrics(world.programme, keys, by="plan")}
    for one in found:
        assert one.control.as_dict().items() <= split[1][one.metric.key].as_dict().items()
        assert one.candidate.as_dict().items() <= split[2][one.metric.key].as_dict().items()


def test_only_contacts_that_came_during_the_trial_count(world: World) -> None:
    fill(world, [(1, 1, 5.0), (2, 2, 5.0)])
    fill(world, [(3, 1, 500.0), (4, 2, 500.0)], began=ENDED)
    found = comparing.compare(world.programme, ARMS)
    wait = next(one for one in found if one.metric.key == "average_speed_of_answer")
    assert (wait.control.numerator, wait.candidate.numerator) == (5, 5)
    assert (wait.difference, wait.low, wait.says) == (0.0, None, "")
    rating = next(one for one in found if one.metric.key == "satisfaction")
    assert (rating.control.value, rating.difference, rating.units) == (None, None, 0)


def test_a_split_that_chance_does_not_make_is_told(world: World) -> None:
    fill(world, [(number, 2 if number < 150 else 1, 1.0) for number in range(200)] + [(-1, 2, 1.0)] * 9)
    found = comparing.drawn(world.programme, ARMS)
    assert (found.contacts, found.customers, found.is_uneven) == ((50, 159), (50, 150), True)
    fair = comparing.drawn(world.programme, Arms(1, 2, 0.75, BEGAN, ENDED, 200))
    assert not fair.is_uneven


def test_how_many_customers_it_takes_is_known_from_the_past_weeks(world: World) -> None:
    with clock.at(ENDED):
        assert comparing.customers_needed(world.programme, "service_level", least=0.1, share=0.5) == (None, 0.0)
        fill(world, some_rows())
        needed, a_day = comparing.customers_needed(world.programme, "service_level", least=0.1, share=0.5)
        assert needed is not None and 400 < needed < 1_400 and a_day == pytest.approx(210 / 28)
        more, _ = comparing.customers_needed(world.programme, "service_level", least=0.05, share=0.5)
        assert more == pytest.approx(4 * needed, abs=4)


def chosen(world: World, contact: Contact, codes: Sequence[str], *, later: int = 0) -> None:
    """Offer the contact, with the codes of who was passed over in the trace."""
    at = contact.arrived_at + timedelta(seconds=later)
    trace = {"passed_over": [{"rep": world.second_rep.pk, "code": code} for code in codes]}
    Offer.objects.create(
        programme=world.programme,
        contact=contact,
        member=world.rep,
        offered_at=at,
        expires_at=at,
        ended_at=at,
        result="accepted",
        trace=trace,
    )


def test_the_choice_is_held_against_reps_drawn_by_chance(world: World) -> None:
    rows: list[Row] = [(number, None, 10.0 if number % 2 else 20.0 + number % 4) for number in range(240)]
    fill(world, rows)
    contacts = list(Contact.objects.filter(customer__key__startswith="T-").order_by("arrived_at"))
    for number, contact in enumerate(contacts[:200]):
        chosen(world, contact, ["behind", "full"] if number % 2 else ["wider_step", "not_drawn"])
        chosen(world, contact, ["not_drawn" if number % 2 else "behind"], later=5)
        if 10 <= number < 20:
            chosen(world, contact, ["unfit"], later=-5)
    for contact in contacts[200:]:
        chosen(world, contact, ["wider_step", "full", "unfit"])
    with clock.at(ENDED):
        keys = ["first_contact_resolution", "average_speed_of_answer", "average_handle_time", "resolution_by_reps"]
        [fcr, wait, handled, _], drawn = comparing.what_choice_brings(
            world.programme, SameChoice(BEGAN, []), keys, share=0.5
        )
        assert (wait.control.value, wait.candidate.value, wait.units) == (21.0, 10.0, 200)
        assert wait.low is not None and wait.high is not None and wait.low < -11 < wait.high < 0
        assert wait.says == "better" and fcr.control.denominator == 0 and handled.units == 0
        assert (drawn.contacts, drawn.is_uneven) == ((100, 100), False)
        _, uneven = comparing.what_choice_brings(world.programme, SameChoice(BEGAN, []), [], share=0.1)
        assert uneven.is_uneven
        later = SameChoice(contacts[100].arrived_at, [])
        assert comparing.what_choice_brings(world.programme, later, [], share=0.5)[1].contacts == (50, 50)
        Contact.objects.filter(pk__in=[one.pk for one in contacts[:60]]).update(plan=7)
        apart = SameChoice(BEGAN, [7, 9])
        assert comparing.what_choice_brings(world.programme, apart, [], share=0.5)[1].contacts == (70, 70)
