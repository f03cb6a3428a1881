"""Erasure: the person is gone from every table, and no figure changes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from rapport.conftest import World
from rapport.contacts.models import Contact
from rapport.customers import standing
from rapport.customers.models import Customer
from rapport.events.models import Event
from rapport.feedback import actions as feedback
from rapport.insight.check import differences
from rapport.kit import clock
from rapport.kit.errors import Conflict, Invalid
from rapport.privacy import actions
from rapport.privacy.queries import parts_of
from rapport.privacy.tests.stage import LATER, NINE, WORDS, call, chatted, every_figure, known, left

ACTOR = "member:1"


def erase(world: World, customer: Customer, confirmed: str = "C-1") -> int:
    with clock.at(LATER):
        return actions.erase(
            programme=world.programme, customer_id=customer.public_id, confirmed=confirmed, actor=ACTOR
        )


def test_the_person_is_gone_from_every_table_and_no_figure_changes(world: World) -> None:
    customer = known(world)
    with clock.at(LATER):
        actions.open_request(
            programme=world.programme,
            customer_id=customer.public_id,
            kind="erasure",
            note="her request note",
            actor=ACTOR,
        )
    assert {word for word in WORDS if left([word])} == set(WORDS), "the stage does not hold what is looked for"
    figures, log = every_figure(world), list(Event.objects.order_by("id").values())
    assert erase(world, customer) > 10
    assert left() == []
    assert every_figure(world) == figures
    assert list(differences(world.programme)) == []
    assert list(Event.objects.order_by("id").values())[: len(log)] == log
    customer.refresh_from_db()
    assert (customer.standing, customer.name) == ("erased", "")
    assert customer.key.startswith("erased-")
    assert parts_of(customer) == []


def test_erasing_again_changes_nothing(world: World) -> None:
    customer = known(world)
    erase(world, customer)
    before = (Event.objects.count(), Customer.objects.get(pk=customer.pk).key)
    assert erase(world, customer, confirmed="anything") == 0
    assert (Event.objects.count(), Customer.objects.get(pk=customer.pk).key) == before


def test_another_customer_keeps_everything(world: World) -> None:
    other = Customer.objects.create(programme=world.programme, key="C-2", name="Bob Boole")
    customer = known(world)
    with clock.at(NINE + timedelta(hours=2)):
        theirs = chatted(world, email="bob@example.org", text="his words")
    Contact.objects.filter(pk=theirs.pk).update(customer=other)
    erase(world, customer)
    assert [bool(left([word])) for word in ("Bob Boole", "his words", "bob@example.org")] == [True, True, True]
    theirs.refresh_from_db()
    assert theirs.summary == "her summary line"


def test_contacts_that_nobody_knew_were_theirs_go_too(world: World) -> None:
    customer = known(world)
    with clock.at(NINE + timedelta(days=1)):
        stranger = call(world, "pbx-7", "+49 (30) 12 34 56")
    Contact.objects.filter(pk=stranger.pk).update(customer=None)
    erase(world, customer)
    assert left(["12 34 56"]) == []
    stranger.refresh_from_db()
    assert (stranger.address, stranger.customer) == ("", None)


@pytest.mark.parametrize("confirmed", ["", "c-1", "Ada Byron"])
def test_without_the_key_typed_nothing_is_erased(world: World, confirmed: str) -> None:
    customer = known(world)
    with pytest.raises(Invalid, match="C-1"):
        erase(world, customer, confirmed)
    assert Customer.objects.get(pk=customer.pk).name == "Ada Byron"


def test_a_hold_keeps_everything_until_it_is_lifted(world: World) -> None:
    customer = known(world)
    with clock.at(LATER):
        actions.place_hold(
            programme=world.programme, customer_id=customer.public_id, why="court", until=None, actor=ACTOR
        )
    with pytest.raises(Conflict, match="legal hold"):
        erase(world, customer)
    actions.lift_hold(programme=world.programme, customer_id=customer.public_id, actor=ACTOR)
    assert erase(world, customer) > 0


def test_since_when_a_hold_is_is_told_by_the_programmes_day(world: World) -> None:
    customer = known(world)
    hold: dict[str, Any] = {
        "programme": world.programme,
        "customer_id": customer.public_id,
        "why": "court",
        "actor": ACTOR,
    }
    with clock.at(datetime(2026, 11, 19, 23, 30, tzinfo=UTC)):  # half past midnight in Berlin
        actions.place_hold(**hold)
    with pytest.raises(Conflict, match="since 20 November 2026"):
        erase(world, customer)
    with pytest.raises(Conflict, match="since 20 November 2026"):
        actions.place_hold(**hold)


def test_a_hold_ends_with_its_last_day(world: World) -> None:
    customer = known(world)
    with clock.at(LATER - timedelta(days=3)):
        until = clock.now().date() + timedelta(days=2)
        actions.place_hold(
            programme=world.programme, customer_id=customer.public_id, why="court", until=until, actor=ACTOR
        )
    assert erase(world, customer) > 0


def test_while_a_contact_goes_on_nothing_is_erased(world: World) -> None:
    customer = known(world)
    call_open = Contact.objects.filter(customer=customer).first()
    assert call_open is not None
    Contact.objects.filter(pk=call_open.pk).update(state="wrap_up", closed_at=None)
    with pytest.raises(Conflict, match="goes on"):
        erase(world, customer)
    assert Customer.objects.get(pk=customer.pk).name == "Ada Byron"


def test_a_survey_answered_afterwards_is_not_kept(world: World) -> None:
    customer = known(world)
    contact = Contact.objects.filter(customer=customer, channel="chat").get()
    erase(world, customer)
    contact.refresh_from_db()
    with clock.at(NINE + timedelta(minutes=30)), pytest.raises(Conflict, match="erased"):
        feedback.answer(contact=contact, rating=1, resolved=False, comment="her secret question again")
    assert left() == []


def test_what_was_written_beside_the_erasure_is_swept_out(world: World) -> None:
    customer = known(world)
    erase(world, customer)
    Contact.objects.filter(customer=customer).update(summary="her summary line")
    customer.refresh_from_db()
    assert actions.sweep(world.programme, customer) > 0
    key = Customer.objects.get(pk=customer.pk).key
    assert (left(), actions.sweep(world.programme, customer)) == ([], 0)
    assert Customer.objects.get(pk=customer.pk).key == key


def test_the_tombstone_is_no_plain_digest_of_the_key(world: World, settings: pytest.FixtureRequest) -> None:
    customer = known(world)
    erase(world, customer)
    with connection.cursor() as cursor:
        cursor.execute("SELECT encode(sha256('C-1'), 'hex'), digest FROM customers_tombstone")
        plain, kept = cursor.fetchone()
    assert plain != kept
    assert standing.erased_among(world.programme, ["C-1", "C-2"]) == {"C-1"}
    assert standing.erased_among(world.other, ["C-1"]) == set()


def test_a_customer_of_whom_a_file_told_only_the_key_loses_that_too(world: World) -> None:
    bare = Customer.objects.create(programme=world.programme, key="ACC-778231")
    assert erase(world, bare, confirmed="ACC-778231") == 1
    assert left(["ACC-778231"]) == []
    assert parts_of(Customer.objects.get(pk=bare.pk)) == []


def test_a_number_written_with_two_zeros_is_found_as_the_one_with_a_plus(world: World) -> None:
    customer = known(world)
    with clock.at(NINE + timedelta(days=1)):
        stranger = call(world, "pbx-8", "0049 30 123456")
    Contact.objects.filter(pk=stranger.pk).update(customer=None)
    erase(world, customer)
    assert left(["30 123456"]) == []
