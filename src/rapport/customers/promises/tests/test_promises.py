"""Promises through their life: made, warned of, escalated, settled; by people, by the clock, two at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Event as Signal
from time import sleep
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from rapport.accounts.models import Team
from rapport.conftest import World, stand_in
from rapport.customers.models import Customer, Promise, Standing
from rapport.customers.promises import jobs
from rapport.customers.promises.access import access_promise
from rapport.customers.promises.actions import (
    hand_promise,
    make_promise,
    promise_by_system,
    settle_by_system,
    settle_promise,
    withdraw_promise,
)
from rapport.customers.promises.keepers import PARTNER, Keeper
from rapport.customers.promises.queries import at_risk, failed_of, has_broken, kept_by, open_promises_of
from rapport.customers.promises.wording import standing
from rapport.events.models import Event
from rapport.kit import clock
from rapport.kit.errors import Conflict, DomainError, Invalid, NotFound
from rapport.kit.walls import inside

NOON = datetime(2026, 11, 20, 11, tzinfo=UTC)  # Friday noon in the programme's zone
TODAY, MONDAY = date(2026, 11, 20), date(2026, 11, 23)


def promised(world: World, due_on: date | datetime = MONDAY, at: datetime = NOON, **more: object) -> Promise:
    with clock.at(at):
        told = {"member": world.rep, "customer": world.customer, "what": "Call back", "due_on": due_on}
        return make_promise(**{**told, **more})  # type: ignore[arg-type]  # what a test varies


def states(*names: str) -> list[str]:
    return list(Event.objects.filter(name__in=names).order_by("pk").values_list("name", flat=True))


def run_jobs(world: World, at: datetime) -> None:
    with clock.at(at):
        for find, act in (
            (jobs.to_warn, jobs.warn),
            (jobs.to_escalate, jobs.escalate),
            (jobs.to_settle, jobs.settle_unsaid),
        ):
            for one in find(world.programme):
                act(one)


def test_a_day_lasts_until_midnight_in_the_programmes_zone(world: World) -> None:
    one = promised(world, TODAY)
    assert one.due_by == datetime(2026, 11, 20, 23, tzinfo=UTC)
    with clock.at(datetime(2026, 11, 20, 23, 30, tzinfo=UTC)), pytest.raises(Invalid, match="in the past"):
        promised(world, TODAY, at=clock.now())
    timed = promised(world, datetime(2026, 11, 20, 15, tzinfo=UTC))
    assert (timed.due_on, timed.has_time) == (TODAY, True)


@pytest.mark.parametrize(
    "wrong",
    [
        {"what": ""},
        {"what": " "},
        {"what": "x" * 301},
        {"what": "a\x00b"},
        {"due_on": date(2026, 11, 19)},
        {"due_on": date.max},
        {"due_on": date.min},
        {"due_on": datetime(2026, 11, 20, 10, tzinfo=UTC)},
        {"kind": "miracle"},
        {"product": "p" * 101},
    ],
)
def test_what_cannot_be_promised_is_refused(world: World, wrong: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        promised(world, **wrong)  # type: ignore[arg-type]  # what a test varies
    assert not Promise.objects.exists()


def test_how_far_ahead_is_judged_by_the_programmes_day(world: World) -> None:
    late = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)  # half past midnight of the 21st in Berlin
    furthest = date(2026, 11, 21) + timedelta(days=3660)
    with pytest.raises(Invalid, match="ten years"):
        promised(world, furthest + timedelta(days=1), at=late)
    assert promised(world, furthest, at=late).due_on == furthest


def test_kept_in_time_late_or_not_at_all(world: World) -> None:
    kept, late, told_later, broken = (promised(world, TODAY) for _ in range(4))
    with clock.at(NOON + timedelta(hours=1)):
        settle_promise(member=world.rep, promise_id=kept.pk, kept=True, in_contact=True)
        settle_promise(member=world.rep, promise_id=kept.pk, kept=True, note="again")
        with pytest.raises(Conflict):
            settle_promise(member=world.rep, promise_id=kept.pk, kept=False, note="no")
        with pytest.raises(Invalid, match="few words"):
            settle_promise(member=world.rep, promise_id=broken.pk, kept=False)
    with clock.at(NOON + timedelta(days=2)):
        settle_promise(member=world.rep, promise_id=late.pk, kept=True, note="Done at last")
        settle_promise(member=world.rep, promise_id=told_later.pk, kept=True, on=TODAY, note="Sent that day")
        with pytest.raises(Invalid, match="before it was promised"):
            settle_promise(member=world.rep, promise_id=broken.pk, kept=True, on=date(2026, 11, 1), note="x")
        with pytest.raises(Invalid, match="still to come"):
            settle_promise(member=world.rep, promise_id=broken.pk, kept=True, on=date(2026, 12, 1), note="x")
        settle_promise(member=world.rep, promise_id=broken.pk, kept=False, note="Nobody called")
        assert [one.state for one in failed_of(world.customer)] == ["broken", "late"]
        assert has_broken(world.customer)
    found = Promise.objects.order_by("pk").values_list("state", "evidence")
    assert list(found) == [("kept", "contact"), ("late", "note"), ("kept", "note"), ("broken", "note")]


def test_the_database_keeps_late_and_kept_apart(world: World) -> None:
    one = promised(world, TODAY)
    for state, at in (("kept", one.due_by + timedelta(hours=1)), ("late", one.due_by)):
        with pytest.raises(IntegrityError), transaction.atomic():
            Promise.objects.filter(pk=one.pk).update(state=state, settled_at=at, evidence="note")


def test_warned_once_escalated_once_and_broken_after_three_days(world: World) -> None:
    one = promised(world, MONDAY)
    run_jobs(world, NOON)
    assert states("promise.nearly_due", "promise.overdue") == []
    for hours in (8, 9, 20):  # Monday, local time
        run_jobs(world, datetime(2026, 11, 23, tzinfo=UTC) + timedelta(hours=hours))
    assert states("promise.nearly_due", "promise.overdue") == ["promise.nearly_due"]
    for _ in range(2):
        run_jobs(world, one.due_by + timedelta(minutes=1))
    assert states("promise.overdue") == ["promise.overdue"]
    assert Event.objects.get(name="promise.overdue").audience == [
        f"floor:{world.programme.pk}",
        f"member:{world.rep.pk}",
    ]
    run_jobs(world, one.due_by + timedelta(days=2))
    one.refresh_from_db()
    assert one.state == "open"
    run_jobs(world, one.due_by + timedelta(days=3, minutes=1))
    one.refresh_from_db()
    assert (one.state, one.evidence) == ("broken", "time")


def test_what_the_partner_keeps_is_not_called_broken_by_silence(world: World) -> None:
    with clock.at(NOON):
        one = promise_by_system(
            programme=world.programme,
            customer=world.customer,
            what="Book the refund",
            due_on=MONDAY,
            kind="refund",
            keeper=PARTNER,
            offer=uuid4(),
        )
    run_jobs(world, one.due_by + timedelta(days=30))
    one.refresh_from_db()
    assert (one.state, one.origin, one.escalated_at is not None) == ("open", "offer", True)
    with clock.at(one.due_by + timedelta(days=31)):
        settle_by_system(programme=world.programme, promise_id=one.pk, kept=True)
        again = settle_by_system(programme=world.programme, promise_id=one.pk, kept=False)
    assert (again.state, again.evidence) == ("late", "event")


def test_nothing_is_kept_to_who_is_restricted_and_what_was_owed_to_who_is_gone_is_withdrawn(world: World) -> None:
    one = promised(world, TODAY)
    Customer.objects.filter(pk=world.customer.pk).update(standing=Standing.RESTRICTED)
    with pytest.raises(Conflict):
        promised(world)
    assert kept_by(world.rep) == []
    run_jobs(world, NOON + timedelta(days=9))
    assert states("promise.nearly_due", "promise.overdue", "promise.settled") == []
    Customer.objects.filter(pk=world.customer.pk).update(standing=Standing.ERASED)
    run_jobs(world, NOON + timedelta(days=9))
    one.refresh_from_db()
    assert (one.state, one.evidence) == ("withdrawn", "event")


def test_a_promise_reaches_who_keeps_it_and_can_be_handed_on(world: World) -> None:
    team = Team.objects.create(programme=world.programme, name="Refunds")
    for member in (world.second_rep,):
        member.team = team
        member.save()
    one = promised(world, keeper=Keeper(team=team))
    assert [each.pk for each in kept_by(world.second_rep)] == [one.pk]
    assert kept_by(world.rep) == []
    with pytest.raises(NotFound):
        access_promise(world.rep, one.public_id)
    assert access_promise(world.second_rep, one.public_id) == one
    assert access_promise(world.supervisor, one.public_id) == one
    with clock.at(NOON):
        hand_promise(member=world.supervisor, promise_id=one.pk, keeper=Keeper(member=world.rep))
        assert [each.pk for each in kept_by(world.rep)] == [one.pk]
        with pytest.raises(NotFound), inside(world.programme.pk):
            hand_promise(member=world.supervisor, promise_id=one.pk, keeper=Keeper(member=world.outsider))
        withdraw_promise(member=world.rep, promise_id=one.pk, note="They found it themselves")
        with pytest.raises(Conflict):
            hand_promise(member=world.supervisor, promise_id=one.pk, keeper=PARTNER)


def test_another_programme_sees_nothing_of_it(world: World) -> None:
    one = promised(world)
    with inside(world.other.pk), pytest.raises(NotFound):
        settle_promise(member=world.outsider, promise_id=one.pk, kept=True, note="x")
    with inside(world.other.pk), pytest.raises(NotFound):
        make_promise(member=world.outsider, customer=world.customer, what="x", due_on=clock.now().date())
    one.refresh_from_db()
    assert one.is_open


def test_how_it_stands_is_said_in_words(world: World) -> None:
    one, timed = promised(world, MONDAY), promised(world, datetime(2026, 11, 23, 14, tzinfo=UTC))
    with clock.at(NOON):
        assert (standing(one).words, standing(one).tone) == ("by 23 Nov", "idle")
        assert at_risk(world.programme, within=timedelta(hours=24)) == (0, 0)
    with clock.at(datetime(2026, 11, 23, 12, tzinfo=UTC)):
        assert [standing(each).words for each in open_promises_of(world.customer)] == [
            "today at 15:00",
            "due today",
        ]
        assert at_risk(world.programme, within=timedelta(hours=24)) == (0, 2)
    with clock.at(timed.due_by + timedelta(minutes=1)):
        assert standing(timed).words == "overdue"
        assert at_risk(world.programme, within=timedelta(hours=24)) == (1, 1)


def test_of_two_who_settle_it_at_once_one_is_told_so(committed_world: World) -> None:
    """The second begins when the first has said so and not yet committed: it waits for the row, then reads it."""
    world, is_said = committed_world, Signal()
    one = promised(world)

    def settle(kept: bool) -> str:
        try:
            with inside(world.programme.pk), clock.at(NOON), transaction.atomic():
                stand_in(world.programme)
                if not kept:
                    assert is_said.wait(5)
                found = settle_promise(member=world.rep, promise_id=one.pk, kept=kept, note="said").state
                if kept:
                    is_said.set()
                    sleep(0.3)  # the other one is at the row by now
                return found
        except DomainError as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(settle, [True, False])) == ["kept", "conflict"]
    assert states("promise.settled") == ["promise.settled"]
    one.refresh_from_db()
    assert one.state == "kept"
