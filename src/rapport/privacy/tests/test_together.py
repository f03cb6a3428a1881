"""Erasures on real connections: two at once, beside an import, and cut off in the middle."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection

from rapport.audit.lookers import Looker
from rapport.conftest import World
from rapport.contacts import actions as contacts
from rapport.contacts.access import lock_own
from rapport.contacts.models import Contact
from rapport.customers.importing import cli
from rapport.customers.models import ContactPoint, Customer
from rapport.events.models import Event
from rapport.kit.errors import Conflict, NotFound
from rapport.kit.tests.at_once import at_once
from rapport.kit.turns import Turn
from rapport.kit.walls import ENTER, inside
from rapport.privacy import actions, packages
from rapport.privacy.models import Package
from rapport.privacy.tests.stage import known, left, whole_database

WAITING = "SELECT DISTINCT pid FROM pg_locks WHERE NOT granted AND %s = ANY (pg_blocking_pids(pid))"
WRITTEN = """
SELECT relation::regclass::text FROM pg_locks
WHERE pid = %s AND locktype = 'relation' AND mode = 'RowExclusiveLock'
"""
MAPPING = 'key = "key"\n[fields]\nname = "name"\nemail = "email"\n'


def erase(world: World) -> int:
    """Erase the customer as a door does: in one transaction inside the programme."""
    customer = world.customer.public_id
    with inside(world.programme.pk):
        return actions.erase(programme=world.programme, customer_id=customer, confirmed="C-1", actor="test")


@contextmanager
def elsewhere(world: World) -> Iterator[psycopg.Connection[Any]]:
    """Another connection, in a transaction inside the programme, whose locks go at the end of the block."""
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute(ENTER, [str(world.programme.pk)])
        yield other


def on_its_own(pool: ThreadPoolExecutor, work: Callable[[], int]) -> Future[int]:
    """Begin the work in a thread with a connection of its own."""

    def run() -> int:
        try:
            return work()
        finally:
            connection.close()

    return pool.submit(run)


def waiting(other: psycopg.Connection[Any], count: int) -> list[int]:
    """Return the processes that wait for a lock, once there are so many."""
    for _ in range(500):
        found = [pid for (pid,) in other.execute(WAITING, [other.info.backend_pid])]
        if len(found) == count:
            return found
        time.sleep(0.02)
    raise AssertionError(f"{count} did not wait within 10 s")


def in_turn(world: World, *works: Callable[[], int]) -> list[int]:
    """Have the works wait at the programme's lock in this order, then let them go; return their results."""
    with ThreadPoolExecutor(len(works)) as pool:
        with elsewhere(world) as other:
            other.execute("SELECT pg_advisory_xact_lock(%s, %s)", [Turn.CUSTOMERS.value, world.programme.pk])
            begun = []
            for count, work in enumerate(works, start=1):
                begun.append(on_its_own(pool, work))
                waiting(other, count)
        return [one.result(timeout=30) for one in begun]


def erased_events() -> int:
    return Event.objects.filter(name="customer.erased").count()


def test_two_erasures_at_once_erase_once(committed_world: World) -> None:
    world = committed_world
    known(world)
    results = in_turn(world, lambda: erase(world), lambda: erase(world))
    assert sorted(bool(rows) for rows in results) == [False, True]
    assert erased_events() == 1
    assert left() == []


@pytest.mark.parametrize("first", ["erasure", "import"])
def test_an_import_beside_an_erasure_brings_nobody_back(
    committed_world: World, tmp_path: Path, first: str
) -> None:
    world = committed_world
    known(world)
    (tmp_path / "map.toml").write_text(MAPPING)
    file = tmp_path / "file.csv"
    file.write_text("key,name,email\nC-1,Ada Lovelace,ada@example.org\nC-2,Bob Boole,\n")
    args = [str(file), "--programme", "cards", "--mapping", str(tmp_path / "map.toml")]
    works = [lambda: erase(world), lambda: cli.run([*args, "--errors", str(tmp_path / "errors.tsv")])]
    results = in_turn(world, *(works if first == "erasure" else works[::-1]))
    assert sorted(bool(result) for result in results) == [False, True]  # rows erased; an import without a fault
    assert left() == []
    assert erased_events() == 1
    there = Customer.objects.exclude(standing="erased").values_list("key", "name")
    assert list(there) == [("C-2", "Bob Boole")]


def test_an_erasure_cut_off_in_the_middle_leaves_everything_and_can_be_done_again(committed_world: World) -> None:
    world = committed_world
    known(world)
    before = whole_database()
    with ThreadPoolExecutor(1) as pool, elsewhere(world) as other:
        other.execute("SELECT 1 FROM chat_message FOR UPDATE")
        begun = on_its_own(pool, lambda: erase(world))
        (pid,) = waiting(other, 1)
        written = {row[0] for row in other.execute(WRITTEN, [pid])}
        assert {"customers_tombstone", "customers_customer"} <= written, "it had not begun to erase"
        other.execute("SELECT pg_terminate_backend(%s)", [pid])
        with pytest.raises(OperationalError):
            begun.result(timeout=30)
    assert whole_database() == before
    assert erase(world) > 10
    assert (left(), erased_events()) == ([], 1)
    assert not Contact.objects.exclude(summary="").exists()


def test_packages_are_made_and_taken_while_those_they_are_of_are_erased(committed_world: World) -> None:
    world = committed_world
    by = Looker(world.programme, "test")
    with inside(world.programme.pk):
        wants = partial(actions.open_request, programme=world.programme, kind="access", actor="test")
        people = [Customer.objects.create(programme=world.programme, key=f"K-{n}") for n in range(10)]
        asked = [
            packages.ask(programme=world.programme, customer_id=one.public_id, actor="test") for one in people
        ]
        for package in asked[5:]:
            packages.make(package.pk)
            wants(customer_id=package.customer.public_id, note="by letter")

    def hands_out(package: Package) -> None:
        with suppress(Conflict):  # they were erased before
            packages.take(by=by, package_id=package.public_id)

    def erases(one: Customer) -> None:
        actions.erase(programme=world.programme, customer_id=one.public_id, confirmed=one.key, actor="test")

    at_once(
        world.programme.pk,
        [partial(packages.make, one.pk) for one in asked[:5]] + [partial(hands_out, one) for one in asked[5:]],
        [partial(erases, one) for one in people],
    )
    assert Customer.objects.filter(standing="erased").count() == len(people)
    assert not Package.objects.exclude(content="").exists()


def test_a_customer_is_erased_while_a_rep_finds_out_whose_their_call_is(committed_world: World) -> None:
    world, calls, people = committed_world, [], []
    with inside(world.programme.pk):
        for number in range(10):
            place, address = world.programme, f"+49301000{number}"
            people.append(Customer.objects.create(programme=place, key=f"K-{number}"))
            ContactPoint.objects.create(programme=place, customer=people[-1], kind="phone", value=address)
            call, _ = contacts.arrive(programme=place, channel="voice", actor="pbx", address=address)
            contacts.answer(call, rep=world.rep, actor="pbx")
            calls.append(call)

    def finds_out(call: Contact, one: Customer) -> None:
        with suppress(NotFound):  # they were erased just before
            contacts.identify(lock_own(call), customer=one, actor="test")

    def erases(one: Customer) -> None:
        with suppress(Conflict):  # they talk to us just now
            actions.erase(programme=world.programme, customer_id=one.public_id, confirmed=one.key, actor="test")

    at_once(
        world.programme.pk,
        [partial(finds_out, call, one) for call, one in zip(calls, people, strict=True)],
        [partial(erases, one) for one in people],
    )
