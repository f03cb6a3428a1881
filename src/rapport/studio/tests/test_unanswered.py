"""The page of what nothing answers."""

from datetime import timedelta
from uuid import uuid4

from rapport.audit.models import Look
from rapport.channels.chat import actions as chat
from rapport.channels.chat.models import Message
from rapport.conftest import World
from rapport.kit import clock
from rapport.prompts.models import OpenQuestions
from rapport.studio.tests.test_routing import signed_in, text_of

PAGE = "/at/cards/guides/-/unanswered/"


def test_questions_are_shown_without_names_and_the_look_is_on_record(world: World) -> None:
    writer = signed_in(world.supervisor)
    assert "Not looked for yet" in text_of(writer.get(PAGE))
    assert not Look.objects.filter(what="questions").exists()
    said = chat.begin(
        programme=world.programme,
        email="ada@example.org",
        text="Hello. Does <b>parking</b> by ada@example.org work in Spain?",
        reason=None,
        client_id=uuid4(),
    )
    message = Message.objects.get(contact=said)
    group = {"contacts": 4, "near": "Cancel: Greet", "likeness": 0.3, "examples": [[message.pk, 1]]}
    OpenQuestions.objects.create(
        programme=world.programme,
        looked_at=clock.now() - timedelta(hours=1),
        questions=9,
        unanswered=5,
        groups=[group],
    )
    answer = writer.get(PAGE)
    page = text_of(answer)
    assert "4 contacts" in page and "work in Spain?" in page and "ada@example.org" not in page
    assert "Nearest: Cancel: Greet" in page and b"<b>parking" not in answer.content
    assert Look.objects.filter(what="questions").count() == 1
    assert "It is being looked for" in text_of(writer.post(f"{PAGE}look/", follow=True))
    assert "It is being looked for" in text_of(writer.post(f"{PAGE}look/", follow=True))
    assert signed_in(world.rep).get(PAGE).status_code == 403
    assert signed_in(world.outsider).get(PAGE).status_code == 404
