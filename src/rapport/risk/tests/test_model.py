from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier

from rapport.kit.errors import Invalid
from rapport.risk import measures, model, plain
from rapport.risk.forest import forest_of
from rapport.risk.model import Model
from rapport.risk.table import Table, features_of, matrix, table_of

Known = tuple[Table, NDArray[np.bool_]]


def drawn(n: int, seed: int, shift: float = 0.0) -> Known:
    """Customers who leave the more the longer they are idle; complaints raise it too, where they are known."""
    dice = np.random.default_rng(seed)
    idle, complaints = dice.uniform(0, 10, n) + shift, dice.integers(0, 4, n)
    channel = dice.choice(["shop", "web", "phone"], n, p=[0.5, 0.3, 0.2])
    risk = 1 / (1 + np.exp(-(0.8 * (idle - 7) + 0.9 * complaints + (channel == "web"))))
    told: list[list[Any]] = [
        list(map(float, idle)),
        [None if dice.random() < 0.1 else int(one) for one in complaints],
        [str(one) for one in channel],
        ["same"] * n,
    ]
    names = ["idle", "complaints", "channel", "country"]
    return Table(dict(zip(names, told, strict=True))), dice.random(n) < risk


@pytest.fixture(scope="module")
def learnt() -> Model:
    table, left = drawn(700, 1)
    return model.train(table, left.tolist())


def test_it_tells_who_leaves_better_than_the_simplest_rule_and_its_chances_are_honest(learnt: Model) -> None:
    table, left = drawn(3000, 2)
    found = measures.measure(left, learnt.risks(table))
    before, had_left = drawn(700, 1)
    rule = plain.simplest_rule(before, had_left, list(learnt.features))
    assert rule.feature is not None
    assert rule.feature.name == "idle"
    assert found.auc.low > measures.measure(left, rule.risks(table)).auc.high
    assert 0.7 < found.slope < 1.4
    assert found.off < 0.06
    assert measures.quality_of(found.told()) == found


def test_what_says_the_same_of_everybody_is_no_feature(learnt: Model) -> None:
    assert [one.name for one in learnt.features] == ["idle", "complaints", "channel"]


def test_the_trees_say_what_the_library_that_grew_them_says() -> None:
    table, left = drawn(300, 3)
    numbers = matrix(features_of(table), table)
    grown = HistGradientBoostingClassifier(max_iter=40, random_state=0).fit(numbers, left)
    asked = matrix(features_of(table), drawn(500, 4)[0])
    asked[::7] = np.nan
    assert np.allclose(forest_of(grown).log_odds(asked), grown.decision_function(asked))


def test_it_is_the_same_after_it_was_kept(learnt: Model) -> None:
    table, _ = drawn(200, 5)
    again = model.unpacked(learnt.packed())
    assert np.array_equal(again.risks(table), learnt.risks(table))
    assert again.raising(table) == learnt.raising(table)


def test_it_says_what_raises_a_risk_and_asked_without_it_the_risk_is_as_it_said(learnt: Model) -> None:
    one: dict[str, Any] = {"idle": 9.5, "complaints": 0, "channel": "shop"}
    table = table_of([one])
    first = learnt.raising(table)[0][0]
    assert first.feature == "idle"
    assert learnt.risks(table_of([{**one, "idle": first.usual}]))[0] == pytest.approx(first.then)
    assert first.then < learnt.risks(table)[0]
    several, risks = learnt.raising(drawn(300, 10)[0]), learnt.risks(drawn(300, 10)[0])
    assert all(each.then < risk for told, risk in zip(several, risks, strict=True) for each in told)


def test_what_is_not_known_or_never_seen_has_a_risk_too(learnt: Model) -> None:
    strange: list[dict[str, Any]] = [
        {},
        {"idle": "a lot", "channel": "pigeon"},
        {"idle": float("inf")},
        {"idle": 1e300, "new": 1},
    ]
    found = learnt.risks(table_of(strange))
    assert ((found > 0) & (found < 1)).all()


def test_drift_is_seen_where_it_is(learnt: Model) -> None:
    standing = learnt.standing_by(drawn(2000, 11)[0])
    calm, moved = standing.drift(drawn(2000, 6)[0]), standing.drift(drawn(2000, 7, shift=4)[0])
    assert max(calm.values()) < 0.1
    assert moved["idle"] > 0.5
    assert moved[""] > 0.25
    assert moved["channel"] < 0.1


@pytest.mark.parametrize("few", [[True] * 5 + [False] * 200, [True] * 200, [False] * 200])
def test_of_too_few_nothing_is_learnt(few: Sequence[bool]) -> None:
    with pytest.raises(Invalid, match="it takes 30 of each"):
        model.train(Table({"idle": list(range(len(few)))}), few)


def test_of_nothing_known_nothing_is_learnt() -> None:
    with pytest.raises(Invalid, match="Nothing tells"):
        model.train(Table({"idle": [None] * 100}), [True, False] * 50)
    with pytest.raises(Invalid, match="to measure"):
        measures.measure([True, False], [0.5, 0.5])


def test_a_line_through_all_features_is_there_to_compare_with() -> None:
    table, left = drawn(700, 8)
    asked, truth = drawn(1500, 9)
    assert measures.measure(truth, plain.linear_risks(table, left, asked)).auc.value > 0.8
