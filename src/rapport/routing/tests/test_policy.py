"""The routing policy: rules by example, then properties on random floors."""

import json
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from rapport.routing.policy import (
    Assignment,
    FloorState,
    Need,
    Rep,
    Step,
    Waiting,
    decide,
    explain_waiting,
    next_widening,
)

GERMAN_FIRST = (Step((Need("german", 4),), 30), Step((Need("german", 2),), 60), Step())


def pairs(waiting: list[Waiting], reps: list[Rep], now: float) -> list[tuple[int, int]]:
    return [(one.contact, one.rep) for one in decide(FloorState(waiting, reps), now)]


def test_first_placed_is_served_first_by_the_longest_idle() -> None:
    waiting = [Waiting(1, "main", 20), Waiting(2, "main", 10)]
    reps = [Rep(7, idle_since=5), Rep(8, idle_since=3)]
    assert pairs(waiting, reps, 30) == [(2, 8), (1, 7)]


def test_ties_go_by_id() -> None:
    waiting = [Waiting(2, "main", 10), Waiting(1, "main", 10)]
    assert pairs(waiting, [Rep(8), Rep(7)], 30) == [(1, 7), (2, 8)]


def test_a_head_start_counts_as_waiting() -> None:
    waiting = [Waiting(1, "main", 10), Waiting(2, "main", 99, head_start_seconds=90), Waiting(3, "main", 5)]
    assert pairs(waiting, [Rep(7)], 100) == [(3, 7)]
    assert pairs(waiting[:2], [Rep(7)], 100) == [(2, 7)]


def test_a_step_widens_at_its_second_and_not_before() -> None:
    contact = Waiting(1, "main", 100, steps=GERMAN_FIRST)
    beginner = Rep(7, {"german": 2})
    assert pairs([contact], [beginner], 129.9) == []
    assert next_widening(contact, 129.9) == 130
    assert pairs([contact], [beginner], 130) == [(1, 7)]
    assert next_widening(contact, 130) == 190
    assert pairs([contact], [Rep(8)], 190) == [(1, 8)]
    assert next_widening(contact, 190) is None


def test_who_meets_an_earlier_step_is_preferred_to_who_is_idle_longer() -> None:
    contact = Waiting(1, "main", 0, steps=GERMAN_FIRST)
    reps = [Rep(7, {"german": 2}, idle_since=0), Rep(8, {"german": 5}, idle_since=500)]
    assert pairs([contact], reps, 1000) == [(1, 8)]


def test_a_head_start_does_not_widen_a_step() -> None:
    contact = Waiting(1, "main", 0, head_start_seconds=90, steps=GERMAN_FIRST)
    assert pairs([contact], [Rep(7, {"german": 2})], 10) == []


def test_who_declined_is_asked_again_only_when_nobody_else_fits() -> None:
    contact = Waiting(1, "main", 0, steps=GERMAN_FIRST, passed_by=frozenset({8}))
    expert, beginner = Rep(8, {"german": 5}), Rep(7, {"german": 2}, idle_since=500)
    assert pairs([contact], [expert, beginner], 1000) == [(1, 7)]
    assert pairs([contact], [expert], 1000) == [(1, 8)]


def test_a_contact_nobody_can_serve_does_not_hold_up_the_line() -> None:
    waiting = [Waiting(1, "main", 0, steps=GERMAN_FIRST[:1]), Waiting(2, "main", 5)]
    assert pairs(waiting, [Rep(7)], 1000) == [(2, 7)]


def test_the_trace_says_why_in_data_and_in_words() -> None:
    contact = Waiting(1, "main", 0, steps=GERMAN_FIRST)
    reps = [Rep(7, {"german": 2}, 10), Rep(8, {"german": 5}, 20), Rep(9, {"german": 4}, 30), Rep(6)]
    [made] = decide(FloorState([contact], reps), 42)
    assert made.trace is not None
    told = made.trace.as_dict()
    assert json.loads(json.dumps(told)) == json.loads(json.dumps(told | {"step": 0, "position": 1}))
    assert told["eligible"] == (8, 9, 7)
    assert [one["rep"] for one in told["passed_over"]] == [9, 7, 6]
    assert made.trace.words({8: "Ana", 9: "Bo"}) == (
        "Waited 42 s, number 1 in line; wants german 4. Ana was the best of 3 free reps who fit. "
        "Passed over: Bo has been idle for less long; Rep 7 fits only the wider step 2; "
        "Rep 6 fits only from step 3, in 48 s."
    )


def test_why_a_contact_still_waits() -> None:
    contact = Waiting(1, "main", 0, head_start_seconds=90, steps=GERMAN_FIRST[:2])
    trace = explain_waiting(contact, [Rep(7, {"german": 1}), Rep(8, {"german": 3})], 12, position=3)
    assert (trace.rep, trace.eligible, trace.widens_in_seconds) == (None, (), 18)
    assert trace.words() == (
        "Waiting 12 s, number 3 in line with a head start of 90 s; wants german 4. "
        "No free rep fits. In 18 s the next step counts. "
        "Passed over: Rep 7 lacks german 4 (has 1); Rep 8 fits only from step 2, in 18 s."
    )


