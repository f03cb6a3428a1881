"""The effect of a treatment at different times, against people whose effect the test made."""

import numpy as np
import pytest

from rapport.numeric import staggered
from rapport.numeric.staggered import own_change, staggered_effect

WEEKS = 26


def team(
    random: np.random.Generator, people: int, effect: float, *, never: float = 0.2, missing: float = 0.3
) -> tuple[np.ndarray, np.ndarray]:
    """Weekly scores: people differ, weeks differ, a week hangs together with the last, and some are missing."""
    first = np.where(random.random(people) < never, -1, random.integers(5, WEEKS - 2, size=people))
    own = np.zeros((people, WEEKS))
    for week in range(1, WEEKS):
        own[:, week] = 0.5 * own[:, week - 1] + 0.05 * random.normal(size=people)
    score = 0.1 * random.normal(size=(people, 1)) + 0.05 * random.normal(size=WEEKS) + own
    score = score + 0.08 * random.standard_t(4, size=score.shape)
    on = (first[:, None] >= 0) & (np.arange(WEEKS) >= first[:, None])
    score = score + np.where(on, effect * (1 + 0.5 * random.normal(size=(people, 1))), 0)
    score[random.random(score.shape) < missing] = np.nan
    return score, first


def test_the_truth_is_recovered_and_held() -> None:
    random = np.random.default_rng(1)
    told = [staggered_effect(*team(random, 40, 0.08)).overall for _ in range(100)]
    assert np.mean([one.value for one in told]) == pytest.approx(0.08, abs=0.008)
    assert np.mean([one.low <= 0.08 <= one.high for one in told]) >= 0.9
    assert np.mean([one.is_found for one in told]) > 0.6


@pytest.mark.parametrize("people", [12, 40])
def test_where_nothing_is_nothing_is_found(people: int) -> None:
    random = np.random.default_rng(people)
    told = [staggered_effect(*team(random, people, 0.0)) for _ in range(120)]
    most = 0.05 + 2 * np.sqrt(0.05 * 0.95 / 120)
    assert np.mean([one.overall.is_found for one in told]) <= most
    assert np.mean([one.ahead.is_found for one in told]) <= most


def test_effects_that_grow_are_told_rightly_where_two_way_fixed_effects_fail() -> None:
    """Everybody is treated, early ones gain more and more: those already treated would be the wrong control."""
    people, weeks = 40, 30
    first = np.repeat([4, 20], people // 2)
    since = np.arange(weeks) - first[:, None]
    score = np.where(since >= 0, 0.02 * (since + 1), 0.0) + np.arange(people)[:, None] / 10
    on = (since >= 0).astype(float)
    less = on - on.mean(axis=0) - on.mean(axis=1, keepdims=True) + on.mean()
    two_way = (less * score).sum() / (less * on).sum()
    told = staggered_effect(score, first, after=8).overall
    assert told.value == pytest.approx(0.02 * 4.5)  # the mean of the first eight weeks: 1 to 8 steps
    assert two_way < 0  # the wrong sign, though nobody ever lost


def test_who_was_already_treated_is_never_a_control() -> None:
    """Whatever happens to early ones after they began moves no figure of those who began later."""
    random = np.random.default_rng(5)
    score, first = team(random, 40, 0.05, missing=0.0)
    later = first > 12
    before = staggered_effect(score, first, counted=later)
    ruined = score.copy()
    early = (first >= 0) & (first <= 8)
    ruined[early, 9:] += 5.0
    assert staggered_effect(ruined, first, counted=later) == before


@pytest.mark.parametrize("aside", [0, 3])
def test_the_errors_are_those_of_leaving_out_one_person_at_a_time(aside: int) -> None:
    random = np.random.default_rng(6)
    score, first = team(random, 15, 0.05, never=0.3)
    begins, hours = np.where(first < 0, 99, first), random.uniform(1, 5, size=15)

    def sums(keep: np.ndarray) -> list[staggered._Sums]:
        y, when = score[keep], begins[keep]
        told = staggered._compared(y, when, np.ones(keep.size, bool), 4, range(8), aside)
        ways = staggered._plain(keep.size), staggered._foretold(y, when, 4, 8, aside)
        return [of for way in ways for of in (told.by_period(way), told.by_dose(hours[keep], way))]

    whole = sums(np.arange(15))
    for left_out in range(15):
        for all_of, without in zip(whole, sums(np.delete(np.arange(15), left_out)), strict=True):
            assert all_of.above_without[left_out] == pytest.approx(without.above)
            assert all_of.below_without[left_out] == pytest.approx(without.below)


def test_who_is_treated_for_a_bad_month_is_seen_ahead() -> None:
    """Coached because of a dip that ended by itself: the change ahead shows that the effect is not one."""
    random = np.random.default_rng(7)
    score, first = team(random, 60, 0.0, missing=0.0)
    dip = (first[:, None] >= 0) & (np.abs(np.arange(WEEKS) - first[:, None] + 2.5) < 2)
    told = staggered_effect(score - 0.2 * dip, first)
    assert told.overall.low > 0 and told.ahead.low > 0.1


def dipped(random: np.random.Generator, people: int, effect: float) -> tuple[np.ndarray, np.ndarray]:
    """Scores of people who all have bad months now and then, which end by themselves; most are coached in one."""
    score, _ = team(random, people, 0.0)
    begun = random.random((people, WEEKS + 3)) < 0.05
    dip = np.stack([begun[:, week : week + 4].any(axis=1) for week in range(WEEKS)], axis=1)
    seen = begun[:, : WEEKS - 3] & (np.arange(WEEKS - 3) >= 13)
    first = np.where(seen.any(axis=1) & (random.random(people) < 0.8), 1 + seen.argmax(axis=1), -1)
    on = (first[:, None] >= 0) & (np.arange(WEEKS) >= first[:, None])
    return score + effect * on - 0.25 * dip, first


def test_a_bad_month_put_aside_makes_no_effect_and_hides_none() -> None:
    """Were the bad month a baseline, chance would look like coaching."""
    random = np.random.default_rng(12)
    told = [staggered_effect(*dipped(random, 40, 0.0), before=8, aside=5) for _ in range(120)]
    most = 0.05 + 2 * np.sqrt(0.05 * 0.95 / 120)
    assert np.mean([one.overall.is_found for one in told]) <= most
    assert np.mean([one.overalls[0].value for one in told]) == pytest.approx(0.0, abs=0.008)
    fooled = [staggered_effect(*dipped(random, 40, 0.0)).overall.is_found for _ in range(20)]
    assert np.mean(fooled) > 0.8
    told = [staggered_effect(*dipped(random, 40, 0.1), before=8, aside=5) for _ in range(120)]
    assert np.mean([one.overalls[0].value for one in told]) == pytest.approx(0.1, abs=0.01)
    assert np.mean([one.overall.low <= 0.1 <= one.overall.high for one in told]) >= 0.9


def chosen(random: np.random.Generator, people: int, effect: float) -> tuple[np.ndarray, np.ndarray]:
    """Scores of which chance is the most; each week who had the worst month of a group of ten is coached."""
    level, first = 0.08 * random.normal(size=people), np.full(people, -1)
    score = np.full((people, 52), np.nan)
    for week in range(52):
        on = (first >= 0) & (first <= week)
        score[:, week] = level + 0.25 * random.normal(size=people) + effect * on
        if week >= 4:
            month = score[:, week - 4 : week].mean(axis=1) + np.where(random.random(people) < 0.3, 9, 0)
            worst = [group[month[group].argmin()] for group in np.arange(people).reshape(-1, 10)]
            first[worst] = np.where(first[worst] < 0, week + 1, first[worst])
    return score, first


def test_who_is_chosen_for_low_scores_seems_neither_better_nor_worse_after() -> None:
    """Who was not chosen had good luck meanwhile: the bare difference of changes calls coaching harmful."""
    random = np.random.default_rng(15)
    told = [staggered_effect(*chosen(random, 60, 0.0), before=8, aside=5) for _ in range(40)]
    assert np.mean([one.overall.is_found for one in told]) <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 40)
    assert np.mean([one.overalls[1].value for one in told]) == pytest.approx(0.0, abs=0.01)
    assert np.mean([one.overalls[0].value for one in told]) < -0.02
    told = [staggered_effect(*chosen(random, 60, 0.2), before=8, aside=5) for _ in range(20)]
    assert np.mean([one.overalls[1].value for one in told]) == pytest.approx(0.2, abs=0.015)
    assert np.mean([one.overall.low <= 0.2 <= one.overall.high for one in told]) >= 0.9
    assert np.mean([one.overall.is_found for one in told]) > 0.9


