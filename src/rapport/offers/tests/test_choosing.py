"""What a customer is offered: once, by what pays, never before the reason is heard; and what becomes of it."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from rapport.conftest import World, stand_in
from rapport.customers.models import Holding, Promise
from rapport.events.models import Event
from rapport.kit import clock
from rapport.kit.drawing import place_of
from rapport.kit.errors import Conflict, Invalid, NotFound
from rapport.offers import jobs
from rapport.offers.catalogue import actions as catalogue
from rapport.offers.choosing import actions, learning, queries, refreshing
from rapport.offers.choosing.learning import Cell
from rapport.offers.leaving import actions as leaving
from rapport.offers.models import Allowance, Choice, Fulfilment, LeavingReason, Policy, Presentation
from rapport.offers.tests.offering import in_hand, leaving_on, live, offer_text, rules, uncontrolled
from rapport.routing import actions as routing
from rapport.routing.models import Proficiency


@pytest.fixture(autouse=True)
def _nobody_is_control(world: World) -> None:
    uncontrolled(world)


def names() -> list[str]:
    found = Event.objects.filter(name__startswith="offer.", name__in=FLOW).order_by("id")
    return list(found.values_list("name", flat=True))


FLOW = (
    "offer.chosen",
    "offer.presented",
    "offer.turned_down",
    "offer.accepted",
    "offer.fulfilled",
    "offer.failed",
)


def test_nothing_is_chosen_before_the_reason_is_heard(world: World) -> None:
    live(world)
    contact, attempt = leaving_on(world, has_reason=False)
    assert actions.choose(member=world.rep, contact=contact, slot="save") is None
    reason = LeavingReason.objects.create(programme=world.programme, key="fee", name="The fee")
    leaving.set_reason(attempt=attempt, reason=reason.key, actor="test")
    assert actions.choose(member=world.rep, contact=contact, slot="save") is not None


def test_a_choice_is_made_once_and_says_all_its_chances(world: World) -> None:
    live(world)
    live(world, "gift", offer_text("A gift", cost=300, lift=0.1))
    live(world, "dear", offer_text("Far too dear", cost=900_000, lift=0.01))
    contact, attempt = leaving_on(world)
    choice = actions.choose(member=world.rep, contact=contact, slot="save")
    again = actions.choose(member=world.rep, contact=contact, slot="save")
    assert choice is not None
    assert choice == again
    assert sum(choice.chances.values()) == pytest.approx(1)
    assert set(choice.chances) == {"", "half-fee", "gift"}
    assert choice.chances[""] == 0.02
    slot = queries.slot_of(world.rep, contact, choice)
    assert {one.row.offer.key for one in slot.shown} == {"half-fee", "gift"}
    assert choice.drawn == slot.shown[0].row.offer.key
    assert slot.shown[0].words in ("I can halve your fee, Ada.",)
    assert [(one["key"], one["layer"]) for one in slot.removed] == [("dear", "worth")]
    assert queries.chosen_for(attempt.pk) == choice
    told = Event.objects.get(name="offer.chosen").data
    assert (told["drawn"], told["control"]) == (choice.drawn, False)
    assert (told["removed"], told["removed_by"]) == (["dear"], ["worth"])


def test_an_offer_is_made_turned_down_and_another_accepted(world: World) -> None:
    live(world)
    live(world, "gift", offer_text("A gift", cost=300, stock=1, budget=1000))
    contact, attempt = leaving_on(world)
    choice = actions.choose(member=world.rep, contact=contact, slot="save")
    assert choice is not None
    rows = {one.offer.key: one.public_id for one in choice.presentations.select_related("offer")}
    actions.present(member=world.rep, contact=contact, presentation=rows["gift"])
    assert list(Allowance.objects.order_by("of").values_list("of", "held", "used")) == [
        ("budget", 300, 0),
        ("stock", 1, 0),
    ]
    actions.turn_down(member=world.rep, contact=contact, presentation=rows["gift"], why="need")
    assert set(Allowance.objects.values_list("held", "used")) == {(0, 0)}
    attempt.refresh_from_db()
    assert attempt.offers_made == 1
    with pytest.raises(Conflict, match="Every offer that is fair has been made"):
        actions.present(member=world.rep, contact=contact, presentation=rows["half-fee"])
    assert names() == ["offer.chosen", "offer.presented", "offer.turned_down"]
    told = Event.objects.get(name="offer.turned_down").data
    assert (told["why"], told["offer"], told["attempt"]) == ("need", "gift", str(attempt.public_id))


def test_what_is_accepted_is_used_and_waits_for_the_partner(world: World) -> None:
    live(world, text=offer_text(stock=5, budget=6000))
    contact, attempt = leaving_on(world)
    choice = actions.choose(member=world.rep, contact=contact, slot="save")
    assert choice is not None
    [row] = choice.presentations.all()
    with pytest.raises(Conflict, match="Say first that you offered it"):
        actions.accept(member=world.rep, contact=contact, presentation=row.public_id)
    actions.present(member=world.rep, contact=contact, presentation=row.public_id)
    for _ in range(2):
        actions.accept(member=world.rep, contact=contact, presentation=row.public_id)
    assert set(Allowance.objects.values_list("of", "held", "used")) == {("stock", 0, 1), ("budget", 0, 600)}
    assert Fulfilment.objects.get().state == "waiting"
    assert queries.accepted_for(attempt.pk) == "half-fee/1"
    assert queries.cost_of(attempt.pk) == (600, "EUR")
    assert names() == ["offer.chosen", "offer.presented", "offer.accepted"]


def test_what_is_held_too_long_is_free_again_and_can_still_be_accepted_while_some_is_left(world: World) -> None:
    live(world, text=offer_text(stock=1))
    contact, _ = leaving_on(world)
    choice = actions.choose(member=world.rep, contact=contact, slot="save")
    assert choice is not None
    [row] = choice.presentations.all()
    actions.present(member=world.rep, contact=contact, presentation=row.public_id)
    with clock.at(clock.now() + timedelta(minutes=21)):
        assert [actions.let_go_overdue(pk) for pk in refreshing.overdue(world.programme)] == [True]
        assert Allowance.objects.get().held == 0
        Allowance.objects.update(used=1)
        with pytest.raises(Conflict, match="None of it is left"):
            actions.accept(member=world.rep, contact=contact, presentation=row.public_id)
        Allowance.objects.update(used=0)
        actions.accept(member=world.rep, contact=contact, presentation=row.public_id)
    assert Allowance.objects.get().used == 1


def test_the_control_is_offered_nothing_again_and_again(world: World) -> None:
    whose = str(world.customer.public_id)
    rules(world, key=next(f"{n:064x}" for n in range(5000) if place_of(f"{n:064x}", whose) < 0.02))
    live(world)
    for _ in range(2):
        contact, attempt = leaving_on(world)
        choice = actions.choose(member=world.rep, contact=contact, slot="save")
        assert choice is not None
        assert (choice.is_control, choice.drawn, choice.presentations.count()) == (True, "", 0)
        attempt.refresh_from_db()
        assert attempt.is_control
        assert choice.chances["half-fee"] == pytest.approx(0.98)
        leaving.end_attempt(attempt=attempt, outcome="undecided", actor="test")
        routing.end_conversation(contact, by="rep", actor="test")


def test_nothing_is_sold_to_who_waits_for_a_promise_or_complains(world: World) -> None:
    live(world, "loan", offer_text("A loan", kind="cross_sell"))
    contact = in_hand(world)
    world.customer.attributes = {"open_complaint": True}
    world.customer.save()
    contact.refresh_from_db()
    choice = actions.choose(member=world.rep, contact=contact, slot="cross_sell")
    assert choice is not None
    assert choice.removed[0]["words"].startswith("A complaint is open")
    world.customer.attributes = {}
    world.customer.save()
    Choice.objects.all().delete()
    Promise.objects.create(
        programme=world.programme,
        customer=world.customer,
        what="Call back",
        made_at=clock.now() - timedelta(days=5),
        due_on=clock.now().date() - timedelta(days=2),
        due_by=clock.now() - timedelta(days=2),
    )
    contact.refresh_from_db()
    choice = actions.choose(member=world.rep, contact=contact, slot="cross_sell")
    assert choice is not None
    assert choice.removed[0]["words"].startswith("A promise to them was broken")


def test_more_than_a_level_may_grant_needs_leave(world: World) -> None:
    text = offer_text(
        cost=3000, more='[[authority]]\nlevel = 2\nmost = 5000\n[[authority]]\ntier = "high"\nmost = 3000\n'
    )
    live(world, text=text)
    contact, _ = leaving_on(world)
    choice = actions.choose(member=world.rep, contact=contact, slot="save")
    assert choice is not None
    [row] = choice.presentations.all()
    told: dict[str, Any] = {"member": world.rep, "contact": contact, "presentation": row.public_id}
    assert not queries.slot_of(world.rep, contact, choice).shown[0].may_grant
    with pytest.raises(Conflict, match="more than you may grant"):
        actions.present(**told)
    actions.ask_leave(**told)
    [asked] = queries.leave_asked(world.programme)
    with pytest.raises(Conflict, match="yourself"):
        actions.answer_leave(programme=world.programme, presentation=asked.public_id, is_given=True, by=world.rep)
    actions.answer_leave(
        programme=world.programme, presentation=asked.public_id, is_given=False, by=world.supervisor
    )
    with pytest.raises(Conflict, match="more than you may grant"):
        actions.present(**told)
    actions.ask_leave(**told)
    actions.answer_leave(
        programme=world.programme, presentation=asked.public_id, is_given=True, by=world.supervisor
    )
    assert actions.present(**told).state == "offered"


def test_nobody_is_asked_for_leave_once_the_customer_is_gone(world: World) -> None:
    live(world, text=offer_text(cost=3000, more="[[authority]]\nlevel = 5\nmost = 5000\n"))
    contact, _ = leaving_on(world)
    choice = actions.choose(member=world.rep, contact=contact, slot="save")
    assert choice is not None
    actions.ask_leave(member=world.rep, contact=contact, presentation=choice.presentations.get().public_id)
    assert len(queries.leave_asked(world.programme)) == 1
    routing.end_conversation(contact, by="rep", actor="test")
    assert not queries.leave_asked(world.programme)


def test_the_level_and_the_tier_say_what_may_be_granted(world: World) -> None:
    text = offer_text(
        cost=3000, more='[[authority]]\nlevel = 2\nmost = 5000\n[[authority]]\ntier = "high"\nmost = 3000\n'
    )
    live(world, text=text)
    contact, _ = leaving_on(world)
    choice = actions.choose(member=world.rep, contact=contact, slot="save")
    assert choice is not None
    offer = queries.slot_of(world.rep, contact, choice).shown[0].offer
    assert [queries.may_grant(world.rep, offer, value) for value in (0, 59_999, 60_000)] == [False, False, True]
    Proficiency.objects.create(programme=world.programme, member=world.rep, skill="retention", level=2)
    assert queries.may_grant(world.rep, offer, 0)


def test_another_reason_is_another_choice(world: World) -> None:
    live(world, text=offer_text(reasons=["fee"]))
    contact, attempt = leaving_on(world)
    first = actions.choose(member=world.rep, contact=contact, slot="save")
    LeavingReason.objects.create(programme=world.programme, key="rival", name="A better one elsewhere")
    leaving.set_reason(attempt=attempt, reason="rival", actor="test")
    second = actions.choose(member=world.rep, contact=contact, slot="save")
    assert first is not None
    assert second is not None
    assert (first.drawn, second.drawn, second.number) == ("half-fee", "", 2)
    first.refresh_from_db()
    assert first.replaced
    assert second.removed[0]["layer"] == "reason"


def test_outcomes_are_learnt_once_and_can_be_corrected(world: World) -> None:
    live(world)
    contact, attempt = leaving_on(world)
    actions.choose(member=world.rep, contact=contact, slot="save")
    told: dict[str, Any] = {"programme": world.programme, "attempt": attempt.public_id}
    assert actions.learn(**told, stuck=False) == 1
    assert refreshing.refresh(world.programme) is None  # who leaves is known before who stays
    assert [actions.learn(**told, stuck=True) for _ in range(2)] == [1, 0]
    assert actions.learn(programme=world.programme, attempt=uuid4(), stuck=True) == 0
    policy = refreshing.refresh(world.programme)
    assert policy is not None
    assert (policy.number, policy.outcomes, policy.content["save"]["known"]) == (1, 1, {"half-fee": 1})
    assert refreshing.refresh(world.programme) is None
    assert queries.learnt_of(world.programme, "save")[0] == "learnt-1"
    assert queries.learnt_of(world.programme, "loyalty")[0] == "declared"
    assert actions.learn(**told, stuck=None) == 1
    assert Choice.objects.get().settled_at is None


def test_who_leaves_did_not_stick(world: World) -> None:
    live(world)
    contact, attempt = leaving_on(world)
    actions.choose(member=world.rep, contact=contact, slot="save")
    leaving.cancel_now(attempt=attempt, by="rep", actor="test")
    event = Event.objects.get(name="leaving.ended")
    jobs.learn_of_end(programme_id=world.programme.pk, event_id=event.pk)
    assert Choice.objects.get().stuck is False


def test_the_page_of_another_contact_is_not_touched(world: World) -> None:
    live(world)
    contact, _ = leaving_on(world)
    choice = actions.choose(member=world.rep, contact=contact, slot="save")
    assert choice is not None
    other = in_hand(world)
    with pytest.raises(NotFound):
        actions.present(member=world.rep, contact=other, presentation=choice.presentations.get().public_id)
    with pytest.raises(Invalid):
        actions.choose(member=world.rep, contact=other, slot="anything")


def test_a_withdrawn_offer_is_made_to_nobody(world: World) -> None:
    row = live(world)
    catalogue.withdraw(row=row, actor="test")
    contact, _ = leaving_on(world)
    choice = actions.choose(member=world.rep, contact=contact, slot="save")
    assert choice is not None
    assert (choice.drawn, choice.removed, choice.chances) == ("", [], {"": 1.0})
    assert not Presentation.objects.exists()


COVER = offer_text("Travel cover", kind="cross_sell", cost=100, gain=900, lift=0.1, products=["cover"])


@pytest.mark.parametrize("stays", [True, False])
def test_what_came_of_selling_is_known_on_the_day_for_who_stayed_and_who_left(world: World, stays: bool) -> None:
    live(world, "cover", COVER)
    contact = in_hand(world)
    Holding.objects.create(programme=world.programme, customer=world.customer, key="H-1", product="card")
    made = actions.choose(member=world.rep, contact=contact, slot="cross_sell")
    assert made is not None
    if not stays:
        leaving.cancel(
            customer=world.customer, holding="H-1", contact=None, channel="portal", origin="portal", by="customer",
            actor="customer",
        )  # fmt: skip
    for days, outcome in [(59, None), (61, stays), (62, stays)]:
        with clock.at(made.at + timedelta(days=days)):
            stand_in(None)
            jobs.learn(0)
            stand_in(world.programme)
        made.refresh_from_db()
        assert made.stuck is outcome
    told = Event.objects.get(name="offer.outcome")
    assert (told.data["stuck"], told.data["drawn"]) == (stays, made.drawn or None)
    assert queries.learnt_of(world.programme, "cross_sell")[1].known == {made.drawn: 1}
    assert queries.learnt_of(world.programme, "save")[0] == "declared"


@pytest.mark.parametrize(("stayed", "is_offered"), [(260, True), (120, False)])
def test_nothing_is_sold_or_given_where_that_keeps_nobody(world: World, stayed: int, is_offered: bool) -> None:
    live(world, "gift", offer_text("A gift", kind="loyalty", cost=300, lift=0.3, takes=0.9))
    uncontrolled(world)
    told = [Cell("gift", "cancel", "priority", 400, stayed, 360), Cell("", "cancel", "priority", 400, 200, 0)]
    content = {"loyalty": queries.kept_of(learning.learn(told))}
    Policy.objects.create(programme=world.programme, number=1, made_at=clock.now(), outcomes=800, content=content)
    choice = actions.choose(member=world.rep, contact=in_hand(world), slot="loyalty")
    assert choice is not None
    assert choice.policy == "learnt-1"
    assert bool(choice.drawn) is is_offered
    assert [one["layer"] for one in choice.removed] == ([] if is_offered else ["worth"])
