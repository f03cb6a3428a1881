"""The customers' pages, by HTTP: begin, wait, talk, leave, answer the survey; and who may not."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from rapport.channels.chat import actions as chat
from rapport.channels.chat import jobs
from rapport.channels.chat.models import Conversation, Message
from rapport.channels.chat.queries import lines_since
from rapport.conftest import World
from rapport.contacts import actions as contacts
from rapport.contacts.access import access_own
from rapport.contacts.models import Contact
from rapport.customers.models import Customer
from rapport.customers.promises import actions as promises
from rapport.events.models import Event
from rapport.feedback.models import Survey
from rapport.kit import clock
from rapport.live import tickets
from rapport.portal.access import COOKIE, KNOWN_COOKIE
from rapport.portal.forms import Start
from rapport.portal.limits import BEGUN_PER_ADDRESS, MESSAGES_PER_MINUTE
from rapport.portal.queries import wait_in_words
from rapport.routing import actions as routing
from rapport.routing import publishing

HOSTILE = "<script>alert('x')</script> & \u202e\x00 {{ 7*7 }} '\"; DROP TABLE"


def form(**changes: str) -> dict[str, str]:
    return {"token": Start().token, "email": "Ada@Example.org ", "reason": "cancel", "text": "Hello?", **changes}


def begin(client: Client, **changes: str) -> Contact:
    answer = client.post("/p/cards/", form(**changes))
    assert answer.status_code == 302, answer.content.decode()
    return Contact.objects.latest("id")


def connect(world: World, contact: Contact) -> Contact:
    contacts.answer(contact, rep=world.rep, actor="test")
    return access_own(world.programme, contact.public_id)


def end(world: World, contact: Contact) -> None:
    routing.end_conversation(connect(world, contact), by="rep", actor="test")


def test_a_first_message_opens_a_conversation_and_shows_the_place_in_line(world: World, client: Client) -> None:
    page = client.get("/p/cards/")
    assert page.status_code == 200 and "Cancel my card" in page.content.decode()
    contact = begin(client)
    assert (contact.state, contact.customer, contact.reason) == ("waiting", world.customer, world.reason)
    cookie = client.cookies[COOKIE]
    assert cookie["httponly"] and cookie["path"] == "/p/cards/" and cookie["samesite"] == "Lax"
    shown = client.get("/p/cards/contact/").content.decode()
    assert "You are next" in shown and "We cannot say yet how long it takes." in shown and "Hello?" in shown
    assert client.get("/p/cards/").headers["Location"] == "/p/cards/contact/"


def test_a_form_sent_twice_opens_one_conversation(world: World, client: Client) -> None:
    sent = form()
    client.post("/p/cards/", sent)
    Client().post("/p/cards/", sent)
    client.post("/p/cards/", sent)
    assert Contact.objects.count() == 1
    assert Message.objects.count() == 1


def test_writing_again_from_an_old_page_adds_to_the_open_conversation(world: World, client: Client) -> None:
    begin(client)
    client.post("/p/cards/", form(text="Still there?"))
    assert Contact.objects.count() == 1
    assert list(Message.objects.values_list("text", flat=True)) == ["Hello?", "Still there?"]


def test_the_same_form_after_the_end_begins_anew(world: World, client: Client) -> None:
    sent = form()
    client.post("/p/cards/", sent)
    end(world, Contact.objects.get())
    client.post("/p/cards/", sent)
    assert Contact.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"email": "nobody"}, "does not look like an e-mail address"),
        ({"email": "a\x00@example.org"}, "does not look like an e-mail address"),
        ({"reason": "nothing"}, "Choose what it is about"),
        ({"text": "  "}, "Please write a few words first."),
        ({"text": "x" * 10_000}, "That is 10,000 characters"),
    ],
)
def test_what_cannot_be_used_is_refused_and_stays_in_the_form(
    world: World, client: Client, changes: dict[str, str], words: str
) -> None:
    answer = client.post("/p/cards/", form(**{"text": "My words", **changes}))
    page = answer.content.decode()
    assert answer.status_code == 422 and words in page
    assert changes.get("text", "My words") in page
    assert not Contact.objects.exists()


def test_hostile_text_is_shown_as_text(world: World, client: Client) -> None:
    begin(client, text=HOSTILE)
    page = client.get("/p/cards/contact/").content.decode()
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page and "{{ 7*7 }}" in page
    assert "\x00" not in page


def test_nobody_learns_whether_an_address_is_on_file(world: World) -> None:
    shown = []
    for email in ("ada@example.org", "stranger@example.org"):
        client = Client()
        begin(client, email=email)
        page = client.get("/p/cards/contact/").content.decode()
        assert "Ada" not in page and "Byron" not in page and "Priority" not in page
        shown.append(page.split('id="talk-now"')[1].split("</section>")[0])
        client.post("/p/cards/contact/leave/")
    assert shown[0] == shown[1]


def test_a_few_open_conversations_per_address_are_enough(world: World) -> None:
    for _ in range(3):
        begin(Client(), email="busy@example.org")
    answer = Client().post("/p/cards/", form(email="busy@example.org", text="A fourth"))
    assert answer.status_code == 429
    assert "already 3 open conversations" in answer.content.decode() and "A fourth" in answer.content.decode()


def test_nobody_is_kept_out_by_others_who_use_their_e_mail_address(world: World) -> None:
    for _ in range(4):
        Client(REMOTE_ADDR="203.0.113.9").post("/p/cards/", form(email="ada@example.org"))
    begin(Client(REMOTE_ADDR="198.51.100.7"), email="ada@example.org")


def test_messages_faster_than_a_person_writes_are_refused_and_not_lost(world: World, client: Client) -> None:
    begin(client)
    for number in range(MESSAGES_PER_MINUTE):
        client.post("/p/cards/contact/say/", {"text": str(number)})
    answer = client.post("/p/cards/contact/say/", {"text": "Still here"})
    assert answer.status_code == 429 and "Still here" in answer.content.decode()


def test_a_network_address_cannot_begin_without_end(world: World) -> None:
    for number in range(BEGUN_PER_ADDRESS):
        begin(Client(), email=f"c{number}@example.org")
    answer = Client().post("/p/cards/", form(email="one.more@example.org"))
    assert answer.status_code == 429 and "ten minutes" in answer.content.decode()


def test_fetching_the_part_says_that_the_page_is_open(world: World, client: Client) -> None:
    begin(client)
    later = clock.now() + timedelta(seconds=100)
    with clock.at(later):
        part = client.get("/p/cards/contact/part/")
        assert part.status_code == 200 and "<html" not in part.content.decode()
        assert Conversation.objects.get().customer_seen_at == later
    with clock.at(later + timedelta(seconds=110)):
        jobs.abandon_the_gone(0)
        assert access_own(world.programme, Contact.objects.get().public_id).state == "waiting"


def test_who_closes_the_page_in_line_is_counted_as_gone_when_they_went(world: World, client: Client) -> None:
    contact = begin(client)
    last_seen = Conversation.objects.get().customer_seen_at
    with clock.at(clock.now() + timedelta(seconds=119)):
        jobs.abandon_the_gone(0)
        assert access_own(world.programme, contact.public_id).state == "waiting"
    with clock.at(clock.now() + timedelta(minutes=10)):
        jobs.abandon_the_gone(0)
        gone = access_own(world.programme, contact.public_id)
        assert (gone.state, gone.ended_at) == ("abandoned", max(last_seen, gone.placed_at or last_seen))
        assert "no longer in line" in client.get("/p/cards/contact/").content.decode()


def test_who_closes_the_page_during_the_chat_finds_it_again(world: World, client: Client) -> None:
    contact = connect(world, begin(client))
    with clock.at(clock.now() + timedelta(minutes=10)):
        jobs.abandon_the_gone(0)
        assert lines_since(contact)[1]
        chat.say(contact, author="rep", text="Are you there?", client_id=uuid4(), member=world.rep)
        assert "Are you there?" in client.get("/p/cards/contact/").content.decode()
        assert not lines_since(contact)[1]


def test_who_closes_the_page_after_the_end_can_still_answer(world: World, client: Client) -> None:
    contact = begin(client)
    end(world, contact)
    with clock.at(clock.now() + timedelta(days=6)):
        assert client.get("/p/cards/").status_code == 200
        assert "How was it with Rep?" in client.get("/p/cards/contact/").content.decode()
        client.post("/p/cards/contact/survey/", {"rating": "4", "resolved": "no"})
    assert Survey.objects.get(contact=contact).rating == 4


def test_messages_go_both_ways_and_each_once(world: World, client: Client) -> None:
    contact = connect(world, begin(client))
    message = {"text": "My card", "client_id": str(uuid4())}
    for _ in range(3):
        answer = client.post("/p/cards/contact/say/", message, headers={"Accept": "application/json"})
        assert answer.json()["sent"] is True
    chat.say(contact, author="rep", text="I see.", client_id=uuid4(), member=world.rep)
    part = client.get("/p/cards/contact/part/").content.decode()
    assert part.count("My card") == 1 and "I see." in part and "You are talking with Rep" in part


def test_a_page_without_javascript_can_write_too(world: World, client: Client) -> None:
    begin(client)
    assert client.post("/p/cards/contact/say/", {"text": "And this"}).headers["Location"] == "/p/cards/contact/"
    answer = client.post("/p/cards/contact/say/", {"text": "y" * 5000})
    page = answer.content.decode()
    assert answer.status_code == 422 and "That is 5,000 characters" in page and "y" * 5000 in page
    assert '<meta http-equiv="refresh"' in page


def test_too_long_a_message_is_refused_in_words(world: World, client: Client) -> None:
    begin(client)
    answer = client.post("/p/cards/contact/say/", {"text": "z" * 10_000}, headers={"Accept": "application/json"})
    assert answer.status_code == 422
    assert "one message can hold 4,000" in answer.json()["error"]["message"]


def test_a_message_after_the_end_is_not_lost_from_sight(world: World, client: Client) -> None:
    contact = begin(client)
    end(world, contact)
    answer = client.post("/p/cards/contact/say/", {"text": "One more thing"})
    page = answer.content.decode()
    assert answer.status_code == 409 and "One more thing" in page and "This was not sent any more" in page


def test_who_lost_the_rep_is_told_and_keeps_the_place(world: World, client: Client) -> None:
    contact = connect(world, begin(client))
    begin(Client(), email="later@example.org")
    contacts.return_to_queue(contact, why="rep_lost", actor="router")
    page = client.get("/p/cards/contact/").content.decode()
    assert "We lost the connection" in page and "you are first in line again" in page


def test_the_wait_is_told_when_it_is_known() -> None:
    assert wait_in_words(None) == ""
    assert wait_in_words(40) == "less than a minute"
    assert wait_in_words(130) == "about 3 minutes"
    assert wait_in_words(9000) == "more than an hour"


def test_however_often_pages_ask_the_usual_handle_time_is_looked_up_once(
    world: World, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    begin(client)
    with django_assert_max_num_queries(76) as asked:
        for _ in range(4):
            client.get("/p/cards/contact/part/")
    assert sum("AVG(" in query["sql"] for query in asked.captured_queries) == 1


def test_leaving_the_line(world: World, client: Client) -> None:
    contact = begin(client)
    client.post("/p/cards/contact/leave/")
    client.post("/p/cards/contact/leave/")
    contact.refresh_from_db()
    assert contact.state == "abandoned"
    assert "You are no longer in line" in client.get("/p/cards/contact/").content.decode()
    assert client.post("/p/cards/again/").headers["Location"] == "/p/cards/"
    assert client.get("/p/cards/").status_code == 200


def test_an_open_conversation_is_not_forgotten(world: World, client: Client) -> None:
    begin(client)
    client.post("/p/cards/again/")
    assert client.get("/p/cards/").headers["Location"] == "/p/cards/contact/"


def test_the_page_reloads_itself_when_the_chat_has_ended(world: World, client: Client) -> None:
    contact = begin(client)
    end(world, contact)
    answer = client.get("/p/cards/contact/part/")
    assert (answer.status_code, answer.headers["HX-Refresh"]) == (204, "true")


def test_the_survey_is_there_at_once_and_two_taps_are_enough(world: World, client: Client) -> None:
    contact = begin(client)
    end(world, contact)
    assert "How was it with Rep?" in client.get("/p/cards/contact/").content.decode()
    assert not Survey.objects.exists()
    taps = {"rating": "5", "resolved": "yes"}
    assert client.post("/p/cards/contact/survey/", taps, headers={"Accept": "application/json"}).json()["kept"]
    answer = client.post("/p/cards/contact/survey/", {**taps, "comment": "Quick & kind"})
    assert answer.headers["Location"] == "/p/cards/contact/?thanks"
    survey = Survey.objects.get(contact=contact)
    assert (survey.rating, survey.resolved, survey.comment) == (5, True, "Quick & kind")
    page = client.get("/p/cards/contact/?thanks").content.decode()
    assert "Thank you" in page and "Quick &amp; kind" in page


def test_a_survey_that_cannot_be_read_is_refused_and_kept_on_the_page(world: World, client: Client) -> None:
    contact = begin(client)
    end(world, contact)
    answer = client.post("/p/cards/contact/survey/", {"rating": "9", "comment": "words"})
    assert answer.status_code == 422 and "words" in answer.content.decode()
    assert not Survey.objects.exists()


def test_only_what_was_promised_in_this_contact_is_shown(world: World, client: Client) -> None:
    contact = begin(client)
    today = clock.now().astimezone(world.programme.zone).date()
    for what, where in (("Send a letter", contact.pk), ("Something older", None)):
        promises.make_promise(member=world.rep, customer=world.customer, what=what, due_on=today, contact_id=where)
    end(world, contact)
    page = client.get("/p/cards/contact/").content.decode()
    assert "Send a letter" in page and "Something older" not in page


def test_who_has_shown_to_be_the_customer_sees_all_promises_to_them(world: World, client: Client) -> None:
    contact = begin(client)
    today = clock.now().astimezone(world.programme.zone).date()
    another = Customer.objects.create(programme=world.programme, key="C-2", name="Bob")
    for what, whom in (("Something older", world.customer), ("For another", another)):
        promises.make_promise(member=world.rep, customer=whom, what=what, due_on=today)
    end(world, contact)
    client.post("/p/cards/cancel/", {"email": "ada@example.org", "number": "C-1"})
    page = client.get("/p/cards/contact/").content.decode()
    assert "Something older" in page and "For another" not in page
    known, theirs = client.cookies[KNOWN_COOKIE].value, Client()
    begin(theirs, email="eve@example.org")
    theirs.cookies[KNOWN_COOKIE] = known
    assert "Something older" not in theirs.get("/p/cards/contact/").content.decode()


def test_a_ticket_names_the_own_contact_only(world: World, client: Client) -> None:
    contact = begin(client)
    begin(Client(), email="other@example.org")
    address = client.get("/p/cards/contact/ticket/").json()["url"]
    ticket = tickets.read(address.partition("ticket=")[2])
    assert (ticket.programme_id, ticket.channels) == (
        world.programme.pk,
        frozenset({f"contact:{contact.public_id}"}),
    )


PAGES = ["part/", "ticket/"]
ACTIONS = ["say/", "typing/", "leave/", "survey/"]


@pytest.mark.parametrize("path", PAGES)
def test_pages_of_a_contact_are_not_there_without_its_cookie(world: World, client: Client, path: str) -> None:
    assert client.get(f"/p/cards/contact/{path}").status_code == 404


@pytest.mark.parametrize("path", ACTIONS)
def test_nobody_acts_without_the_cookie(world: World, client: Client, path: str) -> None:
    contact = begin(Client())
    assert client.post(f"/p/cards/contact/{path}", {"text": "x", "rating": "1"}).status_code == 404
    contact.refresh_from_db()
    assert contact.state == "waiting"
    assert client.get(f"/p/cards/contact/{path}").status_code == 405


@pytest.mark.parametrize("path", PAGES)
def test_a_cookie_of_another_programme_or_a_forged_one_opens_nothing(
    world: World, client: Client, path: str
) -> None:
    begin(client)
    signed = client.cookies[COOKIE].value
    for programme, value in [("loans", signed), ("cards", signed[:-3] + "abc"), ("cards", "nonsense")]:
        stranger = Client()
        stranger.cookies[COOKIE] = value
        assert stranger.get(f"/p/{programme}/contact/{path}").status_code == 404
        assert stranger.get(f"/p/{programme}/contact/").status_code == 302


def test_an_unknown_programme_is_not_there(world: World, client: Client) -> None:
    assert client.get("/p/nowhere/").status_code == 404


def test_forms_are_guarded_against_other_sites(world: World) -> None:
    assert Client(enforce_csrf_checks=True).post("/p/cards/", form()).status_code == 403


SHUT = """
[calendars.never]
hours = ["mon 08:00-08:01"]