def test_a_rep_taken_by_an_earlier_contact_is_named_in_the_trace() -> None:
    [_, second] = decide(
        FloorState([Waiting(1, "main", 0), Waiting(2, "main", 1)], [Rep(7), Rep(8, idle_since=1)]), 5
    )
    assert second.trace is not None
    assert second.trace.words().endswith("Passed over: Rep 7 is taken by a contact before in line.")


def test_the_trace_of_a_large_floor_stays_small() -> None:
    [made] = decide(
        FloorState(
            [Waiting(1, "main", 0, steps=GERMAN_FIRST[:1])], [Rep(n, {"german": n % 5}) for n in range(500)]
        ),
        5,
    )
    assert made.trace is not None
    assert (made.trace.eligible_count, len(made.trace.eligible)) == (100, 20)
    assert (made.trace.passed_over_count, len(made.trace.passed_over)) == (499, 20)
    assert made.trace.words().endswith("and 479 more.")


SKILLS = ("german", "cards", "loans")
needs = st.lists(st.builds(Need, st.sampled_from(SKILLS), st.integers(1, 5)), max_size=2).map(tuple)
steps = st.lists(st.builds(Step, needs, st.none() | st.integers(0, 60)), max_size=3).map(tuple)
reps = st.lists(
    st.builds(
        Rep,
        st.integers(1, 12),
        st.dictionaries(st.sampled_from(SKILLS), st.integers(1, 5)),
        st.integers(0, 20),
    ),
    max_size=8,
    unique_by=lambda rep: rep.id,
)
contacts = st.lists(
    st.builds(
        Waiting,
        st.integers(1, 12),
        st.just("main"),
        st.integers(0, 100),
        st.sampled_from((0, 90)),
        steps,
        st.frozensets(st.integers(1, 12), max_size=4),
    ),
    max_size=8,
    unique_by=lambda contact: contact.id,
)
floors = st.builds(FloorState, contacts, reps)
NOW = 100.0


def may_serve(rep: Rep, contact: Waiting, now: float = NOW) -> bool:
    """Eligibility, said again in the plainest way."""
    begin = contact.placed_at
    for step in contact.steps:
        if begin <= now and all(rep.skills.get(need.skill, 0) >= need.level for need in step.needs):
            return True
        if step.seconds is None:
            return False
        begin += step.seconds
    return not contact.steps


@given(floors)
def test_every_assignment_is_eligible_and_nobody_appears_twice(floor: FloorState) -> None:
    made = decide(floor, NOW)
    people = {rep.id: rep for rep in floor.reps}
    lines = {contact.id: contact for contact in floor.waiting}
    assert all(may_serve(people[one.rep], lines[one.contact]) for one in made)
    assert len({one.rep for one in made}) == len({one.contact for one in made}) == len(made)


@given(floors)
def test_no_pair_that_fits_is_left_unmatched(floor: FloorState) -> None:
    made = decide(floor, NOW)
    free = [rep for rep in floor.reps if rep.id not in {one.rep for one in made}]
    left = [contact for contact in floor.waiting if contact.id not in {one.contact for one in made}]
    assert not [(rep, contact) for rep in free for contact in left if may_serve(rep, contact)]


@given(floors)
def test_nobody_overtakes(floor: FloorState) -> None:
    people = {rep.id: rep for rep in floor.reps}
    lines = {contact.id: contact for contact in floor.waiting}
    made = decide(floor, NOW)
    served = {one.contact for one in made}
    for one in made:
        place = lines[one.contact].placed_at - lines[one.contact].head_start_seconds
        for other in floor.waiting:
            if other.id not in served and may_serve(people[one.rep], other):
                assert (other.placed_at - other.head_start_seconds, other.id) > (place, one.contact)


@given(floors, st.integers())
def test_the_order_of_the_lists_does_not_matter(floor: FloorState, seed: int) -> None:
    mixer = Random(seed)
    mixed = FloorState(mixer.sample(floor.waiting, len(floor.waiting)), mixer.sample(floor.reps, len(floor.reps)))
    assert decide(mixed, NOW) == decide(floor, NOW)


@given(floors)
def test_the_trace_agrees_with_the_decision_and_does_not_change_it(floor: FloorState) -> None:
    made = decide(floor, NOW)
    assert decide(floor, NOW, traced=False) == [Assignment(one.contact, one.rep) for one in made]
    for one in made:
        assert one.trace is not None
        assert one.trace.eligible[0] == one.rep
        assert {one.rep, *(other.rep for other in one.trace.passed_over)} == {rep.id for rep in floor.reps}
        json.dumps(one.trace.as_dict())


@given(floors)
def test_the_next_widening_is_when_eligibility_can_next_change(floor: FloorState) -> None:
    for contact in floor.waiting:
        at = next_widening(contact, NOW)
        just_before = 1e9 if at is None else at - 0.5
        assert all(may_serve(rep, contact) == may_serve(rep, contact, just_before) for rep in floor.reps)
