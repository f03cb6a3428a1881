"""The trace explains exactly the assignment made, and the wait."""

import json

from hypothesis import given

from rapport.routing.policy import (
    By,
    Capacity,
    Choice,
    FloorState,
    Line,
    Need,
    PassedOver,
    Rep,
    Scores,
    Step,
    Trace,
    Waiting,
    decide,
    explain_waiting,
)
from rapport.routing.tests.floors import NOW, best_first, can_take, floors, meets, place_of, steps_that_count

GERMAN_FIRST = (Step((Need("german", 4),), 30), Step((Need("german", 2),), 60), Step())


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
        "Nobody signed in fits. In 18 s the next step counts. "
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


TWO_CHATS = Capacity({"chat": 2}, occupancy_ceiling=0.9)


def why_not(contact: Waiting, *reps: Rep, by: By = By.LONGEST_IDLE) -> str:
    """What is said of everybody but rep 1, who gets the contact or is not there."""
    scores = Scores({(("", ""), 1): 0.8}, 0.31)
    made = decide(FloorState([contact._replace(choice=Choice(by))], reps, TWO_CHATS, scores), 50)
    trace = made[0].trace if made else explain_waiting(contact, reps, 50, capacity=TWO_CHATS)
    assert trace is not None
    return "; ".join(one.reason for one in trace.passed_over)


def test_the_best_expected_outcome_is_told_with_what_it_rests_on() -> None:
    kind = ("fees", "gold")
    contact = Waiting(9, "main", 0, kind=kind, choice=Choice(By.BEST_OUTCOME))
    scores = Scores({(kind, 1): 0.617, (kind, 2): 0.55}, usual={kind: 0.6}, counted={(kind, 1): 140})
    [made] = decide(FloorState([contact], [Rep(1), Rep(2), Rep(3)], scores=scores), 50)
    assert "the best expected outcome for this matter: 62% (n=140)." in made.trace.words()
    assert made.trace.as_dict()["expected"] == 0.617
    assert [one.reason for one in made.trace.passed_over] == [
        "has a lower expected outcome (60.0%, not 61.7%)",
        "has a lower expected outcome (55.0%, not 61.7%)",
    ]
    drawn = contact._replace(choice=Choice(By.BEST_OUTCOME, random_share=1.0))
    [made] = decide(FloorState([drawn], [Rep(1), Rep(2)], scores=scores), 50)
    assert "was drawn by chance from the 2 free reps" in made.trace.words()


def test_every_reason_has_its_words() -> None:
    chat = Waiting(9, "main", 0, channel="chat")
    best, other = Rep(1, {"german": 5}, idle_since=-1), Rep(2)
    assert why_not(chat, best, other) == "has been idle for less long"
    assert why_not(chat, best, Rep(2, idle_since=-1)) == "has been idle as long (order by number)"
    assert why_not(chat, Rep(2, handling={"chat": 2})) == "has 2 of 2 chats in hand"
    assert why_not(chat, Rep(2, handling={"voice": 1})) == "has a call in hand, with no chat beside it"
    assert why_not(chat, Rep(2, handling={"fax": 1})) == "has a fax contact in hand, with no chat beside it"
    assert why_not(chat, Rep(2, occupancy=0.95)) == "is above the occupancy ceiling (95%, ceiling 90%)"
    assert why_not(chat, Rep(2, takes=False)) == "takes nothing just now"
    declined = chat._replace(passed_by=frozenset({2}))
    assert why_not(declined, best, other) == "declined or missed this contact before"
    busier = Rep(1, occupancy=0.2), Rep(2, occupancy=0.5)
    assert why_not(chat, *busier, by=By.LEAST_OCCUPIED) == "is busier (50%, not 20%)"
    less = Rep(2, {"german": 3})
    german = chat._replace(steps=(Step((Need("german"),)),))
    assert why_not(german, best, less, by=By.MOST_PROFICIENT) == "is less proficient (3, not 5)"
    assert why_not(chat, best, other, by=By.BEST_OUTCOME) == "has a lower expected outcome (31.0%, not 80.0%)"
    step = Step((Need("german", 2), Need("cards")), teams=("a", "b"), tiers=("senior",), people=(1,))
    assert why_not(chat._replace(steps=(step,)), Rep(2, {"german": 1})) == (
        "lacks german 2 (has 1) and cards 1 (has 0) and is not in team a or b and is not of tier senior"
        " and is not named"
    )


def words(contact: Waiting, reps: list[Rep], now: float, position: int | None = None) -> str:
    trace = explain_waiting(contact, reps, now, position=position)
    return trace.words({7: "Ana", 8: "Bo"})


