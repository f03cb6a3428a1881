"""A guide that its customer goes through alone, by HTTP: step by step, back, to a person, to the end."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from rapport.channels.chat.models import Message
from rapport.conftest import World
from rapport.contacts import actions as contacts
from rapport.contacts.access import access_own
from rapport.contacts.models import Contact
from rapport.events.models import Event
from rapport.feedback.models import Survey
from rapport.guides import publishing
from rapport.guides.alone import jobs
from rapport.guides.alone.actions import leave_if_idle
from rapport.guides.connectors import keeping
from rapport.guides.models import Alone, Connector, Progress
from rapport.guides.queries import guide_of
from rapport.guides.tests.partner import Partner, at_work, connector
from rapport.guides.tests.test_connectors import send
from rapport.insight.check import differences
from rapport.insight.queries import metrics
from rapport.kit import clock, limits
from rapport.portal.access import COOKIE
from rapport.portal.forms import Start
from rapport.portal.limits import BEGUN_PER_ADDRESS, MOVES_PER_MINUTE
from rapport.portal.tests.test_leave_number import NIGHT, plan

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
AT, PERSON = "/p/cards/alone/", "/p/cards/alone/person/"
GUIDE = """
name = "Cancel a card"
key = "cancel"
self_service = true
for = { reasons = ["cancel"] }
fields.why = { label = "Why, rep", customer_label = "Why?", type = "choice", choices = ["fee", "moving"] }
fields.when = { label = "When?", type = "date" }
fields.else = { label = "Anything else?", optional = true }

[[steps]]
key = "greet"
title = "Greet"
points = ["by name"]
touch_point = "guided"
next = "hear"

[[steps]]
key = "hear"
kind = "ask"
title = "Hear why"
words = "What made {customer.first_name|you} decide?"
touch_point = "free"
required = "always"
asks = ["why", "else"]
branches = [{ when = [{ field = "why", is = ["moving"] }], to = "day" }]
next = "offer"

[[steps]]
key = "offer"
kind = "offer"
title = "Offer"
words = "Only the rep reads this."
slot = "save"
rep_only = true
next = "day"

[[steps]]
key = "day"
kind = "ask"
title = "The day"
customer_words = "On which day shall it end?"
asks = ["when"]

[[steps]]
key = "terms"
title = "Terms"
words = "Ending it costs nothing."
touch_point = "verbatim"
required = "always"
fixed_order = true

