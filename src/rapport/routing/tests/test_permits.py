"""What is kept behind a permit: no contact without it, less freedom, at once, and nobody is cut off mid-talk."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.channels.chat import actions as chat
from rapport.conftest import World, at_most
from rapport.contacts.models import Contact
from rapport.events.models import Event
from rapport.kit import clock
from rapport.kit.errors import Conflict, Invalid
from rapport.kit.walls import inside
from rapport.routing import actions, handing, permits, presence, publishing, upkeep
from rapport.routing.floor_state import frame_of, signed_in
from rapport.routing.models import Doing, Offer, Permit, PermitRule, Preferred, Presence
from rapport.routing.offering import Chosen, offer_batch
from rapport.routing.plan.rules import Route
from rapport.routing.policy import FloorState, Need, Rep, Step, Waiting, decide
from rapport.routing.preferred import prefer
from rapport.routing.queries import level_of, open_offer_to
from rapport.routing.router import turn
from rapport.routing.standing import StandingFloor
from rapport.routing.why_waiting import why_waiting

PLAN = """
[skills]
cards = "Cards"

[queues.main]
name = "Main"
routes = [
  { reasons = ["cancel"], steps = [{ skills = { cards = 1 }, seconds = 30 }, { anyone = true }] },
  { steps = [{ anyone = true }] },
]
"""
NAME = "certificate cards"
HOUR = timedelta(hours=1)


@pytest.fixture
def floor(world: World) -> World:
    """A floor where contacts of the skill ask for a permit; both reps know the skill, neither has one."""
    draft = publishing.save_draft(programme=world.programme, text=PLAN)
    publishing.publish(programme=world.programme, number=draft.number, instead_of=None)
    for rep in (world.rep, world.second_rep):
        actions.set_proficiency(member=rep, skill="cards", level=4)
    rule(world)
    return world


def rule(
    world: World, skill: str = "cards", refuses: bool = True, free_without: int = 1, name: str = NAME
) -> None:
    permits.set_rule(
        programme=world.programme, name=name, skill=skill, refuses=refuses, free_without=free_without, actor="test"
    )


def give(world: World, until: datetime | None = None, free_to: int = 5, name: str = NAME) -> None:
    until = until or clock.now() + HOUR
    permits.give(member=world.rep, name=name, free_to=free_to, valid_until=until, actor="test")


def end(world: World, name: str = NAME) -> None:
    permits.end(member=world.rep, name=name, actor="test")


def a_chat(world: World, about: bool = True) -> Contact:
    reason = world.reason if about else None
    return chat.begin(
        programme=world.programme, email="ada@example.org", text="Hello", reason=reason, client_id=uuid4()
    )


def offered(world: World) -> Offer | None:
    turn(world.programme)
    return open_offer_to(world.rep)


def doing(world: World) -> str:
    return Presence.objects.get(member=world.rep).doing


def test_nobody_without_it_is_offered_the_contact_however_long_it_waits_and_the_floor_says_why(
    floor: World,
) -> None:
    presence.choose(member=floor.rep, doing="available")
    contact = a_chat(floor)
    assert offered(floor) is None
    with clock.at(clock.now() + timedelta(minutes=10)):
        presence.pulse(member=floor.rep)
        assert offered(floor) is None  # the plan lets anyone by now
        still = why_waiting(contact)
        assert still is not None and "lacks certificate cards" in str(still.near)
        give(floor)
        offer = offered(floor)
        assert offer is not None and offer.contact_id == contact.pk


def test_other_contacts_go_on_and_so_does_a_rule_that_refuses_nobody(floor: World) -> None:
    presence.choose(member=floor.rep, doing="available")
    a_chat(floor, about=False)
    offer = offered(floor)
    assert offer is not None
    actions.decline(member=floor.rep, offer_id=offer.public_id, because="other")
    presence.choose(member=floor.rep, doing="available")
    rule(floor, refuses=False)
    presence.choose(member=floor.second_rep, doing="available")
    a_chat(floor)
    turn(floor.programme)
    assert Offer.objects.filter(ended_at__isnull=True).count() == 2


def test_while_available_it_ends_by_hand_and_by_the_clock(floor: World) -> None:
    presence.choose(member=floor.rep, doing="available")
    give(floor, clock.now() + HOUR)
    end(floor)
    a_chat(floor)
    assert offered(floor) is None and doing(floor) == Doing.AVAILABLE
    give(floor, clock.now() + HOUR)
    with clock.at(clock.now() + HOUR):
        presence.pulse(member=floor.rep)
        assert offered(floor) is None
    with clock.at(clock.now() + HOUR - timedelta(seconds=1)):
        presence.pulse(member=floor.rep)
        assert offered(floor) is not None


def test_a_router_that_read_the_floor_before_offers_nothing_after(floor: World) -> None:
    presence.choose(member=floor.rep, doing="available")
    give(floor)
    contact = a_chat(floor)
    with inside(floor.programme.pk):
        standing = StandingFloor(floor.programme)
        [chosen] = standing.choose()
        assert chosen.permits == (NAME,) and (chosen.contact, chosen.rep) == (contact.pk, floor.rep.pk)
        with clock.at(clock.now() + 2 * HOUR):
            presence.pulse(member=floor.rep)
            assert offer_batch(floor.programme, [chosen]) == [chosen]
        assert offer_batch(floor.programme, [Chosen(*chosen[:4], ("certificate other",))])
        assert offer_batch(floor.programme, [chosen]) == []


def test_the_standing_floor_learns_of_a_lapse_and_of_a_new_rule_by_itself(floor: World) -> None:
    presence.choose(member=floor.rep, doing="available")
    give(floor)
    with inside(floor.programme.pk):
        standing = StandingFloor(floor.programme)
        assert NAME in standing.reps[floor.rep.pk].skills
        with clock.at(clock.now() + 2 * HOUR):
            standing.heal()
            assert NAME not in standing.reps[floor.rep.pk].skills
        before = frame_of(floor.programme)
        rule(floor, skill="", name="certificate all")
        assert frame_of(floor.programme) != before


def test_while_it_is_offered_it_cannot_be_taken_any_more_and_rings_elsewhere_without_fault(floor: World) -> None:
    presence.choose(member=floor.rep, doing="available")
    give(floor)
    contact = a_chat(floor)
    placed = contact.placed_at
    offer = offered(floor)
    assert offer is not None
    end(floor)
    with pytest.raises(Conflict, match="certificate cards"):
        actions.accept(member=floor.rep, offer_id=offer.public_id)
    assert offered(floor) is None and doing(floor) == Doing.AVAILABLE
    offer.refresh_from_db()
    contact.refresh_from_db()
    assert (offer.result, contact.state, contact.placed_at) == ("withdrawn", "waiting", placed)
    assert Event.objects.get(name="contact.offer_ended").data["why"] == "no_permit"
    permits.give(member=floor.second_rep, name=NAME, free_to=5, valid_until=clock.now() + HOUR, actor="test")
    presence.choose(member=floor.second_rep, doing="available")
    turn(floor.programme)
    assert open_offer_to(floor.second_rep) is not None


def test_what_is_offered_lapses_by_the_clock_too(floor: World) -> None:
    presence.choose(member=floor.rep, doing="available")
    give(floor, clock.now() + timedelta(seconds=5))
    a_chat(floor)
    offer = offered(floor)
    assert offer is not None
    with clock.at(clock.now() + timedelta(seconds=6)):
        with pytest.raises(Conflict):
            actions.accept(member=floor.rep, offer_id=offer.public_id)
        assert offered(floor) is None


def test_of_several_that_ring_only_what_lost_its_permit_stops_in_reads_that_do_not_grow(floor: World) -> None:
    contacts = [a_chat(floor), a_chat(floor)]
    for rep in (floor.rep, floor.second_rep):
        permits.give(member=rep, name=NAME, free_to=5, valid_until=clock.now() + HOUR, actor="test")
        presence.choose(member=rep, doing="available")
    turn(floor.programme)
    rings = {rep: open_offer_to(rep) for rep in (floor.rep, floor.second_rep)}
    assert all(rings.values())
    end(floor)
    with at_most(4):  # the rules, what rings, the plans, who has which
        found = upkeep.unpermitted_offers(floor.programme)
    assert found == [(one.pk, one.contact_id) for one in [rings[floor.rep]] if one]
    assert {one.pk for one in contacts} == {one.contact_id for one in rings.values() if one}


def test_what_is_in_hand_is_finished_and_nothing_comes_after_it(floor: World) -> None:
    presence.choose(member=floor.rep, doing="available")
    give(floor)
    contact = a_chat(floor)
    offer = offered(floor)
    assert offer is not None
    actions.accept(member=floor.rep, offer_id=offer.public_id)
    end(floor)
    turn(floor.programme)
    contact.refresh_from_db()
    assert (contact.state, contact.rep_id, doing(floor)) == ("active", floor.rep.pk, Doing.ON_CONTACT)
    assert actions.accept(member=floor.rep, offer_id=offer.public_id).pk == contact.pk
    actions.end_conversation(contact, by="rep", actor="test")
    actions.finish_wrap_up(
        member=floor.rep, contact_id=contact.public_id, disposition="saved", resolved=True, summary="Stays"
    )
    a_chat(floor)
    assert offered(floor) is None


def test_who_is_asked_first_needs_it_and_a_colleague_cannot_be_handed_it(floor: World) -> None:
    presence.choose(member=floor.rep, doing="available")
    presence.choose(member=floor.second_rep, doing="available")
    give(floor)
    contact = a_chat(floor)
    prefer(contact, member=floor.second_rep, why=Preferred.Why.RECONTACT)
    offer = offered(floor)
    assert offer is not None and offer.contact_id == contact.pk
    actions.accept(member=floor.rep, offer_id=offer.public_id)
    for hand in (handing.hand_to_person, handing.ask_colleague):
        with pytest.raises(Conflict, match="certificate cards"):
            hand(member=floor.rep, contact_id=contact.public_id, agent_id="rep2", note="Please")


def test_one_for_the_whole_programme_takes_who_is_free_out_of_the_line(floor: World) -> None:
    rule(floor, skill="", name="certificate all")
    give(floor, name="certificate all")
    presence.choose(member=floor.rep, doing="available")
    assert permits.missing_for_all(floor.rep) == []
    assert permits.missing_for_all(floor.second_rep) == ["certificate all"]
    a_chat(floor, about=False)
    offer = offered(floor)
    assert offer is not None
    actions.decline(member=floor.rep, offer_id=offer.public_id, because="other")
    presence.choose(member=floor.rep, doing="available")
    end(floor, name="certificate all")
    assert doing(floor) == Doing.MEETING and offered(floor) is None


def test_a_plain_plan_asks_for_it_too_where_it_is_for_all(world: World) -> None:
    presence.choose(member=world.rep, doing="available")
    rule(world, skill="", name="certificate all")
    a_chat(world)
    assert offered(world) is None
    give(world, name="certificate all")
    assert offered(world) is not None


def test_freedom_is_the_lower_of_the_two_and_read_each_time(floor: World) -> None:
    rep = floor.rep
    assert level_of(rep, "cards") == 1  # without it
    give(floor, free_to=3)
    assert level_of(rep, "cards") == 3
    give(floor, free_to=5)
    assert level_of(rep, "cards") == 4  # their own
    with clock.at(clock.now() + 2 * HOUR):
        assert level_of(rep, "cards") == 1
    rule(floor, skill="", free_without=0, name="certificate all")
    assert level_of(rep, "cards") == 0  # the lowest of all that ask
    assert level_of(rep, "german") == 0


def test_another_programme_is_not_touched_and_malformed_ones_are_refused(floor: World) -> None:
    with inside(floor.other.pk):
        presence.choose(member=floor.outsider, doing="available")
        chat.begin(programme=floor.other, email="x@example.org", text="Hi", reason=None, client_id=uuid4())
        turn(floor.other)
        assert open_offer_to(floor.outsider) is not None and not PermitRule.objects.exists()
        assert not permits.give(
            member=floor.outsider, name=NAME, free_to=5, valid_until=clock.now() + HOUR, actor="test"
        )
        assert not permits.end(member=floor.outsider, name=NAME, actor="test")
    for name, free in (("cards", 0), ("x" * 90 + " y", 0), (NAME, 6), (NAME, -1)):
        with pytest.raises(Invalid):
            rule(floor, name=name, free_without=free)
    permits.end_rule(programme=floor.programme, name=NAME, actor="test")
    permits.end_rule(programme=floor.programme, name=NAME, actor="test")
    assert not Permit.objects.exists() and level_of(floor.rep, "cards") == 4
    assert Event.objects.filter(name="permit.rule_changed").count() == 2


@given(
    rules=st.lists(st.tuples(st.sampled_from(["", "a", "b", "c"]), st.integers(0, 9)), max_size=4, unique=True),
    held=st.lists(st.sets(st.integers(0, 3)), min_size=1, max_size=4),
    steps=st.lists(st.sampled_from([{}, {"a": 1}, {"b": 2}, {"a": 1, "c": 1}]), min_size=1, max_size=3),
)
def test_whoever_is_chosen_has_every_permit_that_the_contact_asks_for(
    rules: list[tuple[str, int]], held: list[set[int]], steps: list[dict[str, int]]
) -> None:
    named = [permits.Rule(f"certificate {skill}{number}", skill) for skill, number in rules]
    route = Route.model_validate(
        {"steps": [{"skills": one, "seconds": 1} if one else {"anyone": True} for one in steps]}
    )
    needs = permits.needs_of(named, route)
    own = tuple(Step(tuple(Need(*one) for one in sorted(each.items())), 1.0) for each in steps)
    waiting = Waiting(1, "main", 0.0, steps=permits.asking(own, needs))
    reps = [
        Rep(number, {"a": 5, "b": 5, "c": 5} | {named[one].name: 1 for one in has if one < len(named)})
        for number, has in enumerate(held)
    ]
    mentioned = {skill for one in steps for skill in one}
    wanted = {one.name for one in named if not one.skill or one.skill in mentioned}
    assert set(waiting.permits) == wanted
    fit = {rep.id for rep in reps if wanted <= rep.skills.keys()}
    made = decide(FloorState([waiting], reps), 1000.0)
    assert {one.rep for one in made} <= fit and bool(made) == bool(fit)


def test_reading_them_costs_no_more_with_more_reps(floor: World) -> None:
    presence.choose(member=floor.rep, doing="available")
    give(floor)
    with inside(floor.programme.pk):
        assert {one.id: NAME in one.skills for one in signed_in(floor.programme)} == {floor.rep.pk: True}
