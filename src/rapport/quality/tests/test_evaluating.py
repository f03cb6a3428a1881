"""Evaluations by their pages: begun, scored, hidden until both are in, read, appealed against, settled."""

from datetime import timedelta
from functools import partial

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from django.test import Client

from rapport.accounts.models import Member
from rapport.conftest import World
from rapport.contacts.access import access_contact
from rapport.events.models import Event
from rapport.kit import clock
from rapport.kit.errors import Conflict, Forbidden, NotFound
from rapport.quality import actions, queries
from rapport.quality.access import seen_by
from rapport.quality.models import Appeal, Evaluation, Kind, Selection
from rapport.quality.scoring import Answer
from rapport.quality.tests.cards import FORM, a_scorecard, a_selection, an_analyst

BASE = "/at/cards/quality/"
ANSWERS = {key.partition(".")[2]: Answer(int(value)) for key, value in FORM.items() if key.startswith("answer.")}


def client_of(member: Member) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def begun(member: Member, selection: Selection) -> Evaluation:
    return actions.begin(member=member, selection_id=selection.public_id)


def scored(member: Member, selection: Selection, **worse: int) -> Evaluation:
    row = begun(member, selection)
    answers = {**ANSWERS, **{key: Answer(value, "seen") for key, value in worse.items()}}
    return actions.submit(member=member, evaluation_id=row.public_id, answers=answers, strengths="Warm")


def test_a_contact_is_scored_by_its_page_and_the_rep_reads_it(world: World) -> None:
    selection = a_selection(world, a_scorecard(world))
    supervisor, rep = client_of(world.supervisor), client_of(world.rep)
    assert "Score it" in supervisor.get(BASE).text
    to = supervisor.post(f"{BASE}selections/{selection.public_id}/begin/").url
    page = supervisor.get(to).text
    assert "Did they greet the customer?" in page and "A fatal error makes the whole score 0." in page
    so_far = supervisor.post(f"{to}preview/", {"answer.greet": "1"}).text
    assert "5 of 7 questions still need something" in so_far or "6 of 7" in so_far
    refused = supervisor.post(f"{to}submit/", {**FORM, "answer.listen": "3"})
    assert refused.status_code == 422 and "Say in a comment what you saw." in refused.text
    assert "Warm from the first word." in refused.text
    assert supervisor.post(f"{to}submit/", {**FORM, "answer.listen": "3", "comment.listen": "hm"}).url == to
    assert "90 %" in supervisor.get(to).text
    assert "90 %" in rep.get(f"{BASE}mine/").text
    assert "Warm from the first word." in rep.get(to).text
    assert rep.post(f"{to}acknowledge/", {"reply": "Thank you"}).url == to
    assert "has read it" in supervisor.get(to).text
    row = Evaluation.objects.get()
    assert (row.kind, row.score, row.passed, row.is_fatal) == (Kind.SUPERVISOR, 900, True, False)
    told = Event.objects.get(name="evaluation.submitted").data
    assert (told["score_permille"], told["kind"], told["is_random"]) == (900, "supervisor", False)
    assert Event.objects.filter(name="evaluation.acknowledged").count() == 1


def test_what_went_well_has_to_be_said(world: World) -> None:
    row = begun(world.supervisor, a_selection(world, a_scorecard(world)))
    refused = client_of(world.supervisor).post(
        f"{BASE}evaluations/{row.public_id}/submit/", {**FORM, "strengths": " "}
    )
    assert refused.status_code == 422 and "strengths are told as much as faults" in refused.text


def test_nobody_scores_themselves_but_as_themselves(world: World) -> None:
    selection = a_selection(world, a_scorecard(world), rep=world.supervisor)
    row = begun(world.supervisor, selection)
    assert row.kind == Kind.SELF
    with pytest.raises(IntegrityError), transaction.atomic():
        Evaluation.objects.filter(pk=row.pk).update(kind=Kind.SUPERVISOR)
    with pytest.raises(IntegrityError), transaction.atomic():
        Evaluation.objects.filter(pk=row.pk).update(scorer=world.rep)


