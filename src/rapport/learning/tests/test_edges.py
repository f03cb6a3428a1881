"""What holds on the very day, at the very number, and after the end."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from rapport.conftest import World
from rapport.kit import clock
from rapport.kit.errors import Conflict, Invalid
from rapport.learning import actions, assigning, courses, items, queries, refreshing
from rapport.learning.definition import read_course
from rapport.learning.items import Told
from rapport.learning.marking import mark
from rapport.learning.models import Attempt, Enrolment
from rapport.learning.tests.stage import RIGHT, TEXT, a_course, assigned
from rapport.learning.tests.test_assigning import asked, in_days
from rapport.learning.tests.test_taking import begun
from rapport.numeric.items import items_of

CHECK = read_course(TEXT).lessons[1]
TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("days", "state"), [(-1, "overdue"), (0, "due"), (3, "due"), (4, "assigned"), (None, "assigned")]
)
def test_a_course_is_due_from_three_days_before_and_overdue_from_the_day_after(
    days: int | None, state: str
) -> None:
    due_on = None if days is None else TODAY + timedelta(days=days)
    assert Enrolment(due_on=due_on).state(TODAY) == state


def test_three_of_four_pass_at_75_and_not_at_76() -> None:
    one_wrong = {**RIGHT, "days": ["9"]}
    assert mark(CHECK, one_wrong).passed and mark(CHECK, one_wrong).permille == 750
    assert not mark(CHECK.model_copy(update={"pass_at": 76}), one_wrong).passed


def test_whether_a_question_tells_is_told_from_the_thirtieth_on() -> None:
    knows = [[1, 1, 1], [0, 0, 0]] * 15
    enough = Told(CHECK.questions[0], items.ENOUGH, items_of(knows)[0], [])
    assert items.ENOUGH == 30 and enough.verdict == "tells"
    assert replace(enough, n=items.ENOUGH - 1).verdict == "few"


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (-0.5, -0.1, "wrong_way"),
        (-0.5, 0.0, "weak"),
        (-0.5, 0.19, "weak"),
        (0.05, 0.19, "weak"),
        (-0.1, 0.2, "unsure"),
        (0.0, 0.5, "unsure"),
        (0.01, 0.5, "tells"),
    ],
)
def test_what_a_question_tells_follows_from_where_its_range_lies(low: float, high: float, verdict: str) -> None:
    found = items_of([[1, 1, 1], [0, 0, 0]] * 15)[0]
    item = replace(found, discrimination=replace(found.discrimination, low=low, high=high))
    assert Told(CHECK.questions[0], items.ENOUGH, item, []).verdict == verdict


def test_a_refresher_is_drafted_up_to_the_seventh_day(world: World) -> None:
    with clock.at(datetime(2026, 11, 1, tzinfo=UTC)):
        a_course(world)
    with clock.at(datetime(2026, 11, 8, 3, tzinfo=UTC)):
        assert refreshing.draft_due(programme=world.programme) is None
    with clock.at(datetime(2026, 11, 7, 3, tzinfo=UTC)):
        assert refreshing.draft_due(programme=world.programme) is not None


def test_a_day_to_take_it_by_is_from_today_to_a_year(world: World) -> None:
    a_course(world)
    for days in (-1, 367):
        with pytest.raises(Invalid, match="within a year"):
            asked(world, "all", days=days)
    assert asked(world, "person", "rep", days=0).enrolments.get().due_on == in_days(world, 0)
    assert assigning.remind(programme=world.programme) == 1
    assert asked(world, "all", days=366).days == 366


def test_what_is_over_takes_no_answers_and_what_is_passed_is_not_tried_again(world: World) -> None:
    course = a_course(world)
    row, other = assigned(world, course), assigned(world, course, world.second_rep)
    begun(world, row)
    actions.hand_in(member=world.rep, enrolment=row.public_id, lesson="check", number=1, given=RIGHT)
    with pytest.raises(Conflict, match="You have passed"):
        actions.begin_attempt(member=world.rep, enrolment=row.public_id, lesson="check")
    actions.begin(member=world.second_rep, enrolment=other.public_id)
    actions.begin_attempt(member=world.second_rep, enrolment=other.public_id, lesson="check")
    courses.withdraw(row=course, actor="test")
    told = {"member": world.second_rep, "enrolment": other.public_id, "lesson": "check"}
    with pytest.raises(Conflict, match="called off"):
        actions.hand_in(**told, number=1, given=RIGHT)  # type: ignore[arg-type]
    assert Attempt.objects.get(enrolment=other).submitted_at is None
    assert queries.passed(world.programme, [world.second_rep.pk], ["prices"]) == {}
