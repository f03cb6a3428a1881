"""Taking a course by its pages: begun with a version that is kept, read, answered, passed, completed."""

import re
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from rapport.conftest import World, at_most
from rapport.events.models import Event
from rapport.kit import clock
from rapport.kit.errors import Conflict, Invalid, NotFound
from rapport.kit.walls import inside
from rapport.learning import actions, assigning, courses, queries
from rapport.learning.definition import read_course
from rapport.learning.forms import read_answers
from rapport.learning.marking import shuffled
from rapport.learning.models import Attempt, Done, Enrolment, Response
from rapport.learning.tests.stage import BASE, RIGHT, TEXT, a_course, assigned, client_of

CHECK = read_course(TEXT).lessons[1]


def sent_for(attempt: Attempt, given: dict[str, list[str]]) -> dict[str, Any]:
    """Return what the page sends for these answers: the places in which the attempt shows them."""
    sent: dict[str, Any] = {}
    for one in CHECK.questions:
        shown = {each.key: place for place, each in enumerate(shuffled(one, attempt.seed), start=1)}
        if one.kind == "number":
            sent[f"answer.{one.key}"] = given[one.key][0]
        elif one.kind == "order":
            sent |= {f"answer.{one.key}.{shown[key]}": at for at, key in enumerate(given[one.key], start=1)}
        else:
            sent[f"answer.{one.key}"] = [str(shown[key]) for key in given[one.key]]
    return sent


def begun(world: World, row: Enrolment) -> Attempt:
    actions.begin(member=world.rep, enrolment=row.public_id)
    return actions.begin_attempt(member=world.rep, enrolment=row.public_id, lesson="check")


def test_a_course_is_taken_from_its_first_lesson_to_its_end(world: World) -> None:
    course, rep = a_course(world), client_of(world.rep)
    row = assigned(world, course)
    assert "Comparing prices" in rep.get(BASE).text
    to = f"{BASE}taken/{row.public_id}/"
    assert "Ask first" in rep.get(to).text
    first = rep.post(f"{to}begin/").url
    assert first == f"{to}ask/page/"
    page = rep.get(first).text
    assert "Ask &lt;b&gt;before&lt;/b&gt; you answer." in page
    assert rep.post(f"{to}ask/read/").url == f"{to}check/page/"
    rep.post(f"{to}check/attempt/")
    attempt = Attempt.objects.get()
    assert rep.post(f"{to}check/1/hand-in/", sent_for(attempt, RIGHT)).status_code == 302
    attempt.refresh_from_db()
    assert (attempt.passed, attempt.permille) == (True, 1000)
    page = rep.get(f"{to}check/page/").text
    assert "Passed" in page and "The reason decides." in page
    row.refresh_from_db()
    assert row.completed_at is not None and row.version is not None and row.version.number == 1
    told = Event.objects.get(name="learning.course_completed")
    assert told.data == {"course": "prices", "version": 1, "learner": "rep"}
    both = [world.rep.pk, world.second_rep.pk]
    assert queries.passed(world.programme, both, ["prices", "other"]) == {
        world.rep.pk: {"prices": row.completed_at}
    }
    assert queries.passed(world.programme, both, ["prices"], row.completed_at) != {}
    assert queries.passed(world.programme, both, ["prices"], clock.now()) == {}
    assert queries.passed(world.programme, both, ["other"]) == {}
    assert "Completed" in rep.get(BASE).text
    assert rep.post(f"{to}ask/read/").status_code == 302
    assert Event.objects.filter(name="learning.course_completed").count() == 1


def test_no_page_tells_what_is_right_before_it_counts(world: World) -> None:
    row = assigned(world, a_course(world))
    attempt, rep = begun(world, row), client_of(world.rep)
    to = f"{BASE}taken/{row.public_id}/check/"
    page = rep.get(f"{to}page/").text
    for told in (
        "The reason decides",
        "14.25",
        *(f'"{each.key}"' for one in CHECK.questions for each in one.choices),
    ):
        assert told not in page.partition('id="questions-title"')[2], told
    rep.post(f"{to}1/hand-in/", sent_for(attempt, {**RIGHT, "first": ["give"], "days": ["9"]}))
    page = rep.get(f"{to}page/").text
    assert "Not passed" in page and "1 attempt left" in page and "The reason decides" not in page
    assert "Right:" not in page and "14.25" not in page
    rep.post(f"{to}attempt/")
    second = Attempt.objects.get(number=2)
    assert second.seed != attempt.seed
    rep.post(f"{to}2/hand-in/", sent_for(second, {**RIGHT, "first": ["give"], "days": ["9"]}))
    page = rep.get(f"{to}page/").text
    assert "No attempt is left" in page and "14.25 days" in page
    assert rep.post(f"{to}attempt/").status_code == 409
    assert not Done.objects.filter(lesson="check").exists()