def test_two_do_not_score_one_contact_and_sent_twice_counts_once(world: World) -> None:
    selection = a_selection(world, a_scorecard(world))
    row = begun(world.supervisor, selection)
    assert begun(world.supervisor, selection).pk == row.pk
    analyst = an_analyst(world)
    with pytest.raises(Conflict, match="Supervisor scores this contact already"):
        begun(analyst, selection)
    scored(world.supervisor, selection)
    again = {**ANSWERS, "greet": Answer(0, "late")}
    late = actions.submit(member=world.supervisor, evaluation_id=row.public_id, answers=again, strengths="Cold")
    assert (late.score, late.strengths) == (1000, "Warm")
    assert Event.objects.filter(name="evaluation.submitted").count() == 1
    with pytest.raises(Conflict, match="in already"):
        actions.let_go(member=world.supervisor, evaluation_id=row.public_id)


def test_what_is_given_back_another_may_take(world: World) -> None:
    selection, analyst = a_selection(world, a_scorecard(world)), an_analyst(world)
    row = begun(world.supervisor, selection)
    assert client_of(world.supervisor).post(f"{BASE}evaluations/{row.public_id}/let-go/").status_code == 302
    assert begun(analyst, selection).kind == Kind.ANALYST


def test_own_and_official_score_are_hidden_until_both_are_in(world: World) -> None:
    selection = a_selection(world, a_scorecard(world), asks_self=True)
    own = scored(world.rep, selection, greet=0)
    assert not seen_by(world.supervisor).filter(pk=own.pk).exists()
    page = f"{BASE}evaluations/{own.public_id}/"
    assert client_of(world.supervisor).get(page).status_code == 404
    official = scored(world.supervisor, selection)
    assert client_of(world.supervisor).get(page).status_code == 200
    both = client_of(world.rep).get(f"{BASE}evaluations/{official.public_id}/").text
    assert "100 %" in both and "90 %" in both


def test_the_rep_sees_the_official_score_only_after_their_own(world: World) -> None:
    selection = a_selection(world, a_scorecard(world), asks_self=True)
    official = scored(world.supervisor, selection)
    rep, page = client_of(world.rep), f"{BASE}evaluations/{official.public_id}/"
    assert rep.get(page).status_code == 404
    assert "100 %" not in rep.get(f"{BASE}mine/").text
    for step in ("acknowledge", "appeal"):
        assert rep.post(f"{page}{step}/", {"words": "No"}).status_code == 404
    assert Evaluation.objects.get(pk=official.pk).appeal_until is None
    begun(world.rep, selection)
    assert rep.get(page).status_code == 404
    scored(world.rep, selection)
    assert rep.get(page).status_code == 200
    assert Evaluation.objects.get(pk=official.pk).appeal_until is not None


def test_who_does_not_want_to_score_first_sees_it_without(world: World) -> None:
    selection = a_selection(world, a_scorecard(world), asks_self=True)
    official = scored(world.supervisor, selection)
    with pytest.raises(Forbidden):
        actions.see_without_own(member=world.supervisor, selection_id=selection.public_id)
    rep = client_of(world.rep)
    assert rep.post(f"{BASE}selections/{selection.public_id}/without-own/").status_code == 302
    assert rep.get(f"{BASE}evaluations/{official.public_id}/").status_code == 200
    assert Evaluation.objects.get(pk=official.pk).appeal_until is not None


def test_another_rep_sees_nothing_of_it(world: World) -> None:
    selection = a_selection(world, a_scorecard(world))
    official = scored(world.supervisor, selection)
    other = client_of(world.second_rep)
    assert other.get(f"{BASE}evaluations/{official.public_id}/").status_code == 404
    assert other.get(BASE).status_code == 403
    with pytest.raises(NotFound):
        begun(world.second_rep, selection)


