"""How a course's questions do: of first attempts, of enough people, by exactly these questions; who may look."""

import pytest

from rapport.accounts import actions as accounts
from rapport.accounts.models import Member
from rapport.conftest import World, at_most
from rapport.learning import actions, items, queries
from rapport.learning.models import Course
from rapport.learning.tests.stage import BASE, RIGHT, TEXT, a_course, client_of

WRONG = {"first": ["give"], "which": ["rush"], "order": ["two", "one", "three"], "days": ["3"]}


def learner(world: World, number: int) -> Member:
    name = f"l{number}"
    return accounts.ensure_member(programme=world.programme, agent_id=name, name=name, username=name)


def answered(course: Course, member: Member, right: set[str], again: bool = False) -> None:
    row = actions.begin(
        member=member, enrolment=actions.take(member=member, course=course.key).public_id
    ).public_id
    for number in (1, 2) if again else (1,):
        made = actions.begin_attempt(member=member, enrolment=row, lesson="check")
        assert made.number == number
        given = {key: (RIGHT if key in right or number == 2 else WRONG)[key] for key in RIGHT}
        actions.hand_in(member=member, enrolment=row, lesson="check", number=number, given=given)


@pytest.fixture
def course(world: World) -> Course:
    """Forty people: who knows most has all but ``first`` right, whose marked answer is the wrong one."""
    made = a_course(world)
    for number in range(40):
        knows = {"which", "order", "days"} if number % 2 else {"first"}
        answered(made, learner(world, number), knows, again=number % 4 == 0)
    return made


def told(course: Course) -> dict[str, items.Told]:
    version = queries.live_version(course)
    assert version is not None
    [(_, found)] = items.told_of(version)
    return {one.question.key: one for one in found}


def test_first_attempts_count_and_a_question_marked_wrongly_is_found(world: World, course: Course) -> None:
    found = told(course)
    assert {key: one.n for key, one in found.items()} == dict.fromkeys(RIGHT, 40)
    assert found["first"].item is not None and found["first"].item.facility.value == 0.5
    assert found["first"].verdict == "wrong_way" and found["days"].verdict == "tells"
    ask, give, read = found["first"].chosen
    assert (ask.share, give.share, read.share, ask.rest, give.rest, read.rest) == (0.5, 0.5, 0, 0, 3, None)
    assert [one.share for one in found["which"].chosen] == [0.5, 0.5, 0.5]  # of people, who may choose several
    page = client_of(world.supervisor).get(f"{BASE}courses/prices/questions/").text
    assert "wrong way round" in page and "tells who knows" in page and "40 people" in page


def test_few_people_are_not_told_of(world: World) -> None:
    made = a_course(world)
    for number in range(items.FEWEST - 1):
        answered(made, learner(world, number), {"first"})
    assert told(made)["first"].item is None and told(made)["first"].chosen == []
    page = client_of(world.supervisor).get(f"{BASE}courses/prices/questions/").text
    assert "too few to say" in page and "100 %" not in page.partition("first attempt")[2]
    answered(made, learner(world, 99), {"first"})
    assert told(made)["first"].item is not None and told(made)["first"].verdict == "few"
    assert [one.rest for one in told(made)["first"].chosen] == [0, None, None]
    answered(made, learner(world, 100), {"which", "order", "days"})  # of the one who chose it nothing is told
    assert [one.rest for one in told(made)["first"].chosen] == [0, None, None]


def test_a_question_that_changed_begins_anew(world: World, course: Course) -> None:
    a_course(world, text=TEXT.replace("Ask first", "Ask"))
    assert told(course)["first"].n == 40
    a_course(world, text=TEXT.replace("Which help?", "Which of these help?"))
    assert told(course)["first"].n == 0


def test_who_may_not_does_not_see_how_questions_do(world: World, course: Course) -> None:
    to = f"{BASE}courses/prices/questions/"
    assert client_of(world.rep).get(to).status_code == 403
    assert client_of(world.outsider).get(to).status_code == 404
    assert client_of(world.supervisor).get(f"{BASE}courses/none/questions/").status_code == 404
    lead = client_of(world.supervisor)
    lead.get(to)
    with at_most(14):
        lead.get(to)
