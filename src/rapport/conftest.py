"""The standing people of every test: a rep, the rep's supervisor, and an outsider from another programme."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest import mock

import pytest
from django.contrib.auth.hashers import ScryptPasswordHasher
from django.db import connection
from django.test.client import ClientHandler
from django.test.utils import CaptureQueriesContext

from rapport.accounts import actions as accounts
from rapport.accounts.models import Member, Programme
from rapport.accounts.roles import Role
from rapport.contacts import actions as contacts
from rapport.contacts.models import Reason
from rapport.customers import actions as customers
from rapport.customers.models import ContactPoint, Customer
from rapport.kit import limits, walls
from rapport.kit.walls import inside


@dataclass(frozen=True)
class World:
    """A small floor: one programme at work, and another behind its own wall."""

    programme: Programme
    other: Programme
    rep: Member
    second_rep: Member
    supervisor: Member
    outsider: Member
    customer: Customer
    reason: Reason


def make_world() -> World:
    """Make the floor of :class:`World` in the database."""
    programme, _ = accounts.ensure_programme(
        key="cards", name="Cards", timezone="Europe/Berlin", requires_second_factor=False
    )
    other, _ = accounts.ensure_programme(key="loans", name="Loans", requires_second_factor=False)
    with inside(other.pk):
        outsider = _member(other, "outsider", Role.REP)
    with inside(programme.pk):
        return floor_of(programme, other, outsider)


def floor_of(programme: Programme, other: Programme, outsider: Member) -> World:
    """Make the floor of one programme, inside it."""
    priority = customers.ensure_segment(
        programme=programme, key="priority", name="Priority", head_start_seconds=90
    )
    customer = Customer.objects.create(programme=programme, key="C-1", name="Ada Byron", segment=priority)
    ContactPoint.objects.create(programme=programme, customer=customer, kind="email", value="ada@example.org")
    ContactPoint.objects.create(programme=programme, customer=customer, kind="phone", value="+4930123456")
    reason = contacts.ensure_reason(programme=programme, key="cancel", name="Cancel my card")
    contacts.ensure_disposition(programme=programme, key="saved", name="Stays with us", reason=reason)
    contacts.ensure_disposition(programme=programme, key="other", name="Something else", position=9)
    return World(
        programme=programme,
        other=other,
        rep=_member(programme, "rep", Role.REP),
        second_rep=_member(programme, "rep2", Role.REP),
        supervisor=_member(programme, "supervisor", Role.SUPERVISOR),
        outsider=outsider,
        customer=customer,
        reason=reason,
    )


def _member(programme: Programme, name: str, role: Role) -> Member:
    return accounts.ensure_member(
        programme=programme, agent_id=name, name=name.capitalize(), role=role, username=name, password=None
    )


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords as the product does, with less work."""
    monkeypatch.setattr(ScryptPasswordHasher, "work_factor", 2**4)


@pytest.fixture(autouse=True)
def fresh_limits() -> Iterator[None]:
    """Let every test begin with nothing counted: counts survive a test's rollback, as they should a request's."""
    yield
    limits.forget_all()


def stand_in(programme: Programme | None) -> None:
    """Have what a test itself reads and writes be inside the programme (None: inside none), as through a door.

    Until the end of the test's transaction; of its connection where the test has no transaction of its own.
    """
    with connection.cursor() as cursor:
        told = str(programme.pk) if programme else ""
        cursor.execute("SELECT set_config('rapport.programme', %s, %s)", [told, connection.in_atomic_block])


@contextmanager
def asked_from_outside() -> Iterator[None]:
    """Have every request of a test client come from outside all walls, wherever the test itself stands."""
    handle = ClientHandler.__call__

    def from_outside(handler: ClientHandler, environ: dict[str, Any]) -> Any:
        where = walls.current()
        stand_in(None)
        answer = handle(handler, environ)
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('rapport.programme', %s, %s)", [where, connection.in_atomic_block])
        return answer

    with mock.patch.object(ClientHandler, "__call__", from_outside):
        yield


@contextmanager
def at_most(count: int) -> Iterator[None]:
    """Fail where the block sends more statements to the database than this, the walls' own aside; show them then.

    A test's door sends two for what is a transaction elsewhere: a savepoint, and its end.
    """
    with CaptureQueriesContext(connection) as asked:
        yield
    told = [one["sql"][:110] for one in asked.captured_queries if walls.SETTING not in one["sql"]]
    assert len(told) <= count, "\n".join([f"{len(told)} statements:", *told])


@pytest.fixture
def world(db: Any) -> Iterator[World]:
    """A small floor in a test's own transaction, which is inside the programme at work."""
    made = make_world()
    stand_in(made.programme)
    with asked_from_outside():
        yield made


@pytest.fixture
def transactional_db(transactional_db: None) -> Iterator[None]:
    """A database whose changes others see, emptied of jobs too: Django leaves what it does not manage."""
    yield
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


@pytest.fixture
def committed_world(transactional_db: Any) -> Iterator[World]:
    """A small floor that other connections see too; the test's own connection is inside the programme at work."""
    made = make_world()
    stand_in(made.programme)
    with asked_from_outside():
        yield made
    stand_in(None)
