"""What another policy would have kept, told from a log that was drawn by known chances, against the truth."""

from dataclasses import replace

import numpy as np
import pytest

from rapport.offers.choosing.judging import Row, judged
from rapport.offers.choosing.learning import NOTHING, Learnt

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


def test_the_best_is_told_for_each_reason_and_segment_apart() -> None:
    kinds = [(reason, segment) for reason in ("fee", "move") for segment in ("new", "old")]
    right = {kind: ("cheap", "dear")[(kind[0] == "fee") != (kind[1] == "new")] for kind in kinds}
    shares = {(key, *kind): (0.9 if right[kind] == key else 0.2, 0.01) for key in STAYS for kind in kinds}
    learnt = Learnt(shares, dict.fromkeys(STAYS, (0.5, 0.1)), dict.fromkeys(STAYS, 10**6), {})
    log = [
        replace(one, reason=reason, segment=segment, stuck=one.drawn == right[reason, segment])
        for reason, segment in kinds
        for one in rows(300)
    ]
    [best] = [one for one in judged(log, learnt) if one.name == "best"]
    assert best.self_normalised.value == 1.0
    assert best.doubly_robust.value == pytest.approx(1.0, abs=0.1)


def test_few_rows_tell_no_interval() -> None:
    assert all(np.isnan(one.plain.low) for one in judged(rows(10), NOTHING))
