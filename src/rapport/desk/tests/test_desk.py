"""The rep's work by the door reps use, from the ring to the outcome."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from rapport.channels.chat import actions as chat
from rapport.channels.chat.queries import messages_of
from rapport.conftest import World
from rapport.contacts import actions as contacts
from rapport.contacts.models import Contact
from rapport.customers.models import Customer
from rapport.customers.promises import actions as promises
from rapport.customers.promises.queries import open_promises_of
from rapport.desk import actions as desk
from rapport.guides import publishing as guide_files
from rapport.guides.queries import guide_of
from rapport.guides.tests.written import simple
from rapport.kit import clock
from rapport.kit.walls import inside
from rapport.recognition import actions as recognition
from rapport.routing import actions as routing
from rapport.routing import presence, router
from rapport.routing.models import CHOSEN
from rapport.routing.queries import open_offer_to

STEPS = [
    {"key": "greet", "title": "Greet", "words": "Hello {customer.first_name}, I am {rep.name}."},
    {"key": "why", "title": "Hear the reason", "touch_point": "required"},
]
DESK = "/at/cards/desk/"


@pytest.fixture
def rep(client: Client, world: World) -> Client:
    client.force_login(world.rep.user)
    return client


def ring(world: World, email: str = "ada@example.org", text: str = "I want to close my card") -> Contact:
    """Have a customer write, and the router offer the contact to the only rep."""
    contact = chat.begin(programme=world.programme, email=email, text=text, reason=world.reason, client_id=uuid4())
    presence.choose(member=world.rep, doing="available")
    router.turn(world.programme)
    return contact


def take(client: Client, world: World, **more: str) -> tuple[Contact, str]:
    """Ring and accept; return the contact and the address of its steps."""
    guide_files.install(programme=world.programme, text=simple("Cancel", STEPS, "cancel"), actor="test")
    contact = ring(world, **more)
    offer = open_offer_to(world.rep)
    assert offer is not None
    assert client.post(f"{DESK}offers/{offer.public_id}/accept/").status_code == 200
    contact.refresh_from_db()
    return contact, f"{DESK}contacts/{contact.public_id}/"


def text_of(response: Any) -> str:
    return str(response.content.decode())


def test_a_rep_between_contacts_is_told_what_to_do(rep: Client, world: World) -> None:
    page = text_of(rep.get(DESK))
    assert "You are off the floor" in page
    assert " style=" not in page
    assert text_of(rep.post(f"{DESK}presence/", {"doing": "available"})).count("Available") > 0
    assert "Ready for the next contact" in text_of(rep.get(f"{DESK}work/"))


def test_a_ringing_contact_says_who_why_and_what_about(rep: Client, world: World) -> None:
    ring(world)
    page = text_of(rep.get(f"{DESK}work/"))
    assert 'data-ring="Ada Byron, Cancel my card"' in page
    assert "I want to close my card" in page
    assert "Priority" in page
    assert "Why you" in page and "was the only free rep who fits." in page
    assert "Passed over" not in page  # what colleagues lack is for who leads them
    assert "best" in page or "only" in page


def test_accepting_shows_file_guide_and_chat(rep: Client, world: World) -> None:
    take(rep, world)
    page = text_of(rep.get(DESK))
    assert "I want to close my card" in page
    assert "Hello Ada, I am Rep." in page
    assert "0 of 1" in page
    assert "ada@example.org" in page


def test_a_declined_contact_goes_back_and_the_rep_must_choose_again(rep: Client, world: World) -> None:
    contact = ring(world)
    offer = open_offer_to(world.rep)
    assert offer is not None
    page = text_of(rep.post(f"{DESK}offers/{offer.public_id}/decline/", {"because": "must_go"}))
    assert "A contact rang and was not taken" in page
    contact.refresh_from_db()
    assert contact.state == "waiting"


def test_an_offer_that_ran_out_cannot_be_taken(rep: Client, world: World) -> None:
    ring(world)
    offer = open_offer_to(world.rep)
    assert offer is not None
    with clock.at(clock.now() + timedelta(seconds=world.programme.offer_seconds + 1)):
        answer = rep.post(f"{DESK}offers/{offer.public_id}/accept/", headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert answer.headers["HX-Retarget"] == "#notices"
    assert "no longer offered" in text_of(answer)


def test_messages_are_sent_once_and_shown_as_text(rep: Client, world: World) -> None:
    contact, at = take(rep, world)
    message = {"text": "<script>alert(1)</script> hello", "client_id": str(uuid4())}
    for _ in range(2):
        page = text_of(rep.post(f"{at}messages/", message))
    assert "&lt;script&gt;alert(1)&lt;/script&gt; hello" in page
    assert [one.author for one in messages_of(contact)] == ["customer", "rep"]


def test_a_message_of_ten_thousand_characters_is_refused_in_words(rep: Client, world: World) -> None:
    _, at = take(rep, world)
    answer = rep.post(f"{at}messages/", {"text": "x" * 10_000}, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert "10,000 characters" in text_of(answer)


def test_steps_are_ticked_and_unticked(rep: Client, world: World) -> None:
    _, at = take(rep, world)
    assert "1 of 1" in text_of(rep.post(f"{at}steps/why/", {"done": "yes"}))
    assert "0 of 1" in text_of(rep.post(f"{at}steps/why/", {"done": "no"}))
    assert rep.post(f"{at}steps/nope/", {"done": "yes"}).status_code == 404


def test_the_file_is_edited_in_place_and_stale_edits_are_refused(rep: Client, world: World) -> None:
    _, at = take(rep, world)
    change = {"version": "1", "name": "Ada King", "likes": "no calls before 9", "email": "king@example.org"}
    page = text_of(rep.post(f"{at}file/", change))
    assert "Ada King" in page
    assert "king@example.org" in page
    assert rep.post(f"{at}file/", change).status_code == 409
    assert rep.post(f"{at}file/", {"version": "2", "email": "nonsense"}).status_code == 422


def test_promises_are_made_and_settled(rep: Client, world: World) -> None:
    _, at = take(rep, world)
    due = clock.now().date() + timedelta(days=3)
    page = text_of(rep.post(f"{at}promises/", {"what": "Send the form", "due_on": due.isoformat()}))
    assert "Send the form" in page
    promise = open_promises_of(world.customer)[0]
    assert "Send the form" not in text_of(rep.post(f"{at}promises/{promise.pk}/", {"kept": "yes"}))
    assert rep.post(f"{at}promises/{promise.pk}/", {"kept": "yes"}).status_code == 409
    assert rep.post(f"{at}promises/", {"what": "x", "due_on": "2001-01-01"}).status_code == 422


def test_the_last_contact_is_shown_commented_and_checked(rep: Client, world: World) -> None:
    with clock.at(clock.now() - timedelta(days=5)):
        presence.choose(member=world.second_rep, doing="available")
        past, _ = contacts.arrive(programme=world.programme, channel="voice", actor="pbx", customer=world.customer)
        routing.answer_elsewhere(past, rep=world.second_rep, actor="pbx")
        routing.end_conversation(past, by="customer", actor="pbx")
        routing.finish_wrap_up(
            member=world.second_rep,
            contact_id=past.public_id,
            disposition="other",
            resolved=True,
            summary="Late fee refunded",
        )
        presence.choose(member=world.second_rep, doing="offline")
    _, at = take(rep, world)
    page = text_of(rep.get(f"{DESK}work/"))
    assert "Late fee refunded" in page
    assert "5 d ago" in page
    page = text_of(rep.post(f"{at}last/", {"holds": "yes", "comment": "fee is on the statement"}))
    assert "still holds" in page
    assert "fee is on the statement" in page


def test_who_is_not_on_file_can_be_found(rep: Client, world: World) -> None:
    contact, at = take(rep, world, email="stranger@example.org")
    assert "Not on file" in text_of(rep.get(f"{DESK}work/"))
    assert rep.post(f"{at}customer/", {"told": "nobody@example.org"}).status_code == 422
    assert "Ada Byron" in text_of(rep.post(f"{at}customer/", {"told": " ADA@example.org "}))
    contact.refresh_from_db()
    assert contact.customer == world.customer


def test_earlier_contacts_of_others_are_seen_with_the_customer_in_hand_and_not_else(
    rep: Client, world: World
) -> None:
    guide_files.install(programme=world.programme, text=simple("Cancel", STEPS, "cancel"), actor="test")
    earlier = chat.begin(
        programme=world.programme,
        email="ada@example.org",
        text="words of then",
        reason=world.reason,
        client_id=uuid4(),
    )
    contacts.answer(earlier, rep=world.second_rep, actor="test")
    contacts.end(earlier, by="rep", actor="test")
    contacts.close(earlier, actor="test", disposition=None, resolved=True, summary="Their fee was waived")
    at_it = f"/at/cards/contacts/{earlier.public_id}/"
    assert "fee was waived" not in text_of(rep.get(DESK))
    _, at = take(rep, world)
    page = text_of(rep.get(DESK))
    assert ("Their fee was waived" in page, "words of then" in page) == (True, False)
    assert rep.get(at_it).status_code == 404
    rep.post(f"{at}end/")
    done = {"disposition": "saved", "resolved": "yes", "summary": "Stays", "open_because": "in a hurry"}
    assert rep.post(f"{at}wrap-up/", done).status_code == 200
    assert "fee was waived" not in text_of(rep.get(DESK))


def test_a_contact_is_put_on_one_file_only(rep: Client, world: World) -> None:
    other = Customer.objects.create(programme=world.programme, key="C-2", name="Bob Boole")
    contact, at = take(rep, world)
    refused = rep.post(f"{at}customer/", {"told": other.key})
    assert (refused.status_code, "Bob" in text_of(refused)) == (409, False)
    contact.refresh_from_db()
    assert contact.customer == world.customer


def test_numbers_are_not_tried_without_end(rep: Client, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "MOST_TRIED", 3)
    _, at = take(rep, world, email="stranger@example.org")
    tried = [rep.post(f"{at}customer/", {"told": f"4000056655665{n}"}).status_code for n in range(5)]
    assert tried == [422, 422, 422, 429, 429]


def test_wrap_up_asks_for_what_is_missing(rep: Client, world: World) -> None:
    contact, at = take(rep, world)
    assert "Stays with us" in text_of(rep.post(f"{at}end/"))
    form = {"disposition": "saved", "resolved": "yes", "summary": "Stays, fee waived"}
    for missing in ("disposition", "resolved", "summary"):
        answer = rep.post(f"{at}wrap-up/", {**form, missing: "", "open_because": "in a hurry"})
        assert answer.status_code == 422, missing
    answer = rep.post(f"{at}wrap-up/", form)
    assert answer.status_code == 422
    assert "Required touch points are open" in text_of(answer)
    answer = rep.post(f"{at}wrap-up/", {**form, "open_because": "They were in a hurry", "value_given": "Fee"})
    assert answer.status_code == 200
    contact.refresh_from_db()
    assert (contact.state, contact.resolved, contact.value_given) == ("closed", True, "Fee")
    guide = guide_of(contact)
    assert guide is not None
    assert guide.open_because == "They were in a hurry"
    assert "Ready for the next contact" in text_of(answer)


def test_a_choice_made_while_busy_counts_from_the_end(rep: Client, world: World) -> None:
    _, at = take(rep, world)
    assert "then break" in text_of(rep.post(f"{DESK}presence/", {"doing": "break"}))
    rep.post(f"{at}end/")
    rep.post(f"{at}steps/why/", {"done": "yes"})
    rep.post(f"{at}wrap-up/", {"disposition": "saved", "resolved": "no", "summary": "Tried"})
    assert "You are away: break" in text_of(rep.get(f"{DESK}work/"))


def test_a_call_pops_the_same_file_without_chat(rep: Client, world: World) -> None:
    presence.choose(member=world.rep, doing="available")
    contact, _ = contacts.arrive(
        programme=world.programme,
        channel="voice",
        actor="pbx",
        address="+4930123456",
        customer=world.customer,
    )
    routing.answer_elsewhere(contact, rep=world.rep, actor="pbx")
    page = text_of(rep.get(f"{DESK}work/"))
    assert "Ada Byron" in page
    assert "+4930123456" in page
    assert 'id="composer"' not in page


def test_a_call_gets_its_guide_when_the_rep_learns_the_reason(rep: Client, world: World) -> None:
    contact, at = take(rep, world)
    contacts.ensure_reason(programme=world.programme, key="limit", name="A higher limit")
    more = [{"key": "ask", "title": "Ask how much", "touch_point": "required"}]
    guide_files.install(programme=world.programme, text=simple("Limit", more, "limit"), actor="test")
    assert "Ask how much" in text_of(rep.post(f"{at}reason/", {"reason": "limit"}))
    assert rep.post(f"{at}reason/", {"reason": "nonsense"}).status_code == 422
    rep.post(f"{at}steps/ask/", {"done": "yes"})
    assert "Ask how much" in text_of(rep.post(f"{at}reason/", {"reason": "cancel"})), "ticked: the guide stays"
    contact.refresh_from_db()
    assert contact.reason == world.reason


def test_nothing_is_written_into_a_closed_contact(rep: Client, world: World) -> None:
    _, at = take(rep, world)
    rep.post(f"{at}steps/why/", {"done": "yes"})
    rep.post(f"{at}end/")
    rep.post(f"{at}wrap-up/", {"disposition": "saved", "resolved": "yes", "summary": "Done"})
    due = clock.now().date().isoformat()
    assert rep.post(f"{at}promises/", {"what": "x", "due_on": due}).status_code == 409
    assert rep.post(f"{at}file/", {"version": "1", "name": "Eve"}).status_code == 409
    assert rep.post(f"{at}messages/", {"text": "late"}).status_code == 409
    assert (
        rep.post(f"{at}wrap-up/", {"disposition": "saved", "resolved": "yes", "summary": "x"}).status_code == 409
    )


def test_nobody_else_acts_on_a_contact(client: Client, rep: Client, world: World) -> None:
    contact, at = take(rep, world)
    other = Client()
    for member, status in ((world.second_rep, 404), (world.supervisor, 404), (world.outsider, 404)):
        other.force_login(member.user)
        for what in (
            "messages/",
            "reason/",
            "typing/",
            "end/",
            "file/",
            "steps/why/",
            "wrap-up/",
            "promises/",
            "last/",
        ):
            form = {"text": "x", "disposition": "saved", "resolved": "yes", "summary": "x", "version": "1"}
            due = {"what": "x", "due_on": clock.now().date().isoformat()}
            assert other.post(f"{at}{what}", {**form, **due}).status_code == status, (member, what)
    contact.refresh_from_db()
    assert contact.state == "active"
    assert len(messages_of(contact)) == 1


@pytest.mark.parametrize("page", ["", "work/", "presence/", "line/", "day/", "ticket/"])
def test_the_outsider_learns_nothing_and_strangers_sign_in(client: Client, world: World, page: str) -> None:
    assert client.get(DESK + page).url.startswith("/sign-in/?next=")
    client.force_login(world.outsider.user)
    assert client.get(DESK + page).status_code == 404


def test_the_ticket_is_for_the_reps_own_stream(rep: Client, world: World) -> None:
    answer = rep.get(f"{DESK}ticket/").json()
    assert "/stream?ticket=" in answer["url"]


def test_the_pulse_keeps_a_rep_on_the_floor(rep: Client, world: World) -> None:
    presence.choose(member=world.rep, doing="available")
    later = clock.now() + timedelta(seconds=40)
    with clock.at(later):
        assert rep.post(f"{DESK}pulse/").status_code == 204
    found = presence.presence_of(world.rep)
    assert found is not None
    assert found.seen_at == later


def test_other_peoples_promises_are_not_settled(rep: Client, world: World) -> None:
    _, at = take(rep, world)
    with inside(world.other.pk):
        elsewhere = promises.make_promise(
            member=world.outsider,
            customer=type(world.customer).objects.create(programme=world.other, key="X"),
            what="secret",
            due_on=clock.now().date() + timedelta(days=1),
        )
    assert rep.post(f"{at}promises/{elsewhere.pk}/", {"kept": "yes"}).status_code == 409


def test_unread_rally_notes_come_first(rep: Client, world: World) -> None:
    today = clock.now().astimezone(world.programme.zone).date()
    contact = ring(world)
    chat.leave(contact)
    presence.choose(member=world.rep, doing="offline")
    recognition.draft(programme=world.programme, day=today, actor="test")
    recognition.publish(member=world.supervisor, day=today)
    assert "First the Rally Notes" in text_of(rep.get(DESK))
    refusal = rep.post(f"{DESK}presence/", {"doing": "available"}, headers={"HX-Request": "true"})
    assert refusal.status_code == 409
    assert "Rally Notes" in text_of(refusal)
    recognition.see_latest(member=world.rep)
    assert "You are off the floor" in text_of(rep.get(DESK))


def test_every_state_a_rep_may_choose_is_in_the_menu(rep: Client, world: World) -> None:
    page = text_of(rep.get(f"{DESK}presence/"))
    for state in CHOSEN:
        assert f'"doing": "{state.value}"' in page
