"""Masked values on the desk: one is shown on request only, with a reason, for this contact."""

import pytest
from django.test import Client

from rapport.accounts.roles import RIGHTS, Right, Role
from rapport.conftest import World
from rapport.contacts import actions as contacts
from rapport.contacts.models import Contact, Disposition
from rapport.customers.models import Customer, Holding, Reveal, SealedValue
from rapport.customers.sensitive import Keeper, Spot
from rapport.desk.tests.test_desk import DESK, take, text_of
from rapport.events.models import Event
from rapport.kit import sealing
from rapport.routing import actions as routing

CARD, BIRTH = "4000 0566 5566 5556", "1987-03-04"


@pytest.fixture
def rep(client: Client, world: World) -> Client:
    client.force_login(world.rep.user)
    return client


@pytest.fixture
def card(world: World) -> SealedValue:
    """The number of the customer's card, and beside it a date of birth."""
    holding = Holding.objects.create(programme=world.programme, customer=world.customer, key="1", product="Card")
    keep(world.customer, holding, "number", CARD)
    keep(world.customer, None, "date_of_birth", BIRTH)
    return SealedValue.objects.get(field="number")


def keep(customer: Customer, holding: Holding | None, field: str, text: str) -> None:
    Keeper(customer.programme).keep({Spot(customer, holding, field): text})


def value_at(contact: Contact, value: SealedValue) -> str:
    return f"{DESK}contacts/{contact.public_id}/values/{value.public_id}/"


def shown(rep: Client, contact: Contact, value: SealedValue, reason: str = "identity", **more: str) -> str:
    answer = rep.post(value_at(contact, value), {"reason": reason, **more})
    assert answer.status_code == 200, text_of(answer)
    return text_of(answer)


def asks_anew(rep: Client, contact: Contact, value: SealedValue) -> None:
    """See that an earlier showing counts for nothing, neither without a reason nor with one that is none."""
    asked = rep.post(value_at(contact, value))
    assert (asked.status_code, CARD in text_of(asked)) == (200, False)
    refused = rep.post(value_at(contact, value), {"reason": "because"})
    assert (refused.status_code, CARD in text_of(refused)) == (422, False)


def finish(world: World, contact: Contact) -> None:
    routing.end_conversation(contact, by="rep", actor="test")
    key = Disposition.objects.filter(programme=world.programme).first().key
    routing.finish_wrap_up(
        member=world.rep, contact_id=contact.public_id, disposition=key, resolved=True, summary="Stays"
    )


def test_the_desk_shows_masks_only(rep: Client, world: World, card: SealedValue) -> None:
    take(rep, world)
    page = text_of(rep.get(DESK))
    assert "•••• 5556" in page
    assert "date of birth" in page
    assert CARD not in page
    assert BIRTH not in page


def test_a_value_is_shown_with_a_reason_and_only_then(rep: Client, world: World, card: SealedValue) -> None:
    contact, _ = take(rep, world)
    asked = text_of(rep.post(value_at(contact, card)))
    assert "Check who they are" in asked
    assert CARD not in asked
    refused = rep.post(value_at(contact, card), {"reason": "because"})
    assert refused.status_code == 422
    assert "Choose why" in text_of(refused)
    assert Reveal.objects.count() == 0
    answer = rep.post(value_at(contact, card), {"reason": "identity"})
    assert CARD in text_of(answer)
    assert "no-store" in answer.headers["Cache-Control"]
    assert CARD not in text_of(rep.get(DESK))  # the page itself never has it


def test_another_reason_is_told_in_words_without_numbers(rep: Client, world: World, card: SealedValue) -> None:
    contact, _ = take(rep, world)
    assert rep.post(value_at(contact, card), {"reason": "other"}).status_code == 422
    shown(rep, contact, card, "other", note=f"they read me {CARD}")
    assert Reveal.objects.get().note == "they read me •••• 5556"


def test_every_showing_is_an_event_without_the_value(rep: Client, world: World, card: SealedValue) -> None:
    contact, _ = take(rep, world)
    shown(rep, contact, card)
    assert CARD in text_of(rep.post(value_at(contact, card)))  # again, within the same contact: no reason needed
    first, second = Event.objects.filter(name="customer.revealed").order_by("id")
    assert first.data == {
        "field": "number", "reason": "identity", "contact": str(contact.public_id), "again": False
    }  # fmt: skip
    assert second.data == {**first.data, "again": True}
    assert (first.actor, first.subject) == (f"member:{world.rep.pk}", world.customer.public_id)
    assert Reveal.objects.count() == 1


def test_nothing_is_shown_once_the_contact_is_closed(rep: Client, world: World, card: SealedValue) -> None:
    contact, _ = take(rep, world)
    shown(rep, contact, card)
    finish(world, contact)
    for sent in ({}, {"reason": "identity"}):
        answer = rep.post(value_at(contact, card), sent)
        assert answer.status_code == 409
        assert CARD not in text_of(answer)


def test_the_next_contact_of_the_same_customer_asks_anew(rep: Client, world: World, card: SealedValue) -> None:
    contact, _ = take(rep, world)
    shown(rep, contact, card)
    finish(world, contact)
    again, _ = take(rep, world)
    assert again.pk != contact.pk
    asks_anew(rep, again, card)


