"""Rules of awards as pure functions: what must not matter does not, small numbers win nothing, ties share."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.numeric.best import chances, chosen, if_all_were_equal, improved
from rapport.numeric.mix import standing
from rapport.recognition.awards.deciding import (
    NO_VOTES,
    UNSURE,
    Rule,
    Scores,
    count_votes,
    decide,
    fair_chances,
    turned,
)

RULE = Rule(improvement=False, fewest=5, sure=0.5, most=3)
QUIET = settings(max_examples=40)


def a_floor(seed: int, people: int = 8, each: int = 20, best: float = 0.0, kinds: int = 2) -> Scores:
    """People alike but for the first, who is better by ``best``; half their scores are of months before."""
    random = np.random.default_rng(seed)
    person = np.repeat(np.arange(people), each)
    kind = random.integers(0, kinds, size=person.size)
    later = np.tile(np.arange(each) % 2, people)
    value = 0.5 * kind + random.normal(0, 0.3, size=person.size) + best * ((person == 0) & (later == 1))
    return Scores(value, random.integers(1, 4, size=person.size).astype(float), person, kind, later, people)


def all_of(scores: Scores) -> np.ndarray:
    return np.ones(scores.people)


seeds = st.integers(0, 10_000)
rules = st.builds(
    Rule,
    improvement=st.booleans(),
    fewest=st.integers(5, 8),
    sure=st.floats(0.3, 0.95),
    most=st.integers(1, 3),
)


@QUIET
@given(seeds, rules, st.floats(-5, 5), st.floats(0.0, 2.0))
def test_moving_all_scores_changes_nothing(seed: int, rule: Rule, by: float, best: float) -> None:
    scores = a_floor(seed, best=best)
    first = decide(scores, rule, all_of(scores))
    moved = decide(replace(scores, value=scores.value + by), rule, all_of(scores))
    assert np.allclose(first.chance, moved.chance, atol=1e-5, equal_nan=True)
    off = np.cumsum(np.sort(np.nan_to_num(first.chance))[::-1])
    if np.abs(off - rule.sure).min() > 1e-4:  # not at the very edge of being sure
        assert first.winners == moved.winners


@QUIET
@given(seeds, rules, st.permutations(range(8)), st.floats(0.0, 2.0))
def test_the_order_of_people_changes_nothing(seed: int, rule: Rule, order: list[int], best: float) -> None:
    scores, to = a_floor(seed, best=best), np.array(order)
    first = decide(scores, rule, all_of(scores))
    renamed = decide(replace(scores, person=to[scores.person]), rule, all_of(scores))
    assert np.allclose(first.chance, renamed.chance[to], atol=1e-6, equal_nan=True)
    assert {order[one] for one in first.winners} == set(renamed.winners)


@QUIET
@given(seeds, rules)
def test_never_more_win_than_may_and_only_who_may(seed: int, rule: Rule) -> None:
    scores = a_floor(seed, best=1.0)
    may = (np.arange(8) % 2).astype(float)
    found = decide(scores, rule, may)
    assert len(found.winners) <= rule.most and all(may[one] for one in found.winners)
    assert np.isnan(found.chance[::2]).all()
    assert bool(found.winners) != bool(found.why_nobody)


def test_who_is_far_better_wins_alone_and_where_nobody_is_nobody_does() -> None:
    clear = a_floor(3, people=12, each=60, best=0.6)
    assert decide(clear, RULE, all_of(clear)).winners == (0,)
    wins = 0
    for seed in range(40):
        alike = a_floor(seed, people=20, each=40)
        found = decide(alike, Rule(False, 5, 0.8, 1), all_of(alike))
        wins += bool(found.winners)
        assert found.winners or found.why_nobody == UNSURE
    assert wins <= 2


def test_a_single_lucky_contact_wins_nothing() -> None:
    scores = a_floor(1, people=8, each=40)
    lucky = np.where(scores.person == 7)[0]
    few = np.concatenate([np.where(scores.person < 7)[0], lucky[scores.later[lucky] == 1][:1]])
    value = scores.value.copy()
    value[lucky] = 9.0
    one = Scores(
        value[few], np.ones(few.size), scores.person[few], scores.kind[few], scores.later[few], scores.people
    )
    found = decide(one, RULE, all_of(one))
    assert np.isnan(found.chance[7]) and 7 not in found.winners
    # who has just enough is drawn to the middle: the same figure of many contacts is worth more
    told = standing(
        np.concatenate([np.full(5, 1.0), np.full(500, 1.0), np.tile([0.2, 0.8], 200)]),
        np.repeat([0, 1, 2, 3, 4, 5], [5, 500, 100, 100, 100, 100]),
        [np.zeros(905, dtype=int)],
        people=6,
        fewest=5,
    )
    assert told.value[0] < told.value[1] and (told.high - told.low)[0] > (told.high - told.low)[1]


def test_the_hard_cases_are_allowed_for() -> None:
    random = np.random.default_rng(8)
    person = np.repeat(np.arange(10), 100)
    kind = (random.random(1000) < np.where(person == 0, 0.9, 0.2)).astype(np.int64)  # the best has the hard ones
    value = 0.8 - 0.5 * kind + 0.2 * (person == 0) + random.normal(0, 0.2, 1000)
    scores = Scores(value, np.ones(1000), person, kind, np.ones(1000, dtype=np.int64), 10)
    assert value[person == 0].mean() < value[person == 1].mean()
    assert decide(scores, RULE, all_of(scores)).winners == (0,)


def test_improvement_is_against_oneself() -> None:
    random = np.random.default_rng(4)
    person, later = np.repeat(np.arange(8), 80), np.tile([0, 1], 320)
    value = 0.5 + random.normal(0, 0.1, 640) + 0.3 * (person == 1) + 0.2 * ((person == 2) & (later == 1))
    scores = Scores(value, np.ones(640), person, np.zeros(640, dtype=np.int64), later, 8)
    assert decide(scores, RULE, all_of(scores)).winners == (1,)
    assert decide(scores, replace(RULE, improvement=True), all_of(scores)).winners == (2,)
    new = Scores(value, np.ones(640), person, np.zeros(640, dtype=np.int64), np.where(person == 2, 1, later), 8)
    assert np.isnan(decide(new, replace(RULE, improvement=True), all_of(new)).chance[2])
    two, ones = slice(0, 160), np.ones(160)
    none = np.zeros(160, dtype=int)
    few = improved(value[two], person[two], later[two], none, people=2, fewest=5, weight=ones)
    assert np.isnan(few.value).all()


def test_what_was_before_the_month_wins_nothing_in_it() -> None:
    random = np.random.default_rng(4)
    person, later = np.repeat(np.arange(8), 80), np.tile([0, 1], 320)
    value = 0.5 + random.normal(0, 0.1, 640) + 0.6 * ((person == 1) & (later == 0)) + 0.2 * (person == 2)
    scores = Scores(value, np.ones(640), person, np.zeros(640, dtype=np.int64), later, 8)
    found = decide(scores, RULE, all_of(scores))
    assert found.winners == (2,) and (found.told.scores == 40).all()


def test_just_enough_in_the_month_and_before_is_enough_to_have_improved() -> None:
    def told(before: int, in_month: int) -> bool:
        random = np.random.default_rng(9)
        halves = [(0, before), (1, in_month)] + [(later, 20) for _ in range(7) for later in (0, 1)]
        person = np.repeat(np.arange(16) // 2, [count for _, count in halves])
        later = np.repeat([half for half, _ in halves], [count for _, count in halves])
        value, ones = random.normal(0, 1, person.size), np.ones(person.size)
        scores = Scores(value, ones, person, np.zeros(person.size, dtype=np.int64), later, 8)
        found = decide(scores, Rule(True, 6, 0.5, 3), all_of(scores))
        return not np.isnan(found.chance[0])

    assert told(6, 6) and not told(5, 20) and not told(20, 5)


def test_ties_share_or_nobody_has_it() -> None:
    equal = chances([0.3, 0.3, 0.0, 0.0], [0.05, 0.05, 0.05, 0.05])
    assert equal[0] == equal[1] and abs(equal.sum() - 1) < 1e-12
    assert set(chosen(equal, sure=0.3, most=3)) == {0, 1}
    assert chosen(equal, sure=0.3, most=1).size == 0
    assert set(chosen(equal, sure=0.95, most=2)) == {0, 1}
    assert chosen([np.nan, np.nan], sure=0.5, most=3).size == 0
    same = np.tile([0.2, 0.8, 0.5], 30)
    none, ones = np.zeros(90, dtype=np.int64), np.ones(90, dtype=np.int64)
    scores = Scores(same, np.ones(90), np.repeat(np.arange(6), 15), none, ones, 6)
    found = decide(scores, RULE, all_of(scores))
    assert found.winners == () and np.allclose(found.chance, 1 / 6)


def test_chances_are_those_of_drawing() -> None:
    random = np.random.default_rng(2)
    value, spread = np.array([0.0, 0.3, 0.5, -1.0]), np.array([1.0, 0.5, 0.2, 2.0])
    drawn = (value + spread * random.normal(size=(200_000, 4))).argmax(axis=1)
    assert np.abs(chances(value, spread) - np.bincount(drawn, minlength=4) / 200_000).max() < 0.01


def test_a_mean_of_several_contacts_counts_as_several() -> None:
    random = np.random.default_rng(6)
    person, kind = random.integers(0, 8, 4000), random.integers(0, 3, 4000)
    value = 0.3 * kind + 0.1 * person + random.normal(0, 0.5, 4000)
    alone = standing(value, person, [kind], people=8)
    of = (person * 3 + kind) * 20 + random.integers(0, 20, 4000)
    weight = np.bincount(of, minlength=480)
    there = np.flatnonzero(weight)
    mean = np.bincount(of, weights=value, minlength=480)[there] / weight[there]
    cells = standing(mean, there // 60, [there // 20 % 3], people=8, weight=weight[there])
    assert np.allclose(alone.value, cells.value, atol=0.01) and (cells.scores == alone.scores).all()
    assert np.allclose(alone.high - alone.low, cells.high - cells.low, rtol=0.2)


def test_downwards_is_the_other_way() -> None:
    scores = a_floor(1)
    assert (turned(scores, "down").value == -scores.value).all() and turned(scores, "up") is scores


def test_where_all_are_equal_each_group_has_its_share_and_a_hard_shift_shows() -> None:
    random = np.random.default_rng(11)
    person = np.repeat(np.arange(20), 60)
    shift = (np.arange(20) >= 10).astype(np.int64)
    alike = random.normal(0, 0.2, 1200)
    none, ones = np.zeros(1200, dtype=np.int64), np.ones(1200, dtype=np.int64)
    scores = Scores(alike, np.ones(1200), person, none, ones, 20)
    fair = fair_chances(scores, RULE, all_of(scores), shift, named="x")
    assert abs(fair.sum() - 1) < 1e-9 and 0.35 < fair[:10].sum() < 0.65
    assert (fair == fair_chances(scores, RULE, all_of(scores), shift, named="x")).all()
    hard = replace(scores, value=alike - 0.3 * shift[person])  # evenings are harder, and the rule does not know
    assert fair_chances(hard, RULE, all_of(scores), shift, named="x")[:10].sum() > 0.95
    gifted = replace(
        scores, value=alike + 0.5 * (person == 3)
    )  # who is good has no better chance if all were equal
    assert fair_chances(gifted, RULE, all_of(scores), shift, named="x")[3] < 0.2
    assert if_all_were_equal(lambda value: np.zeros(2), [1.0], [1.0], [0], rounds=0, seed=1).size == 0


names = st.sampled_from([f"p{n}" for n in range(9)])


many = st.dictionaries(names, names, min_size=5) | st.dictionaries(names, st.sampled_from(["p0", "p1", "p2"]))
most_may = st.frozensets(names, min_size=7) | st.frozensets(names)


@settings(max_examples=300)
@given(many, most_may, st.integers(5, 7), st.integers(1, 3))
def test_votes(votes: dict[str, str], may: frozenset[str], fewest: int, most: int) -> None:
    found, who, why = count_votes(votes, may, fewest=fewest, most=most)
    valid = {voter: named for voter, named in votes.items() if voter != named and named in may}
    assert bool(who) != bool(why) and set(who) <= may and len(who) <= most
    if len(valid) < fewest:
        assert (found, who, why) == ({}, (), NO_VOTES.format(fewest))
    else:
        assert sum(found.values()) == len(valid)
        top = {one for one, count in found.items() if count == max(found.values())}
        assert set(who) == (top if len(top) <= most else set())
