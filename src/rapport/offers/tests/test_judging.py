"""What another policy would have kept, told from a log that was drawn by known chances, against the truth."""

import numpy as np
import pytest

from rapport.offers.choosing.judging import Row, judged
from rapport.offers.choosing.learning import NOTHING

STAYS = {"": 0.2, "cheap": 0.35, "dear": 0.5}
CHANCES = {"": 0.05, "cheap": 0.76, "dear": 0.19}
WEIGHED = [
    {"key": "cheap", "lift": 0.15, "takes": 0.5, "cost": 100, "gain": 0},
    {"key": "dear", "lift": 0.30, "takes": 0.5, "cost": 900, "gain": 0},
]


def rows(many: int, seed: int = 0) -> list[Row]:
    dice = np.random.default_rng(seed)
    keys = list(CHANCES)
    drawn = [keys[place] for place in dice.choice(3, size=many, p=list(CHANCES.values()))]
    return [
        Row(f"c{n}", "fee", "s", 20_000, CHANCES, WEIGHED, one, bool(dice.random() < STAYS[one]))
        for n, one in enumerate(drawn)
    ]


def test_each_policy_is_told_with_an_interval_that_holds_the_truth() -> None:
    truth = {"Always the best known today": 0.5, "Always the cheapest that pays": 0.35, "No offer to anybody": 0.2}
    holds, values = [], []
    for seed in range(30):
        found = {one.words: one for one in judged(rows(1500, seed), NOTHING)}
        for words, stays in truth.items():
            of = found[words]
            holds += [told.low <= stays <= told.high for told in (of.plain, of.self_normalised, of.doubly_robust)]
        values.append([found[words].doubly_robust.value for words in truth])
    assert 0.9 <= np.mean(holds) <= 0.99
    assert np.mean(values, axis=0) == pytest.approx(list(truth.values()), abs=0.02)


def test_few_rows_tell_no_interval() -> None:
    assert all(np.isnan(one.plain.low) for one in judged(rows(10), NOTHING))
