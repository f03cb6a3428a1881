"""A wish to leave, from its being recognised to its outcome."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from rapport.channels.chat import actions as chat
from rapport.conftest import World, stand_in
from rapport.contacts.models import Contact
from rapport.customers.models import Holding
from rapport.events.models import Event
from rapport.kit import clock
from rapport.kit.errors import Conflict, Invalid, NotFound
from rapport.kit.walls import inside
from rapport.offers.leaving import actions, asking, keeping, queries
from rapport.offers.leaving.rules import EXAMPLE
from rapport.offers.models import Cancellation, LeavingReason, SaveAttempt


@pytest.fixture
def contact(world: World) -> Contact:
    hold(world)
    return begin(world)


def hold(world: World, key: str = "H-1", product: str = "Platinum card") -> Holding:
    return Holding.objects.create(programme=world.programme, customer=world.customer, key=key, product=product)


def begin(world: World) -> Contact:
    return chat.begin(
        programme=world.programme, email="ada@example.org", text="Bye", reason=world.reason, client_id=uuid4()
    )


def attempt_on(contact: Contact, **changes: str) -> SaveAttempt:
    told = {"origin": "rep", "channel": "chat", "actor": "test", **changes}
    assert contact.customer is not None
    return actions.open_attempt(customer=contact.customer, contact=contact, **told)


def reason(world: World, key: str = "fee", parent: LeavingReason | None = None) -> LeavingReason:
    return LeavingReason.objects.create(programme=world.programme, key=key, name=key, parent=parent)


def names() -> list[str]:
    return list(Event.objects.filter(name__startswith="leaving.").order_by("id").values_list("name", flat=True))


def test_the_contacts_reason_opens_one_and_only_one(contact: Contact) -> None:
    one = actions.recognise(contact=contact, origin="portal", actor="customer")
    again = actions.recognise(contact=contact, origin="rep", actor="test")
    assert one == again == queries.attempt_of(contact)
    assert (one.jurisdiction, one.requests, one.origin) == ("strict", 1, "portal")
    assert names() == ["leaving.opened"]


def test_what_is_known_later_is_of_the_same_wish(contact: Contact, world: World) -> None:
    one = attempt_on(contact)
    assert attempt_on(contact, holding="H-1").pk == one.pk
    one.refresh_from_db()
    assert (one.product, one.holding) == ("Platinum card", "H-1")
    hold(world, "H-2", "Loan")
    assert attempt_on(contact, holding="H-2").pk != one.pk


def test_free_text_is_no_product(contact: Contact) -> None:
    with pytest.raises(Invalid, match="not among what they hold"):
        attempt_on(contact, product="my life story")
    with pytest.raises(Invalid, match="not among what they hold"):
        attempt_on(contact, holding="H-9")


def test_the_reason_is_told_on_both_levels(contact: Contact, world: World) -> None:
    detail = reason(world, "too-dear", parent=reason(world))
    one = actions.set_reason(attempt=attempt_on(contact), reason="too-dear", would_change="Half  it", actor="t")
    assert (one.reason, one.would_change) == (detail, "Half it")
    assert Event.objects.get(name="leaving.reason").data["detail"] == "too-dear"
    actions.set_reason(attempt=one, reason="too-dear", actor="t")
    assert names().count("leaving.reason") == 1
    with pytest.raises(Invalid, match="from the list"):
        actions.set_reason(attempt=one, reason="nothing", actor="t")
    with pytest.raises(Invalid, match="500 fit"):
        actions.set_reason(attempt=one, reason="fee", would_change="x" * 501, actor="t")


def test_offers_stop_where_the_rules_say(contact: Contact) -> None:
    one = actions.offer_counts(attempt=attempt_on(contact), offer="waiver/1", actor="t")
    assert one.offers_made == 1
    with pytest.raises(Conflict, match="Every offer that is fair has been made"):
        actions.offer_counts(attempt=one, offer="waiver/1", actor="t")
    assert Event.objects.get(name="leaving.offer_counted").data["most"] == 1


def test_a_wish_keeps_the_rules_it_began_with(contact: Contact, world: World) -> None:
    keeping.install_rules(programme=world.programme, text=EXAMPLE)
    attempt = attempt_on(contact)
    keeping.install_rules(programme=world.programme, text=EXAMPLE.replace("most_offers = 1", "most_offers = 3"))
    assert queries.rules_in_force(world.programme).rules.named(attempt.jurisdiction).most_offers == 3
    actions.offer_counts(attempt=attempt, offer="half-fee", actor="test")
    with pytest.raises(Conflict, match="Every offer that is fair"):
        actions.offer_counts(attempt=attempt, offer="gift", actor="test")


@pytest.mark.parametrize(("hours", "on_time"), [(23, True), (25, False)])
def test_a_request_of_somebody_unknown_is_settled_on_time_or_late(world: World, hours: int, on_time: bool) -> None:
    made = asking.ask(programme=world.programme, email="", number="N-1", words="My card")
    with clock.at(made.asked_at + timedelta(hours=hours)):
        asking.settle(member=world.rep, request_id=made.public_id, note="It was her brother")
    assert Event.objects.get(name="leaving.request_settled").data["on_time"] is on_time


def test_a_clear_request_repeated_stops_offers(contact: Contact) -> None:
    one = actions.ask_again(attempt=attempt_on(contact), actor="t")
    with pytest.raises(Conflict, match="cancel now"):
        actions.offer_counts(attempt=one, offer="waiver/1", actor="t")


def test_who_stays_has_said_why_they_wanted_to_go(contact: Contact, world: World) -> None:
    one = attempt_on(contact)
    with pytest.raises(Invalid, match="why they wanted to leave"):
        actions.end_attempt(attempt=one, outcome="stayed", actor="t")
    reason(world)
    actions.set_reason(attempt=one, reason="fee", actor="t")
    ended = actions.end_attempt(attempt=one, outcome="stayed", offer="waiver/1", because="No fee", actor="t")
    assert actions.end_attempt(attempt=one, outcome="stayed", actor="t") == ended
    data = Event.objects.get(name="leaving.ended").data
    assert (data["outcome"], data["offer"], data["rebuttals"]) == ("stayed", "waiver/1", [])
    assert "No fee" not in str(list(Event.objects.values_list("data", flat=True)))
    with pytest.raises(Conflict, match="ended already"):
        actions.end_attempt(attempt=one, outcome="undecided", actor="t")
    with pytest.raises(Invalid, match="Cancel now"):
        actions.end_attempt(attempt=one, outcome="left", actor="t")


def test_a_cancellation_is_one_however_often_it_is_pressed(contact: Contact) -> None:
    one = attempt_on(contact, holding="H-1")
    done = actions.cancel_now(attempt=one, by="customer", actor="customer")
    assert actions.cancel_now(attempt=one, by="rep", actor="t") == done
    one.refresh_from_db()
    assert (one.outcome, done.holding, done.by) == ("left", "H-1", "customer")
    assert names() == ["leaving.opened", "leaving.ended", "leaving.cancelled"]


def test_nothing_stands_before_a_cancellation(contact: Contact) -> None:
    """Neither the rules, nor that no reason is known, nor another outcome since."""
    one = actions.ask_again(attempt=attempt_on(contact, holding="H-1"), actor="t")
    actions.end_attempt(attempt=one, outcome="undecided", actor="t")
    done = actions.cancel_now(attempt=one, by="rep", actor="t")
    assert done.attempt_id != one.pk and done.attempt.outcome == "left"


def test_a_renewed_wish_and_a_cancellation_are_facts_of_the_first(contact: Contact, world: World) -> None:
    reason(world)
    one = actions.set_reason(attempt=attempt_on(contact, holding="H-1"), reason="fee", actor="t")
    actions.end_attempt(attempt=one, outcome="stayed", actor="t")
    later = clock.now() + timedelta(days=9)
    with clock.at(later):
        again = attempt_on(begin(world), holding="H-1")
        actions.cancel_now(attempt=again, by="customer", actor="customer")
    with connection.cursor() as cursor:
        cursor.execute("SELECT outcome, reason, renewed_at, cancelled_at FROM fact_leaving ORDER BY attempt_id")
        assert cursor.fetchall() == [("stayed", "fee", later, later), ("left", None, None, later)]


def test_of_wishes_at_one_moment_the_later_ones_renew_the_earlier(contact: Contact, world: World) -> None:
    told = clock.now()
    with clock.at(told):
        for _ in range(3):
            actions.end_attempt(attempt=attempt_on(contact), outcome="undecided", actor="t")
    with connection.cursor() as cursor:
        cursor.execute("SELECT renewed_at FROM fact_leaving ORDER BY attempt_id")
        assert cursor.fetchall() == [(told,), (told,), (None,)]


@pytest.mark.django_db
def test_wishes_of_some_days_are_read_without_all_the_others() -> None:
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN SELECT renewed_at FROM fact_leaving WHERE programme_id = 1 AND opened_at >= now()")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "WindowAgg" not in plan and "opened_at >= now()" in plan


def test_another_programme_has_nothing_of_it(contact: Contact, world: World) -> None:
    one = attempt_on(contact)
    with inside(world.other.pk):
        assert SaveAttempt.objects.count() == 0
        with pytest.raises(NotFound):
            queries.attempt_by_id(world.other, one.public_id)


def test_two_at_once_have_one_attempt_one_offer_and_one_certificate(committed_world: World) -> None:
    hold(committed_world)
    contact = begin(committed_world)

    def both(todo: str) -> object:
        try:
            with inside(committed_world.programme.pk):
                one = attempt_on(contact, holding="H-1")
                if todo == "offer":
                    return actions.offer_counts(attempt=one, offer="waiver/1", actor="t").offers_made
                return actions.cancel_now(attempt=one, by="rep", actor="t").reference
        except Conflict as error:
            return str(error)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        offered = list(pool.map(both, ["offer"] * 4))
    assert sorted(map(str, offered))[0] == "1" and sum(one == 1 for one in offered) == 1
    assert SaveAttempt.objects.count() == 1
    one = SaveAttempt.objects.get()

    def cancel(_: int) -> str:
        try:
            with inside(committed_world.programme.pk):
                return actions.cancel_now(attempt=one, by="rep", actor="t").reference
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(cancel, range(4)))) == 1
    stand_in(committed_world.programme)
    assert Cancellation.objects.count() == 1
