"""What the desk fetches while a contact talks: the part that changed and no more, each time for who may see it."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.utils.html import strip_tags

from rapport.channels.chat import actions as chat
from rapport.channels.chat.models import Conversation, Message
from rapport.conftest import World, at_most
from rapport.contacts.models import Contact
from rapport.desk.tests.test_desk import DESK, take, text_of
from rapport.events.models import Event
from rapport.guides import actions as guides
from rapport.insight.figures import Figure
from rapport.kit import clock


@pytest.fixture
def rep(client: Client, world: World) -> Client:
    client.force_login(world.rep.user)
    return client


def say(contact: Contact, text: str, *, by: str = "customer", **more: Any) -> Message:
    return chat.say(contact, author=by, text=text, client_id=uuid4(), **more)


def new_lines(rep: Client, address: str, after: int) -> str:
    return text_of(rep.get(f"{address}messages/new/", {"after": after}))


def test_only_the_lines_after_the_last_shown_come(rep: Client, world: World) -> None:
    contact, address = take(rep, world)
    with clock.at(clock.now() + timedelta(minutes=5)):
        first = say(contact, "Are you there?")
    with clock.at(clock.now() + timedelta(minutes=10)):
        say(contact, "And another thing")
        page = new_lines(rep, address, first.pk)
        assert "And another thing" in page and "Are you there?" in page, "the line before is its own proof"
        assert "I want to close my card" not in page
        for nonsense in ("", "x", "-1", "9" * 30):
            assert "I want to close my card" in text_of(rep.get(f"{address}messages/new/", {"after": nonsense}))


def test_a_line_that_was_stored_late_is_not_lost(rep: Client, world: World) -> None:
    contact, address = take(rep, world)
    late = say(contact, "Stored late")
    last = say(contact, "Came before it")
    assert late.pk < last.pk
    assert "Stored late" in new_lines(rep, address, last.pk)


def test_an_earlier_part_of_a_number_that_is_hidden_now_comes_anew(rep: Client, world: World) -> None:
    contact, address = take(rep, world)
    part = say(contact, "4000 0566")
    assert "4000 0566" in new_lines(rep, address, 0)
    say(contact, "5566 5556")
    page = new_lines(rep, address, part.pk)
    assert f'id="m-{part.pk}"' in page and "4000 0566" not in page


def test_the_answer_to_a_message_holds_it_and_names_its_event(rep: Client, world: World) -> None:
    contact, address = take(rep, world)
    sent = {"text": "Hello Ada", "client_id": str(uuid4()), "after": Message.objects.latest("pk").pk}
    for _ in range(2):
        answer = rep.post(f"{address}messages/", sent)
        page = text_of(answer)
        assert page.count("Hello Ada") == 1 and f'data-client="{sent["client_id"]}"' in page
        assert "Holdings" not in page, "the columns do not come with it"
    told = Event.objects.get(name="chat.message", subject=contact.public_id, data__author="rep")
    first = rep.post(f"{address}messages/", {**sent, "client_id": str(uuid4())})
    assert int(first.headers["Rapport-Event"]) > told.pk
    assert answer.headers["Rapport-Event"] == "0", "what was stored before is told of by no event now"


def test_the_lines_say_that_the_customer_is_away(rep: Client, world: World) -> None:
    contact, address = take(rep, world)
    assert 'id="away" hidden' in new_lines(rep, address, 0)
    Conversation.objects.filter(contact=contact).update(customer_seen_at=clock.now() - timedelta(minutes=1))
    assert 'id="away" hx-swap-oob' in new_lines(rep, address, 0)


def test_the_guide_comes_alone(rep: Client, world: World) -> None:
    contact, address = take(rep, world)
    assert 'id="guide-open" hx-swap-oob="true">1<' in text_of(rep.get(f"{address}guide/now/"))
    guides.tick(member=world.rep, contact=contact, step="why")
    page = text_of(rep.get(f"{address}guide/now/"))
    assert 'aria-checked="true" aria-label="Hear the reason"' in page
    assert 'id="guide-open" hidden' in page and "Holdings" not in page


def test_a_contact_in_other_hands_shows_no_part_of_itself(rep: Client, world: World) -> None:
    contact, address = take(rep, world)
    Contact.objects.filter(pk=contact.pk).update(rep=world.second_rep)
    for part in ("messages/new/", "guide/now/"):
        assert rep.get(f"{address}{part}").status_code == 404
    assert rep.post(f"{address}messages/", {"text": "x", "client_id": str(uuid4())}).status_code == 404
    assert rep.get(f"{DESK}strip/").status_code == 204
    rep.force_login(world.outsider.user)
    for part in (f"{address}messages/new/", f"{address}guide/now/", f"{DESK}strip/"):
        assert rep.get(part).status_code == 404


def test_who_may_read_a_contact_but_does_not_have_it_gets_no_part(rep: Client, world: World) -> None:
    _, address = take(rep, world)
    other = Client()
    other.force_login(world.supervisor.user)
    parts = [f"{address}messages/new/?after=0", f"{address}guide/now/"]
    assert [rep.get(part).status_code for part in parts] == [200, 200]
    assert [other.get(part).status_code for part in parts] == [404, 404]


def test_the_parts_cost_few_statements(rep: Client, world: World) -> None:
    contact, address = take(rep, world)
    for number in range(20):
        say(contact, f"Line {number}", by="rep", member=world.rep)
    guides.tick(member=world.rep, contact=contact, step="why")
    last = Message.objects.latest("pk").pk
    for _ in range(2):  # the first request of a session records the sign-in
        rep.get(f"{DESK}work/")
    with at_most(10):
        new_lines(rep, address, last)
    with at_most(15):
        rep.get(f"{address}guide/now/")
    with at_most(25):
        rep.post(f"{address}messages/", {"text": "Hello", "client_id": str(uuid4()), "after": last})
    with at_most(9):
        rep.post(f"{DESK}pulse/")


@pytest.mark.parametrize(("answers", "told"), [(1, "resolved 1 of 1"), (4, "resolved 3 of 4"), (5, "resolved 80")])
def test_of_a_few_answers_the_bar_tells_what_was_said_and_no_share(answers: int, told: str) -> None:
    said = max(1, answers - 1)
    day = {
        "contacts_answered": Figure(9, 9, None),
        "resolution_by_customers": Figure(said / answers, said, answers),
        "satisfaction": Figure(4.0, 4 * answers, answers),
        "saves_claimed": Figure(0, 0, None),
    }
    shown = " ".join(strip_tags(render_to_string("desk/day.html", {"day": day})).split())
    assert told in shown
    assert ("rating 4.0" in shown) is (answers >= 5)
