"""The monthly refresher: made once of what changed, of enough contacts, with questions that are spaced."""

import tomllib
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.conftest import World
from rapport.contacts.models import Reason
from rapport.events.models import Event
from rapport.guides.publishing import install
from rapport.guides.tests.test_library import article, live, objection, rebuttal
from rapport.guides.tests.written import simple
from rapport.kit import clock
from rapport.kit.walls import inside
from rapport.learning import courses, jobs, refreshing
from rapport.learning.definition import LINES, Choice, Question, read_course
from rapport.learning.models import Course, CourseVersion, Enrolment
from rapport.learning.refresher import (
    MOST_QUESTIONS,
    SPACED_MONTHS,
    Part,
    Pool,
    month_before,
    months_apart,
    written,
)
from rapport.learning.tests.stage import a_course, a_trainer, client_of
from rapport.quality import scorecards, selecting
from rapport.quality.figures import FEW
from rapport.quality.models import Selection
from rapport.quality.tests.cards import a_contact, a_scorecard, a_selection
from rapport.quality.tests.test_evaluating import scored

OCTOBER = date(2026, 10, 1)
MIDDLE = datetime(2026, 10, 15, 12, tzinfo=UTC)
STEPS = [{"key": "one", "title": "End", "words": "Goodbye"}]
NOVEMBER = datetime(2026, 11, 2, 3, tzinfo=UTC)


def question(text: str) -> Question:
    return Question(key="q", text=text, choices=[Choice(key="a", text="A", right=True), Choice(key="b", text="B")])


def drafted(world: World) -> CourseVersion:
    made = refreshing.draft(programme=world.programme, month=OCTOBER)
    assert made is not None
    return made


def published(world: World, made: CourseVersion) -> None:
    told = {"row": made.course, "number": made.number, "actor": "test"}
    courses.submit(**told, by=a_trainer(world))  # type: ignore[arg-type]
    courses.approve(**told, by=a_trainer(world, "second"))  # type: ignore[arg-type]
    courses.publish(**told)  # type: ignore[arg-type]


def test_it_is_drafted_once_of_what_changed_and_asks_what_is_known(world: World) -> None:
    with clock.at(MIDDLE):
        a_course(world)
        for _ in range(refreshing.FEWEST):
            a_contact(world, at=MIDDLE)
        rare = Reason.objects.create(programme=world.programme, key="rare", name="Rare thing")
        a_contact(world, at=MIDDLE, reason=rare)
    with clock.at(NOVEMBER):
        jobs.refresh(timestamp=0)
        jobs.refresh(timestamp=0)
        row = Course.objects.get(month=OCTOBER)
        assert row.key == "refresher-2026-10"
        [version] = row.versions.all()
        says = read_course(version.text)
        assert [one.key for one in says.lessons] == ["asked", "again"]
        assert "Cancel my card: 95 % of 21 contacts" in says.lessons[0].text and "Rare" not in says.lessons[0].text
        assert {one.text for one in says.lessons[1].questions} >= {"What comes first?", "How many days?"}
        assert Event.objects.filter(name="course.refresher_drafted").count() == 1
        assert version.made_by is None and not Enrolment.objects.exists()
    with clock.at(datetime(2026, 11, 8, 3, tzinfo=UTC)):
        Course.objects.filter(pk=row.pk).update(month=date(2020, 1, 1), key="old")
        assert refreshing.draft_due(programme=world.programme) is None


def test_where_nothing_changed_nothing_is_made(world: World) -> None:
    assert refreshing.draft(programme=world.programme, month=OCTOBER) is None
    assert not Course.objects.exists()


def test_published_it_is_asked_of_everybody_once(world: World) -> None:
    with clock.at(NOVEMBER):
        a_course(world)
        made = drafted(world)
        published(world, made)
        rows = Enrolment.objects.filter(course=made.course)
        assert set(rows.values_list("due_on", flat=True)) == {date(2026, 11, 23)} and rows.count() == 5
        assert "Refresher October 2026" in client_of(world.rep).get("/at/cards/learning/").text
        courses.publish(row=made.course, number=1, actor="test")
        again = courses.save_draft(
            programme=world.programme,
            key=made.course.key,
            text=f"{made.text}# put right",
            instead_of=1,
            actor="test",
        )
        published(world, again)
        assert rows.count() == 5 and made.course.assignments.count() == 1


def test_it_tells_of_guides_the_library_and_news_of_its_month_only(world: World) -> None:
    lead = a_trainer(world, "lead")
    with clock.at(MIDDLE):
        live(world, "objection", "fee", objection(), lead)
        live(world, "rebuttal", "free", rebuttal(), lead)
        live(
            world,
            "article",
            "app",
            article("What is new in the app?", "Cards can be frozen.", news="product"),
            lead,
        )
        install(programme=world.programme, key="close", text=simple("Close a card", STEPS), note="Ask why first")
    with clock.at(NOVEMBER):
        live(world, "article", "later", article("Came later?"), lead)
        parts = {one.key: one.told for one in refreshing._parts(world.programme, OCTOBER)}
        nothing = refreshing._parts(world.programme, date(2026, 9, 1))
    assert parts["guides"] == ["Close a card, version 1: Ask why first"]
    assert parts["library"] == ["A year free\nI can take the fee off.", "The fee is too high"]
    assert parts["news"] == ["What is new in the app?\nCards can be frozen."]
    assert not any(one.told for one in nothing)


