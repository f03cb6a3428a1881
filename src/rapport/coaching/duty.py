"""When supervisors are on duty, by their own word, and which share of that time they coach.

A duty that nobody ended is ended by the clock: its length is not known, so it is left out of the share, as is one
that goes on. Where a supervisor says nothing, the share is missing, and not nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction

from rapport.accounts.queries import members_with
from rapport.accounts.roles import Right
from rapport.coaching import events
from rapport.coaching.models import Duty
from rapport.events.actions import Happening, announce
from rapport.insight.queries import metrics
from rapport.kit import clock
from rapport.kit.errors import Forbidden
from rapport.kit.turns import Turn, take_turns

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme

LOW, HIGH = 0.4, 0.5
"""The share of their time on duty that supervisors are to coach."""
LONGEST = timedelta(hours=14)
DAYS = 28
SHARE = "coaching_share"


@dataclass(frozen=True, slots=True)
class Coaching:
    """One supervisor's share; None where they said nothing of their duty, or none of it is over."""

    coach: Member
    share: float | None
    coached: float
    on_duty: float

    @property
    def place(self) -> str:
        """Where the share is: below, within or above what is asked for; empty where there is none."""
        if self.share is None:
            return ""
        return "below" if self.share < LOW else "above" if self.share > HIGH else "within"


@transaction.atomic
def begin_duty(*, member: Member) -> Duty:
    """Say that one is on duty from now on. Sent twice, the first counts."""
    if not member.may(Right.COACH):
        raise Forbidden("Your role does not hold one-to-ones.")
    take_turns(Turn.ONE_TO_ONES, member.programme.pk)
    there = duty_of(member)
    if there is not None:
        return there
    row = Duty.objects.create(programme=member.programme, coach=member, started_at=clock.now())
    _tell(events.DutyBegan(coach=member.agent_id), member.programme, f"member:{member.pk}")
    return row


@transaction.atomic
def end_duty(*, member: Member) -> None:
    """Say that one is on duty no more; who is not, of them nothing changes."""
    row = Duty.objects.select_for_update().filter(
        programme=member.programme, coach=member, ended_at__isnull=True
    ).first()  # fmt: skip
    if row is not None:
        _end(row, member, Duty.EndedBy.COACH, f"member:{member.pk}")


@transaction.atomic
def end_forgotten_duty(*, programme: Programme) -> int:
    """End the duties that nobody ended in 14 hours; return how many. They are in no share."""
    rows = Duty.objects.select_for_update(of=("self",)).select_related("coach").filter(
        programme=programme, ended_at__isnull=True, started_at__lte=clock.now() - LONGEST
    ).order_by("pk")  # fmt: skip
    ended = list(rows)
    for row in ended:
        row.coach.programme = programme
        _end(row, row.coach, Duty.EndedBy.LIMIT, "system")
    return len(ended)


def _end(row: Duty, coach: Member, by: Duty.EndedBy, actor: str) -> None:
    row.ended_at, row.ended_by = clock.now(), by
    if by == Duty.EndedBy.LIMIT:
        row.ended_at = row.started_at + LONGEST
    row.save(update_fields=["ended_at", "ended_by"])
    seconds = round((row.ended_at - row.started_at).total_seconds())
    _tell(events.DutyEnded(coach=coach.agent_id, seconds=seconds, by=by), coach.programme, actor)


def duty_of(member: Member) -> Duty | None:
    """Return the duty that goes on; None where the member is on none."""
    return Duty.objects.filter(programme=member.programme, coach=member, ended_at__isnull=True).first()


def shares(member: Member, *, days: int = DAYS) -> list[Coaching]:
    """Return the share of each supervisor over the last days, by name: of all by right, else the member's own."""
    programme, until = member.programme, _today(member.programme)
    rows = metrics(programme, [SHARE], until - timedelta(days=days - 1), until, "rep")
    told = {row.group["rep"]: row[SHARE] for row in rows}
    found = []
    for coach in sorted(members_with(programme, Right.COACH), key=lambda one: one.name.casefold()):
        if coach.pk != member.pk and not member.may(Right.READ_COACHING):
            continue
        one = told.get(coach.agent_id)
        found.append(
            Coaching(
                coach,
                one.value if one else None,
                float(one.numerator) if one else 0.0,
                float(one.denominator or 0) if one else 0.0,
            )
        )
    return found


def panel_of(member: Member) -> dict[str, Any]:
    """Return what the panel of time coached is shown with; nothing for who neither coaches nor reads it."""
    coaches = member.may(Right.COACH)
    if not (coaches or member.may(Right.READ_COACHING)):
        return {"shares": []}
    return {
        "coaches": coaches,
        "duty": duty_of(member) if coaches else None,
        "shares": shares(member),
        "duty_days": DAYS,
    }


def _today(programme: Programme) -> date:
    return clock.now().astimezone(programme.zone).date()


def _tell(happening: Happening, programme: Programme, actor: str) -> None:
    announce(happening, programme=programme, subject=programme.public_id, actor=actor)