def test_a_contact_that_left_the_rep_and_came_back_asks_anew(rep: Client, world: World, card: SealedValue) -> None:
    contact, _ = take(rep, world)
    shown(rep, contact, card)
    held = Contact.objects.get(pk=contact.pk)
    contacts.return_to_queue(held, why="rep_lost", actor="router")
    assert rep.post(value_at(contact, card)).status_code == 404
    contacts.answer(Contact.objects.get(pk=contact.pk), rep=world.rep, actor="test")
    asks_anew(rep, contact, card)


def test_another_customers_value_is_not_there(rep: Client, world: World, card: SealedValue) -> None:
    other = Customer.objects.create(programme=world.programme, key="C-2", name="Alan Tower")
    keep(other, None, "iban", "DE89370400440532013000")
    contact, _ = take(rep, world)
    theirs = SealedValue.objects.get(customer=other)
    assert rep.post(value_at(contact, theirs), {"reason": "identity"}).status_code == 404


def test_another_rep_and_an_outsider_see_nothing(client: Client, world: World, card: SealedValue) -> None:
    client.force_login(world.rep.user)
    contact, _ = take(client, world)
    for person in (world.second_rep, world.supervisor, world.outsider):
        client.force_login(person.user)
        answer = client.post(value_at(contact, card), {"reason": "identity"})
        assert answer.status_code == 404
        assert CARD not in text_of(answer)


def test_who_lacks_the_right_sees_the_mask_and_no_button(
    rep: Client, world: World, card: SealedValue, monkeypatch: pytest.MonkeyPatch
) -> None:
    contact, _ = take(rep, world)
    monkeypatch.setitem(RIGHTS, Role.REP, RIGHTS[Role.REP] - {Right.REVEAL})
    page = text_of(rep.get(DESK))
    assert "•••• 5556" in page
    assert "/values/" not in page
    assert rep.post(value_at(contact, card), {"reason": "identity"}).status_code == 403


def test_looking_by_address_shows_nothing(rep: Client, world: World, card: SealedValue) -> None:
    contact, _ = take(rep, world)
    assert rep.get(value_at(contact, card)).status_code == 405


def test_a_value_moved_to_another_row_is_shown_to_nobody(rep: Client, world: World, card: SealedValue) -> None:
    contact, _ = take(rep, world)
    birth = SealedValue.objects.get(field="date_of_birth")
    SealedValue.objects.filter(pk=birth.pk).update(sealed=card.sealed)
    answer = rep.post(value_at(contact, birth), {"reason": "identity"})
    assert answer.status_code == 409
    assert CARD not in text_of(answer)
    assert Event.objects.filter(name="customer.revealed").count() == 0


def test_a_caller_is_found_by_the_number_of_their_card(rep: Client, world: World, card: SealedValue) -> None:
    contact, at = take(rep, world, email="new@example.org")
    assert contact.customer is None
    answer = rep.post(f"{at}customer/", {"told": sealing.normal(CARD)})
    assert "Ada Byron" in text_of(answer)
    assert "5566" not in text_of(answer)
    contact.refresh_from_db()
    assert contact.customer == world.customer


def test_a_number_of_nobody_is_not_repeated(rep: Client, world: World, card: SealedValue) -> None:
    _, at = take(rep, world, email="new@example.org")
    answer = rep.post(f"{at}customer/", {"told": "4242 4242 4242 4242"})
    assert answer.status_code == 422
    assert "4242" not in text_of(answer)


def test_numbers_typed_in_a_file_a_promise_and_a_chat_are_hidden_and_the_rep_is_told(
    rep: Client, world: World
) -> None:
    _, at = take(rep, world)
    for address, sent in (
        ("file/", {"version": "1", "name": "Ada Byron", "likes": f"tea, {CARD}"}),
        ("promises/", {"what": f"Block {CARD}", "due_on": "2030-01-01"}),
        ("last/", {"comment": f"was {CARD}"}),
        ("messages/", {"text": f"Is it {CARD}?"}),
    ):
        answer = rep.post(at + address, sent)
        if address == "last/":
            assert answer.status_code == 409  # no earlier contact: nothing is kept
            continue
        assert answer.status_code == 200, address
        assert "We%20hid%20a%20card%20number" in answer.headers["Rapport-Announce"], address
        assert CARD not in text_of(answer), address
    page = text_of(rep.get(DESK))
    assert "tea, •••• 5556" in page
    assert "Block •••• 5556" in page
    assert "Is it •••• 5556?" in page
    assert "Please do not send them here" in page


def test_a_number_sent_in_two_messages_is_hidden_in_both(rep: Client, world: World) -> None:
    _, at = take(rep, world)
    rep.post(f"{at}messages/", {"text": "it is 4000 0566"})
    page = text_of(rep.post(f"{at}messages/", {"text": "5566 5556, right?"}))
    assert "4000 0566" not in page
    assert "5566 5556" not in page


def test_a_card_number_is_no_telephone_number(rep: Client, world: World) -> None:
    _, at = take(rep, world)
    answer = rep.post(f"{at}file/", {"version": "1", "name": "Ada Byron", "phone": "378282246310005"})
    assert answer.status_code == 422
    assert "card or account number" in text_of(answer)
    assert "378282246310005" not in text_of(answer)