def test_an_attempt_shows_the_same_order_again_and_another_one_another(world: World) -> None:
    row = assigned(world, a_course(world))
    begun(world, row)
    rep, to = client_of(world.rep), f"{BASE}taken/{row.public_id}/check/page/"
    shown = [re.findall(r"<span>(Ask|Give|Read|Reason|Need|Offer)</span>", rep.get(to).text) for _ in range(2)]
    assert shown[0] == shown[1] and sorted(shown[0][:3]) == ["Ask", "Give", "Read"]
    orders = {tuple(one.key for one in shuffled(CHECK.questions[0], f"{n:064x}")) for n in range(60)}
    assert len(orders) == 6


def test_who_takes_a_course_keeps_its_version_and_who_begins_later_takes_the_next(world: World) -> None:
    course = a_course(world)
    mine, theirs = assigned(world, course), assigned(world, course, world.second_rep)
    actions.begin(member=world.rep, enrolment=mine.public_id)
    a_course(world, text=TEXT.replace('title = "Ask first"', 'title = "Ask, then ask again"'))
    actions.begin(member=world.second_rep, enrolment=theirs.public_id)
    for member, row, number, says in (
        (world.rep, mine, 1, "Ask first"),
        (world.second_rep, theirs, 2, "ask again"),
    ):
        row.refresh_from_db()
        assert row.version is not None and row.version.number == number
        assert says in client_of(member).get(f"{BASE}taken/{row.public_id}/").text
    with pytest.raises(IntegrityError), transaction.atomic():
        Enrolment.objects.filter(pk=mine.pk).update(version=theirs.version)


def test_answers_that_lack_come_back_as_they_were_and_the_attempt_is_not_spent(world: World) -> None:
    row = assigned(world, a_course(world))
    attempt, rep = begun(world, row), client_of(world.rep)
    to = f"{BASE}taken/{row.public_id}/check/1/hand-in/"
    for wrong in (
        {},
        {"answer.first": "9"},
        {"answer.first": ["1", "2"]},
        {"answer.days": "1e999"},
        {"answer.days": "many"},
        {"answer.order.1": "1", "answer.order.2": "1", "answer.order.3": "2"},
        {"answer.order.1": "٣"},
        {"answer.which": ["1", "1"]},
    ):
        good = sent_for(attempt, RIGHT)
        sent = {} if not wrong else {**{k: v for k, v in good.items() if k not in wrong}, **wrong}
        answer = rep.post(to, sent)
        assert answer.status_code == 422, wrong
        assert "tone-bad" in answer.text
    attempt.refresh_from_db()
    assert attempt.submitted_at is None and not Response.objects.exists()


