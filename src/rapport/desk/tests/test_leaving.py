"""A wish to leave worked on the desk: opened, reasons, offers counted and stopped, outcomes, and cancelling."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from rapport.conftest import World
from rapport.contacts import actions as contacts
from rapport.contacts.models import Contact
from rapport.customers.models import Holding
from rapport.desk.tests.test_desk import DESK, take
from rapport.kit import clock
from rapport.offers.leaving import asking
from rapport.offers.models import Cancellation, CancelRequest, LeavingReason, SaveAttempt
from rapport.prompts import hearing
from rapport.prompts.by_words import ByWords
from rapport.prompts.models import Prompt


@pytest.fixture
def rep(client: Client, world: World) -> Client:
    client.force_login(world.rep.user)
    Holding.objects.create(programme=world.programme, customer=world.customer, key="H-1", product="Platinum card")
    fee = LeavingReason.objects.create(programme=world.programme, key="fee", name="The fee")
    LeavingReason.objects.create(programme=world.programme, key="raised", name="It was raised", parent=fee)
    return client


def test_taking_a_contact_about_leaving_shows_the_panel(rep: Client, world: World) -> None:
    take(rep, world)
    page = rep.get(DESK).content.decode()
    assert "Wants to leave" in page and "1 offer left" in page and "You can cancel at any moment" in page
    assert '<optgroup label="The fee">' in page and 'id="cancel-now"' in page


def test_a_wish_is_worked_and_ends_with_stays(rep: Client, world: World) -> None:
    _, at = take(rep, world)
    rep.post(f"{at}leaving/product/", {"holding": "H-1"})
    rep.post(f"{at}leaving/reason/", {"leaving_reason": "raised", "would_change": "The old fee"})
    assert "I offered something else" not in rep.post(f"{at}offers/own/").content.decode()
    assert "No more offers" in rep.get(f"{at}leaving/now/").content.decode()
    refused = rep.post(f"{at}offers/own/")
    assert refused.status_code == 409 and "Every offer that is fair has been made" in refused.content.decode()
    page = rep.post(
        f"{at}leaving/end/", {"outcome": "stayed", "because": "The old fee for a year"}
    ).content.decode()
    assert "Stays" in page
    one = SaveAttempt.objects.get()
    assert (one.outcome, one.holding, one.reason.key, one.rep) == ("stayed", "H-1", "raised", world.rep)


def test_an_idle_desk_tells_of_requests_to_cancel_that_are_overdue(rep: Client, world: World) -> None:
    with clock.at(clock.now() - timedelta(hours=25)):
        asking.ask(programme=world.programme, email="", number="N-7", words="")
    page = rep.get(DESK).content.decode()
    assert "1 request to cancel is overdue." in page and "/leaving/work/" in page


def test_rules_never_stand_before_cancelling(rep: Client, world: World) -> None:
    _, at = take(rep, world)
    rep.post(f"{at}leaving/again/")
    page = rep.get(DESK).content.decode()
    assert "No more offers" in page and "I offered something else" not in page and 'id="cancel-now"' in page
    page = rep.post(f"{at}leaving/cancel/").content.decode()
    one = Cancellation.objects.get()
    assert one.reference in page and "Has cancelled" in page and one.by == "rep"
    assert rep.post(f"{at}leaving/cancel/").status_code == 200
    assert Cancellation.objects.count() == 1


def test_a_stale_tab_is_told_what_happened(rep: Client, world: World) -> None:
    _, at = take(rep, world)
    rep.post(f"{at}leaving/cancel/")
    for step, sent in [("end", {"outcome": "stayed"}), ("again", {}), ("reason", {"leaving_reason": "fee"})]:
        late = rep.post(f"{at}leaving/{step}/", sent)
        assert late.status_code == 409 and "ended already: left" in late.content.decode()


def test_one_key_opens_it_on_any_contact(rep: Client, world: World) -> None:
    contact, at = take(rep, world)
    SaveAttempt.objects.all().delete()
    other = contacts.ensure_reason(programme=world.programme, key="billing", name="My bill")
    Contact.objects.filter(pk=contact.pk).update(reason=other)
    page = rep.get(DESK).content.decode()
    assert 'data-key="f"' in page and 'id="leaving"' not in page
    assert 'id="leaving"' in rep.post(f"{at}leaving/").content.decode()
    assert SaveAttempt.objects.get().origin == "rep"


def test_a_prompt_that_leaving_was_heard_opens_it(rep: Client, world: World) -> None:
    contact, at = take(rep, world)
    SaveAttempt.objects.all().delete()
    hearing.hear_chats(world.programme, [contact.public_id], by=ByWords())
    heard = Prompt.objects.filter(kind="leaving").latest("pk")
    rep.post(f"{at}prompts/{heard.public_id}/use/")
    assert (SaveAttempt.objects.get().origin, SaveAttempt.objects.get().requests) == ("prompt", 0)


def test_a_stranger_is_found_out_first_and_then_their_request_is_honoured(rep: Client, world: World) -> None:
    contact, at = take(rep, world, email="somebody@example.org")
    asking.ask(programme=world.programme, email="x@example.org", number="C-1", words="All", contact=contact)
    page = rep.get(DESK).content.decode()
    assert "not made sure yet" in page and 'id="cancel-now"' not in page
    assert rep.post(f"{at}leaving/cancel/").status_code == 409
    rep.post(f"{at}customer/", {"told": "C-1"})
    rep.post(f"{at}leaving/cancel/")
    assert (
        CancelRequest.objects.get().state == "honoured" and Cancellation.objects.get().customer == world.customer
    )


@pytest.mark.parametrize("step", ["", "product/", "reason/", "again/", "offered/", "end/", "cancel/"])
def test_only_who_has_the_contact_may(step: str, rep: Client, world: World) -> None:
    _, at = take(rep, world)
    for member, status in [(world.second_rep, 404), (world.outsider, 404)]:
        other = Client()
        other.force_login(member.user)
        assert other.post(f"{at}leaving/{step}").status_code == status
    assert rep.post(f"{DESK}contacts/{uuid4()}/leaving/{step}").status_code == 404
    assert not Cancellation.objects.exists() and SaveAttempt.objects.get().state == "open"


def test_hostile_words_are_refused_or_shown_as_words(rep: Client, world: World) -> None:
    _, at = take(rep, world)
    for text in ("x" * 501, "<script>alert(1)</script>\x00", "4111 1111 1111 1111"):
        rep.post(f"{at}leaving/reason/", {"leaving_reason": "fee", "would_change": text})
        rep.post(f"{at}leaving/product/", {"holding": text})
        rep.post(f"{at}leaving/end/", {"outcome": text, "because": text})
    page = rep.get(DESK).content.decode()
    assert "<script>alert" not in page and "4111 1111" not in page