[[steps]]
key = "close"
kind = "close"
title = "Close"
words = "You get a letter within a week."
"""


@pytest.fixture(autouse=True)
def guide(world: World) -> None:
    with clock.at(LONG_AGO):
        publishing.install(programme=world.programme, text=GUIDE)


def begin(client: Client, **changes: str) -> Contact:
    answer = client.post("/p/cards/alone/begin/", {"token": Start().token, "reason": "cancel", **changes})
    assert answer.status_code == 302, answer.content.decode()
    return Contact.objects.latest("id")


def go_on(client: Client, here: str, **answers: str) -> int:
    return client.post(
        AT, {"here": here, **{f"answer-{key}": value for key, value in answers.items()}}
    ).status_code


def shown(client: Client) -> str:
    """Return the step at hand: its key, and its words."""
    page = client.get(AT).content.decode()
    words = re.search(r'alone-words">(.*?)</p>', page)
    here = re.search(r'name="here" value="(\w+)"', page)
    return f"{here[1] if here else ''}: {words[1] if words else ''}"


def ask_person(client: Client, **changes: str) -> int:
    sent = {"token": Start().token, "email": "ada@example.org", "text": "Please help", **changes}
    return client.post(PERSON, sent).status_code


def test_to_the_end_alone(world: World, client: Client) -> None:
    assert "Do it myself: Cancel my card" in client.get("/p/cards/").content.decode()
    contact = begin(client)
    assert (contact.state, contact.customer, contact.address) == ("arrived", None, "")
    assert shown(client) == "hear: What made you decide?"
    assert client.get("/p/cards/contact/").headers["Location"] == AT
    assert go_on(client, "hear", why="moving") == 302
    assert shown(client) == "day: On which day shall it end?"
    assert go_on(client, "day", when="2026-12-24") == 302
    assert go_on(client, "terms") == 302
    assert "Finish" in client.get(AT).content.decode()
    assert go_on(client, "close") == 302
    contact.refresh_from_db()
    assert contact.state == "served" and Alone.objects.get().outcome == "served"
    page = client.get("/p/cards/contact/").content.decode()
    assert "You came to the end by yourself" in page and "2026-12-24" in page
    assert client.post("/p/cards/contact/survey/", {"rating": "5", "resolved": "yes"}).status_code == 302
    assert Survey.objects.get(contact=contact).resolved is True


def test_a_person_arrives_with_all_that_was_said(world: World, client: Client) -> None:
    contact = begin(client)
    go_on(client, "hear", why="fee", **{"else": "My card 4111 1111 1111 1111 is old"})
    page = client.get(AT).content.decode()
    assert "One of us does this with you" in page and "Only the rep" not in page and "4111 1111" not in page
    assert ask_person(client) == 302
    contact.refresh_from_db()
    assert (contact.state, contact.customer, contact.address) == ("waiting", world.customer, "ada@example.org")
    said = list(Message.objects.order_by("pk").values_list("author", "text"))
    assert said == [
        ("guide", "What made you decide?"),
        ("alone", "Why?: fee\nAnything else?: My card •••• 1111 is old"),
        ("customer", "Please help"),
    ]
    assert "before you asked for a person" in client.get("/p/cards/contact/").content.decode()
    contacts.answer(contact, rep=world.rep, actor="test")
    found = guide_of(access_own(world.programme, contact.public_id), member=world.rep)
    assert found is not None and found.view.current is not None and found.view.current.key == "offer"
    step = found.view.of("hear")
    assert step is not None and step.covered is not None and step.covered.how == "customer"
    client.force_login(world.rep.user)
    desk = client.get("/at/cards/desk/").content.decode()
    assert "by the customer" in desk and "Please help" in desk


def test_who_writes_on_an_old_start_page_meets_a_person_with_the_run(world: World, client: Client) -> None:
    contact = begin(client)
    go_on(client, "hear", why="moving")
    sent = {"token": Start().token, "email": "ada@example.org", "reason": "cancel", "text": "Just do it"}
    assert client.post("/p/cards/", sent).status_code == 302
    contact.refresh_from_db()
    assert Contact.objects.count() == 1 and contact.state == "waiting"
    assert list(Message.objects.order_by("pk").values_list("text", flat=True))[-1] == "Just do it"


def test_what_is_behind_moves_nothing(world: World, client: Client) -> None:
    begin(client)
    go_on(client, "hear", why="moving")
    answer = client.post(AT, {"here": "hear", "answer-why": "fee"}, follow=True)  # the old page, once more
    assert "You were further than that page already" in answer.content.decode()
    assert shown(client).startswith("day") and Progress.objects.get().told["answers"]["why"] == "moving"
    client.post("/p/cards/alone/back/", {"here": "hear"})
    assert shown(client).startswith("day")
    client.post("/p/cards/alone/back/", {"here": "day"})
    assert shown(client).startswith("hear") and 'value="moving" checked' in client.get(AT).content.decode()
    go_on(client, "hear", why="fee")
    assert shown(client) == "offer: "


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({}, "This is needed to go on."),
        ({"why": "nothing of these"}, "one of these is wanted: fee, moving"),
        ({"why": "fee", "else": "x" * 501}, "1 to 500 characters"),
        ({"why": "fee", "else": "x" * 100_000}, "1 to 500 characters"),
        ({"why": "fee", "else": "a\x00b"}, "1 to 500 characters"),
    ],
)
def test_answers_that_cannot_be_taken(world: World, client: Client, answers: dict[str, str], words: str) -> None:
    begin(client)
    sent = {f"answer-{key}": value for key, value in answers.items()}
    answer = client.post(AT, {"here": "hear", "answer-unasked": "x", **sent})
    assert answer.status_code == 422 and words in answer.content.decode()
    assert not Progress.objects.get().told.get("answers")


def test_hostile_text_is_shown_as_text(world: World, client: Client) -> None:
    begin(client)
    go_on(client, "hear", why="moving", **{"else": "<script>alert(1)</script>{{ 7*7 }}{customer.name}"})
    page = client.get(AT).content.decode()
    assert "<script>alert" not in page and "{{ 7*7 }}{customer.name}" in page


def test_a_form_sent_twice_begins_one_and_after_its_end_another(world: World, client: Client) -> None:
    token = Start().token
    begin(client, token=token)
    begin(Client(), token=token)
    assert Contact.objects.count() == 1
    client.post("/p/cards/contact/leave/")
    assert "You stopped here" in client.get("/p/cards/contact/").content.decode()
    begin(client, token=token)
    assert [one.state for one in Contact.objects.order_by("pk")] == ["left", "arrived"]


def test_a_person_is_asked_for_once(world: World, client: Client) -> None:
    contact = begin(client)
    assert ask_person(client, email="nobody") == 422
    assert ask_person(client) == ask_person(client) == 302
    assert go_on(client, "hear", why="fee") == 302
    contact.refresh_from_db()
    assert contact.state == "waiting" and Message.objects.filter(author="customer").count() == 1
    assert not Progress.objects.get().told.get("answers")


def test_what_was_typed_and_not_sent_goes_along(world: World, client: Client) -> None:
    begin(client)
    page = client.post(PERSON, {"here": "hear", "answer-else": "half a sent"}).content.decode()
    assert "half a sent</textarea>" in page


def test_a_closed_queue_takes_a_number_and_the_run_waits(world: World, client: Client) -> None:
    plan(world)
    with clock.at(NIGHT):
        contact = begin(client)
        assert ask_person(client) == 409
        contact.refresh_from_db()
        assert contact.state == "arrived" and contact.address == "" and not Message.objects.exists()
        assert shown(client).startswith("hear")
        assert "We are out." in client.get(PERSON).content.decode()
        assert ask_person(client, phone="+49 30 555666", call_back="1") == 302
        assert "We will call you" in client.get("/p/cards/contact/").content.decode()
        assert client.post("/p/cards/contact/say/", {"text": "and my card"}).status_code == 302
    assert list(Message.objects.order_by("pk").values_list("author", flat=True)) == [
        "guide",
        "customer",
        "customer",
    ]


def test_a_version_stays_and_a_withdrawn_guide_leads_to_a_person(world: World, client: Client) -> None:
    begin(client)
    newer = GUIDE.replace("On which day shall it end?", "Which day?").replace("self_service = true", "")
    publishing.install(programme=world.programme, text=newer)
    assert "Do it myself" not in Client().get("/p/cards/").content.decode()
    go_on(client, "hear", why="moving")
    assert shown(client) == "day: On which day shall it end?"
    publishing.retire(programme=world.programme, key="cancel")
    assert "We have changed how this goes" in client.get(AT).content.decode()
    go_on(client, "day", when="2026-12-24")
    assert shown(client).startswith("day") and ask_person(client) == 302
    assert Contact.objects.get().state == "waiting"


def test_a_stranger_learns_and_changes_nothing_of_a_file(world: World, client: Client) -> None:
    text = """
    name = "Alone"
    key = "cancel"
    self_service = true
    for = { reasons = ["cancel"] }
    fields.likes = { label = "What do you like?", saves = "file:likes", optional = true }
    [[steps]]
    key = "ask"
    kind = "ask"
    title = "Ask"
    words = "{customer.name|You} of {customer.segment|some} segment, {last.summary|nothing} last time"
    asks = ["likes"]
    next = "end"
    """
    publishing.install(programme=world.programme, text=text)
    begin(client)
    assert shown(client) == "ask: You of some segment, nothing last time"
    go_on(client, "ask", likes="Cats")
    world.customer.refresh_from_db()
    assert world.customer.likes == "" and Contact.objects.get().customer is None


def test_guides_for_some_customers_are_not_offered(world: World, client: Client) -> None:
    only = GUIDE.replace('reasons = ["cancel"]', 'reasons = ["cancel"], segments = ["priority"]')
    publishing.install(programme=world.programme, text=only)
    assert "Do it myself" not in client.get("/p/cards/").content.decode()
    answer = client.post("/p/cards/alone/begin/", {"token": Start().token, "reason": "cancel"})
    assert answer.status_code == 409 and "One of us does this with you" in answer.content.decode()
    assert not Contact.objects.exists()


def test_who_does_not_go_on_for_a_day_has_left(world: World, client: Client) -> None:
    contact = begin(client)
    moved_at = Alone.objects.get().moved_at
    with clock.at(moved_at + timedelta(hours=23)):
        jobs.leave_the_idle(0)
        assert shown(client).startswith("hear")
    with clock.at(moved_at + timedelta(hours=25)):
        jobs.leave_the_idle(0)
        jobs.leave_the_idle(0)
    contact.refresh_from_db()
    assert (contact.state, contact.ended_at) == ("left", moved_at)
    assert Event.objects.filter(name="guide.alone_ended").count() == 1
    assert go_on(client, "hear", why="fee") == 302 and "answers" not in Progress.objects.get().told


def test_strangers_are_limited(world: World, client: Client) -> None:
    contact = begin(client)
    limits.count(f"portal-alone:{contact.pk}", MOVES_PER_MINUTE, 60, by=MOVES_PER_MINUTE - 1)
    assert [go_on(client, "nowhere") for _ in range(2)] == [302, 429]
    assert "Nothing is lost" in client.post(AT, {"here": "hear"}).content.decode()
    here = f"portal:{world.programme.pk}:127.0.0.1"
    limits.count(here, BEGUN_PER_ADDRESS, 600, by=BEGUN_PER_ADDRESS - limits.count(here, 0, 600, by=0).taken)
    answer = Client().post("/p/cards/alone/begin/", {"reason": "cancel"})
    assert answer.status_code == 429 and "Too many conversations" in answer.content.decode()


def test_only_the_cookie_opens_it_and_only_here(world: World, client: Client) -> None:
    begin(client)
    for stranger in (Client(), Client(headers={"cookie": f"{COOKIE}={uuid4()}"})):
        assert stranger.get(AT).headers["Location"] == "/p/cards/contact/"
        assert stranger.post("/p/cards/alone/back/", {"here": "hear"}).status_code == 404
    elsewhere = Client()
    elsewhere.cookies[COOKIE] = client.cookies[COOKIE].value
    assert elsewhere.get("/p/loans/alone/").headers["Location"] == "/p/loans/contact/"


def test_what_came_of_it_is_counted_apart_from_the_floor(world: World, client: Client) -> None:
    begin(client)
    answers = {"hear": {"why": "moving"}, "day": {"when": "2026-12-24"}}
    for here in ("hear", "day", "terms", "close"):
        go_on(client, here, **answers.get(here, {}))
    client.post("/p/cards/contact/survey/", {"rating": "1", "resolved": "yes"})
    asks, leaves, stays = Client(), Client(), Client()
    for one in (asks, leaves, stays):
        begin(one)
    go_on(asks, "hear", why="fee")
    ask_person(asks)
    leaves.post("/p/cards/contact/leave/")
    contact = Contact.objects.get(state="waiting")
    contacts.answer(contact, rep=world.rep, actor="test")
    expected = {
        "self_service_begun": (4, None),
        "self_service_share": (1, 2),
        "self_service_done": (1, 3),
        "self_service_to_person": (1, 3),
        "self_service_resolved": (1, 1),
        "contacts_offered": (1, None),
        "satisfaction": (0, 0),
        "touch_point_coverage": (1, 2),
        "left_before_queue": (1, None),
    }
    (row,) = metrics(world.programme, expected)
    assert {key: (one.numerator, one.denominator) for key, one in row.figures.items()} == expected
    assert list(differences(world.programme)) == []


DOES = """
name = "Block a card"
key = "cancel"
self_service = true
for = { reasons = ["cancel"] }
fields.account = { label = "Account" }
fields.why = { label = "Why?", optional = true }
fields.reference = { label = "Reference" }

