"""What the neighbour of a programme has that its look-alike has not, so that a leak between the two shows."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any
from uuid import uuid4

from rapport.channels.chat import actions as chat
from rapport.coaching.models import Duty, Effect, OneToOne, Rhythm
from rapport.conftest import World
from rapport.contacts.models import Contact, Reason
from rapport.customers.models import Customer
from rapport.feedback.models import Survey
from rapport.kit import clock
from rapport.learning.certification.models import Certificate, CertificateKindVersion, OnTheJob
from rapport.quality.tests.cards import a_contact, a_scorecard
from rapport.recognition.actions import see_latest
from rapport.recognition.kudos.models import Milestone, Uncommon
from rapport.recognition.rewards.actions import month_now
from rapport.recognition.rewards.models import Budget, Given, Reward, Wish
from rapport.recognition.staff.models import Round, Rule
from rapport.routing import presence


def differ(twin: World) -> None:
    """Give the neighbour other words behind the same keys, somebody who waits, and more rows."""
    for rows, field in ((Reason, "name"), (Customer, "name"), (Contact, "summary"), (Survey, "comment")):
        rows.objects.update(**{field: "NEIGHBOUR"})
    chat.begin(programme=twin.programme, email="x@example.org", text="Hi", reason=twin.reason, client_id=uuid4())
    see_latest(member=twin.second_rep)
    presence.choose(member=twin.second_rep, doing="available")
    own: dict[str, Any] = {"programme": twin.programme}
    _certify(twin, own)
    _reward(twin, own)
    _coach(twin, own)
    a_scorecard(twin, key="neighbour")


def _certify(twin: World, own: dict[str, Any]) -> None:
    version, now = CertificateKindVersion.objects.get(), clock.now()
    by: dict[str, Any] = {**own, "kind": version.kind, "member": twin.rep}
    for member, until in ((twin.rep, now + timedelta(days=9)), (twin.second_rep, now - timedelta(hours=1))):
        Certificate.objects.create(
            **{**by, "member": member}, version=version, level=1, granted_at=now - timedelta(days=30),
            granted_by=twin.supervisor, valid_until=until,
        )  # fmt: skip
        OnTheJob.objects.create(
            **{**by, "member": member}, begun_at=now - timedelta(days=1), begun_by=twin.supervisor, until=until
        )


def _reward(twin: World, own: dict[str, Any]) -> None:
    now, today = clock.now(), clock.now().date()
    reward = Reward.objects.create(**own, name="NEIGHBOUR", cost=100, currency="EUR", left=3)
    Budget.objects.create(**own, month=month_now(twin.programme), currency="EUR", amount=1000)
    Wish.objects.create(**own, rep=twin.rep, reward=reward, rank=1)
    Given.objects.create(
        **own, once=uuid4(), reward=reward, rep=twin.rep, giver=twin.supervisor, why="thanks", at=now, cost=100,
        currency="EUR",
    )  # fmt: skip
    Milestone.objects.create(**own, member=twin.rep, months=12, reached_on=today)
    Uncommon.objects.create(
        **own, contact=a_contact(twin), rep=twin.rep, confirmed=True, by=twin.supervisor, why="Kind", at=now
    )
    Rule.objects.create(**own, fewest=9)
    Round.objects.create(**own, starts_on=today - timedelta(days=14), fewest=9)


def _coach(twin: World, own: dict[str, Any]) -> None:
    now = clock.now()
    Rhythm.objects.create(
        **own, rep=twin.second_rep, coach=twin.supervisor, weekday=2, at=time(10), minutes=30,
        changed_at=now,
    )  # fmt: skip
    OneToOne.objects.create(
        **own, rep=twin.rep, coach=twin.supervisor, planned_for=now - timedelta(days=3), minutes=30,
        state="under_way", started_at=now - timedelta(days=3),
    )  # fmt: skip
    Duty.objects.create(**own, coach=twin.supervisor, started_at=now - timedelta(days=2))
    Effect.objects.create(
        **own, measure="satisfaction", since=now.date() - timedelta(days=90), until=now.date(), counted_at=now,
        coached=9, treated=9, controls=9, hours=9, confidence=0.95,
    )  # fmt: skip
