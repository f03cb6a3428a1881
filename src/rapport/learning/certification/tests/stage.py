"""What tests of certification begin with."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.test import Client

from rapport.accounts import actions as accounts
from rapport.accounts.models import Member
from rapport.accounts.roles import Role
from rapport.conftest import World
from rapport.kit import clock
from rapport.learning.certification import kinds
from rapport.learning.certification.models import CertificateKind
from rapport.quality import selecting
from rapport.quality.models import Evaluation, Kind, Origin, Scorecard
from rapport.quality.queries import live_version
from rapport.quality.tests.cards import a_contact
from rapport.routing import publishing, versions
from rapport.routing.actions import set_proficiency

BASE = "/at/cards/certificates/"
PLAN = """
[skills]
cards = "Cards"

[queues.main]
name = "Main"
routes = [
  { reasons = ["cancel"], steps = [{ skills = { cards = 1 }, seconds = 30 }, { anyone = true }] },
  { steps = [{ anyone = true }] },
]
"""
TEXT = """name = "Cards"
covers = "skill"
skill = "cards"
refuses = true
freedom = 1
months = 12
due_days = 30
overdue_days = 7
on_the_job_days = 14

[[levels]]
name = "Ready"
freedom = 2

[[levels]]
name = "Trusted"
freedom = 5
contacts = 3
mean = 80
"""
PATH = """name = "Path"
covers = "path"
months = 24
[[levels]]
name = "Senior"
months_here = 1
clearance = true
certificates = { cards = 1 }
"""
WHOLE = TEXT.replace('covers = "skill"\nskill = "cards"', 'covers = "programme"')


def client_of(member: Member) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def a_manager(world: World) -> Member:
    return accounts.ensure_member(
        programme=world.programme, agent_id="boss", name="Boss", role=Role.MANAGER, username="boss"
    )


def a_kind(world: World, text: str = TEXT, key: str = "cards", *, by: Member | None = None) -> CertificateKind:
    """Return a kind of certificate that is live, on a floor whose plan knows the skill."""
    if "skill = " in text:
        with_plan(world)
    told: dict[str, Any] = {"by": by or world.supervisor, "actor": "test"}
    row = CertificateKind.objects.filter(programme=world.programme, key=key).first()
    seen = row.versions.count() if row else None
    made = kinds.save_draft(programme=world.programme, key=key, text=text, instead_of=seen, **told)
    row, number = made.kind, made.number
    kinds.submit(row=row, number=number, **told)
    kinds.approve(row=row, number=number, by=a_manager(world), actor="test")
    kinds.publish(row=row, number=number, actor="test")
    return row


def with_plan(world: World) -> None:
    if versions.text_in_force(world.programme) != PLAN:
        draft = publishing.save_draft(programme=world.programme, text=PLAN)
        publishing.publish(programme=world.programme, number=draft.number, instead_of=None)
        for rep in (world.rep, world.second_rep):
            set_proficiency(member=rep, skill="cards", level=4)


def scored(
    world: World,
    card: Scorecard,
    score: int,
    *,
    origin: Origin = Origin.ON_THE_JOB,
    fatal: bool = False,
    at: datetime | None = None,
    rep: Member | None = None,
) -> Evaluation:
    """Return an official evaluation of a contact of the rep, of so many thousandths."""
    contact = a_contact(world, rep)
    selection = selecting.select(
        programme=world.programme, scorecard=card, contact=contact, origin=origin, actor="test"
    )
    when = at or clock.now()
    version = live_version(card)
    assert version is not None
    return Evaluation.objects.create(
        programme=world.programme,
        selection=selection,
        contact=contact,
        rep=rep or world.rep,
        version=version,
        kind=Kind.SUPERVISOR,
        scorer=world.supervisor,
        begun_at=when - timedelta(minutes=5),
        submitted_at=when,
        score=score,
        passed=True,
        is_fatal=fatal,
        stands=True,
        strengths="Kind",
    )