def test_what_it_would_take() -> None:
    own = Waiting(1, "main", 0, steps=(Step(people=(7,), seconds=60), Step((Need("cards"),))))
    busy = [Rep(7, takes=False), Rep(8, {"cards": 1}, takes=False)]
    assert words(own, busy, 20) == (
        "Waiting 20 s; wants the named rep, Ana. 1 rep fits and is busy; the first to be free gets it. "
        "In 40 s the next step counts. "
        "Passed over: Ana takes nothing just now; Bo fits only from step 2, in 40 s."
    )
    assert words(own, busy, 60, 3).startswith(
        "Waiting 60 s, number 3 in line; wants cards 1 (step 2 of 2). "
        "2 reps fit and are busy; those before in line go first. Passed over:"
    )
    assert words(own, [], 60) == "Waiting 60 s; wants cards 1 (step 2 of 2). Nobody signed in fits."
    assert words(own, [Rep(7)], 0, 2).endswith(
        "1 free rep fits, with others before in line. In 60 s the next step counts."
    )


def test_a_step_that_was_skipped_is_told() -> None:
    steps = (Step(people=(5,), seconds=60, skip_if_absent=True), Step(people=(7, 8), seconds=5), Step())
    trace = explain_waiting(Waiting(1, "main", 0, steps=steps), [Rep(8, takes=False)], 2)
    assert (trace.step, trace.absent, trace.people, trace.widens_in_seconds) == (1, (0,), (7, 8), 3)
    assert trace.words({7: "Ana", 8: "Bo"}).startswith(
        "Waiting 2 s; wants one of 2 named reps, Ana or Bo (step 2 of 3; "
        "nobody signed in fits step 1 (the named rep)). "
    )


def test_a_draw_is_told() -> None:
    contact = Waiting(1, "main", 0, choice=Choice(random_share=1))
    [made] = decide(FloorState([contact], [Rep(7), Rep(8)]), 0)
    assert made.trace is not None
    assert "was drawn by chance from the 2 free reps of this step." in made.trace.words()
    assert [one.reason for one in made.trace.passed_over] == ["was not drawn"]
    assert json.loads(json.dumps(made.trace.as_dict()))["propensity"] == 0.5


def test_who_waits_in_a_line_is_explained_there() -> None:
    line = Line()
    for number in (7, 8):
        line.put_rep(Rep(number))
        line.put_contact(Waiting(number, "main", number))
    line.put_contact(Waiting(3, "main", 9))
    line.decide(10)
    trace = line.explain(3, 12)
    assert (trace.position, trace.eligible, trace.busy_count) == (1, (), 2)
    assert "2 reps fit and are busy; the first to be free gets it." in trace.words()


@given(floors)
def test_the_trace_explains_exactly_the_assignment(floor: FloorState) -> None:
    lines = {contact.id: contact for contact in floor.waiting}
    left = list(floor.reps)
    order = sorted(lines, key=lambda number: place_of(lines[number]))
    for one in decide(floor, NOW):
        trace, contact = one.trace, lines[one.contact]
        assert trace is not None
        ranked = best_first(contact, left, floor)
        counting = steps_that_count(contact, floor)
        assert trace.eligible == tuple(each[-1] for each in ranked)
        assert (trace.contact, trace.rep, trace.position) == (one.contact, one.rep, order.index(one.contact) + 1)
        assert trace.step == next(each[1] for each in ranked if each[-1] == one.rep)
        assert trace.drawn == (contact.choice.draw(contact.id) is not None)
        assert trace.drawn or trace.rep == trace.eligible[0]
        fitting = [rep for rep in floor.reps if any(meets(rep, step) for step in counting)]
        assert (trace.eligible_count, trace.busy_count) == (len(ranked), len(fitting) - len(ranked))
        assert sorted([one.rep, *(other.rep for other in trace.passed_over)]) == sorted(
            rep.id for rep in floor.reps
        )
        assert trace.passed_over_count == len(floor.reps) - 1
        assert all(is_true(other, trace, contact, floor, left) for other in trace.passed_over)
        left = [rep for rep in left if rep.id != one.rep]


def is_true(told: PassedOver, trace: Trace, contact: Waiting, floor: FloorState, left: list[Rep]) -> bool:
    """Whether what is told of a rep who was passed over is so."""
    rep = next(rep for rep in floor.reps if rep.id == told.rep)
    counting = steps_that_count(contact, floor)
    step = next((index for index, step in enumerate(counting) if meets(rep, step)), None)
    ceiling = floor.capacity.occupancy_ceiling
    is_high = ceiling is not None and rep.occupancy > ceiling
    is_free = can_take(rep, contact, floor.capacity) and rep in left
    has_room = can_take(rep._replace(takes=True, occupancy=0), contact, floor.capacity)
    is_second_choice = rep.id in contact.passed_by and trace.rep not in contact.passed_by
    truths = {
        "declined": is_free and step is not None and is_second_choice,
        "wider_step": is_free and step is not None and step > trace.step,
        "behind": is_free and step == trace.step and not trace.drawn,
        "not_drawn": is_free and step == trace.step and trace.drawn,
        "taken": can_take(rep, contact, floor.capacity) and rep not in left and step is not None,
        "reserved": not rep.takes and has_room and not is_high and step is not None,
        "full": not has_room and step is not None,
        "above_ceiling": is_high and has_room and step is not None,
        "later_step": step is None and any(meets(rep, one) for one in contact.steps[len(counting) :]),
        "unfit": step is None,
    }
    return truths[told.code]
