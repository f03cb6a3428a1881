"""The routing policy by example: whom each rule puts first, whom it leaves out."""

from typing import Any

import pytest

from rapport.routing.policy import (
    ONE_EACH,
    By,
    Capacity,
    Choice,
    FloorState,
    Need,
    Rep,
    Scores,
    Step,
    Waiting,
    decide,
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


def test_a_step_asks_for_any_of_its_teams_tiers_and_people_and_all_of_its_needs() -> None:
    step = Step((Need("cards"),), teams=("north", "south"), tiers=("senior",), people=(7, 8))
    contact = Waiting(1, "main", 0, steps=(step,))
    fits = Rep(7, {"cards": 1}, team="south", tier="senior")
    assert pairs([contact], [fits], 0) == [(1, 7)]
    lacking: list[dict[str, Any]] = [{"id": 9}, {"skills": {}}, {"team": "west"}, {"tier": ""}]
    assert all(pairs([contact], [fits._replace(**one)], 0) == [] for one in lacking)


def test_a_personal_rep_has_a_while_then_the_stand_in_then_everybody() -> None:
    steps = (Step(seconds=60, people=(7,)), Step(seconds=30, people=(8,)), Step())
    contact = Waiting(1, "main", 0, steps=steps)
    own, stand_in, other = Rep(7, takes=False), Rep(8), Rep(9)
    assert pairs([contact], [own, stand_in, other], 59) == []
    assert pairs([contact], [own, stand_in, other], 60) == [(1, 8)]
    assert pairs([contact], [own, other], 90) == [(1, 9)]
    assert pairs([contact], [own._replace(takes=True, idle_since=80), stand_in], 90) == [(1, 7)]


def test_a_step_that_nobody_signed_in_meets_is_skipped_and_counts_again_when_somebody_does() -> None:
    steps = (Step(seconds=60, people=(7,), skip_if_absent=True), Step(seconds=30, people=(8,)), Step())
    contact = Waiting(1, "main", 0, steps=steps)
    assert pairs([contact], [Rep(8)], 0) == [(1, 8)]
    assert pairs([contact], [Rep(8), Rep(7, takes=False)], 0) == []
    assert pairs([contact], [Rep(9)], 29) == []
    assert pairs([contact], [Rep(9)], 30) == [(1, 9)]


def test_a_step_without_end_is_left_only_while_nobody_meets_it() -> None:
    steps = (Step(people=(7,), skip_if_absent=True), Step())
    contact = Waiting(1, "main", 0, steps=steps)
    assert pairs([contact], [Rep(7, takes=False), Rep(8)], 9999) == []
    assert pairs([contact], [Rep(8)], 0) == [(1, 8)]


LIMITS = Capacity(
    {"voice": 1, "chat": 2, "email": 4},
    {"chat": frozenset({"chat", "email"}), "voice": frozenset({"email"})},
    occupancy_ceiling=0.9,
)


@pytest.mark.parametrize(
    ("in_hand", "channel", "fits"),
    [
        ({}, "voice", True),
        ({"voice": 1}, "voice", False),
        ({"chat": 1}, "chat", True),
        ({"chat": 2}, "chat", False),
        ({"chat": 1}, "voice", False),  # no call comes to who has a chat
        ({"email": 4}, "voice", True),  # a call may join e-mails
        ({"voice": 1}, "email", False),  # but no e-mail joins a call
        ({"chat": 0}, "voice", True),
        ({"voice": 1, "email": 1}, "chat", False),
        ({}, "letter", True),  # a channel of which nothing is said: one, and beside nothing
        ({"letter": 1}, "letter", False),
        ({"letter": 1}, "chat", False),
    ],
)
def test_a_rep_gets_one_more_where_there_is_room_beside_what_is_in_hand(
    in_hand: dict[str, int], channel: str, fits: bool
) -> None:
    floor = FloorState([Waiting(1, "main", 0, channel=channel)], [Rep(7, handling=in_hand)], LIMITS)
    assert [one.rep for one in decide(floor, 0)] == [7] * fits


def test_above_the_occupancy_ceiling_nobody_gets_anything() -> None:
    waiting = [Waiting(1, "main", 0, steps=(Step(people=(7,)),)), Waiting(2, "main", 0)]
    at, above = Rep(8, occupancy=0.9), Rep(7, occupancy=0.901)
    assert [(one.contact, one.rep) for one in decide(FloorState(waiting, [at, above], LIMITS), 500)] == [(2, 8)]


def test_a_rep_with_room_for_several_is_offered_one_a_turn() -> None:
    waiting = [Waiting(n, "main", n, channel="chat") for n in (1, 2)]
    assert [one.contact for one in decide(FloorState(waiting, [Rep(7)], LIMITS), 5)] == [1]


CANDIDATES = [
    Rep(7, {"cards": 3, "loans": 5}, 10, occupancy=0.5),
    Rep(8, {"cards": 5, "loans": 1}, 20, occupancy=0.4),
    Rep(9, {"cards": 4, "loans": 4}, 30, occupancy=0.6),
    Rep(6, {"cards": 4, "loans": 4}, 30, occupancy=0.4),
]
SCORES = Scores({(("fees", "gold"), 9): 0.6, (("fees", ""), 7): 0.9}, unknown=0.5)


@pytest.mark.parametrize(
    ("by", "order"),
    [
        (By.LONGEST_IDLE, [7, 8, 6, 9]),
        (By.LEAST_OCCUPIED, [8, 6, 7, 9]),
        (By.MOST_PROFICIENT, [7, 6, 9, 8]),
        (By.BEST_OUTCOME, [9, 7, 8, 6]),
    ],
)
def test_who_is_first_of_several(by: By, order: list[int]) -> None:
    wish = (Step((Need("cards"), Need("loans"))),)
    contact = Waiting(1, "main", 0, steps=wish, kind=("fees", "gold"), choice=Choice(by))
    left = list(CANDIDATES)
    for best in order:
        [made] = decide(FloorState([contact], left, scores=SCORES), 50)
        assert made.rep == best
        left = [rep for rep in left if rep.id != best]


def test_a_share_of_contacts_draws_evenly_and_can_be_drawn_again() -> None:
    choice = Choice(random_share=0.25, seed=11)
    made = [
        decide(FloorState([Waiting(n, "main", 0, choice=choice)], CANDIDATES), 50)[0].trace for n in range(2000)
    ]
    drawn = [trace for trace in made if trace and trace.drawn]
    assert 420 < len(drawn) < 580
    assert all(trace.propensity == 0.25 for trace in drawn)
    assert all(80 < sum(trace.rep == rep.id for trace in drawn) < 170 for rep in CANDIDATES)
    assert all(trace.rep == 7 and trace.propensity == 1 for trace in made if trace and not trace.drawn)
    for trace in drawn:
        draw = choice.draw(trace.contact)
        assert draw is not None
        assert trace.rep == trace.eligible[draw % 4]
    assert {trace.contact for trace in drawn} != {
        n for n in range(2000) if Choice(random_share=0.25, seed=12).draw(n)
    }


def test_a_draw_is_among_those_of_the_first_step_who_did_not_decline() -> None:
    steps = (Step((Need("cards", 4),), 10), Step())
    contact = Waiting(1, "main", 0, steps=steps, passed_by=frozenset({8}), choice=Choice(random_share=1))
    [made] = decide(FloorState([contact], [*CANDIDATES, Rep(5)], ONE_EACH), 50)
    assert made.trace is not None
    assert (made.rep in (6, 9), made.trace.propensity) == (True, 0.5)
    [made] = decide(FloorState([contact], [CANDIDATES[1]], ONE_EACH), 50)
    assert made.rep == 8


def test_a_share_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="0 to 1"):
        Choice(random_share=1.2)
