"""What customers ask that nothing answers, by the model, on chats of which the test knows all."""

from uuid import uuid4

import pytest

from rapport.channels.chat import actions as chat
from rapport.channels.chat.models import Message
from rapport.conftest import World
from rapport.contacts.models import Contact
from rapport.guides import publishing
from rapport.guides.tests.written import simple
from rapport.prompts.jobs import look_for_questions
from rapport.prompts.models import OpenQuestions
from rapport.prompts.unanswered import is_question, unanswered

PARKING = (
    "Can I pay for parking with the card in Spain?",
    "Does the card work in parking machines in Spain?",
    "Is it possible to pay at parking meters with my card?",
)
ANSWERED = ("How do I cancel my card?", "How can I cancel the card please?", "What do I do to cancel my card?")
STEPS = [{"key": "cancel", "title": "Cancel the card", "words": "You can cancel your card right here with me."}]


def asked(world: World, text: str, email: str) -> Contact:
    return chat.begin(programme=world.programme, email=email, text=text, reason=None, client_id=uuid4())


@pytest.fixture
def chats(world: World) -> World:
    publishing.install(programme=world.programme, text=simple("Cancel", STEPS, "cancel"))
    for number, text in enumerate((*PARKING, *ANSWERED, "Where can I buy a blue elephant today?")):
        asked(world, f"Hello. {text} My number is 4111 1111 1111 1111.", f"c{number}@example.org")
    return world


def test_like_questions_without_an_answer_are_grouped(chats: World) -> None:
    assert unanswered(chats.programme) is None
    look_for_questions(programme_id=chats.programme.pk)
    found = unanswered(chats.programme)
    assert found is not None and found.questions == 7
    [group] = found.groups  # what one asks alone is in none, nor what the guide answers
    assert group.contacts == 3 and set(group.examples) == set(PARKING)
    assert group.near == "Cancel: Cancel the card" and group.likeness < 0.5
    look_for_questions(programme_id=chats.programme.pk)
    assert OpenQuestions.objects.count() == 1


def test_no_words_are_kept_and_what_was_erased_is_gone(chats: World) -> None:
    look_for_questions(programme_id=chats.programme.pk)
    kept = OpenQuestions.objects.get()
    assert "parking" not in str(kept.groups).casefold()
    Message.objects.filter(text__contains="Spain").update(text="")
    found = unanswered(chats.programme)
    assert found is not None and [one.examples for one in found.groups] == [(PARKING[2],)]
    Message.objects.filter(contact__address__endswith="example.org").delete()
    found = unanswered(chats.programme)
    assert found is not None and found.groups == []


def test_names_are_hidden_and_restricted_files_not_used(chats: World) -> None:
    Contact.objects.filter(address="c0@example.org").update(customer=chats.customer)
    Message.objects.filter(contact__address="c0@example.org").update(
        text="Can Ada Byron pay for parking in Spain with ada@example.org?"
    )
    look_for_questions(programme_id=chats.programme.pk)
    found = unanswered(chats.programme)
    assert found is not None
    told = " ".join(found.groups[0].examples)
    assert "Ada" not in told and "example.org" not in told and "parking in Spain" in told
    chats.customer.standing = "restricted"
    chats.customer.save(update_fields=["standing"])
    found = unanswered(chats.programme)
    assert found is not None and len(found.groups[0].examples) == 2
    look_for_questions(programme_id=chats.programme.pk)
    found = unanswered(chats.programme)
    assert found is not None and found.groups == []  # two are fewer than three


@pytest.mark.parametrize(
    ("sentence", "asks"),
    [
        ("How do I do that", True),
        ("You do that for free?", True),
        ("Why?", False),
        ("I want to cancel my card.", False),
        ("Whatever you do, please hurry.", False),
    ],
)
def test_what_a_question_is(sentence: str, asks: bool) -> None:
    assert is_question(sentence) == asks
