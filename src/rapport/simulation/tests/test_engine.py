"""The engine: small floors by hand, invariants on random ones, and theory where theory is exact."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.numeric import erlang
from rapport.numeric.intervals import mean_interval
from rapport.routing.policy import ANYONE, By, Choice, Need, Rep, Scores, Step, Waiting
from rapport.simulation.engine import Arrivals, Run, Shift, simulate
from rapport.simulation.figures import figures
from rapport.simulation.sources import exponential_or_endless, poisson_arrivals, staffed

INF = float("inf")


def run(
    at: list[float],
    service: list[float],
    patience: list[float],
    shifts: list[Shift],
    *,
    head_start: list[float] | None = None,
    steps: Sequence[tuple[Step, ...]] | None = None,
) -> Run:
    begun, talk, last = (np.array(column, dtype=float) for column in (at, service, patience))
    starts = None if head_start is None else np.array(head_start, dtype=float)
    return simulate(Arrivals(begun, talk, last, starts, steps), shifts)


def test_one_rep_serves_in_order() -> None:
    done = run([0, 1, 2], [10, 5, 5], [INF] * 3, [Shift(7)])
    assert done.wait_seconds.tolist() == [0, 9, 13]
    assert done.rep.tolist() == [7, 7, 7]


def test_who_runs_out_of_patience_leaves_and_does_not_take_a_rep() -> None:
    done = run([0, 1, 2], [10, 5, 5], [INF, 4, INF], [Shift(7)])
    assert done.wait_seconds.tolist() == [0, 4, 8]
    assert done.abandoned.tolist() == [False, True, False]


def test_a_rep_who_becomes_free_just_when_patience_ends_answers() -> None:
    assert run([0, 1], [10, 5], [INF, 9], [Shift(7)]).answered.tolist() == [True, True]


def test_no_patience_at_all_is_served_when_a_rep_is_free() -> None:
    assert run([0, 1], [10, 5], [0, 0], [Shift(7)]).answered.tolist() == [True, False]


def test_a_head_start_goes_before() -> None:
    done = run([0, 10, 50], [100, 5, 5], [INF] * 3, [Shift(7)], head_start=[0, 0, 90])
    assert done.wait_seconds.tolist() == [0, 95, 50]


def test_a_rep_works_from_the_begin_of_the_shift_and_finishes_the_contact_in_hand() -> None:
    done = run([0, 1], [60, 5], [INF] * 2, [Shift(7, 5, 30), Shift(8, 100, 110)])
    assert done.wait_seconds.tolist() == [5, 99]
    assert done.rep.tolist() == [7, 8]


def test_a_rep_idle_at_the_end_of_the_shift_goes() -> None:
    done = run([40], [5], [INF], [Shift(7, 0, 30)])
    assert np.isnan(done.wait_seconds).all()
    assert not done.answered.any()
    assert not done.abandoned.any()


def test_shifts_that_touch_are_one() -> None:
    done = run([0, 29, 31], [60, 5, 5], [INF] * 3, [Shift(7, 0, 30), Shift(7, 30, 100)])
    assert done.wait_seconds.tolist() == [0, 31, 34]


def test_a_step_widens_while_a_rep_stands_idle() -> None:
    steps = ((Step((Need("german", 3),), 20), Step()),)
    assert run([0], [5], [INF], [Shift(7)], steps=steps).wait_seconds.tolist() == [20]
    assert run([0], [5], [INF], [Shift(7, skills={"german": 3})], steps=steps).wait_seconds.tolist() == [0]


def test_a_step_reached_just_when_a_rep_becomes_free_does_not_go_before_those_who_came_first() -> None:
    steps = [(), (), (Step((Need("german"),), 18), Step())]
    assert run([0, 1, 2], [20, 5, 5], [INF] * 3, [Shift(7)], steps=steps).wait_seconds.tolist() == [0, 19, 23]


@pytest.mark.parametrize(
    ("at", "service", "patience"),
    [([1, 0], [1, 1], [1, 1]), ([0], [1, 2], [1]), ([0], [-1], [1]), ([0], [1], [np.nan])],
)
def test_arrivals_that_make_no_sense_are_refused(
    at: list[float], service: list[float], patience: list[float]
) -> None:
    with pytest.raises(ValueError, match="must"):
        run(at, service, patience, [])


def test_nothing_comes_of_nothing() -> None:
    assert figures(np.array([]), np.array([], dtype=bool)).service_level is None
    assert run([], [], [], [Shift(1)]).rep.size == 0


calls = st.lists(
    st.tuples(st.integers(0, 300), st.integers(0, 60), st.integers(0, 90), st.sampled_from((0, 90))), max_size=40
).map(sorted)
shifts = st.lists(st.builds(Shift, st.integers(1, 4), st.integers(0, 100), st.integers(101, 400)), max_size=6)


@given(calls, shifts)
def test_no_rep_serves_two_at_once_and_none_outside_a_shift(
    told: list[tuple[int, int, int, int]], working: list[Shift]
) -> None:
    at, service, patience, starts = ([float(one[column]) for one in told] for column in range(4))
    done = run(at, service, patience, working, head_start=starts)
    assert run(at, service, patience, working, head_start=starts).rep.tolist() == done.rep.tolist()
    stretches: dict[int, list[tuple[float, float]]] = {}
    for index in np.flatnonzero(done.answered):
        begun = at[index] + done.wait_seconds[index]
        assert done.wait_seconds[index] <= patience[index]
        assert any(shift.rep == done.rep[index] and shift.begins <= begun <= shift.ends for shift in working)
        stretches.setdefault(int(done.rep[index]), []).append((begun, begun + service[index]))
    for busy in stretches.values():
        busy.sort()
        assert all(first[1] <= second[0] for first, second in pairwise(busy))


steps_of_some = st.sampled_from(
    (
        (),
        (Step((Need("a"),)),),
        (Step((Need("a"),), 20), Step()),
        (Step((Need("a", 2),), 5), Step((Need("b"),), 10), Step((Need("a"),))),
    )
)
skilled = st.lists(
    st.builds(
        Shift,
        st.integers(1, 4),
        st.integers(0, 100),
        st.integers(101, 400),
        st.sampled_from(({}, {"a": 1}, {"a": 2}, {"b": 1}, {"a": 1, "b": 1})),
    ),
    max_size=5,
    unique_by=lambda shift: shift.rep,
)


@given(calls, skilled, st.data())
def test_a_line_kept_from_turn_to_turn_decides_as_a_look_at_what_changed(
    told: list[tuple[int, int, int, int]], working: list[Shift], data: st.DataObject
) -> None:
    at, service, patience, starts = ([float(one[column]) for one in told] for column in range(4))
    steps = [data.draw(steps_of_some) for _ in at]
    plain = run(at, service, patience, working, head_start=starts, steps=steps)
    last = (Step((), 1, skip_if_absent=True), Step())  # who comes when all is over: for them the line is kept
    kept = run([*at, 1e6], [*service, 1], [*patience, 1], working, head_start=[*starts, 0], steps=[*steps, last])
    assert kept.rep[:-1].tolist() == plain.rep.tolist()
    np.testing.assert_array_equal(kept.wait_seconds[:-1], plain.wait_seconds)


@given(calls, skilled, st.data())
def test_nobody_is_served_by_whom_no_step_allows_yet_nor_waits_while_one_who_may_is_free(
    told: list[tuple[int, int, int, int]], working: list[Shift], data: st.DataObject
) -> None:
    at, service, patience, _ = ([float(one[column]) for one in told] for column in range(4))
    steps = [data.draw(steps_of_some) for _ in at]
    done = run(at, service, patience, working, steps=steps)
    knows = {shift.rep: shift for shift in working}
    for index in range(len(at)):
        waiting = Waiting(index, "", at[index], 0, steps[index])
        reached = list(zip(waiting.beginnings(lambda step: False), steps[index] or ANYONE, strict=False))
        wait = done.wait_seconds[index]
        for rep, shift in knows.items():
            since = min(
                (begin for begin, step in reached if step.condition.met_by(Rep(rep, shift.skills))), default=INF
            )
            if done.rep[index] == rep:
                assert at[index] + wait >= since
            elif done.rep[index] < 0 and not (done.rep == rep).any():
                assert max(since, shift.begins) >= min(at[index] + patience[index], shift.ends)


def test_a_step_for_those_who_are_not_there_is_skipped_until_they_come_and_when_they_go() -> None:
    steps = ((Step((Need("german"),), 60, skip_if_absent=True), Step()),)
    german = {"german": 1}
    assert run([0], [5], [INF], [Shift(7)], steps=steps).wait_seconds.tolist() == [0]
    assert run([0], [5], [INF], [Shift(7, 30), Shift(8, 0, 20, german)], steps=steps).rep.tolist() == [8]
    busy = [Shift(8, 0, 20, german), Shift(7, 1)]
    done = run([0, 5], [40, 5], [INF] * 2, busy, steps=steps * 2)
    assert done.rep.tolist() == [8, 7]
    assert done.wait_seconds.tolist() == [0, 35]


def test_the_rep_with_the_best_expected_outcome_is_chosen() -> None:
    kinds = [("card", "gold"), ("loan", "gold")]
    scores = Scores({(kinds[0], 7): 0.4, (kinds[0], 8): 0.9, (kinds[1], 7): 0.6, (kinds[1], 8): 0.5})
    endless = np.full(2, INF)
    arrivals = Arrivals(np.array([0.0, 10.0]), np.ones(2), endless, kinds=kinds)
    done = simulate(arrivals, [Shift(7), Shift(8)], choice=Choice(By.BEST_OUTCOME), scores=scores)
    assert done.rep.tolist() == [8, 7]


def replicate(patience_seconds: float, reps: int, days: int) -> tuple[list[float], list[float]]:
    """Mean wait and abandonment of whole days at 4.2 a minute and 120 s, after two hours to settle."""
    random, waits, gone = np.random.default_rng(4), [], []
    for _ in range(days):
        at = poisson_arrivals([0.07], 10 * 3600, random)
        patience = exponential_or_endless(patience_seconds, at.size, random)
        done = simulate(Arrivals(at, random.exponential(120, at.size), patience), staffed([reps], 3600))
        settled = at > 7200
        waits.append(float(done.wait_seconds[settled].mean()))
        gone.append(float(done.abandoned[settled].mean()))
    return waits, gone


def test_endless_patience_waits_as_erlang_c_says() -> None:
    waits, _ = replicate(np.inf, 12, 60)
    _, low, high = mean_interval(waits, 0.99)
    assert low < erlang.mean_wait_seconds(8.4, 12, 120) < high


def test_exponential_patience_abandons_as_erlang_a_says() -> None:
    waits, gone = replicate(60, 9, 60)
    _, share, mean = erlang.abandonment(8.4, 9, 120, 60)
    for samples, exact in ((waits, mean), (gone, share)):
        _, low, high = mean_interval(samples, 0.99)
        assert low < exact < high


def test_no_patience_is_turned_away_as_erlang_b_says() -> None:
    _, gone = replicate(0, 9, 40)
    _, low, high = mean_interval(gone, 0.99)
    assert low < erlang.blocking_probability(8.4, 9) < high


def test_two_classes_wait_as_cobham_says() -> None:
    """Class k waits P(wait) s / (c (1 - r_{k-1}) (1 - r_k)), where r_k is the load a rep of classes up to k."""
    random, reps, load, share = np.random.default_rng(9), 10, 8.4, 0.3
    waits: dict[bool, list[float]] = {True: [], False: []}
    for _ in range(40):
        at = poisson_arrivals([load / 120], 10 * 3600, random)
        first = random.random(at.size) < share
        arrivals = Arrivals(at, random.exponential(120, at.size), np.full(at.size, INF), np.where(first, 1e6, 0.0))
        done = simulate(arrivals, staffed([reps], 3600))
        for which, samples in waits.items():
            samples.append(float(done.wait_seconds[(at > 7200) & (first == which)].mean()))
    base, high = erlang.waiting_probability(load, reps) * 120 / reps, share * load / reps
    for which, exact in ((True, base / (1 - high)), (False, base / ((1 - high) * (1 - load / reps)))):
        _, least, most = mean_interval(waits[which], 0.99)
        assert least < exact < most


def test_shifts_of_a_day_with_changing_head_counts() -> None:
    assert staffed([1, 2, 1, 2], 10) == [Shift(0, 0, INF), Shift(1, 10, 20), Shift(1, 30, INF)]
    assert staffed([2, 1], 10) == [Shift(0, 0, INF), Shift(1, 0, 10)]
    assert staffed([], 10) == []


def test_arrivals_follow_the_rate_of_their_period() -> None:
    at = poisson_arrivals([1.0, 0.0, 3.0], 1000, np.random.default_rng(1))
    assert np.histogram(at, [0, 1000, 2000, 3000])[0] == pytest.approx([1000, 0, 3000], rel=0.1)
    assert (np.diff(at) >= 0).all()