def test_evaluations_of_random_contacts_count_and_of_enough(world: World) -> None:
    with clock.at(MIDDLE):
        card = a_scorecard(world)
        scorecards.set_rule(row=card, each=50, every="month", asks_self=False, actor="test")
        for number in range(FEW):
            a_contact(world, at=MIDDLE.replace(hour=number))
            scored(world.supervisor, a_selection(world, card), greet=0)
    with clock.at(NOVEMBER):
        assert selecting.draw_due(programme=world.programme, today=NOVEMBER.date()) == 2 * FEW
        drawn = list(Selection.objects.filter(origin="random").order_by("pk"))
        for number, one in enumerate(drawn[: FEW - 1]):
            scored(world.supervisor, one, plain=1 if number % 2 else 5)
        assert {one.key: one.told for one in refreshing._parts(world.programme, OCTOBER)}["found"] == []
        scored(world.supervisor, drawn[FEW - 1], plain=1)
        [first] = {one.key: one.told for one in refreshing._parts(world.programme, OCTOBER)}["found"]
    assert first.startswith("How plain were their words? 50 % of 10 contacts, between ")


def test_a_key_that_somebody_took_is_left_alone_and_programmes_are_apart(world: World) -> None:
    with clock.at(NOVEMBER):
        a_course(world, "refresher-2026-10")
        assert refreshing.draft(programme=world.programme, month=OCTOBER) is None
        with inside(world.other.pk):
            assert refreshing.draft(programme=world.other, month=OCTOBER) is None
            assert not Course.objects.exists()


@given(
    asked=st.dictionaries(st.integers(0, 30), st.integers(0, 12), max_size=25),
    fresh=st.sets(st.integers(31, 60), max_size=10),
)
def test_what_was_asked_lately_waits_and_the_longest_ago_comes_first(
    asked: dict[int, int], fresh: set[int]
) -> None:
    month, pool = date(2026, 10, 1), Pool()
    ago = {f"q{n}": months for n, months in asked.items()} | {f"q{n}": 999 for n in fresh}
    for text, months in ago.items():
        when = None if months == 999 else date(2026 - (months > 9), (9 - months) % 12 + 1, 1)
        pool.add([question(text)], when)
    told = [one.text for one in pool.next_for(month, "x")]
    assert told == [one.text for one in pool.next_for(month, "x")]
    assert all(ago[one] > SPACED_MONTHS for one in told)
    assert [ago[one] for one in told] == sorted((ago[one] for one in told), reverse=True)
    free = [months for months in ago.values() if months > SPACED_MONTHS]
    assert len(told) == min(len(free), MOST_QUESTIONS) and len(set(told)) == len(told)
    if told and len(free) > MOST_QUESTIONS:
        assert min(ago[one] for one in told) == sorted(free, reverse=True)[MOST_QUESTIONS - 1]


@given(day=st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_the_month_before(day: date) -> None:
    found = month_before(day)
    assert found.day == 1 and months_apart(found, day) == 1


@given(st.lists(st.from_regex(LINES, fullmatch=True).filter(str.strip), min_size=1, max_size=4))
def test_whatever_is_told_is_a_course_again(told: list[str]) -> None:
    text = written("Refresher", [Part("a", "T", "Opening", [one[:900] for one in told])], [question('Is "it"?')])
    says = read_course(text)
    assert says.lessons[0].text == ("Opening\n\n" + "\n\n".join(one[:900] for one in told)).strip()
    assert says.lessons[1].questions[0].text == 'Is "it"?'
    assert tomllib.loads(text)["minutes"] == 15


def test_backslashes_and_quotes_stay_as_they_are() -> None:
    told = 'C:\\new \\" """ ""'
    assert read_course(written("R", [Part("a", "T", "O", [told])], [])).lessons[0].text == f"O\n\n{told}"


def test_much_is_cut_and_says_so() -> None:
    text = written("R", [Part("a", "T", "O", ["x" * 900] * 9)], [])
    assert read_course(text).lessons[0].text.endswith("And 4 more.")


@pytest.mark.parametrize("months", [0, 1, 2, 3])
def test_a_question_of_a_refresher_comes_again_after_two_others(months: int) -> None:
    pool = Pool()
    pool.add([question("one")])
    pool.add([question("one")], date(2026, 5, 1))
    pool.add([question("one")], date(2026, 3, 1))
    assert bool(pool.next_for(date(2026, 5 + months, 1), "x")) is (months == 3)
