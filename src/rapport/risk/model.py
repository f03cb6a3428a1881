"""The model of a risk: boosted trees, made honest about chances, and what raises the risk of one customer.

Risks are *calibrated*: of those told 30 %, about 30 % leave. The line for that is drawn through what models that
had not seen a customer said of them (by folds). What raises a risk is told by asking again: were this one thing as
usual and all else as it is, how high would the risk be? That is a fact about the model, which can be checked; it
is no cause, and of two things that go together each may seem to matter little.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold

from rapport.kit.errors import Invalid
from rapport.numeric.discrimination import stability
from rapport.risk.forest import Forest, forest_of
from rapport.risk.measures import sloped
from rapport.risk.table import Feature, Floats, Table, features_of, matrix, places

LEAST_LEFT = 30  # who left, and who stayed, to learn from
ROUNDS = (25, 50, 100, 150, 200)
FOLDS = 3
FORESTS = 3
RULES = {"learning_rate": 0.1, "max_leaf_nodes": 31, "max_features": 0.5, "early_stopping": False}
MOST_RAISING = 3
LEAST_RAISING = 0.01  # of the risk: less is chance
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Raising:
    """Something that raises a customer's risk: were it ``usual``, the risk would be ``then``."""

    feature: str
    usual: float | str | None
    then: float


@dataclass(frozen=True)
class Model:
    """What was learnt: how features are read, the trees, and the line that makes them chances.

    ``spread`` has how many unseen customers' log-odds lay between the ``edges``, to see a drift by.
    """

    features: tuple[Feature, ...]
    forest: Forest
    slope: float
    start: float
    edges: tuple[float, ...]
    spread: tuple[int, ...]

    def risks(self, table: Table) -> Floats:
        """Return the risk of each customer, from 0 to 1."""
        return self._risks(matrix(self.features, table))

    def raising(self, table: Table) -> list[list[Raising]]:
        """Return for each customer what raises the risk most, the most first."""
        numbers = matrix(self.features, table)
        risks = self._risks(numbers)
        without = np.empty((len(self.features), table.n))
        for row, (one, place) in enumerate(zip(self.features, places(self.features), strict=True)):
            changed = numbers.copy()
            changed[:, place] = one.numbers([one.usual])
            without[row] = self._risks(changed)
        order = np.argsort(without, axis=0, kind="stable")[:MOST_RAISING]
        return [
            [
                Raising(self.features[row].name, self.features[row].usual, float(without[row, i]))
                for row in order[:, i]
                if without[row, i] <= risks[i] - LEAST_RAISING
            ]
            for i in range(table.n)
        ]

    def drift(self, table: Table) -> dict[str, float]:
        """Return by feature how far these customers are from those learnt from; ``""`` is the risk itself."""
        unknown = [None] * table.n
        moved = {
            one.name: stability(one.spread, one.counts(table.columns.get(one.name, unknown)))
            for one in self.features
        }
        return moved | {"": stability(self.spread, _between(self.edges, self._log_odds(table)))}

    def standing_by(self, table: Table) -> Model:
        """Return the model with these customers, of whom it did not learn, as what a drift of risks is seen by."""
        edges, spread = _spread(self._log_odds(table))
        return replace(self, edges=edges, spread=spread)

    def packed(self) -> bytes:
        """Return it as bytes; :func:`unpacked` reads them."""
        told = {
            "format": FORMAT,
            "features": [asdict(one) for one in self.features],
            "line": [self.slope, self.start],
            "edges": self.edges,
            "spread": self.spread,
        }
        file = io.BytesIO()
        arrays: dict[str, Any] = {"told": np.array(json.dumps(told)), **self.forest.arrays()}
        np.savez_compressed(file, **arrays)
        return file.getvalue()

    def _risks(self, numbers: Floats) -> Floats:
        return np.asarray(expit(self.slope * self.forest.log_odds(numbers) + self.start), dtype=float)

    def _log_odds(self, table: Table) -> Floats:
        return self.forest.log_odds(matrix(self.features, table))


