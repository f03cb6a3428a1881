"""Calls that a log tells of late: they become returns as if told at once, and change those between."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from rapport.accounts.models import Programme
from rapport.conftest import World
from rapport.contacts.call_logs.formats import Format
from rapport.contacts.call_logs.records import CallLog, CallRecord
from rapport.contacts.importing.batches import Importer
from rapport.contacts.models import Contact
from rapport.events.models import Event
from rapport.kit import clock
from rapport.kit.walls import inside
from rapport.quality.repeats import actions, jobs
from rapport.quality.repeats.models import Return
from rapport.quality.repeats.tests.test_finding import happened
from rapport.quality.repeats.tests.test_returns import a_customer, handled

BO = "bo@example.org"


def not_opened(_: object) -> CallLog:
    raise AssertionError("nothing is read from a file here")


LOG = Format("test", not_opened, "Europe/Berlin")


def a_call(
    days: float, *, who: str = BO, answered: bool = True, ident: str = "", reason: str = "fee"
) -> CallRecord:
    """Return a call of so many days ago, an hour long."""
    came = clock.now() - timedelta(days=days)
    return CallRecord(
        line_number=1,
        external_id=ident or f"{who} {days}",
        arrived_at=came,
        queued_at=came,
        answered_at=came if answered else None,
        ended_at=came + timedelta(hours=1),
        wait_seconds=0,
        talk_seconds=3600 if answered else 0,
        outcome="answered" if answered else "abandoned",
        customer_key=who,
        segment_key="",
        reason_key=reason,
        agent_id="7" if answered else None,
    )


def tell(programme: Programme, *calls: CallRecord) -> list[Event]:
    """Import a batch of calls, and return the events that tell of it."""
    known = set(Event.objects.values_list("pk", flat=True))
    Importer(programme, LOG).write(calls)
    return list(Event.objects.filter(name="calls.imported").exclude(pk__in=known))


def work(events: list[Event]) -> None:
    for one in events:
        jobs.find_imported.func(programme_id=one.programme_id, event_id=one.pk)


def laid() -> list[tuple[str | None, str | None]]:
    rows = Return.objects.order_by("first__arrived_at")
    return [(one.first.external_id, one.next.external_id) for one in rows]


def queued() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'repeats.find_imported'")
        return int(cursor.fetchone()[0])


def test_calls_of_long_ago_are_laid_once_they_are_told_of_and_only_once(world: World) -> None:
    calls = [a_call(60), a_call(55), a_call(47), a_call(60, who="cy@example.org")]
    told = tell(world.programme, *calls)
    assert queued() == len(told) == 1
    assert (told[0].data["count"], told[0].subject, told[0].actor) == (4, world.programme.public_id, "import")
    work(told)
    assert laid() == [(f"{BO} 60", f"{BO} 55")]
    [found] = Return.objects.all()
    assert (found.came_at, found.cause) == (found.next.arrived_at, "unclear")
    work(told)
    assert actions.find(programme=world.programme) == 0
    assert tell(world.programme, *calls) == []
    assert Event.objects.filter(name="return.found").count() == queued() == 1


@pytest.mark.parametrize("order", [(60, 55), (55, 60)])
def test_calls_are_laid_in_whatever_order_their_batches_come(world: World, order: tuple[int, int]) -> None:
    for days in order:
        work(tell(world.programme, a_call(days)))
    assert laid() == [(f"{BO} 60", f"{BO} 55")]


def test_what_happened_here_counts_beside_what_a_log_tells(world: World) -> None:
    here, now = handled(world, a_customer(world, BO)), clock.now()
    happened(here, now - timedelta(days=30))
    work(tell(world.programme, a_call(33), a_call(28), a_call(20)))
    assert laid() == [(f"{BO} 33", here.external_id), (here.external_id, f"{BO} 28")]


def test_a_call_of_ours_that_follows_is_passed_over_and_one_that_goes_on_waits(world: World) -> None:
    customer, now = a_customer(world, BO), clock.now()
    ours, again = handled(world, customer), handled(world, customer)
    happened(ours, now - timedelta(days=30), direction="out")
    happened(again, now - timedelta(days=29), state="wrap_up", closed_at=None)
    told = tell(world.programme, a_call(33))
    work(told)
    assert laid() == []
    happened(again, now - timedelta(days=29), state="closed")
    work(told)
    assert laid() == [(f"{BO} 33", again.external_id)]


def test_a_call_that_lay_between_two_changes_what_came_next(world: World) -> None:
    work(tell(world.programme, a_call(60), a_call(55)))
    work(tell(world.programme, a_call(58, reason="card")))
    assert laid() == [(f"{BO} 60", f"{BO} 58"), (f"{BO} 58", f"{BO} 55")]
    assert [one.cause for one in Return.objects.order_by("first__arrived_at")] == ["other_matter"] * 2
    assert (
        Return.objects.get(first__external_id=f"{BO} 60").came_at
        == Contact.objects.get(external_id=f"{BO} 58").arrived_at
    )
    told = Event.objects.filter(name="return.found").order_by("pk")
    assert [one.data["count"] for one in told] == [1, 2]


def test_nobody_answered_between_and_so_the_last_is_no_return(world: World) -> None:
    work(tell(world.programme, a_call(60), a_call(55)))
    work(tell(world.programme, a_call(58, answered=False)))
    assert laid() == [(f"{BO} 60", f"{BO} 58")]


def by_hand(world: World, found: UUID) -> None:
    actions.lay(member=world.supervisor, return_id=found, cause="access", note="No right to pay out")


def mended(world: World, found: UUID) -> None:
    Return.objects.filter(public_id=found).update(cause="access")
    actions.mend(member=world.supervisor, return_id=found)


@pytest.mark.parametrize("judge", [by_hand, mended])
@pytest.mark.parametrize("meanwhile", [False, True])
def test_what_a_person_judged_is_left_by_the_rule_also_at_the_same_moment(
    world: World, monkeypatch: pytest.MonkeyPatch, judge: Callable[[World, UUID], None], meanwhile: bool
) -> None:
    work(tell(world.programme, a_call(60), a_call(55)))
    [found] = Return.objects.all()
    told = tell(world.programme, a_call(58))
    if meanwhile:
        judged = actions._judged

        def judge_first(*told: Any) -> Return:
            judge(world, found.public_id)
            return judged(*told)

        monkeypatch.setattr(actions, "_judged", judge_first)
    else:
        judge(world, found.public_id)
    work(told)
    assert laid() == [(f"{BO} 60", f"{BO} 55"), (f"{BO} 58", f"{BO} 55")]
    found.refresh_from_db()
    assert found.cause == "access"
    last = Event.objects.filter(name="return.found").latest("pk")
    assert last.data["count"] == 1


def test_only_the_calls_of_the_batch_and_what_follows_are_looked_at(world: World) -> None:
    told = tell(world.programme, a_call(60))
    tell(world.programme, a_call(58, who="cy@example.org"), a_call(57, who="cy@example.org"))
    work(told)
    assert laid() == []


def test_of_another_programme_and_where_people_practise_nothing_is_laid(world: World) -> None:
    told = tell(world.programme, a_call(60), a_call(59))
    with inside(world.other.pk):
        first, last = (UUID(told[0].data[key]) for key in ("first", "last"))
        assert actions.find_among(programme=world.other, first=first, last=last) == 0
    assert laid() == []
    world.programme.practises_for_id = world.other.pk  # as one to practise in has it
    assert len(tell(world.programme, a_call(50), a_call(49))) == queued() == 1


def test_two_workers_at_once_find_nothing_twice(committed_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world = committed_world
    told = tell(world.programme, a_call(60), a_call(55))
    announce = actions.announce

    def slowly(*given: Any, **more: Any) -> int:
        time.sleep(0.3)
        return announce(*given, **more)

    def run(_: int) -> None:
        try:
            work(told)
        finally:
            connection.close()

    monkeypatch.setattr(actions, "announce", slowly)
    with ThreadPoolExecutor(2) as both:
        list(both.map(run, range(2)))
    assert laid() == [(f"{BO} 60", f"{BO} 55")]
    assert Event.objects.filter(name="return.found").count() == 1
