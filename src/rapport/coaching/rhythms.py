"""Planning: who meets whom each week, and one-to-ones made by that, by hand, moved, missed and called off."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from rapport.accounts.queries import member_by_agent_id
from rapport.accounts.roles import Right
from rapport.coaching import events
from rapport.coaching.access import access_taking_part
from rapport.coaching.models import OneToOne, Rhythm, State
from rapport.events.actions import Happening, announce
from rapport.kit import clock
from rapport.kit.errors import Conflict, Forbidden, Invalid
from rapport.kit.turns import Turn, take_turns

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from rapport.accounts.models import Member, Programme

FURTHEST = timedelta(days=92)
REMINDED = timedelta(days=1)
WEEK = timedelta(days=7)


def monday_of(day: date) -> date:
    """Return the Monday of the day's week."""
    return day - timedelta(days=day.isoweekday() - 1)


def time_in(rhythm: Rhythm, week: date, programme: Programme) -> datetime:
    """Return when the two meet in the week of this Monday."""
    return datetime.combine(week + timedelta(days=rhythm.weekday - 1), rhythm.at, programme.zone)


@transaction.atomic
def set_rhythm(*, member: Member, rep: str, weekday: int, at: time, minutes: int) -> Rhythm:
    """Have the member meet a rep each week, in place of whoever did; what nobody moved by hand goes along."""
    who = _rep(member, rep)
    _check_minutes(minutes)
    if not 1 <= weekday <= 7:
        raise Invalid("Choose a weekday.")
    told = {"programme": member.programme, "coach": member, "weekday": weekday, "at": at, "minutes": minutes}
    row, _ = Rhythm.objects.update_or_create(rep=who, defaults={**told, "changed_at": clock.now()})
    happening = events.RhythmSet(
        rep=who.agent_id, coach=member.agent_id, weekday=weekday, at=at.strftime("%H:%M"), minutes=minutes
    )
    _announce(happening, member.programme, member.programme.public_id, f"member:{member.pk}")
    for one in _ahead(who).filter(moved=0).select_for_update(of=("self",)):
        if one.week and (when := time_in(row, one.week, member.programme)) > clock.now():
            one.coach, one.minutes = member, minutes
            _put_to(one, when, f"member:{member.pk}")
    plan_ahead(programme=member.programme, rhythm=row)
    return row


@transaction.atomic
def end_rhythm(*, member: Member, rep: str) -> None:
    """Have no more planned by themselves for a rep whom the member meets; what was planned so is called off.

    Where the two have no rhythm, nothing is to be done: sent twice, the first counts.
    """
    row = Rhythm.objects.select_for_update(of=("self",)).select_related("rep").filter(
        programme=member.programme, coach=member, rep__agent_id=rep
    ).first()  # fmt: skip
    if row is None:
        return
    for one in _ahead(row.rep).select_for_update(of=("self",)):
        _call_off(one, member.programme, f"member:{member.pk}")
    row.delete()
    told = events.RhythmEnded(rep=rep)
    _announce(told, member.programme, member.programme.public_id, f"member:{member.pk}")


@transaction.atomic
def plan(*, member: Member, rep: str, when: datetime, minutes: int) -> OneToOne:
    """Plan one more one-to-one of the member with a rep, beside those of the rhythm."""
    who = _rep(member, rep)
    _check_minutes(minutes)
    _check_time(when)
    take_turns(Turn.ONE_TO_ONES, member.programme.pk)
    if OneToOne.objects.filter(rep=who, coach=member, planned_for=when, state=State.PLANNED).exists():
        raise Conflict("That one is planned already.")
    row = OneToOne.objects.create(
        programme=member.programme, rep=who, coach=member, planned_for=when, minutes=minutes
    )
    _tell_planned(row, member.programme, by_rhythm=False, actor=f"member:{member.pk}")
    return row


@transaction.atomic
def move(*, member: Member, one_to_one: UUID, when: datetime) -> OneToOne:
    """Put a planned one-to-one to another time, as one of its two."""
    row = access_taking_part(member, one_to_one)
    _check_planned(row)
    _check_time(when)
    if when != row.planned_for:
        row.moved += 1
        _put_to(row, when, f"member:{member.pk}")
    return row


@transaction.atomic
def call_off(*, member: Member, one_to_one: UUID) -> None:
    """Say that a planned one-to-one will not take place; again: nothing happens."""
    row = access_taking_part(member, one_to_one)
    if row.state != State.CANCELLED:
        _check_planned(row)
        _call_off(row, member.programme, f"member:{member.pk}")


@transaction.atomic
def plan_ahead(*, programme: Programme, rhythm: Rhythm | None = None) -> int:
    """Plan what the rhythms ask for in this week and the next, where it is not yet; return how many."""
    now = clock.now()
    monday = monday_of(now.astimezone(programme.zone).date())
    rhythms = Rhythm.objects.select_related("rep__user", "coach__user").filter(programme=programme)
    made = 0
    for one in rhythms.filter(pk=rhythm.pk) if rhythm else rhythms:
        if not (one.rep.is_active and one.rep.user.is_active and one.coach.is_active and one.coach.user.is_active):
            continue
        for week in (monday, monday + WEEK):
            when = time_in(one, week, programme)
            if when <= now:
                continue
            told = {"programme": programme, "coach": one.coach, "planned_for": when, "minutes": one.minutes}
            row, is_new = OneToOne.objects.get_or_create(rep=one.rep, week=week, defaults=told)
            if is_new:
                _tell_planned(row, programme, by_rhythm=True, actor="system")
                made += 1
    return made


