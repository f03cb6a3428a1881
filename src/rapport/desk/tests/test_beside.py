"""Rep, customer, telephone system and prompter at one customer's contacts at once: nobody waits for ever."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from rapport.channels.chat import actions as chat
from rapport.channels.cti import actions as cti
from rapport.channels.cti.forms import read
from rapport.channels.cti.tests.test_events import ANSWER, NEW
from rapport.conftest import World
from rapport.contacts import actions as contacts
from rapport.contacts.models import Contact
from rapport.customers.models import Customer, Holding
from rapport.desk import actions as desk
from rapport.feedback import actions as feedback
from rapport.guides import actions as guides
from rapport.guides import transacting
from rapport.guides.connectors import keeping
from rapport.guides.connectors.exchange import Outcome
from rapport.guides.models import Transaction
from rapport.guides.publishing import install
from rapport.guides.tests.partner import BLOCK, connector
from rapport.guides.tests.written import simple
from rapport.kit.errors import Conflict
from rapport.kit.tests.at_once import at_once
from rapport.kit.walls import inside
from rapport.offers.leaving import actions as leaving
from rapport.offers.leaving import asking
from rapport.offers.models import CancelRequest
from rapport.portal.forms import Start
from rapport.portal.tests.test_alone import GUIDE as ALONE
from rapport.privacy import actions as privacy
from rapport.prompts import actions as prompts
from rapport.prompts import hearing, knowing
from rapport.prompts.by_words import ByWords
from rapport.prompts.models import Prompt
from rapport.routing import actions as routing

MANY = 12
pytestmark = pytest.mark.django_db(transaction=True)


def chats_of(world: World, *, ended: bool = False) -> list[Contact]:
    """Return chats of the one customer, all in the rep's hands."""
    begin = partial(chat.begin, programme=world.programme, email="ada@example.org", text="Hi", reason=world.reason)
    with inside(world.programme.pk):
        found = [begin(client_id=uuid4()) for _ in range(MANY)]
        for one in found:
            contacts.answer(one, rep=world.rep, actor="test")
            if ended:
                routing.end_conversation(one, by="rep", actor="test")
            one.refresh_from_db()
    return found


def promised(world: World, contact: Contact) -> None:
    desk.promise(member=world.rep, contact_id=contact.public_id, what="A letter")


def cancelled(world: World, contact: Contact, holding: str = "") -> None:
    leaving.cancel(
        customer=world.customer,
        holding=holding,
        contact=contact,
        channel="portal",
        origin="portal",
        by="rep",
        actor="test",
    )


@pytest.mark.parametrize("work", [promised, cancelled])
def test_a_customer_answers_the_survey_while_the_rep_wraps_up(
    committed_world: World, work: Callable[[World, Contact], None]
) -> None:
    world = committed_world
    ended = chats_of(world, ended=True)
    at_once(
        world.programme.pk,
        [partial(work, world, one) for one in ended],
        [partial(feedback.answer, contact=one, rating=5, resolved=True) for one in ended],
    )


def test_a_customer_asks_to_cancel_while_a_rep_cancels_and_another_settles(committed_world: World) -> None:
    world = committed_world
    asked = partial(asking.ask, programme=world.programme, email="ada@example.org", number="", words="My card")
    going_on = chats_of(world)
    made = []
    for number, one in enumerate(going_on):
        Holding.objects.create(programme=world.programme, customer=world.customer, key=f"H-{number}")
        made.append(asked(contact=one))

    def asks(one: Contact) -> None:
        asked(contact=one)
        chat.say(one, author="customer", text="I want to cancel", client_id=uuid4())

    def settles(row: CancelRequest) -> None:
        with suppress(Conflict):  # their rep has cancelled
            asking.settle(member=world.supervisor, request_id=row.public_id, customer=world.customer)

    at_once(
        world.programme.pk,
        [partial(asks, one) for one in going_on],
        [partial(cancelled, world, one, f"H-{number}") for number, one in enumerate(going_on)],
        [partial(settles, row) for row in made],
    )


