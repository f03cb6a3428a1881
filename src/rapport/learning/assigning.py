"""Writes of who is asked to take which course by when; who is reminded. Handing out goes in turns."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from rapport.accounts.queries import member_by_agent_id, members_with, teams_of
from rapport.accounts.roles import Right, Role
from rapport.events.actions import News, announce, announce_all
from rapport.kit import clock
from rapport.kit.errors import Conflict, Forbidden, Invalid
from rapport.kit.turns import Turn, take_turns
from rapport.learning import events, queries
from rapport.learning.access import access_assignment, access_course
from rapport.learning.models import SOON, Assignment, Course, Enrolment

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme

LONGEST = timedelta(days=366)
REFRESHER_DAYS = 21
"""So many days everybody has for a refresher from its publishing."""
Audience = Assignment.Audience


@transaction.atomic
def assign(*, member: Member, course: str, audience: str, who: str = "", due_on: date) -> Assignment:
    """Ask a person (agent id), a team (name), a role or everybody to take a live course by a day."""
    if not member.may(Right.ASSIGN_COURSES):
        raise Forbidden("Your role does not ask people to take courses.")
    row, programme = access_course(member.programme, course), member.programme
    if queries.live_version(row) is None:
        raise Conflict("No version of this course is published. Publish one first.")
    today = queries.today_of(programme)
    if not today <= due_on <= today + LONGEST:
        raise Invalid("Choose a day from today on, within a year.")
    target = _target(programme, audience, who)
    take_turns(Turn.ASSIGNMENTS, programme.pk)
    same = Assignment.objects.filter(course=row, audience=audience, ended_at__isnull=True, **target).first()
    if same is not None:
        raise Conflict("They are asked to take it already. End that first, or wait until it is done.")
    made = Assignment.objects.create(
        programme=programme,
        course=row,
        audience=audience,
        days=(due_on - today).days,
        made_by=member,
        made_at=clock.now(),
        **target,
    )
    people = _hand_out(programme, [made])
    told = events.CourseAssigned(course=row.key, audience=audience, due_on=due_on.isoformat(), people=people)
    announce(told, programme=programme, subject=made.public_id, actor=f"member:{member.pk}")
    return made


def assign_refresher(*, row: Course) -> None:
    """Ask everybody to take a refresher that is published, once; within the transaction that publishes it."""
    if row.assignments.exists():
        return
    take_turns(Turn.ASSIGNMENTS, row.programme_id)
    made = Assignment.objects.create(
        programme=row.programme, course=row, audience=Audience.ALL, days=REFRESHER_DAYS, made_at=clock.now()
    )
    people = _hand_out(row.programme, [made])
    due_on = queries.today_of(row.programme) + timedelta(days=REFRESHER_DAYS)
    told = events.CourseAssigned(course=row.key, audience=made.audience, due_on=due_on.isoformat(), people=people)
    announce(told, programme=row.programme, subject=made.public_id, actor="system")


@transaction.atomic
def end(*, member: Member, assignment: UUID) -> int:
    """Ask nobody more; call off what nobody has begun. Return how many that are; again: nothing happens."""
    row = access_assignment(member, assignment)
    if row.ended_at is not None:
        return 0
    row.ended_at = clock.now()
    row.save(update_fields=["ended_at"])
    waiting = row.enrolments.filter(queries.OPEN, begun_at__isnull=True)
    called_off = waiting.update(ended_at=row.ended_at)
    told = events.AssignmentEnded(course=row.course.key, called_off=called_off)
    announce(told, programme=member.programme, subject=row.public_id, actor=f"member:{member.pk}")
    return called_off


@transaction.atomic
def hand_out(*, programme: Programme) -> int:
    """Have everybody of each assignment's audience to take it, who joined later too; return how many are new."""
    take_turns(Turn.ASSIGNMENTS, programme.pk)
    rows = Assignment.objects.select_related("course").filter(programme=programme, ended_at__isnull=True)
    return _hand_out(programme, list(rows.order_by("pk")))


