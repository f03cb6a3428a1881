"""The live floor, second by second on a set clock, with the router beside it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.db import connection

from rapport.accounts import queries as accounts
from rapport.channels.chat import actions as chat
from rapport.channels.chat.queries import messages_of
from rapport.contacts import queries as contacts
from rapport.demo.floor import LOCK, Floor, alone
from rapport.demo.topics import FAREWELLS
from rapport.desk import actions as desk
from rapport.kit import clock
from rapport.kit.ids import new_id
from rapport.recognition import actions as recognition
from rapport.routing import presence
from rapport.routing import queries as routing
from rapport.routing.router import turn

NOON = datetime(2026, 3, 30, 11, 0, tzinfo=UTC)
Live = Callable[..., Any]


def rows(label: str, **only: Any) -> Any:
    return apps.get_model(label).objects.filter(**only)


def person(programme: Any) -> Any:
    """The rep who signs in, with the Rally Notes read."""
    rep = next(one for one in accounts.members_of(programme) if one.user.username == "rep")
    with clock.at(NOON):
        recognition.see_latest(member=rep)
    return rep


@pytest.fixture
def live(small: Any) -> Live:
    """Let seconds pass on the floor, two by two: ``live(60)``; ``each`` is called each time, and may end it."""
    floor, passed = Floor(), [0]

    def go(seconds: int, each: Callable[[], Any] = lambda: None) -> Floor:
        for _ in range(seconds // 2):
            passed[0] += 2
            with clock.at(NOON + timedelta(seconds=passed[0])):
                floor.turn()
                turn(small)
                if each():
                    break
        return floor

    return go


def test_the_floor_goes_through_all_a_contact_can_do(small: Any, live: Live) -> None:
    live(600, each=lambda: all(seen() for seen in EVERYTHING.values()))
    assert {what for what, seen in EVERYTHING.items() if not seen()} == set()
    assert not rows("routing.Offer", result="missed").count() > 2


def arrived(**only: Any) -> Any:
    return rows("contacts.Contact", arrived_at__gt=NOON, **only)


EVERYTHING: dict[str, Callable[[], bool]] = {
    "many contacts": lambda: arrived().count() > 15,
    "a chat closed with its outcome": lambda: arrived(
        state="closed", channel="chat", resolved__isnull=False
    ).exists(),
    "a call answered": lambda: arrived(channel="voice", answered_at__isnull=False).exists(),
    "a touch point covered": lambda: rows("guides.Progress", began_at__gt=NOON, covered__gt=0).exists(),
    "an offer made to who wants to leave": lambda: rows("offers.Presentation", offered_at__gt=NOON).exists(),
    "a wish to leave ended by a rep": lambda: rows(
        "offers.SaveAttempt", ended_at__gt=NOON, contact__isnull=False
    ).exists(),
    "a customer's answer": lambda: rows("feedback.Survey", answered_at__gt=NOON).exists(),
    "a customer's and a rep's message": lambda: (
        set(rows("chat.Message", at__gt=NOON, contact__state="closed").values_list("author", flat=True))
        >= {"customer", "rep"}
    ),
}


def test_only_one_floor_is_alive(db: Any) -> None:
    parameters = {**connection.get_connection_params(), "cursor_factory": psycopg.Cursor}
    with psycopg.connect(**parameters) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        assert not alone()
        other.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
        assert alone()


def test_another_floor_takes_over_in_the_middle(small: Any, live: Live) -> None:
    live(90)
    before = rows("chat.Message", at__gt=NOON).count()
    again = Floor()
    for second in range(90, 320, 2):
        with clock.at(NOON + timedelta(seconds=second)):
            again.turn()
            turn(small)
    assert rows("chat.Message", at__gt=NOON).count() > before
    assert rows("contacts.Contact", arrived_at__gt=NOON, state="closed").exists()
    assert not rows(
        "contacts.Contact", arrived_at__gt=NOON + timedelta(seconds=1), legs__ended_by="rep_lost"
    ).exists()


def test_a_person_who_is_available_is_offered_a_contact_soon(small: Any, live: Live) -> None:
    rep = person(small)
    live(60)
    with clock.at(NOON + timedelta(seconds=60)):
        presence.choose(member=rep, doing="available")

    def offered() -> bool:
        presence.pulse(member=rep)
        return routing.open_offer_to(rep) is not None

    live(25, each=offered)
    with clock.at(NOON + timedelta(seconds=85)):
        assert rows("routing.Offer", member=rep).exists()


def test_a_simulated_customer_talks_with_a_person_and_says_how_it_went(small: Any, live: Live) -> None:
    rep = person(small)
    with clock.at(NOON):
        presence.choose(member=rep, doing="available")
    taken: list[Any] = []

    def work() -> bool:
        presence.pulse(member=rep)
        offer = routing.open_offer_to(rep)
        if offer and not taken:
            taken.append(desk.accept(member=rep, offer_id=offer.public_id))
        held = next(iter(contacts.held_by(rep)), None)
        if held and held.state == "active":
            said = [one for one in messages_of(held) if one.author != "system"]
            if said[-1].author == "customer":
                chat.say(held, author="rep", text="I see. Let me look.", client_id=new_id(), member=rep)
        return held is not None and held.state == "wrap_up"

    live(240, each=work)
    assert taken
    contact = rows("contacts.Contact", pk=taken[0].pk).get()
    assert contact.state == "wrap_up"
    assert rows("chat.Message", contact=contact, author="customer").count() >= 4


def test_a_person_who_writes_is_answered_by_a_simulated_rep(small: Any, live: Live) -> None:
    live(30)
    with clock.at(NOON + timedelta(seconds=30)):
        reason = contacts.reason_by_key(small, "fee")
        contact = chat.begin(
            programme=small, email="ada@example.org", text="What is this fee?", reason=reason, client_id=new_id()
        )

    def answer() -> bool:
        contact.refresh_from_db()
        chat.customer_seen(contact)
        said = [one for one in messages_of(contact) if one.author != "system"]
        if contact.state == "active" and said[-1].author == "rep":
            polite = len(said) > 5
            text = "Thanks, that was all" if polite else "It is on this month's statement."
            if said[-1].text not in FAREWELLS:
                chat.say(contact, author="customer", text=text, client_id=new_id())
        return contact.state in ("wrap_up", "closed")

    live(240, each=answer)
    assert contact.state in ("wrap_up", "closed")
    assert messages_of(contact)[-1].text in FAREWELLS
    assert contact.customer is not None