[[steps]]
key = "block"
kind = "do"
title = "Block it"
words = "Rep, block it."
customer_words = "Which account shall we block?"
connector = "core.block"
asks = ["account", "why"]
gives = ["reference"]

[[steps]]
key = "silent"
title = "Nothing for a customer"

[[steps]]
key = "told"
kind = "close"
title = "Told"
words = "It is blocked: {reference}."
"""


@pytest.fixture
def partner(settings: Any, tmp_path: Path) -> Iterator[Partner]:
    settings.KEY_RING = tmp_path / "ring.json"
    with at_work() as server:
        settings.INTERNAL_HOSTS = (server.host,)
        yield server


@pytest.mark.parametrize(("answers", "outcome"), [([200], "told: It is blocked: R-1."), ([409], "block: Which")])
def test_the_partners_system_does_it_alone_once(
    world: World, client: Client, partner: Partner, answers: list[int], outcome: str
) -> None:
    keeping.save_connector(programme=world.programme, key="core", text=connector(partner.host))
    publishing.install(programme=world.programme, text=DOES)
    begin(client)
    assert go_on(client, "block") == 422
    partner.answers = answers
    for _ in range(2):
        assert go_on(client, "block", account="12") == 302
    page = client.get(AT).content.decode()
    assert "This is being done just now" in page and "Do it now" not in page
    send()
    client.get(AT)
    assert shown(client).startswith(outcome) and len(partner.asked) == 1
    if outcome.startswith("block"):
        assert "did not work as it should" in client.get(AT).content.decode()
        assert go_on(client, "block", account="13") == 302 and len(partner.asked) == 1
        assert ask_person(client) == 302
        assert Message.objects.filter(author="alone").get().text == "Account: 12"


def test_what_a_transaction_lacks_leads_to_a_person(world: World, client: Client, partner: Partner) -> None:
    keeping.save_connector(programme=world.programme, key="core", text=connector(partner.host))
    publishing.install(programme=world.programme, text=DOES)
    begin(client)
    Connector.objects.all().delete()
    answer = client.post(AT, {"here": "block", "answer-account": "12"})
    assert answer.status_code == 422 and "Please talk to a person" in answer.content.decode()


def test_nothing_is_said_into_a_chat_that_is_not_there(world: World, client: Client) -> None:
    begin(client)
    for path in ("say", "typing", "call-back"):
        client.post(f"/p/cards/contact/{path}/", {"text": "Hello?", "phone": "030 123456"})
    assert not Message.objects.exists() and shown(client).startswith("hear")
    assert client.get("/p/cards/contact/part/").headers["HX-Refresh"] == "true"


def test_who_went_on_meanwhile_has_not_left(world: World, client: Client) -> None:
    begin(client)
    assert leave_if_idle(Alone.objects.get()) is False
