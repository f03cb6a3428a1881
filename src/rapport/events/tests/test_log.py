"""The log: only appended to, in the transaction of the change, with its listeners' jobs."""

import json
from dataclasses import dataclass
from typing import ClassVar

import pytest
from django.db import DatabaseError, connection, transaction

from rapport.conftest import World
from rapport.events.actions import News, announce, announce_all
from rapport.events.listeners import subscribe
from rapport.events.models import Event
from rapport.events.queries import history_of, log_of
from rapport.jobs.actions import job


@dataclass(frozen=True)
class Tried:
    """Something that happens in these tests only."""

    name: ClassVar[str] = "test.tried"
    what: str


@job("test.hear")
def hear(programme_id: int, event_id: int) -> None:
    """Do nothing; what counts is that it was queued."""


@job("test.hear_all")
def hear_all(programme_id: int, event_ids: list[int]) -> None:
    """Do nothing; what counts is how often it was queued."""


def tell(world: World, what: str = "it") -> int:
    return announce(Tried(what), programme=world.programme, subject=world.programme.public_id, actor="test")


def queued() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'test.hear'")
        return int(cursor.fetchone()[0])


@pytest.mark.parametrize("change", ["UPDATE events_event SET actor = 'someone else'", "DELETE FROM events_event"])
def test_the_database_refuses_to_change_the_past(world: World, change: str) -> None:
    tell(world)
    with (
        pytest.raises(DatabaseError, match="denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)
    assert Event.objects.get(name="test.tried").actor == "test"


def test_an_event_is_rolled_back_with_its_change_and_its_jobs(committed_world: World) -> None:
    subscribe("test.tried", hear)
    with pytest.raises(RuntimeError, match="changed my mind"), transaction.atomic():
        tell(committed_world)
        assert queued() == 1
        raise RuntimeError("changed my mind")
    assert Event.objects.count() == queued() == 0
    with transaction.atomic():
        tell(committed_world)
    assert (Event.objects.count(), queued()) == (1, 1)


def test_what_is_told_together_is_one_job_for_a_thousand_events(world: World) -> None:
    subscribe("test.tried", hear_all, together=True)
    several = [News(Tried(str(number)), world.programme.public_id) for number in range(1001)]
    ids = announce_all(several, programme=world.programme, actor="test")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args->'event_ids' FROM procrastinate_jobs WHERE task_name = 'test.hear_all' ORDER BY id"
        )
        told = [json.loads(one) if isinstance(one, str) else one for (one,) in cursor.fetchall()]
    assert told == [ids[:1000], ids[1000:]]


def test_an_event_outside_a_transaction_is_a_mistake(committed_world: World) -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        tell(committed_world)


def test_the_log_reads_in_order_and_by_subject(world: World) -> None:
    ids = [tell(world, str(number)) for number in range(3)]
    assert [row.data["what"] for row in history_of(world.programme, world.programme.public_id)] == ["0", "1", "2"]
    assert [row.id for row in log_of(world.programme, after=ids[0])] == ids[1:]
    assert list(log_of(world.other)) == []
