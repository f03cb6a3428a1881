"""Who finds the queue closed or full leaves a number, and is rung up in order when it is open."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from rapport.channels.chat import jobs as chat_jobs
from rapport.channels.chat.models import Message
from rapport.conftest import World
from rapport.contacts.models import Contact
from rapport.events.models import Event
from rapport.insight.check import differences
from rapport.kit import clock
from rapport.portal.forms import Start
from rapport.portal.limits import CALLS_PER_NUMBER
from rapport.routing import actions, call_backs, jobs, presence, publishing
from rapport.routing.models import CallBack
from rapport.routing.queries import open_offer_to
from rapport.routing.router import turn
from rapport.routing.tests.test_together import at_once

PLAN = """
[calendars.days]
hours = ["mon-fri 08:00-18:00"]

[queues.main]
name = "Main"
calendar = "days"
most_waiting = 2
closed = { message = "We are out.", full = "Too many of you.", call_back = true }
routes = [{ steps = [{ anyone = true }] }]
"""
DESK = "/at/cards/desk/"
NIGHT = datetime.fromisoformat("2026-03-02T22:00:00+01:00")  # a Monday in Berlin
OPENS = datetime.fromisoformat("2026-03-03T08:00:00+01:00")


def plan(world: World, text: str = PLAN) -> None:
    made = publishing.save_draft(programme=world.programme, text=text)
    publishing.publish(programme=world.programme, number=made.number, instead_of=made.number - 1 or None)


def form(phone: str = "030 123456", **changes: str) -> dict[str, str]:
    sent = {"email": "ada@example.org", "reason": "cancel", "text": "My fee is wrong"}
    return {"token": Start().token, **sent, "phone": phone, "call_back": "1", **changes}


def leave(phone: str = "030 123456", *, client: Client | None = None, **changes: str) -> Client:
    client = client or Client()
    answer = client.post("/p/cards/", form(phone, **changes))
    assert answer.status_code == 302, answer.content.decode()
    return client


def test_outside_the_hours_a_number_is_left_and_rung_when_the_queue_opens(client: Client, world: World) -> None:
    plan(world)
    with clock.at(NIGHT):
        customer = Client()
        page = customer.get("/p/cards/").content.decode()
        assert "We are out. We open again: Tuesday, 3 March, 08:00." in page
        assert "By leaving it you agree to this call" in page and "Send and wait" not in page
        leave(client=customer)
        shown = customer.get("/p/cards/contact/").content.decode()
        assert "We will call you" in shown and "from Tuesday, 3 March, 08:00 on" in shown and "My fee" in shown
        assert "456" in shown and "030123456" not in shown
        jobs.put_call_backs_in_line(0)
        assert CallBack.objects.get().state == "booked"
        client.force_login(world.supervisor.user)
        assert "Cancel my card" in client.get("/at/cards/floor/").content.decode()
        assert customer.post("/p/cards/contact/say/", {"text": "and my card"}).status_code == 302
    with clock.at(OPENS + timedelta(seconds=40)):
        chat_jobs.abandon_the_gone(0)
        jobs.put_call_backs_in_line(0)
        chat_jobs.abandon_the_gone(0)
        one, contact = CallBack.objects.get(), Contact.objects.get()
        assert (one.state, one.contact, contact.state, contact.placed_at) == ("due", contact, "waiting", OPENS)
        assert "You are next" in customer.get("/p/cards/contact/").content.decode()
        presence.choose(member=world.rep, doing="available")
        turn(world.programme)
        offer = open_offer_to(world.rep)
        client.force_login(world.rep.user)
        page = client.post(f"{DESK}offers/{offer.public_id}/accept/").content.decode()
        assert "030123456" in page and "My fee is wrong" in page and "and my card" in page
        client.post(f"{DESK}contacts/{contact.public_id}/end/")
    one.refresh_from_db()
    assert one.state == "reached" and Contact.objects.count() == 1
    assert list(differences(world.programme)) == []


def test_they_are_rung_in_the_order_left_and_before_who_comes_when_it_opens(world: World) -> None:
    plan(world)
    with clock.at(NIGHT):
        for phone in ("030 111111", "030 222222"):
            leave(phone, email=f"x{phone[-6:]}@example.org")
    with clock.at(OPENS + timedelta(seconds=5)):
        sent = {key: value for key, value in form(email="late@example.org").items() if key != "call_back"}
        assert Client().post("/p/cards/", sent).status_code == 302
    with clock.at(OPENS + timedelta(seconds=40)):
        jobs.put_call_backs_in_line(0)
        for member, phone in ((world.rep, "030111111"), (world.second_rep, "030222222")):
            presence.choose(member=member, doing="available")
            turn(world.programme)
            offer = open_offer_to(member)
            assert offer is not None and CallBack.objects.get(contact=offer.contact).phone == phone


def test_a_full_queue_takes_numbers_and_rings_them_in_turn(world: World) -> None:
    plan(world)
    with clock.at(OPENS):
        plain = {key: value for key, value in form().items() if key not in ("call_back", "phone")}
        for name in "ab":
            sent = {**plain, "email": f"{name}@example.org", "token": Start().token}
            assert Client().post("/p/cards/", sent).status_code == 302
        refused = Client().post("/p/cards/", {**plain, "token": Start().token})
        page = refused.content.decode()
        assert refused.status_code == 409 and "Too many of you." in page and "Call me back" in page
        assert "My fee is wrong" in page and "Send and wait" in page
        shown = leave(email="c@example.org").get("/p/cards/contact/").content.decode()
        assert "We will call you" in shown and "number 3 in line" in shown
        leave("030 999999", email="d@example.org")
        refused = Client().post("/p/cards/", form("030 888888", email="e@example.org"))
        assert refused.status_code == 409 and "cannot take another" in refused.content.decode()
    assert Contact.objects.filter(state="waiting").count() == 4


def test_sent_twice_it_is_one_call_back(world: World) -> None:
    plan(world)
    sent = form()
    with clock.at(NIGHT):
        customer = Client()
        for who in (customer, customer, Client()):
            assert who.post("/p/cards/", sent).status_code == 302
    assert (CallBack.objects.count(), Contact.objects.count(), Message.objects.count()) == (1, 1, 1)


def test_a_page_sent_again_after_it_was_called_off_leaves_another_number(world: World) -> None:
    plan(world)
    sent = form()
    with clock.at(NIGHT):
        customer = Client()
        customer.post("/p/cards/", sent)
        customer.post("/p/cards/contact/leave/")
        assert customer.post("/p/cards/", sent).status_code == 302
        assert "We will call you" in customer.get("/p/cards/contact/").content.decode()
    assert sorted(CallBack.objects.values_list("state", flat=True)) == ["booked", "called_off"]


def test_what_is_written_in_another_window_is_kept(world: World) -> None:
    plan(world)
    with clock.at(NIGHT):
        customer = leave()
        leave("030 999999", client=customer, text="And my card is lost")
        assert "And my card is lost" in customer.get("/p/cards/contact/").content.decode()
    assert CallBack.objects.get().phone == "030123456"


@pytest.mark.parametrize(
    "phone",
    [
        "",
        "112",
        "call me",
        "4111 1111 1111 1111",
        "<script>",
        "030\x00123456",
        "9" * 40,
        "+",
        "\uff10\uff13\uff10123456",
    ],
)
def test_what_is_no_number_of_theirs_is_refused_and_nothing_is_kept(world: World, phone: str) -> None:
    plan(world)
    with clock.at(NIGHT):
        answer = Client().post("/p/cards/", form(phone))
    page = answer.content.decode()
    assert answer.status_code == 422 and "My fee is wrong" in page and "<script>'" not in page
    assert not Contact.objects.exists() and not CallBack.objects.exists()


def test_a_number_is_left_only_so_often(world: World) -> None:
    plan(world)
    with clock.at(NIGHT):
        for number in range(CALLS_PER_NUMBER):
            leave(email=f"a{number}@example.org")
        refused = Client().post("/p/cards/", form(email="again@example.org"))
    assert refused.status_code == 429 and "Too many call-backs" in refused.content.decode()


def test_where_the_plan_offers_none_no_number_is_taken(world: World) -> None:
    plan(world, PLAN.replace(", call_back = true", ""))
    with clock.at(NIGHT):
        assert "Call me back" not in Client().get("/p/cards/").content.decode()
        assert Client().post("/p/cards/", form()).status_code == 409
    assert not Contact.objects.exists()


def test_where_the_queue_opens_no_more_no_number_is_taken(world: World) -> None:
    with clock.at(NIGHT):
        plan(world, PLAN.replace('hours = ["mon-fri 08:00-18:00"]', 'special = { 2026-03-03 = "08:00-18:00" }'))
    with clock.at(OPENS + timedelta(days=1)):
        assert "Call me back" not in Client().get("/p/cards/").content.decode()
        assert Client().post("/p/cards/", form()).status_code == 409
    assert not Contact.objects.exists()


def test_who_calls_it_off_is_not_rung(world: World) -> None:
    plan(world)
    with clock.at(NIGHT):
        customer = leave()
        customer.post("/p/cards/contact/leave/")
        assert "We do not call you" in customer.get("/p/cards/contact/").content.decode()
    with clock.at(OPENS):
        jobs.put_call_backs_in_line(0)
    assert (CallBack.objects.get().state, Contact.objects.get().state) == ("called_off", "left")


def test_who_is_called_off_by_a_supervisor_stands_nowhere_any_more(client: Client, world: World) -> None:
    plan(world)
    with clock.at(NIGHT):
        customer = leave()
        client.force_login(world.supervisor.user)
        one = CallBack.objects.get()
        assert client.post(f"/at/cards/floor/call-backs/{one.public_id}/off/").status_code == 200
        assert "We do not call you" in customer.get("/p/cards/contact/").content.decode()
    assert (CallBack.objects.get().state, Contact.objects.get().state) == ("called_off", "left")
    assert Event.objects.filter(name="call_back.ended").count() == 1


def test_it_waits_for_the_hours_of_the_plan_that_is_in_force_when_it_is_due(world: World) -> None:
    plan(world)
    with clock.at(NIGHT):
        leave()
        plan(
            world,
            PLAN.replace("[queues.main]", "[calendars.days.holidays]\n2026-03-03 = 'A feast'\n\n[queues.main]"),
        )
    with clock.at(OPENS):
        jobs.put_call_backs_in_line(0)
        one = CallBack.objects.get()
        assert (one.state, one.due_at) == ("booked", OPENS + timedelta(days=1))
    with clock.at(OPENS + timedelta(days=1)):
        jobs.put_call_backs_in_line(0)
    assert CallBack.objects.get().state == "due"


def test_leaving_it_and_calling_it_off_at_once_ends_in_one_of_both(committed_world: World) -> None:
    world = committed_world
    plan(world)
    with clock.at(NIGHT):
        leave()
    one, contact = CallBack.objects.get(), Contact.objects.get()

    def due() -> None:
        with clock.at(OPENS):
            call_backs.put_in_line(one.pk)

    at_once(due, lambda: actions.abandon(contact, actor="customer"), due, due)
    one.refresh_from_db()
    contact.refresh_from_db()
    assert (one.state, contact.state) in [("called_off", "left"), ("called_off", "abandoned")]
    assert Event.objects.filter(name="call_back.due").count() <= 1


def test_whose_number_was_erased_meanwhile_is_not_rung(world: World) -> None:
    plan(world)
    with clock.at(NIGHT):
        leave()
    CallBack.objects.update(phone="")
    with clock.at(OPENS):
        jobs.put_call_backs_in_line(0)
    assert (CallBack.objects.get().state, Contact.objects.get().state) == ("called_off", "left")


def test_who_waits_when_it_closes_is_told_so_stays_in_line_and_may_be_called_back(world: World) -> None:
    plan(world)
    closes = OPENS + timedelta(hours=10)
    sent = {key: value for key, value in form().items() if key not in ("call_back", "phone")}
    customer = Client()
    with clock.at(closes - timedelta(seconds=30)):
        customer.post("/p/cards/", sent)
        page = customer.get("/p/cards/contact/part/").content.decode()
        assert "We are out" not in page and "data-may-be-called" not in page
    with clock.at(closes + timedelta(seconds=30)):
        page = customer.get("/p/cards/contact/part/").content.decode()
        assert "We are out. We open again: Wednesday, 4 March, 08:00. You are still in line" in page
        assert "data-may-be-called" in page
        assert customer.post("/p/cards/contact/call-back/", {"phone": "030 123456"}).status_code == 302
    with clock.at(closes + timedelta(minutes=9)):
        chat_jobs.abandon_the_gone(0)
        presence.choose(member=world.rep, doing="available")
        turn(world.programme)
        assert open_offer_to(world.rep).contact == Contact.objects.get()
