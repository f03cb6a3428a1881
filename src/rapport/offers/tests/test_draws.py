"""What is drawn, what is told of it, and what stops it: the log that other policies are judged by."""

import numpy as np
import pytest

from rapport.conftest import World
from rapport.contacts import actions as contacts
from rapport.contacts.models import Reason
from rapport.events.models import Event
from rapport.kit.errors import Conflict
from rapport.offers.choosing import actions, policy, queries
from rapport.offers.leaving import actions as leaving
from rapport.offers.models import Choice, Fulfilment, LeavingReason
from rapport.offers.tests.offering import in_hand, leaving_on, live, offer_text, rules, uncontrolled


@pytest.fixture(autouse=True)
def _nobody_is_control(world: World) -> None:
    uncontrolled(world)


def test_the_chance_told_is_that_of_the_draw_and_the_draw_can_be_repeated(world: World) -> None:
    rules(world, "explore = 0.2")
    uncontrolled(world)
    for key in ("one", "two", "three"):
        live(world, key, offer_text(key))
    contact, _ = leaving_on(world)
    for _ in range(12):
        choice = actions.choose(member=world.rep, contact=contact, slot="save")
        assert choice is not None
        keys = [one["key"] for one in choice.weighed]
        again = policy.order(keys, np.array([choice.chances[key] for key in keys]), choice.public_id)
        shown = list(choice.presentations.order_by("place").values_list("offer__key", "chance"))
        assert [key for key, _ in shown] == [key for key, _ in again[: len(shown)]]
        assert [chance for _, chance in shown] == pytest.approx([chance for _, chance in again[: len(shown)]])
        Choice.objects.all().delete()
    choice = actions.choose(member=world.rep, contact=contact, slot="save")
    assert choice is not None
    first = choice.presentations.get(place=0)
    actions.present(member=world.rep, contact=contact, presentation=first.public_id)
    told = Event.objects.get(name="offer.presented").data
    assert 0 < told["propensity"] == round(first.chance, 6) < 1


def test_a_contact_about_a_complaint_that_is_not_over_stops_selling_too(world: World) -> None:
    live(world, "loan", offer_text("A loan", kind="cross_sell"))
    complaint = Reason.objects.create(programme=world.programme, key="complaint", name="A complaint")
    before, _ = contacts.arrive(
        programme=world.programme, channel="voice", actor="pbx", customer=world.customer, reason=complaint
    )
    choice = actions.choose(member=world.rep, contact=in_hand(world), slot="cross_sell")
    assert choice is not None
    assert (choice.drawn, choice.removed[0]["layer"]) == ("", "trust")
    contacts.abandon(before, actor="pbx")
    choice = actions.choose(member=world.rep, contact=in_hand(world), slot="cross_sell")
    assert choice is not None
    assert choice.drawn == "loan"


def test_one_offer_of_a_choice_is_accepted(world: World) -> None:
    for key in ("one", "two"):
        live(world, key, offer_text(key, kind="loyalty"))
    contact = in_hand(world)
    choice = actions.choose(member=world.rep, contact=contact, slot="loyalty")
    assert choice is not None
    first, second = choice.presentations.order_by("place")
    for row in (first, second):
        actions.present(member=world.rep, contact=contact, presentation=row.public_id)
    actions.accept(member=world.rep, contact=contact, presentation=first.public_id)
    with pytest.raises(Conflict, match="another offer already"):
        actions.accept(member=world.rep, contact=contact, presentation=second.public_id)
    assert Fulfilment.objects.count() == 1


def test_only_the_choice_that_stands_is_learnt_of(world: World) -> None:
    live(world)
    contact, attempt = leaving_on(world)
    actions.choose(member=world.rep, contact=contact, slot="save")
    LeavingReason.objects.create(programme=world.programme, key="rival", name="A better one elsewhere")
    leaving.set_reason(attempt=attempt, reason="rival", actor="test")
    stands = actions.choose(member=world.rep, contact=contact, slot="save")
    assert actions.learn(programme=world.programme, attempt=attempt.public_id, stuck=True) == 2
    assert list(queries.settled(world.programme, "save")) == [stands]