@transaction.atomic
def remind(*, programme: Programme) -> int:
    """Remind the two of what is within a day, once; return of how many."""
    now = clock.now()
    due = _of_programme(programme).filter(
        state=State.PLANNED, reminded_at__isnull=True, planned_for__gt=now, planned_for__lte=now + REMINDED
    )
    told = list(due.select_for_update(of=("self",)))
    for row in told:
        row.reminded_at = now
        row.save(update_fields=["reminded_at"])
        happening = events.OneToOneReminded(
            rep=row.rep.agent_id, coach=row.coach.agent_id, planned_for=row.planned_for.isoformat()
        )
        announce(
            happening, programme=programme, subject=row.public_id, actor="system",
            audience=[f"member:{row.rep_id}", f"member:{row.coach_id}"],
        )  # fmt: skip
    return len(told)


@transaction.atomic
def miss_overdue(*, programme: Programme) -> int:
    """Mark as missed what was planned for a day that is over; return how many."""
    today = clock.now().astimezone(programme.zone).date()
    begins = datetime.combine(today, time(), programme.zone)
    over = _of_programme(programme).filter(state=State.PLANNED, planned_for__lt=begins)
    told = list(over.select_for_update(of=("self",)))
    for row in told:
        _miss(row, programme, "system")
    return len(told)


@transaction.atomic
def miss(*, member: Member, one_to_one: UUID) -> None:
    """Say that a one-to-one did not take place; again: nothing happens."""
    row = access_taking_part(member, one_to_one)
    if row.state == State.MISSED:
        return
    _check_planned(row)
    if row.planned_for > clock.now():
        raise Conflict("It is still to come. Move it, or call it off.")
    _miss(row, member.programme, f"member:{member.pk}")


def _of_programme(programme: Programme) -> QuerySet[OneToOne]:
    return OneToOne.objects.select_related("rep", "coach").filter(programme=programme).order_by("pk")


def _ahead(rep: Member) -> QuerySet[OneToOne]:
    rows = OneToOne.objects.select_related("rep", "coach").order_by("pk")
    return rows.filter(rep=rep, week__isnull=False, state=State.PLANNED, planned_for__gt=clock.now())


def _rep(member: Member, agent_id: str) -> Member:
    if not member.may(Right.COACH):
        raise Forbidden("Your role does not hold one-to-ones.")
    found = member_by_agent_id(member.programme, agent_id)
    if found is None:
        raise Invalid("Choose a rep of the programme.")
    found.programme = member.programme
    if found.pk == member.pk or not found.may(Right.TAKE_CONTACTS):
        raise Invalid("Choose a rep who takes contacts, and not yourself.")
    return found


def _check_minutes(minutes: int) -> None:
    if not 5 <= minutes <= 120:
        raise Invalid("Plan 5 to 120 minutes.")


def _check_time(when: datetime) -> None:
    now = clock.now()
    if not now < when <= now + FURTHEST:
        raise Invalid("Choose a time from now on, within three months.")


def _check_planned(row: OneToOne) -> None:
    if row.state != State.PLANNED:
        raise Conflict(f"It is {row.get_state_display().lower()}. Reload to see how it stands.")


def _put_to(row: OneToOne, when: datetime, actor: str) -> None:
    told = events.OneToOneMoved(
        rep=row.rep.agent_id,
        coach=row.coach.agent_id,
        was=row.planned_for.isoformat(),
        planned_for=when.isoformat(),
    )
    row.planned_for, row.reminded_at = when, None
    row.save(update_fields=["planned_for", "coach", "minutes", "moved", "reminded_at"])
    _announce(told, row.programme, row.public_id, actor)


def _call_off(row: OneToOne, programme: Programme, actor: str) -> None:
    row.state = State.CANCELLED
    row.save(update_fields=["state"])
    told = events.OneToOneCancelled(rep=row.rep.agent_id, coach=row.coach.agent_id)
    _announce(told, programme, row.public_id, actor)


def _miss(row: OneToOne, programme: Programme, actor: str) -> None:
    row.state = State.MISSED
    row.save(update_fields=["state"])
    told = events.OneToOneMissed(rep=row.rep.agent_id, coach=row.coach.agent_id)
    _announce(told, programme, row.public_id, actor)


def _tell_planned(row: OneToOne, programme: Programme, *, by_rhythm: bool, actor: str) -> None:
    told = events.OneToOnePlanned(
        rep=row.rep.agent_id,
        coach=row.coach.agent_id,
        planned_for=row.planned_for.isoformat(),
        minutes=row.minutes,
        by_rhythm=by_rhythm,
    )
    _announce(told, programme, row.public_id, actor)


def _announce(happening: Happening, programme: Programme, subject: UUID, actor: str) -> None:
    announce(happening, programme=programme, subject=subject, actor=actor)
