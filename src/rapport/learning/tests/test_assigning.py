"""Asking people to take a course: whom, by when, who joins later, who is reminded, who has not."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models.expressions import RawSQL

from rapport.accounts import actions as accounts
from rapport.accounts.models import Member, Team, User
from rapport.accounts.roles import Role
from rapport.conftest import World
from rapport.events.models import Event
from rapport.kit import clock
from rapport.kit.errors import Conflict, Invalid, NotFound
from rapport.learning import actions, assigning, courses, jobs, queries
from rapport.learning.models import Assignment, Course, Enrolment
from rapport.learning.tests.stage import BASE, TEXT, a_course, assigned, client_of

SHORT = TEXT.partition('[[lessons]]\nkey = "check"')[0]


def in_days(world: World, days: int) -> date:
    return queries.today_of(world.programme) + timedelta(days=days)


def asked(world: World, audience: str, who: str = "", days: int = 14, course: str = "prices") -> Assignment:
    return assigning.assign(
        member=world.supervisor, course=course, audience=audience, who=who, due_on=in_days(world, days)
    )


def learners(made: Assignment) -> set[str]:
    return set(made.enrolments.values_list("member__agent_id", flat=True))


def a_rep(world: World, name: str, team: Team | None = None) -> Member:
    made = accounts.ensure_member(
        programme=world.programme, agent_id=name, name=name.capitalize(), role=Role.REP, username=name
    )
    Member.objects.filter(pk=made.pk).update(team=team)
    return made


def completed(row: Enrolment, member: Member) -> None:
    actions.begin(member=member, enrolment=row.public_id)
    actions.read(member=member, enrolment=row.public_id, lesson="ask")


def test_a_person_a_team_a_role_and_everybody(world: World) -> None:
    for key in ("prices", "two", "three", "four"):
        a_course(world, key)
    team = Team.objects.create(programme=world.programme, name="Night")
    a_rep(world, "owl", team)
    assert learners(asked(world, "person", "rep")) == {"rep"}
    assert learners(asked(world, "team", "Night", course="two")) == {"owl"}
    assert learners(asked(world, "role", "rep", course="three")) == {"rep", "rep2", "owl"}
    everybody = learners(asked(world, "all", course="four"))
    assert everybody == {"rep", "rep2", "owl", "supervisor", "trainer", "second"}
    told = Event.objects.filter(name="learning.assigned").order_by("id").values_list("data", flat=True)
    assert [one["people"] for one in told] == [1, 1, 3, 6]


def test_who_joins_later_is_asked_with_as_many_days_and_nobody_twice(world: World) -> None:
    a_course(world)
    made = asked(world, "role", "rep", days=10)
    with clock.at(clock.now() + timedelta(days=4)):
        joined = a_rep(world, "late")
        jobs.keep(timestamp=0)
        jobs.keep(timestamp=0)
        row = Enrolment.objects.get(member=joined)
        assert row.due_on == in_days(world, 10) and row.assignment == made
    assert Enrolment.objects.count() == 3


def test_who_takes_it_already_is_not_asked_anew_and_has_a_day_then(world: World) -> None:
    course = a_course(world, text=SHORT)
    own = actions.take(member=world.rep, course=course.key)
    made = asked(world, "all", days=10)
    own.refresh_from_db()
    assert own.due_on == in_days(world, 10) and own.assignment == made
    completed(own, world.rep)
    assert assigning.hand_out(programme=world.programme) == 0
    with clock.at(clock.now() + timedelta(days=30)):
        again = asked(world, "role", "rep", days=10)
        assert learners(again) == {"rep", "rep2"}
        assert Enrolment.objects.filter(member=world.rep).count() == 2


def test_two_askings_of_one_course_write_nothing_over_and_over(world: World) -> None:
    a_course(world)
    asked(world, "person", "rep", days=20)
    both = asked(world, "all", days=10)
    row = Enrolment.objects.get(member=world.rep)
    assert row.assignment == both and row.due_on == in_days(world, 10)

    def versions() -> set[str]:
        return set(
            Enrolment.objects.annotate(at=RawSQL("learning_enrolment.ctid::text", [])).values_list("at", flat=True)
        )

    before = versions()
    for days in (0, 1):
        with clock.at(clock.now() + timedelta(days=days)):
            assert assigning.hand_out(programme=world.programme) == 0 and versions() == before
    assigning.end(member=world.supervisor, assignment=both.public_id)
    assigning.hand_out(programme=world.programme)  # the older asking holds still
    assert Enrolment.objects.filter(queries.OPEN, member=world.rep).count() == 1


def test_who_completed_it_since_it_was_asked_is_not_asked_again_by_another_asking(world: World) -> None:
    a_course(world, text=SHORT)
    asked(world, "role", "rep")
    row = assigned(world, Course.objects.get(), world.rep)
    completed(row, world.rep)
    assert assigning.hand_out(programme=world.programme) == 0


def test_the_same_people_are_not_asked_twice_and_ending_calls_off_what_was_not_begun(world: World) -> None:
    course = a_course(world)
    made = asked(world, "role", "rep")
    with pytest.raises(Conflict, match="asked to take it already"):
        asked(world, "role", "rep")
    actions.begin(member=world.rep, enrolment=Enrolment.objects.get(member=world.rep).public_id)
    lead = client_of(world.supervisor)
    assert lead.post(f"{BASE}who/{made.public_id}/end/").status_code == 302
    ended = course.assignments.get().ended_at
    assert assigning.end(member=world.supervisor, assignment=made.public_id) == 0
    assert Event.objects.filter(name="learning.assignment_ended").count() == 1
    assert {one.member_id: one.is_open for one in Enrolment.objects.all()} == {
        world.rep.pk: True, world.second_rep.pk: False
    }  # fmt: skip
    assert assigning.hand_out(programme=world.programme) == 0
    assert course.assignments.get().ended_at == ended is not None
    assert learners(asked(world, "role", "rep")) == {"rep", "rep2"}  # what is ended may be asked for anew


def test_reminders_come_once_before_the_day_and_once_after_it(world: World) -> None:
    row = assigned(world, a_course(world), days=10)
    start = clock.now()
    counts = []
    for day in (0, 6, 7, 8, 10, 11, 12):
        with clock.at(start + timedelta(days=day)):
            counts.append(assigning.remind(programme=world.programme))
    assert counts == [0, 0, 1, 0, 0, 1, 0]
    told = Event.objects.filter(name="learning.reminded").order_by("id")
    assert [one.data["overdue"] for one in told] == [False, True]
    assert told[0].audience == [f"member:{row.member_id}"]


def test_states_follow_the_day_and_the_list_says_who_has_not(world: World) -> None:
    row = assigned(world, a_course(world, text=SHORT), days=10)
    today = queries.today_of(world.programme)
    told = [row.state(today + timedelta(days=n)) for n in (0, 6, 7, 10, 11)]
    assert told == ["assigned", "assigned", "due", "due", "overdue"]
    lead = client_of(world.supervisor)
    with clock.at(clock.now() + timedelta(days=11)):
        page = lead.get(f"{BASE}who/").text
        assert "Rep" in page and "overdue" in page and "1 overdue" in page
    actions.begin(member=world.rep, enrolment=row.public_id)
    row.refresh_from_db()
    assert row.state(today) == "in_progress"
    completed(row, world.rep)
    row.refresh_from_db()
    assert row.state(today + timedelta(days=99)) == "completed"
    assert "Everybody has" in lead.get(f"{BASE}who/").text


def test_who_left_is_not_listed_reminded_or_asked(world: World) -> None:
    gone = a_rep(world, "gone")
    a_course(world)
    assert learners(asked(world, "role", "rep", days=1)) == {"gone", "rep", "rep2"}
    Member.objects.filter(pk=world.rep.pk).update(is_active=False)
    User.objects.filter(pk=gone.user_id).update(is_active=False)  # may sign in nowhere
    assert [one.row.member.agent_id for one in queries.who_has_not(world.programme)] == ["rep2"]
    assert assigning.remind(programme=world.programme) == 1
    assert learners(asked(world, "person", "rep2", days=1, course=a_course(world, "two").key)) == {"rep2"}
    a_course(world, "three")
    assert learners(asked(world, "role", "rep", course="three")) == {"rep2"}


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"course": "none", "who": "all:", "due_on": "2026-12-24"},
        {"course": "prices", "who": "", "due_on": "today"},
        {"course": "prices", "who": "", "due_on": "2026-12-24"},
        {"course": "prices", "who": "person:outsider", "due_on": "2026-12-24"},
        {"course": "prices", "who": "team:None", "due_on": "2026-12-24"},
        {"course": "prices", "who": "role:king", "due_on": "2026-12-24"},
        {"course": "prices", "who": "all:", "due_on": "not a day"},
        {"course": "prices", "who": "all:", "due_on": "2020-01-01"},
        {"course": "prices", "who": "all:", "due_on": "2999-01-01"},
        {"course": "prices", "who": "all:\x00", "due_on": "2026-12-24\x00"},
    ],
)
def test_what_makes_no_sense_is_refused(world: World, sent: dict[str, Any]) -> None:
    a_course(world)
    assert client_of(world.supervisor).post(f"{BASE}who/assign/", sent).status_code in (404, 422)
    assert not Assignment.objects.exists() and not Enrolment.objects.exists()


def test_who_may_not_asks_nobody(world: World) -> None:
    a_course(world)
    made = asked(world, "person", "rep")
    rep = client_of(world.rep)
    sent = {"course": "prices", "who": "all:", "due_on": in_days(world, 5).isoformat()}
    assert rep.get(f"{BASE}who/").status_code == rep.post(f"{BASE}who/assign/", sent).status_code == 403
    assert rep.post(f"{BASE}who/{made.public_id}/end/").status_code == 403
    assert client_of(world.outsider).get(f"{BASE}who/").status_code == 404
    with pytest.raises(NotFound):
        assigning.end(member=world.rep, assignment=made.public_id)
    assert Assignment.objects.get().ended_at is None


def test_who_joins_after_a_course_was_withdrawn_is_not_asked(world: World) -> None:
    course = a_course(world)
    asked(world, "role", "rep")
    courses.withdraw(row=course, actor="test")
    a_rep(world, "new")
    assert assigning.hand_out(programme=world.programme) == 0


def test_nobody_is_asked_who_takes_no_courses(world: World) -> None:
    a_course(world)
    told = {"programme": world.programme, "agent_id": "auditor", "username": "auditor"}
    accounts.ensure_member(**told, role=Role.AUDITOR)  # type: ignore[arg-type]
    with pytest.raises(Invalid, match="who takes courses"):
        asked(world, "person", "auditor")
    assert "auditor" not in learners(asked(world, "all"))


def test_a_course_that_is_not_published_is_asked_of_nobody(world: World) -> None:
    row = a_course(world)
    row.versions.update(live_from=None)
    with pytest.raises(Conflict, match="published"):
        asked(world, "all")


def test_the_database_keeps_one_audience_and_one_open_enrolment(world: World) -> None:
    a_course(world)
    made = asked(world, "person", "rep")
    with pytest.raises(IntegrityError), transaction.atomic():
        Assignment.objects.filter(pk=made.pk).update(role="rep")
    with pytest.raises(IntegrityError), transaction.atomic():
        Enrolment.objects.create(
            programme=world.programme, course=made.course, member=world.rep, made_at=clock.now()
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Enrolment.objects.update(completed_at=clock.now())
    with pytest.raises(Invalid, match="person"):
        asked(world, "person", "outsider")
