"""Who may work on the demonstration's programme: teams, screenings, agreements, and one that soon runs out."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from rapport.accounts import actions as accounts
from rapport.accounts.roles import Role
from rapport.audit import alarms
from rapport.audit.queries import open_alarms
from rapport.demo.people import AGREEMENT
from rapport.kit import clock

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rapport.accounts.models import Member, Programme

TEAMS = ("Bridge", "Harbour", "Meadow", "Orchard")
ENDS_SOON = 7  # number of the rep whose screening runs out
GOOD_FOR = timedelta(days=400)
TRAINER = ("nia.cole", "Nia Cole")


def clear(programme: Programme, people: Iterable[Member], *, since: datetime) -> None:
    """Put on file, at the month's beginning, that these people are screened and have signed what they must."""
    with clock.at(since):
        today = since.astimezone(programme.zone).date()
        for number, member in enumerate(people):
            accounts.set_clearance(
                member=member,
                actor="demo",
                screening="passed",
                screened_until=today + GOOD_FOR + timedelta(days=number % 90),
                agreements={AGREEMENT: (today - timedelta(days=number % 40)).isoformat()},
            )


def form_teams(reps: list[Member], *, since: datetime) -> None:
    """Have the reps work in teams, a quarter of them in each."""
    with clock.at(since):
        for number, rep in enumerate(reps):
            accounts.change_place(member=rep, actor="demo", team=TEAMS[number % len(TEAMS)])


def run_out(programme: Programme, reps: list[Member], administrator: Member, *, now: datetime) -> None:
    """Have one screening end within days, which the administrator sees to, and one not be done yet."""
    today = now.astimezone(programme.zone).date()
    rep = reps[min(ENDS_SOON, len(reps) - 1)]
    with clock.at(now - timedelta(hours=5)):
        accounts.set_clearance(member=rep, actor="demo", screened_until=today + timedelta(days=5))
        alarms.sound(programme=programme, cause="clearance_lapses", about=f"member:{rep.pk}")
    agent, name = TRAINER
    with clock.at(now - timedelta(hours=4)):
        trainer = accounts.ensure_member(
            programme=programme, agent_id=agent, name=name, role=Role.TRAINER, actor=f"member:{administrator.pk}"
        )
        accounts.set_clearance(
            member=trainer, actor=f"member:{administrator.pk}", by=administrator, screening="under_way"
        )
        for row in open_alarms(administrator):
            if row.alarm.cause == "clearance_lapses":
                alarms.take(member=administrator, alarm_id=row.alarm.public_id)