def test_one_persons_own_change_lies_in_its_range() -> None:
    random = np.random.default_rng(13)
    for effect in (0.0, 0.2):
        held, found = [], []
        for _ in range(600):
            score, first = team(random, 30, 0.0, never=0.6)
            first[0] = 14
            score[0, 14:] += effect
            told = own_change(score, first, 0, before=8, after=8, aside=2)
            if told.value == told.value:
                held.append(told.low <= effect <= told.high)
                found.append(told.is_found)
        assert len(held) > 400 and np.mean(held) >= 0.92
        assert np.mean(found) <= 0.08 if effect == 0 else np.mean(found) > 0.5
    nothing = own_change(np.full((30, WEEKS), np.nan), first, 0)
    assert nothing.value != nothing.value
    few = own_change(score, np.where(np.arange(30) < 25, 14, -1), 0)
    assert few.value != few.value


def test_many_effects_told_together_are_held_together() -> None:
    random = np.random.default_rng(14)
    of = 12
    alarms = [
        any(staggered_effect(*team(random, 20, 0.0)).at(1 - 0.05 / of).overall.is_found for _ in range(of))
        for _ in range(40)
    ]
    assert np.mean(alarms) <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 40)
    one = staggered_effect(*team(random, 40, 0.08))
    assert one.at(0.95).overall == pytest.approx(one.overall)
    assert one.at(0.99).overall.low < one.overall.low < one.overall.value == one.at(0.99).overall.value


def test_per_hour_is_the_change_over_the_hours() -> None:
    random = np.random.default_rng(8)
    score, first = team(random, 200, 0.1, missing=0.0)
    told = staggered_effect(score, first, dose=np.full(200, 4.0))
    assert told.per_dose.value == pytest.approx(told.overall.value / 4, abs=0.002)
    assert told.per_dose.is_found


def test_the_names_of_people_do_not_matter() -> None:
    random = np.random.default_rng(9)
    score, first = team(random, 30, 0.05)
    order = random.permutation(30)
    one, other = staggered_effect(score, first), staggered_effect(score[order], first[order])
    assert one.overall.low == pytest.approx(other.overall.low) and one.treated == other.treated


def test_of_too_few_nothing_is_told() -> None:
    score, first = team(np.random.default_rng(10), 30, 0.05)
    few = staggered_effect(score, first, counted=np.arange(30) < 3)
    assert np.isnan(few.overall.value) and not few.overall.is_found
    everybody_at_once = staggered_effect(score, np.full(30, 10))
    assert np.isnan(everybody_at_once.overall.value) and everybody_at_once.treated == 0
    with pytest.raises(ValueError, match="first period"):
        staggered_effect(score, first[:4])
