"""The survey of a contact: asked once, answered, corrected for a day."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from rapport.channels.chat import actions as chat
from rapport.conftest import World
from rapport.contacts import actions as contacts
from rapport.contacts.access import access_own
from rapport.contacts.models import Contact
from rapport.events.models import Event
from rapport.feedback import actions, jobs, queries
from rapport.feedback.models import Survey
from rapport.kit import clock
from rapport.kit.errors import Conflict, Invalid
from rapport.routing import actions as routing


def waiting_chat(world: World) -> Contact:
    return chat.begin(
        programme=world.programme, email="ada@example.org", text="Hello", reason=world.reason, client_id=uuid4()
    )


def ended_chat(world: World) -> Contact:
    contact = waiting_chat(world)
    contacts.answer(contact, rep=world.rep, actor="test")
    routing.end_conversation(contact, by="rep", actor="test")
    return access_own(world.programme, contact.public_id)


def test_the_end_of_a_conversation_queues_an_invitation(world: World) -> None:
    contact = ended_chat(world)
    job = ProcrastinateJob.objects.get(task_name="feedback.invite")
    jobs.invite(**job.args)
    jobs.invite(**job.args)
    assert Survey.objects.filter(contact=contact, answered_at=None).count() == 1
    assert Event.objects.filter(name="survey.invited").count() == 1


def test_a_caller_is_not_asked_on_a_page_they_do_not_have(world: World) -> None:
    call, _ = contacts.arrive(programme=world.programme, channel="voice", actor="pbx")
    contacts.answer(call, rep=world.rep, actor="pbx")
    routing.end_conversation(call, by="pbx", actor="pbx")
    jobs.invite(**ProcrastinateJob.objects.get(task_name="feedback.invite").args)
    assert not Survey.objects.exists()


def test_an_answer_needs_no_invitation(world: World) -> None:
    contact = ended_chat(world)
    actions.answer(contact=contact, rating=5, resolved=True, comment=" Very kind.\x00 ")
    survey = queries.survey_of(contact)
    assert survey is not None
    assert (survey.rating, survey.resolved, survey.comment) == (5, True, "Very kind.")
    answered = Event.objects.get(name="survey.answered")
    assert answered.data == {"rating": 5, "resolved": True, "has_comment": True}
    assert f"floor:{world.programme.pk}" in answered.audience


def test_an_answer_can_be_corrected_for_a_day(world: World) -> None:
    contact = ended_chat(world)
    actions.answer(contact=contact, rating=1, resolved=False)
    with clock.at(clock.now() + timedelta(hours=23)):
        for _ in range(3):
            actions.answer(contact=contact, rating=4, resolved=True)
    with clock.at(clock.now() + timedelta(hours=25)), pytest.raises(Conflict):
        actions.answer(contact=contact, rating=2, resolved=True)
    assert Survey.objects.get().rating == 4
    assert Event.objects.filter(name="survey.answered").count() == 2


def test_taps_that_arrive_after_the_sentence_take_it_not_away(world: World) -> None:
    contact = ended_chat(world)
    actions.answer(contact=contact, rating=5, resolved=True, comment="Quick and kind.")
    actions.answer(contact=contact, rating=5, resolved=True)
    assert Survey.objects.get().comment == "Quick and kind."
    actions.answer(contact=contact, rating=5, resolved=True, comment="")
    assert Survey.objects.get().comment == ""


def test_a_conversation_that_goes_on_is_not_rated(world: World) -> None:
    with pytest.raises(Conflict):
        actions.answer(contact=waiting_chat(world), rating=5, resolved=True)


@pytest.mark.parametrize(
    ("rating", "resolved", "comment"), [(0, True, ""), (6, None, ""), (None, None, "  "), (5, True, "x" * 1001)]
)
def test_what_cannot_be_an_answer_is_refused(
    world: World, rating: int | None, resolved: bool | None, comment: str
) -> None:
    with pytest.raises(Invalid):
        actions.answer(contact=ended_chat(world), rating=rating, resolved=resolved, comment=comment)
    assert not Survey.objects.exists()


def test_the_view_of_facts_has_the_answers(world: World) -> None:
    contact = ended_chat(world)
    actions.answer(contact=contact, rating=3, resolved=None)
    with connection.cursor() as cursor:
        cursor.execute("SELECT contact_id, programme_id, rating, resolved FROM fact_survey")
        assert cursor.fetchall() == [(contact.pk, world.programme.pk, 3, None)]
