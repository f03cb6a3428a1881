"""Standing among peers against published figures and against people whose skill the test made."""

import numpy as np
import pytest

from rapport.numeric.mix import eight_schools, standing

WORTH = np.linspace(-0.2, 0.2, 6)


def floor(
    random: np.random.Generator, skill: np.ndarray, contacts: int
) -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
    """Scores of people each with a mix of their own; the better they are, the harder what they are given."""
    mix = random.dirichlet(np.full(6, 1.5), size=skill.size) * np.exp(-40 * skill[:, None] * WORTH)
    person = np.repeat(np.arange(skill.size), random.integers(contacts // 2, 2 * contacts, size=skill.size))
    kind = (random.random(person.size)[:, None] > (mix / mix.sum(1, keepdims=True)).cumsum(1)[person]).sum(1)
    segment = random.integers(0, 3, size=person.size)
    score = 0.7 + skill[person] + WORTH[np.minimum(kind, 5)] + 0.05 * segment
    return score + 0.2 * random.normal(size=person.size), person, [np.minimum(kind, 5), segment]


def test_eight_schools_as_published() -> None:
    # Gelman and others, Bayesian Data Analysis, section 5.5: posterior medians 10 8 7 8 5 6 10 8, quartiles near.
    effect, variance, _ = eight_schools([28, 8, -3, 7, -1, 1, 18, 12], np.square([15, 10, 16, 11, 9, 11, 10, 18]))
    told = effect + 7.7
    assert np.abs(told - [11, 8, 6, 8, 5, 6, 10, 8]).max() < 1
    assert ((np.sqrt(variance) > 5) & (np.sqrt(variance) < 9)).all()


def test_skill_is_found_though_the_best_are_given_the_hardest() -> None:
    random = np.random.default_rng(1)
    adjusted, plain, held = [], [], []
    for _ in range(20):
        skill = 0.05 * random.normal(size=30)
        told = standing(*floor(random, skill, 60), people=30)
        adjusted.append(np.corrcoef(told.value, skill)[0, 1])
        plain.append(np.corrcoef(told.raw, skill)[0, 1])
        held.append(((told.low <= skill - skill.mean()) & (skill - skill.mean() <= told.high)).mean())
    assert np.mean(adjusted) > 0.8 > np.mean(plain) + 0.2
    assert np.mean(held) > 0.9


def test_where_nobody_differs_nobody_stands_out() -> None:
    random = np.random.default_rng(2)
    found = []
    for _ in range(30):
        told = standing(*floor(random, np.zeros(30), 40), people=30)
        found.append(((told.low > 0) | (told.high < 0)).mean())
    assert np.mean(found) <= 0.05


def test_few_contacts_are_drawn_to_the_middle_and_fewer_are_not_told() -> None:
    random = np.random.default_rng(3)
    skill = np.concatenate([[0.1, 0.1, 0.1], 0.03 * random.normal(size=20)])
    person = np.repeat(np.arange(23), [19, 22, 900, *[100] * 20])
    score = skill[person] + 0.2 * random.normal(size=person.size)
    score[person == 1] += 0.1 - score[person == 1].mean()
    score[person == 2] += 0.1 - score[person == 2].mean()
    told = standing(score, person, [], people=23)
    assert np.isnan(told.value[0]) and told.scores[0] == 19
    assert 0 < told.value[1] < 0.7 * told.value[2]
    assert told.high[1] - told.low[1] > 1.5 * (told.high[2] - told.low[2])


def test_who_does_what_nobody_else_does_is_not_compared() -> None:
    random = np.random.default_rng(4)
    person = np.repeat(np.arange(8), 50)
    kind = np.where(person < 6, random.integers(0, 2, size=400), 2 + random.integers(0, 2, size=400))
    told = standing(random.normal(size=400), person, [kind], people=8)
    assert np.isnan(told.value[6:]).all() and not np.isnan(told.value[:6]).any()


@pytest.mark.parametrize("people", [0, 1, 3])
def test_of_too_few_people_nothing_is_told(people: int) -> None:
    person = np.repeat(np.arange(people), 50)
    told = standing(np.ones(person.size), person, [np.zeros(person.size, int)], people=people)
    assert np.isnan(told.value).all() and np.isnan(told.between)
