"""How good risks are, on customers that nothing was learnt from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, brier_score_loss

from rapport.kit.errors import Invalid
from rapport.numeric.discrimination import Area, area
from rapport.numeric.intervals import share_interval

LEAST = 10  # of those who left, and of those who stayed, to measure on
GROUPS = 10


@dataclass(frozen=True, slots=True)
class Group:
    """Customers of about the same risk: what was said of them on average, and the share that left."""

    n: int
    said: float
    left: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Quality:
    """How good the risks of ``n`` customers are, of whom ``left`` left.

    ``slope`` is 1 where risks are as far apart as they should be, below 1 where they say too much; ``off`` is the
    mean distance of what was said from what happened, over the groups.
    """

    n: int
    left: int
    auc: Area
    average_precision: float
    brier: float
    slope: float
    off: float
    groups: tuple[Group, ...]

    def told(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)


def quality_of(told: Mapping[str, Any]) -> Quality:
    """Return what :meth:`Quality.told` told."""
    groups = tuple(Group(**one) for one in told["groups"])
    return Quality(**{**told, "auc": Area(**told["auc"]), "groups": groups})


def measure(outcomes: ArrayLike, risks: ArrayLike) -> Quality:
    """Measure risks (n, from 0 to 1) by who left (n); Invalid where too few left or stayed to say anything."""
    has, said = np.asarray(outcomes, dtype=bool), np.clip(np.asarray(risks, dtype=float), 1e-7, 1 - 1e-7)
    left = int(has.sum())
    if min(left, has.size - left) < LEAST:
        words = f"{left:,} left and {has.size - left:,} stayed: it takes {LEAST} of each to measure a risk."
        raise Invalid(words)
    groups = _groups(has, said)
    return Quality(
        n=has.size,
        left=left,
        auc=area(has, said),
        average_precision=float(average_precision_score(has, said)),
        brier=float(brier_score_loss(has, said)),
        slope=sloped(has, np.log(said / (1 - said)))[0],
        off=sum(one.n * abs(one.said - one.left) for one in groups) / has.size,
        groups=groups,
    )


def sloped(outcomes: NDArray[np.bool_], log_odds: NDArray[np.float64]) -> tuple[float, float]:
    """Return slope and start of the line through log-odds that fits what happened best (Platt's)."""
    line = LogisticRegression(C=1e6, max_iter=1000).fit(log_odds.reshape(-1, 1), outcomes)
    return float(line.coef_[0, 0]), float(line.intercept_[0])


def _groups(has: NDArray[np.bool_], said: NDArray[np.float64]) -> tuple[Group, ...]:
    """Return the customers in groups of the same size by risk, the lowest first."""
    parts = [one for one in np.array_split(np.argsort(said, kind="stable"), GROUPS) if one.size]
    found = []
    for part in parts:
        low, high = share_interval(has[part].sum(), part.size)
        mean, left = float(said[part].mean()), float(has[part].mean())
        found.append(Group(part.size, mean, left, max(0.0, float(low)), min(1.0, float(high))))
    return tuple(found)
