"""Contacts handed on: to a queue, to a person, by asking first; moved and taken back by a supervisor; declined."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client

from rapport.channels.chat import actions as chat
from rapport.conftest import World
from rapport.contacts.models import Contact, Leg, Transfer
from rapport.events.models import Event
from rapport.guides import actions as guides
from rapport.guides import publishing as guide_files
from rapport.guides.queries import guide_of
from rapport.guides.tests.written import simple
from rapport.insight.check import differences
from rapport.kit import clock
from rapport.kit.errors import Conflict
from rapport.portal.forms import Start
from rapport.routing import actions, handing, presence, publishing
from rapport.routing.models import Offer, Preferred
from rapport.routing.queries import open_offer_to
from rapport.routing.router import turn
from rapport.routing.tests.test_together import at_once
from rapport.routing.upkeep import take_off_floor

DESK = "/at/cards/desk/"
FAR = clock.now().date() + timedelta(days=300)
PLAN = f"""
[calendars.far]
special = {{ {FAR} = "08:00-09:00" }}

[queues.main]
name = "Main"
routes = [{{ steps = [{{ anyone = true }}] }}]

[queues.cards]
name = "Cards"
by_hand = true
routes = [{{ steps = [{{ anyone = true }}] }}]

[queues.night]
name = "Night"
by_hand = true
calendar = "far"
routes = [{{ steps = [{{ anyone = true }}] }}]
"""


def plan(world: World, text: str = PLAN) -> None:
    draft = publishing.save_draft(programme=world.programme, text=text)
    publishing.publish(programme=world.programme, number=draft.number, instead_of=None)


def a_chat(world: World) -> Contact:
    return chat.begin(
        programme=world.programme, email="ada@example.org", text="Hello", reason=world.reason, client_id=uuid4()
    )


def in_hand(world: World) -> Contact:
    presence.choose(member=world.rep, doing="available")
    a_chat(world)
    turn(world.programme)
    offer = open_offer_to(world.rep)
    assert offer is not None
    return actions.accept(member=world.rep, offer_id=offer.public_id)


@pytest.fixture
def rep(client: Client, world: World) -> Client:
    client.force_login(world.rep.user)
    return client


@pytest.fixture
def second(world: World) -> Client:
    client = Client()
    client.force_login(world.second_rep.user)
    return client


def hand_on(client: Client, contact: Contact, to: str, note: str = "Wants the fee back") -> int:
    address = f"{DESK}contacts/{contact.public_id}/hand-on/"
    return client.post(address, {"to": to, "note": note}).status_code


def accepted(client: Client, offer: Offer | None) -> str:
    assert offer is not None
    answer = client.post(f"{DESK}offers/{offer.public_id}/accept/")
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_a_chat_handed_to_a_queue_has_its_old_place_there_and_its_note_is_read(
    rep: Client, second: Client, world: World
) -> None:
    plan(world)
    contact = in_hand(world)
    placed = contact.placed_at
    assert "To a queue" in rep.get(DESK).content.decode()
    assert hand_on(rep, contact, "queue:cards") == 200
    contact.refresh_from_db()
    assert (contact.state, contact.queue, contact.rep, contact.placed_at) == ("waiting", "cards", None, placed)
    assert contact.transfers == 1
    assert presence.presence_of(world.rep).doing == "available"
    presence.choose(member=world.second_rep, doing="available")
    turn(world.programme)
    offer = open_offer_to(world.second_rep)  # though the first rep has been idle as long
    page = accepted(second, offer)
    assert "Wants the fee back" in page and "Handed on by Rep" in page and "Hello" in page
    legs = Leg.objects.filter(contact=contact).order_by("pk")
    assert [(leg.rep, leg.ended_by) for leg in legs] == [(world.rep, "transfer"), (world.second_rep, "")]
    assert legs[0].wrapped_at == legs[0].ended_at
    assert list(differences(world.programme)) == []


def test_the_customer_is_told_and_has_not_been_lost(rep: Client, world: World) -> None:
    customer = Client()
    sent = {"token": Start().token, "email": "ada@example.org", "reason": "cancel", "text": "Hello?"}
    assert customer.post("/p/cards/", sent).status_code == 302
    contact = Contact.objects.get()
    presence.choose(member=world.rep, doing="available")
    turn(world.programme)
    accepted(rep, open_offer_to(world.rep))
    assert hand_on(rep, contact, "queue:main") == 200
    page = customer.get("/p/cards/contact/").content.decode()
    assert "handing you on to a colleague" in page and "We lost the connection" not in page
    assert "Wants the fee back" not in page


def test_who_handed_it_on_gets_it_again_only_when_nobody_else_is_free(rep: Client, world: World) -> None:
    contact = in_hand(world)
    assert hand_on(rep, contact, "queue:main") == 200
    turn(world.programme)
    assert open_offer_to(world.rep) is not None


def test_a_named_colleague_has_it_first_and_the_queue_later(rep: Client, world: World) -> None:
    presence.choose(member=world.second_rep, doing="break")
    contact = in_hand(world)
    assert hand_on(rep, contact, "person:rep2") == 200
    turn(world.programme)
    assert not Offer.objects.filter(contact=contact, ended_at__isnull=True).exists()  # kept for the colleague
    presence.choose(member=world.second_rep, doing="available")
    turn(world.programme)
    offer = open_offer_to(world.second_rep)
    assert offer is not None and offer.contact == contact and "named by the rep" in offer.words
    actions.decline(member=world.second_rep, offer_id=offer.public_id, because="must_go")
    turn(world.programme)
    assert open_offer_to(world.rep) is not None


@pytest.mark.parametrize("why", ["late", "gone"])
def test_a_contact_does_not_wait_for_a_colleague_for_ever(rep: Client, world: World, why: str) -> None:
    presence.choose(member=world.second_rep, doing="break")
    contact = in_hand(world)
    hand_on(rep, contact, "person:rep2")
    if why == "gone":
        take_off_floor(world.second_rep.pk, silent_since=clock.now(), why="rep_lost")
    later = timedelta(minutes=2, seconds=1) if why == "late" else timedelta()
    with clock.at(clock.now() + later):
        presence.pulse(member=world.rep)
        turn(world.programme)
        assert open_offer_to(world.rep) is not None


def test_a_colleague_who_is_asked_takes_over_and_the_guide_goes_along(
    rep: Client, second: Client, world: World
) -> None:
    steps = [{"key": "greet", "title": "Greet"}]
    guide_files.install(programme=world.programme, text=simple("Cancel", steps, "cancel"), actor="test")
    contact = in_hand(world)
    guides.begin(contact, actor="test")
    guides.tick(member=world.rep, contact=contact, step="greet")
    presence.choose(member=world.second_rep, doing="available")
    assert hand_on(rep, contact, "ask:rep2") == 200
    contact.refresh_from_db()
    assert (contact.state, contact.rep) == ("active", world.rep)
    assert "Waiting for Rep2" in rep.get(f"{DESK}work/").content.decode()
    offered = second.get(f"{DESK}work/").content.decode()
    assert "Rep asks you to take over" in offered and "Wants the fee back" in offered
    accepted(second, open_offer_to(world.second_rep))
    contact.refresh_from_db()
    assert (contact.rep, contact.transfers) == (world.second_rep, 1)
    assert presence.presence_of(world.rep).doing == "available"
    guide = guide_of(contact)
    assert guide is not None and [bool(one.is_done) for one in guide.steps] == [True]
    assert list(differences(world.programme)) == []


def test_a_colleague_who_declines_leaves_the_chat_where_it_is(rep: Client, second: Client, world: World) -> None:
    contact = in_hand(world)
    presence.choose(member=world.second_rep, doing="available")
    hand_on(rep, contact, "ask:rep2")
    offer = open_offer_to(world.second_rep)
    assert offer is not None
    assert second.post(f"{DESK}offers/{offer.public_id}/decline/").status_code == 422
    second.post(f"{DESK}offers/{offer.public_id}/decline/", {"because": "know_them"})
    contact.refresh_from_db()
    assert (contact.state, contact.rep, contact.transfers) == ("active", world.rep, 0)
    assert "Rep2 did not take over" in rep.get(f"{DESK}work/").content.decode()
    told = Event.objects.get(name="contact.offer_ended", data__result="declined").data
    assert (told["rep"], told["why"]) == ("rep2", "know_them")


def test_a_question_is_taken_back_and_ends_with_the_chat(rep: Client, world: World) -> None:
    contact = in_hand(world)
    presence.choose(member=world.second_rep, doing="available")
    hand_on(rep, contact, "ask:rep2")
    assert hand_on(rep, contact, "ask:rep2") == 409
    rep.post(f"{DESK}contacts/{contact.public_id}/hand-on/stop/")
    assert presence.presence_of(world.second_rep).doing == "available"
    hand_on(rep, contact, "ask:rep2")
    rep.post(f"{DESK}contacts/{contact.public_id}/end/")
    assert open_offer_to(world.second_rep) is None
    assert presence.presence_of(world.second_rep).doing == "available"


@pytest.mark.parametrize(
    ("to", "status"),
    [
        ("", 422),
        ("queue:nothing", 422),
        ("queue:night", 409),
        ("person:rep", 422),
        ("person:outsider", 422),
        ("person:supervisor", 409),
        ("ask:supervisor", 409),
        ("ask:\x00", 422),
    ],
)
def test_nobody_hands_on_to_who_is_not_there(rep: Client, world: World, to: str, status: int) -> None:
    plan(world)
    contact = in_hand(world)
    assert hand_on(rep, contact, to) == status
    assert hand_on(rep, contact, "queue:cards", note="x" * 501) == 422
    contact.refresh_from_db()
    assert contact.state == "active" and not Transfer.objects.exists()


def test_nobody_hands_on_what_another_holds(second: Client, rep: Client, world: World) -> None:
    contact = in_hand(world)
    assert hand_on(second, contact, "queue:main") == 404
    outsider = Client()
    outsider.force_login(world.outsider.user)
    assert hand_on(outsider, contact, "queue:main") == 404
    rep.post(f"{DESK}contacts/{contact.public_id}/end/")
    assert hand_on(rep, contact, "queue:main") == 409


def test_a_hand_over_that_breaks_off_leaves_everything_as_it_was(world: World) -> None:
    contact = in_hand(world)
    with pytest.raises(RuntimeError), transaction.atomic():
        handing.hand_to_queue(member=world.rep, contact_id=contact.public_id, queue="main", note="")
        raise RuntimeError
    contact.refresh_from_db()
    assert (contact.state, contact.transfers) == ("active", 0)
    assert not Event.objects.filter(name="contact.transferred").exists()


def test_asking_and_taking_over_and_ending_at_once_is_one_of_them(committed_world: World) -> None:
    world = committed_world
    contact = in_hand(world)
    presence.choose(member=world.second_rep, doing="available")
    handing.ask_colleague(member=world.rep, contact_id=contact.public_id, agent_id="rep2", note="")
    offer = open_offer_to(world.second_rep)
    assert offer is not None
    at_once(
        lambda: actions.accept(member=world.second_rep, offer_id=offer.public_id),
        lambda: chat.leave(contact),
        lambda: actions.accept(member=world.second_rep, offer_id=offer.public_id),
    )
    contact.refresh_from_db()
    doing = presence.presence_of(world.rep).doing, presence.presence_of(world.second_rep).doing
    assert (contact.rep, *doing) in {
        (world.rep, "wrap_up", "available"),
        (world.second_rep, "available", "wrap_up"),
    }
    assert not Offer.objects.filter(ended_at__isnull=True).exists()


def test_handing_on_twice_at_once_is_once(committed_world: World) -> None:
    world = committed_world
    contact = in_hand(world)

    def hand() -> object:
        try:
            return handing.hand_to_queue(member=world.rep, contact_id=contact.public_id, queue="main", note="")
        except Exception as error:
            raise Conflict(str(error)) from error

    at_once(*[hand] * 4)
    contact.refresh_from_db()
    assert contact.transfers == Event.objects.filter(name="contact.transferred").count() == 1


def test_a_supervisor_moves_a_waiting_contact(client: Client, world: World) -> None:
    plan(world)
    contact = a_chat(world)
    client.force_login(world.supervisor.user)
    address = f"/at/cards/contacts/{contact.public_id}/"
    assert "To which queue?" in client.get(address).content.decode()
    assert client.post(f"{address}move/", {"queue": "cards", "why": ""}).status_code == 422
    assert client.post(f"{address}move/", {"queue": "night", "why": "other"}).status_code == 409
    page = client.post(f"{address}move/", {"queue": "cards", "why": "better_fit"}).content.decode()
    assert "Moved to queue cards, at its old place: others know this better" in page
    assert client.post(f"{address}move/", {"queue": "cards", "why": "better_fit"}).status_code == 409
    moved = Contact.objects.get()
    assert (moved.queue, moved.placed_at) == ("cards", contact.placed_at)
    assert list(differences(world.programme)) == []


def test_a_supervisor_takes_a_ringing_contact_back(client: Client, world: World) -> None:
    presence.choose(member=world.rep, doing="available")
    contact = a_chat(world)
    turn(world.programme)
    client.force_login(world.supervisor.user)
    address = f"/at/cards/contacts/{contact.public_id}/take-back/"
    assert client.post(address, {"why": "nonsense"}).status_code == 422
    assert client.post(address, {"why": "no_answer"}).status_code == 200
    assert open_offer_to(world.rep) is None
    assert presence.presence_of(world.rep).doing == "not_responding"
    assert client.post(address, {"why": "no_answer"}).status_code == 409


def test_reps_and_outsiders_move_nothing(client: Client, world: World) -> None:
    contact = a_chat(world)
    for member, status in ((world.rep, 403), (world.outsider, 404)):
        client.force_login(member.user)
        for verb in ("move", "take-back"):
            answer = client.post(f"/at/cards/contacts/{contact.public_id}/{verb}/", {"why": "other"})
            assert answer.status_code == status


def test_who_is_back_about_the_same_matter_goes_on_with_the_former_rep(
    rep: Client, second: Client, world: World
) -> None:
    former = in_hand(world)
    actions.end_conversation(former, by="customer", actor="customer")
    actions.finish_wrap_up(
        member=world.rep,
        contact_id=former.public_id,
        disposition="saved",
        resolved=True,
        summary="Keeps the card, fee waived",
    )
    presence.choose(member=world.second_rep, doing="available")
    presence.choose(member=world.rep, doing="break")
    again = a_chat(world)
    assert again.follows == former
    turn(world.programme)
    assert open_offer_to(world.second_rep) is None  # the former rep is asked first
    presence.choose(member=world.rep, doing="available")
    turn(world.programme)
    page = rep.get(f"{DESK}work/").content.decode()
    assert "Back about the same matter" in page and "Keeps the card, fee waived" in page
    assert Event.objects.get(name="contact.follows").data == {"former": str(former.public_id)}


def test_it_is_no_former_contact_after_a_day_or_about_something_else(world: World) -> None:
    former = in_hand(world)
    actions.end_conversation(former, by="customer", actor="customer")
    other = chat.begin(
        programme=world.programme, email="ada@example.org", text="Hi", reason=None, client_id=uuid4()
    )
    assert other.follows is None
    with clock.at(clock.now() + timedelta(hours=24, seconds=1)):
        assert a_chat(world).follows is None
    assert not Preferred.objects.exists()


@pytest.mark.parametrize(
    ("said", "goes_on"), [("within_hours = 1", False), ("within_hours = 1\nreasons = { cancel = 3 }", True)]
)
def test_the_plan_says_how_soon_a_contact_goes_on_with_the_last(world: World, said: str, goes_on: bool) -> None:
    plan(world, f"{PLAN}\n[recontact]\n{said}\n")
    former = in_hand(world)
    actions.end_conversation(former, by="customer", actor="customer")
    with clock.at(clock.now() + timedelta(hours=2)):
        assert (a_chat(world).follows == former) == goes_on
