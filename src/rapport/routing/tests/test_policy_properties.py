"""What holds of every decision, on random floors."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from rapport.routing.policy import Assignment, FloorState, Waiting, decide, next_widening
from rapport.routing.tests.floors import NOW, best_first, can_take, floors, may_serve, place_of


def left_waiting(floor: FloorState, made: list[Assignment]) -> list[Waiting]:
    served = {one.contact for one in made}
    return [contact for contact in floor.waiting if contact.id not in served]


@given(floors)
def test_what_holds_of_every_decision(floor: FloorState) -> None:
    made = decide(floor, NOW, traced=False)
    people = {rep.id: rep for rep in floor.reps}
    lines = {contact.id: contact for contact in floor.waiting}
    left = left_waiting(floor, made)
    largest_start = max((contact.head_start_seconds for contact in floor.waiting), default=0)

    assert len({one.rep for one in made}) == len({one.contact for one in made}) == len(made)
    for one in made:
        contact, rep = lines[one.contact], people[one.rep]
        assert can_take(rep, contact, floor.capacity), "past capacity, above the ceiling, or not there"
        assert may_serve(rep, contact, floor), "not eligible"
        for other in left:
            if may_serve(rep, other, floor):
                assert place_of(other) > place_of(contact), "overtook"
                assert contact.placed_at <= other.placed_at + largest_start, "the other may starve"
    free = [rep for rep in floor.reps if rep.id not in {one.rep for one in made}]
    assert not [(rep, contact) for rep in free for contact in left if may_serve(rep, contact, floor)]


@given(floors)
def test_each_contact_in_turn_gets_the_best_of_those_left_or_the_one_it_drew(floor: FloorState) -> None:
    left = list(floor.reps)
    expected = []
    for contact in sorted(floor.waiting, key=place_of):
        ranked = best_first(contact, left, floor)
        if ranked:
            equally_close = [one for one in ranked if one[:2] == ranked[0][:2]]
            draw = contact.choice.draw(contact.id)
            rep = equally_close[0 if draw is None else draw % len(equally_close)][-1]
            expected.append(Assignment(contact.id, rep))
            left = [one for one in left if one.id != rep]
    assert decide(floor, NOW, traced=False) == expected


@given(floors, st.integers())
def test_the_order_of_the_lists_does_not_matter(floor: FloorState, seed: int) -> None:
    mixer = Random(seed)
    waiting = mixer.sample(floor.waiting, len(floor.waiting))
    mixed = FloorState(waiting, mixer.sample(floor.reps, len(floor.reps)), floor.capacity, floor.scores)
    assert decide(mixed, NOW) == decide(floor, NOW)
    assert decide(mixed, NOW, traced=False) == decide(floor, NOW, traced=False)


@given(floors)
def test_the_next_widening_is_when_eligibility_can_next_change(floor: FloorState) -> None:
    for contact in floor.waiting:
        if not any(step.skip_if_absent for step in contact.steps):
            at = next_widening(contact, NOW)
            just_before = 1e9 if at is None else at - 0.5
            for rep in floor.reps:
                assert may_serve(rep, contact, floor) == may_serve(rep, contact, floor, just_before)
