"""What tests of coaching begin with."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from django.test import Client

from rapport.accounts import actions as accounts
from rapport.accounts.models import Member
from rapport.accounts.roles import Role
from rapport.coaching import actions, rhythms
from rapport.coaching.models import OneToOne
from rapport.conftest import World
from rapport.kit import clock

BASE = "/at/cards/coaching/"
MONDAY = datetime(2026, 11, 16, 8, tzinfo=UTC)


def client_of(member: Member) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def planned(world: World, rep: Member | None = None, minutes: int = 30) -> OneToOne:
    """Return a one-to-one of the supervisor with a rep, in an hour."""
    who = (rep or world.rep).agent_id
    count = OneToOne.objects.count()
    when = clock.now() + timedelta(hours=1, minutes=count)
    return rhythms.plan(member=world.supervisor, rep=who, when=when, minutes=minutes)


def started(world: World, rep: Member | None = None) -> OneToOne:
    return actions.start(member=world.supervisor, one_to_one=planned(world, rep).public_id)


def weekly(world: World, weekday: int = 3, at: time = time(10), rep: str = "rep") -> None:
    rhythms.set_rhythm(member=world.supervisor, rep=rep, weekday=weekday, at=at, minutes=30)


def a_manager(world: World) -> Member:
    return accounts.ensure_member(
        programme=world.programme, agent_id="boss", name="Boss", role=Role.MANAGER, username="boss"
    )
