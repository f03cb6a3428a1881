"""What a model has to beat: the simplest rule, one feature looked up in a table; and a line through them all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from rapport.risk.table import Feature, Floats, Table, features_of, matrix

PRIOR = 10.0  # customers of the average risk, added to each row of the rule's table


@dataclass(frozen=True, slots=True)
class Rule:
    """The share that left by the bins or levels of the one feature that tells most."""

    feature: Feature | None
    shares: tuple[float, ...]
    average: float

    def risks(self, table: Table) -> Floats:
        """Return the risk of each customer."""
        if self.feature is None:
            return np.full(table.n, self.average)
        bins = _bins(self.feature, table)
        return np.array(self.shares)[bins]


def simplest_rule(table: Table, outcomes: NDArray[np.bool_], features: list[Feature]) -> Rule:
    """Learn the rule: of every feature the table of shares, and of those the one that tells best who leaves."""
    average = float(outcomes.mean())
    rules = [Rule(None, (), average)]
    for one in features:
        bins, size = _bins(one, table), len(one.spread)
        left = np.bincount(bins, weights=outcomes, minlength=size)
        shares = (left + PRIOR * average) / (np.bincount(bins, minlength=size) + PRIOR)
        rules.append(Rule(one, tuple(map(float, shares)), average))
    return max(rules, key=lambda rule: float(roc_auc_score(outcomes, rule.risks(table))))


def _bins(feature: Feature, table: Table) -> NDArray[np.int64]:
    values = table.columns.get(feature.name, [None] * table.n)
    numbers = feature.numbers(values)
    if feature.is_number:
        bins = np.searchsorted(np.array(feature.edges), numbers[:, 0], side="left")
        return np.where(np.isnan(numbers[:, 0]), len(feature.edges) + 1, bins).astype(np.int64)
    known = np.array([value is not None and value != "" for value in values])
    other = np.where(known, len(feature.levels), len(feature.levels) + 1)
    return np.where(numbers.any(axis=1), numbers.argmax(axis=1), other).astype(np.int64)


def linear_risks(
    learnt: Table, outcomes: NDArray[np.bool_], asked: Table, categories: Iterable[str] = ()
) -> Floats:
    """Return the risks of those asked by a logistic regression on those learnt from.

    Numbers are scaled, and what is not known takes the middle, with a column that says so.
    """
    features = features_of(learnt, categories)
    before, after = matrix(features, learnt), matrix(features, asked)
    unknown, unknown_after = np.isnan(before), np.isnan(after)
    middle = np.nan_to_num(np.nanmedian(before, axis=0)) if before.size else np.zeros(before.shape[1])
    filled, filled_after = np.where(unknown, middle, before), np.where(unknown_after, middle, after)
    mean, spread = filled.mean(axis=0), filled.std(axis=0)
    spread[spread == 0] = 1
    x, x_after = (filled - mean) / spread, (filled_after - mean) / spread
    line = LogisticRegression(max_iter=2000).fit(np.hstack([x, unknown]), outcomes)
    found = line.predict_proba(np.hstack([x_after, unknown_after]))[:, 1]
    return np.asarray(found, dtype=float)