def test_an_appeal_is_settled_by_another_and_the_second_opinion_stands(world: World) -> None:
    selection, analyst = a_selection(world, a_scorecard(world)), an_analyst(world)
    first = scored(world.supervisor, selection, greet=0)
    rep, page = client_of(world.rep), f"{BASE}evaluations/{first.public_id}/"
    assert rep.post(f"{page}appeal/", {"words": " "}).status_code == 422
    assert rep.post(f"{page}appeal/", {"words": "I said hello"}).url == page
    assert rep.post(f"{page}appeal/", {"words": "I said hello"}).status_code == 302
    assert Appeal.objects.count() == 1
    assert "Second opinions asked for" not in client_of(world.supervisor).get(BASE).text
    assert "Second opinions asked for" in client_of(analyst).get(BASE).text
    for member in (world.supervisor, world.rep):
        with pytest.raises((Forbidden, NotFound)):
            actions.begin_second(member=member, evaluation_id=first.public_id)
    second = actions.begin_second(member=analyst, evaluation_id=first.public_id)
    since = clock.now() - timedelta(days=1)
    assert [one.score_permille for one in queries.evaluations_of(world.rep, since)] == [900]
    actions.submit(member=analyst, evaluation_id=second.public_id, answers=ANSWERS, strengths="Warm")
    told = queries.evaluations_of(world.rep, since)
    assert [(one.kind, one.score_permille) for one in told] == [("second", 1000)]
    settled = Event.objects.get(name="evaluation.settled").data
    assert (settled["was_permille"], settled["is_permille"]) == (900, 1000)
    with pytest.raises(IntegrityError), transaction.atomic():
        Appeal.objects.update(settled_by=world.supervisor)
    assert (
        "the second opinion already"
        in rep.post(f"{BASE}evaluations/{second.public_id}/appeal/", {"words": "Still"}).text
    )


def test_the_time_to_appeal_ends_with_the_fifth_business_day(world: World) -> None:
    first = scored(world.supervisor, a_selection(world, a_scorecard(world)))
    until = Evaluation.objects.get(pk=first.pk).appeal_until
    assert until is not None
    local = until.astimezone(world.programme.zone)
    assert (local.hour, local.minute) == (0, 0)
    appealed = partial(actions.appeal, member=world.rep, evaluation_id=first.public_id, words="No")
    with clock.at(until), pytest.raises(Conflict, match="time to appeal is over"):
        appealed()
    with clock.at(until - timedelta(seconds=1)):
        assert appealed().first_scorer == world.supervisor


def test_what_is_on_file_answers_and_nobody_answers_otherwise(world: World) -> None:
    selection = a_selection(world, a_scorecard(world, text=FACT_CARD), asks_self=False)
    access_contact(world.supervisor, selection.contact.public_id)
    said(selection, "Thanks for calling")
    row = begun(world.supervisor, selection)
    page = client_of(world.supervisor).get(f"{BASE}evaluations/{row.public_id}/").text
    assert "in message 1 of the rep&#39;s 1" in page
    done = actions.submit(
        member=world.supervisor, evaluation_id=row.public_id, answers={"thanks": Answer(0, "no")}, strengths="Warm"
    )
    assert done.score == 1000
    assert queries.answers_of(done)["thanks"].evidence.startswith("in message")


FACT_CARD = """name = "Facts"
fatal = "fail"
[[sections]]
name = "All"
[[sections.questions]]
key = "thanks"
text = "Did they thank the customer?"
weight = 100
fact = "thanked"
"""


def said(selection: Selection, text: str) -> None:
    apps.get_model("chat", "Message").objects.create(
        programme=selection.programme,
        contact=selection.contact,
        author="rep",
        member=selection.rep,
        text=text,
        client_id="01990000-0000-7000-8000-000000000001",
        at=clock.now(),
    )


def test_what_was_passed_over_is_not_scored_and_what_is_scored_not_passed_over(world: World) -> None:
    card = a_scorecard(world)
    selection, done = a_selection(world, card), a_selection(world, card)
    supervisor = client_of(world.supervisor)
    assert (
        supervisor.post(f"{BASE}selections/{selection.public_id}/pass-over/", {"why": "dull"}).status_code == 422
    )
    assert (
        supervisor.post(f"{BASE}selections/{selection.public_id}/pass-over/", {"why": "test"}).status_code == 302
    )
    with pytest.raises(Conflict, match="passed over"):
        begun(world.supervisor, selection)
    scored(world.supervisor, done)
    assert supervisor.post(f"{BASE}selections/{done.public_id}/pass-over/", {"why": "test"}).status_code == 409


def test_a_score_that_is_in_does_not_change_whoever_asks(world: World) -> None:
    row = scored(world.supervisor, a_selection(world, a_scorecard(world)))
    for change in ({"score": 10}, {"scorer": an_analyst(world)}, {"is_fatal": True}):
        with pytest.raises(IntegrityError, match="does not change"), transaction.atomic():
            Evaluation.objects.filter(pk=row.pk).update(**change)
    with pytest.raises(IntegrityError, match="does not change"), transaction.atomic():
        row.answers.update(points=0, value=0)
    assert row.answers.update(comment="") == 7