def test_sent_twice_the_first_counts_and_what_is_in_does_not_change(world: World) -> None:
    row = assigned(world, a_course(world))
    attempt = begun(world, row)
    told: dict[str, Any] = {"member": world.rep, "enrolment": row.public_id, "lesson": "check", "number": 1}
    actions.hand_in(**told, given={**RIGHT, "first": ["give"], "days": ["9"]})
    again = actions.hand_in(**told, given=RIGHT)
    assert again.passed is False and Response.objects.count() == 4
    assert Event.objects.filter(name="learning.attempt_marked").count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Attempt.objects.filter(pk=attempt.pk).update(passed=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Response.objects.update(right=True)
    with pytest.raises(Invalid, match="Begin"):
        actions.hand_in(**{**told, "number": 2}, given=RIGHT)


def test_beginning_twice_begins_once(world: World) -> None:
    row = assigned(world, a_course(world))
    first, second = begun(world, row), begun(world, row)
    assert first.pk == second.pk
    with pytest.raises(IntegrityError), transaction.atomic():
        Attempt.objects.create(
            programme=world.programme, enrolment=row, lesson="check", number=2, form="x", seed="y",
            begun_at=clock.now(),
        )  # fmt: skip
    with pytest.raises(Conflict, match="has questions"):
        actions.read(member=world.rep, enrolment=row.public_id, lesson="check")
    with pytest.raises(Conflict, match="no questions"):
        actions.begin_attempt(member=world.rep, enrolment=row.public_id, lesson="ask")
    with pytest.raises(NotFound):
        actions.read(member=world.rep, enrolment=row.public_id, lesson="none")


def test_one_more_attempt_is_given_by_another_once(world: World) -> None:
    text = TEXT.replace("attempts = 2", "attempts = 1")
    course = a_course(world, text=text)
    row, own = assigned(world, course), assigned(world, course, world.supervisor)
    begun(world, row)
    wrong = {**RIGHT, "first": ["give"], "days": ["9"]}
    actions.hand_in(member=world.rep, enrolment=row.public_id, lesson="check", number=1, given=wrong)
    lead = client_of(world.supervisor)
    assert "no attempt left" in lead.get(f"{BASE}who/").text
    for _ in range(2):
        assert lead.post(f"{BASE}who/{row.public_id}/attempt/", {"lesson": "check"}).status_code == 302
    assert row.more_attempts.count() == 1
    assert "no attempt left" not in lead.get(f"{BASE}who/").text
    assert lead.post(f"{BASE}who/{row.public_id}/attempt/", {"lesson": "ask"}).status_code == 422
    actions.begin(member=world.supervisor, enrolment=own.public_id)
    assert lead.post(f"{BASE}who/{own.public_id}/attempt/", {"lesson": "check"}).status_code == 409
    assert client_of(world.rep).post(f"{BASE}who/{row.public_id}/attempt/", {"lesson": "check"}).status_code == 403
    made = actions.begin_attempt(member=world.rep, enrolment=row.public_id, lesson="check")
    assert made.number == 2


def test_nobody_sees_or_does_what_is_anothers(world: World) -> None:
    row = assigned(world, a_course(world))
    begun(world, row)
    to = f"{BASE}taken/{row.public_id}/"
    for member in (world.second_rep, world.supervisor):
        client = client_of(member)
        assert client.get(to).status_code == client.get(f"{to}ask/page/").status_code == 404
        for step in ("begin/", "ask/read/", "check/attempt/", "check/1/hand-in/"):
            assert client.post(to + step).status_code == 404, step
    assert client_of(world.outsider).get(to).status_code == 404
    with inside(world.other.pk):
        assert not Enrolment.objects.exists()
    assert not Done.objects.exists() and not Response.objects.exists()


def test_an_open_course_is_taken_by_oneself_and_another_is_not(world: World) -> None:
    a_course(world)
    a_course(world, "closed", TEXT.replace("open = true", "open = false"))
    rep = client_of(world.rep)
    page = rep.get(BASE).text
    assert "Take it" in page and page.count("Comparing prices") == 2  # its name, and the button's
    assert rep.post(f"{BASE}take/prices/").url == rep.post(f"{BASE}take/prices/").url
    assert Enrolment.objects.get().due_on is None
    assert rep.post(f"{BASE}take/closed/").status_code == 409
    assert rep.post(f"{BASE}take/none/").status_code == 404


def test_a_withdrawn_course_calls_off_what_is_open(world: World) -> None:
    course = a_course(world, text=TEXT.partition('[[lessons]]\nkey = "check"')[0])
    row, done = assigned(world, course), assigned(world, course, world.second_rep)
    for one in (row, done):
        actions.begin(member=one.member, enrolment=one.public_id)
    actions.read(member=done.member, enrolment=done.public_id, lesson="ask")
    courses.withdraw(row=course, actor="test")
    assert assigning.hand_out(programme=world.programme) == 0
    done.refresh_from_db()
    assert done.completed_at is not None and done.ended_at is None
    row.refresh_from_db()
    assert row.ended_at is not None and "Nothing to take" in client_of(world.rep).get(BASE).text
    with pytest.raises(Conflict, match="called off"):
        actions.read(member=world.rep, enrolment=row.public_id, lesson="ask")


def test_the_list_asks_no_more_for_more_rows(world: World) -> None:
    for number in range(6):
        assigned(world, a_course(world, f"c{number}"))
    client = client_of(world.rep)
    client.get(BASE)
    with at_most(13):
        client.get(BASE)
    lead = client_of(world.supervisor)
    lead.get(f"{BASE}who/")
    with at_most(22):
        lead.get(f"{BASE}who/")


def test_a_forged_place_is_no_answer() -> None:
    from django.http import QueryDict

    seed = "0" * 64
    found = read_answers(CHECK, seed, QueryDict("answer.first=7&answer.which=x&answer.days=14"))
    assert found["first"] == [""] and found["which"] == [""] and found["order"] == []
