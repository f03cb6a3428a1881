"""Cancelling on the portal, by HTTP: who is known in one step, who is not has their request kept."""

from datetime import timedelta

import pytest
from django.test import Client

from rapport.channels.chat.models import Message
from rapport.conftest import World
from rapport.contacts.models import Contact
from rapport.customers.models import Customer, Holding
from rapport.kit import clock
from rapport.kit.tests.hostile import ODD
from rapport.kit.walls import inside
from rapport.offers.models import Cancellation, CancelRequest, FairSaveRules, SaveAttempt
from rapport.portal.access import KNOWN_COOKIE, KNOWN_SECONDS
from rapport.portal.limits import CLAIMS_PER_ADDRESS
from rapport.portal.tests.test_portal import begin

AT, NOW = "/p/cards/cancel/", "/p/cards/cancel/now/"
ADA = {"email": "Ada@Example.org", "number": "C-1"}


def hold(world: World, key: str = "H-1", product: str = "Platinum card") -> Holding:
    return Holding.objects.create(programme=world.programme, customer=world.customer, key=key, product=product)


def test_a_known_customer_cancels_with_one_button(world: World, client: Client) -> None:
    hold(world)
    assert client.post(AT, ADA).headers["Location"] == AT
    cookie = client.cookies[KNOWN_COOKIE]
    assert cookie["httponly"] and cookie["path"] == "/p/cards/" and cookie["samesite"] == "Lax"
    page = client.get(AT).content.decode()
    assert "Platinum card" in page and page.count("Cancel now</span>") == 1
    answer = client.post(NOW, {"holding": "H-1"})
    one = Cancellation.objects.get()
    assert answer.headers["Location"] == f"/p/cards/cancel/done/{one.public_id}/"
    shown = Client().get(answer.headers["Location"]).content.decode()
    assert one.reference in shown and "H-1" in shown and "Ada" not in shown
    paper = Client().get(answer.headers["Location"] + "certificate.pdf")
    assert paper.content.startswith(b"%PDF") and one.reference in paper.headers["Content-Disposition"]
    attempt = SaveAttempt.objects.get()
    assert (attempt.outcome, attempt.origin, attempt.channel, one.by) == ("left", "portal", "portal", "customer")


def test_pressed_twice_or_from_a_stale_tab_it_is_one_cancellation(world: World, client: Client) -> None:
    hold(world)
    client.post(AT, ADA)
    first = client.post(NOW, {"holding": "H-1"}).headers["Location"]
    assert client.post(NOW, {"holding": "H-1"}).headers["Location"] == first
    assert Cancellation.objects.count() == 1
    assert "You have cancelled" in client.get(AT).content.decode()


def test_several_are_chosen_from(world: World, client: Client) -> None:
    hold(world), hold(world, "H-2", "Loan"), hold(world, "H-3", "Savings")
    client.post(AT, ADA)
    missing = client.post(NOW)
    assert missing.status_code == 422 and "Choose what you want to cancel" in missing.content.decode()
    assert client.post(NOW, {"holding": ["H-1", "H-2"]}).headers["Location"] == AT
    assert sorted(Cancellation.objects.values_list("holding", flat=True)) == ["H-1", "H-2"]
    page = client.get(AT).content.decode()
    assert page.count("certificate C-") == 2 and "Savings" in page
    assert client.post(NOW, {"holding": "H-9"}).status_code == 422


def test_the_number_of_a_contract_serves_as_well(world: World, client: Client) -> None:
    hold(world)
    assert client.post(AT, {**ADA, "number": "H-1"}).headers["Location"] == AT
    assert client.post(AT, {**ADA, "email": "bob@example.org", "number": "H-1"}).headers["Location"] != AT


def test_who_holds_nothing_on_file_cancels_everything(world: World, client: Client) -> None:
    client.post(AT, ADA)
    assert "Everything you have with Cards" in client.get(AT).content.decode()
    client.post(NOW)
    assert Cancellation.objects.get().holding == ""