@transaction.atomic
def remind(*, programme: Programme) -> int:
    """Remind who is to take a course when it is due soon, and once it is overdue; once each. Return how many."""
    now, today = clock.now(), queries.today_of(programme)
    soon = Q(reminded_soon_at__isnull=True, due_on__gte=today, due_on__lte=today + SOON)
    late = Q(reminded_late_at__isnull=True, due_on__lt=today)
    rows = Enrolment.objects.select_for_update(of=("self",)).select_related("course", "member")
    here = Q(member__is_active=True, member__user__is_active=True)
    rows = rows.filter(queries.OPEN, soon | late, here, programme=programme)
    news = []
    for one in rows.order_by("pk"):
        assert one.due_on is not None
        is_late = one.due_on < today
        field = "reminded_late_at" if is_late else "reminded_soon_at"
        setattr(one, field, now)
        one.save(update_fields=[field])
        told = events.LearningReminded(
            course=one.course.key, learner=one.member.agent_id, due_on=one.due_on.isoformat(), overdue=is_late
        )
        news.append(News(told, one.public_id, [f"member:{one.member_id}"]))
    announce_all(news, programme=programme, actor="system")
    return len(news)


def _hand_out(programme: Programme, rows: list[Assignment]) -> int:
    """Enrol who is asked and is not; the turn is taken. What is open of the same course is taken along."""
    people = [one for one in members_with(programme, Right.LEARN) if one.user.is_active]
    today, news = queries.today_of(programme), []
    for row in rows:
        asked = {one.pk: one for one in people if _is_asked(row, one)}
        mine = Enrolment.objects.filter(course=row.course, member__in=asked)
        had = set(
            mine.filter(Q(assignment=row) | Q(completed_at__gte=row.made_at)).values_list("member", flat=True)
        )
        due_on = today + timedelta(days=row.days)
        going = mine.filter(queries.OPEN).exclude(member__in=had)
        at_it = set(going.values_list("member", flat=True))
        going.filter(Q(due_on__isnull=True) | Q(due_on__gt=due_on)).update(due_on=due_on)
        newer = Q(assignment__made_at__gt=row.made_at, assignment__ended_at__isnull=True)
        going.exclude(newer).update(assignment=row)
        made = Enrolment.objects.bulk_create(
            Enrolment(
                programme=programme, course=row.course, member=one, assignment=row, made_at=clock.now(),
                due_on=due_on,
            )
            for pk, one in asked.items()
            if pk not in had and pk not in at_it
        )  # fmt: skip
        for one in made:
            told = events.LearningEnrolled(
                course=row.course.key, learner=one.member.agent_id, due_on=due_on.isoformat(), by_themselves=False
            )
            news.append(News(told, one.public_id, [f"member:{one.member_id}"]))
    announce_all(news, programme=programme, actor="system")
    return len(news)


def _is_asked(row: Assignment, member: Member) -> bool:
    return {
        Audience.PERSON: member.pk == row.member_id,
        Audience.TEAM: member.team_id == row.team_id,
        Audience.ROLE: member.role == row.role,
        Audience.ALL: True,
    }[Audience(row.audience)]


def _target(programme: Programme, audience: str, who: str) -> dict[str, object]:
    """Return the columns that say who is asked; Invalid for nobody of the programme."""
    target: dict[str, object] = {"member": None, "team": None, "role": ""}
    if audience == Audience.PERSON:
        found = member_by_agent_id(programme, who)
        if found is not None:
            found.programme = programme
        if found is None or not found.may(Right.LEARN):
            raise Invalid("Choose a person of the programme who takes courses.")
        return target | {"member": found}
    if audience == Audience.TEAM:
        team = next((one for one in teams_of(programme) if one.name == who), None)
        if team is None:
            raise Invalid("Choose a team of the programme.")
        return target | {"team": team}
    if audience == Audience.ROLE:
        if who not in set(Role):
            raise Invalid("Choose a role.")
        return target | {"role": who}
    if audience != Audience.ALL:
        raise Invalid("Say who is to take it.")
    return target