def unpacked(content: bytes) -> Model:
    """Return the model in what :meth:`Model.packed` made; it holds plain arrays only."""
    with np.load(io.BytesIO(content), allow_pickle=False) as kept:
        told = json.loads(str(kept["told"]))
        arrays: dict[str, Any] = {name: kept[name] for name in kept.files if name != "told"}
    arrays["start"] = float(arrays["start"])
    slope, start = told["line"]
    return Model(
        features=tuple(_feature(one) for one in told["features"]),
        forest=Forest(**arrays),
        slope=slope,
        start=start,
        edges=tuple(told["edges"]),
        spread=tuple(told["spread"]),
    )


def train(table: Table, outcomes: Sequence[bool], *, categories: Iterable[str] = ()) -> Model:
    """Learn who leaves. ``categories`` are features that are names even where they look like numbers.

    Raises Invalid where too few left or stayed, or nothing is known of them.
    """
    has = np.asarray(outcomes, dtype=bool)
    left = int(has.sum())
    if min(left, has.size - left) < LEAST_LEFT:
        words = f"{left:,} left and {has.size - left:,} stayed: it takes {LEAST_LEFT} of each to learn a risk."
        raise Invalid(words)
    features = features_of(table, categories)
    if not features:
        raise Invalid("Nothing tells these customers apart: there is nothing to learn a risk from.")
    numbers = matrix(features, table)
    unseen, rounds = _unseen(numbers, has)
    slope, start = sloped(has, unseen)
    grown = [_grown(numbers, has, rounds, seed) for seed in range(FORESTS)]
    forest = _together([forest_of(one) for one in grown])
    return Model(tuple(features), forest, slope, start, *_spread(unseen))


def _grown(numbers: Floats, has: NDArray[np.bool_], rounds: int, seed: int) -> HistGradientBoostingClassifier:
    return HistGradientBoostingClassifier(max_iter=rounds, random_state=seed, **RULES).fit(numbers, has)


def _unseen(numbers: Floats, has: NDArray[np.bool_]) -> tuple[Floats, int]:
    """Return the log-odds that models said of customers they had not seen, after the number of rounds that told
    best who leaves; and that number.
    """
    found = np.zeros((len(ROUNDS), has.size))
    for learnt, aside in StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(numbers, has):
        grown = _grown(numbers[learnt], has[learnt], ROUNDS[-1], seed=0)
        stages = list(grown.staged_decision_function(numbers[aside]))
        found[:, aside] = [stages[rounds - 1].ravel() for rounds in ROUNDS]
    best = int(np.argmax([roc_auc_score(has, one) for one in found]))
    return found[best], ROUNDS[best]


def _together(forests: Sequence[Forest]) -> Forest:
    """Return forests as one that says their mean."""
    sizes = np.cumsum([0, *(one.value.size for one in forests)])
    parts = [one.arrays() for one in forests]
    joined = {name: np.concatenate([one[name] for one in parts]) for name in parts[0] if name != "start"}
    joined["roots"] = np.concatenate([one.roots + at for one, at in zip(forests, sizes, strict=False)])
    joined["value"] = joined["value"] / len(forests)
    return Forest(start=sum(one.start for one in forests) / len(forests), **joined)


def _spread(said: Floats) -> tuple[tuple[float, ...], tuple[int, ...]]:
    edges = np.unique(np.quantile(said, np.arange(1, 10) / 10)).tolist()
    return tuple(edges), tuple(_between(edges, said).tolist())


def _between(edges: Sequence[float], said: Floats) -> NDArray[np.int64]:
    return np.bincount(np.searchsorted(np.array(edges), said, side="left"), minlength=len(edges) + 1)


def _feature(told: Mapping[str, Any]) -> Feature:
    lists = {name: tuple(told[name]) for name in ("levels", "edges", "spread")}
    return Feature(**{**told, **lists})