def test_the_telephone_system_tells_of_a_call_while_the_rep_works_on_it(committed_world: World) -> None:
    world = committed_world

    def tell(event: Mapping[str, Any]) -> None:
        cti.take(programme=world.programme, told=read(event))

    for event in (NEW, ANSWER):
        tell(event)
    call = Contact.objects.get()
    holds = [{**ANSWER, "event": "hold", "at": f"2026-03-02T10:01:{second:02}Z"} for second in range(2 * MANY)]
    at_once(
        world.programme.pk,
        [partial(tell, one) for one in holds],
        [partial(promised, world, call) for _ in holds],
    )


def test_a_rep_uses_prompts_while_the_prompter_hears_them(committed_world: World) -> None:
    world = committed_world
    knowing.forget()
    words = [" ".join(f"{one}{each}" for each in ("fee", "card", "month", "letter")) for one in "abcdefghijklmnop"]
    steps = [
        {"key": f"s{i}", "title": f"Say {i}", "words": one, "touch_point": "verbatim"}
        for i, one in enumerate(words)
    ]
    install(programme=world.programme, text=simple("Cancel", steps, "cancel"))
    contact = chats_of(world)[0]
    with inside(world.programme.pk):
        guides.begin(contact, actor="test")
    by = ByWords()

    def hears() -> None:
        hearing.hear_chats(world.programme, [contact.public_id], by=by)

    def says(text: str) -> None:
        chat.say(contact, author="rep", text=text, client_id=uuid4(), member=world.rep)

    told = [partial(says, f"{one}. I will send you a letter tomorrow.") for one in words]
    heard = [step for one in told for step in (one, hears)]

    def uses() -> None:
        held = desk.in_hand(world.rep, contact.public_id)
        for one in Prompt.objects.filter(contact=contact).order_by("-pk")[:2]:
            prompts.dismiss(member=world.rep, contact=held, prompt=one.public_id)

    at_once(world.programme.pk, heard, [uses for _ in heard])


def test_a_customer_who_is_alone_asks_for_a_person_and_about_something_else(
    committed_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = committed_world
    monkeypatch.setattr("rapport.portal.limits.OPEN_PER_EMAIL", MANY * 3)
    with inside(world.programme.pk):
        contacts.ensure_reason(programme=world.programme, key="move", name="I am moving")
        install(programme=world.programme, text=ALONE)
    browsers = [Client() for _ in range(4)]
    for one in browsers:
        one.post("/p/cards/alone/begin/", {"token": Start().token, "reason": "cancel"})

    def sent(browser: Client, at: str, **told: str) -> None:
        form = {"token": Start().token, "email": "ada@example.org", "text": "Please help", **told}
        assert browser.post(at, form).status_code in (302, 409)

    at_once(
        world.programme.pk,
        [partial(sent, one, "/p/cards/alone/person/") for one in browsers],
        [partial(sent, one, "/p/cards/", reason="move") for one in browsers],
    )


def test_a_partners_system_answers_while_the_customer_is_erased(
    committed_world: World, settings: Any, tmp_path: Path
) -> None:
    settings.KEY_RING, settings.INTERNAL_HOSTS = tmp_path / "ring.json", ("localhost",)
    world, rows = committed_world, []
    with inside(world.programme.pk):
        keeping.save_connector(programme=world.programme, key="core", text=connector("localhost"))
        install(programme=world.programme, text=BLOCK)
        people = [Customer.objects.create(programme=world.programme, key=f"K-{n}") for n in range(MANY)]
        for person in people:
            call, _ = contacts.arrive(
                programme=world.programme, channel="voice", actor="pbx", customer=person, reason=world.reason
            )
            contacts.answer(call, rep=world.rep, actor="pbx")
            guides.answer(member=world.rep, contact=call, field="account", value="12")
            guides.transact(member=world.rep, contact=call, step="block", attempt=1)
            routing.end_conversation(call, by="pbx", actor="pbx")
            rows.append(Transaction.objects.get(contact=call).pk)

    def erases(person: Customer) -> None:
        privacy.erase(programme=world.programme, customer_id=person.public_id, confirmed=person.key, actor="test")

    done = Outcome("done", given={"reference": "R-1"})
    at_once(
        world.programme.pk,
        [partial(transacting.settle, row, done) for row in rows],
        [partial(erases, person) for person in people],
    )
    assert not Customer.objects.filter(standing="active", key__startswith="K-").exists()