[queues.main]
name = "Main"
calendar = "never"
closed = { message = "We rest." }
routes = [{ steps = [{ anyone = true }] }]
"""


def by_plan(world: World, text: str) -> None:
    made = publishing.save_draft(programme=world.programme, text=text)
    publishing.publish(programme=world.programme, number=made.number, instead_of=None)


def test_a_customer_is_told_before_writing_that_the_queue_is_closed(world: World, client: Client) -> None:
    by_plan(world, SHUT)
    with clock.at(datetime(2026, 11, 24, 12, tzinfo=UTC)):
        assert "We rest. We open again: Monday, 30 November, 08:00." in client.get("/p/cards/").content.decode()
        sent = {"email": "ada@example.org", "reason": "cancel", "text": "Where is my card?"}
        answer = client.post("/p/cards/", sent)
    page = answer.content.decode()
    assert answer.status_code == 409 and "We rest." in page and "Where is my card?" in page
    assert not Contact.objects.exists()
    assert Event.objects.get(name="queue.turned_away").data == {"queue": "main", "why": "closed"}


def test_the_waiting_page_tells_what_the_plan_says(world: World, client: Client) -> None:
    told = 'wait = { tells_position = false, tells_estimate = false, message = "Thank you <3" }\n'
    by_plan(world, f'[queues.main]\nname = "Main"\n{told}routes = [{{ steps = [{{ anyone = true }}] }}]\n')
    contact = begin(client)
    begin(Client())
    Contact.objects.filter(pk=contact.pk).update(placed_at=clock.now() + timedelta(minutes=1))
    page = client.get("/p/cards/contact/").content.decode()
    assert "You are in line" in page and "number 2" not in page
    assert "Thank you &lt;3" in page and "how long it takes" not in page