@pytest.mark.parametrize("told", [{"number": "C-2"}, {"email": "bob@example.org"}, {"number": ""}])
def test_who_is_not_found_by_both_is_a_stranger(told: dict[str, str], world: World, client: Client) -> None:
    """Their request is kept with its time and given to a rep; nothing of anybody is shown or cancelled."""
    hold(world)
    answer = client.post(AT, {**ADA, "text": "My card, please", **told})
    one = CancelRequest.objects.get()
    assert answer.headers["Location"] == f"/p/cards/cancel/asked/{one.public_id}/"
    assert one.due_at - one.asked_at == timedelta(hours=24) and one.words == "My card, please"
    assert one.contact.state == "waiting" and one.contact.reason == world.reason
    assert "I want to cancel. My card, please" in Message.objects.values_list("text", flat=True)
    shown = client.get(answer.headers["Location"]).content.decode()
    assert one.reference in shown and "Platinum" not in shown
    assert client.post(NOW, {"holding": "H-1"}).headers["Location"] == AT
    assert Cancellation.objects.count() == 0


def test_from_a_chat_the_request_goes_to_who_has_it(world: World, client: Client) -> None:
    contact = begin(client)
    assert "Cancel a contract now" in client.get("/p/cards/contact/").content.decode()
    page = client.get(AT).content.decode()
    assert 'value="ada@example.org"' in page
    for _ in range(2):
        client.post(AT, {"email": "ada@example.org", "number": ""})
    assert CancelRequest.objects.get().contact == contact and Contact.objects.count() == 1


def test_the_choice_on_the_portal_opens_the_wish(world: World, client: Client) -> None:
    contact = begin(client)
    assert (SaveAttempt.objects.get().contact, SaveAttempt.objects.get().origin) == (contact, "portal")


def test_cancelling_ends_what_a_rep_works(world: World, client: Client) -> None:
    hold(world)
    begin(client)
    client.post(AT, ADA)
    client.post(NOW, {"holding": "H-1"})
    assert SaveAttempt.objects.get().outcome == "left"


def test_the_e_mail_alone_is_enough_where_the_rules_say_so(world: World, client: Client) -> None:
    begin(client)
    assert "tell us who you are" in client.get(AT).content.decode()
    text = 'default = "x"\nproof = "email"\n[jurisdictions.x]\nname = "X"\nmost_offers = 0\nseconds = 0\n'
    FairSaveRules.objects.create(
        programme=world.programme,
        number=1,
        text=text + 'stop_after_requests = 1\nsource = "law"\n',
        made_at=clock.now(),
        approved_at=clock.now(),
    )
    assert "Cancel now" in client.get(AT).content.decode()
    assert "tell us who you are" in Client().get(AT).content.decode()


def test_being_known_ends_and_is_of_one_programme(world: World, client: Client) -> None:
    client.post(AT, ADA)
    known = client.cookies[KNOWN_COOKIE].value
    other = Client()
    other.cookies[KNOWN_COOKIE] = known
    assert "tell us who you are" in other.get("/p/loans/cancel/").content.decode()
    other.cookies[KNOWN_COOKIE] = known + "x"
    assert "tell us who you are" in other.get(AT).content.decode()
    Customer.objects.filter(pk=world.customer.pk).update(standing="restricted")
    assert "tell us who you are" in client.get(AT).content.decode()
    assert KNOWN_SECONDS == 1800


def test_another_programme_has_no_such_certificate(world: World, client: Client) -> None:
    client.post(AT, ADA)
    client.post(NOW)
    one = Cancellation.objects.get()
    assert client.get(f"/p/loans/cancel/done/{one.public_id}/").status_code == 404
    with inside(world.other.pk):
        assert not Cancellation.objects.exists()


def test_guessing_numbers_comes_to_an_end(world: World, client: Client) -> None:
    for number in range(CLAIMS_PER_ADDRESS):
        Client().post(AT, {"email": "ada@example.org", "number": f"X-{number}"})
    refused = client.post(AT, ADA)
    assert refused.status_code == 429 and "write to us in a chat" in refused.content.decode()


@pytest.mark.parametrize("text", ODD)
def test_whatever_is_typed_is_kept_or_refused_in_words(text: str, world: World, client: Client) -> None:
    answer = client.post(AT, {"email": "eve@example.org", "number": text, "text": text})
    assert answer.status_code in (302, 422)
    client.post(AT, {"email": text, "number": text, "text": text})
    client.post(NOW, {"holding": text})
    for one in CancelRequest.objects.all():
        assert client.get(f"/p/cards/cancel/asked/{one.public_id}/").status_code == 200
    assert not Cancellation.objects.exists()
