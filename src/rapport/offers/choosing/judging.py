"""What another policy would have kept, told from the log of choices whose outcome is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import numpy as np

from rapport.numeric import off_policy
from rapport.numeric.off_policy import Estimate, Floats
from rapport.offers.choosing.learning import NONE, NOTHING, Cell, Learnt, learn
from rapport.offers.choosing.policy import Known
from rapport.offers.choosing.queries import learnt_of, settled
from rapport.offers.models import Choice

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

MOST_CHOICES = 20_000


@dataclass(frozen=True, slots=True)
class Row:
    """A choice whose outcome is known."""

    whose: str
    reason: str
    segment: str
    value: int
    chances: Mapping[str, float]
    weighed: Sequence[Mapping[str, Any]]
    drawn: str
    stuck: bool


Of = Callable[[str, str, str, float, float], Known]
"""What is known of an offer, for a reason and a segment, where this lift and these takes were declared."""
Pick = Callable[[Row, Of], str]
"""A policy: the key of the offer it would make first, of those that could be drawn; empty for none."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What a policy would have kept, as a share of customers, by each estimator."""

    name: str
    words: str
    plain: Estimate
    self_normalised: Estimate
    doubly_robust: Estimate


@dataclass(frozen=True, slots=True)
class Judgement:
    """The policies side by side, and on how many choices they are judged."""

    choices: int
    settled: int
    policies: list[Judged]


def judge(programme: Programme) -> Judgement:
    """Return what the policy in use, the best known, the cheapest and no offer at all would have kept."""
    every = Choice.objects.filter(programme=programme, slot="save", replaced=False)
    rows = rows_of(programme)
    _, learnt = learnt_of(programme, "save")
    return Judgement(every.count(), len(rows), judged(rows, learnt) if rows else [])


def rows_of(programme: Programme) -> list[Row]:
    """Return the latest choices to keep somebody whose outcome is known, and counts."""
    fields = ("whose", "reason", "segment", "value", "chances", "weighed", "drawn", "stuck", "pk")
    told = settled(programme, "save").order_by("-at").values_list(*fields)[:MOST_CHOICES]
    return [Row(whose or f"choice {pk}", *rest) for whose, *rest, pk in told]


def judged(rows: Sequence[Row], learnt: Learnt) -> list[Judged]:
    """Return the policies, each judged on the same rows."""
    keys = sorted({key for one in rows for key in one.chances} | {NONE})
    at = {key: place for place, key in enumerate(keys)}
    chances = np.array([[one.chances.get(key, 0.0) for key in keys] for one in rows])
    chances /= chances.sum(axis=1, keepdims=True)
    log = off_policy.logged(
        [float(one.stuck) for one in rows], [at[one.drawn] for one in rows], chances, [one.whose for one in rows]
    )
    predicted = _predicted(rows, keys)
    found = [_judged("used", "As it was chosen", log, chances, predicted)]

    @cache  # the same few kinds of customers and offers come again and again
    def known(offer: str, reason: str, segment: str, lift: float, takes: float) -> Known:
        return learnt.of(offer, reason=reason, segment=segment, lift=lift, takes=takes)

    for name, words, pick in POLICIES:
        target = np.zeros_like(chances)
        target[np.arange(len(rows)), [at[pick(one, known)] for one in rows]] = 1.0
        found.append(_judged(name, words, log, target, predicted))
    return found


def _judged(name: str, words: str, log: off_policy.Logged, target: Floats, predicted: Floats) -> Judged:
    return Judged(
        name,
        words,
        off_policy.inverse_propensity(log, target),
        off_policy.self_normalised(log, target),
        off_policy.doubly_robust(log, target, predicted),
    )


def _predicted(rows: Sequence[Row], keys: Sequence[str]) -> Floats:
    """Return the share that stays of each row with each offer, learnt from other customers than the row's."""
    fold = [blake2b(one.whose.encode(), digest_size=1).digest()[0] % 2 for one in rows]
    models = [learn(_cells([one for one, at in zip(rows, fold, strict=True) if at != half])) for half in (0, 1)]
    overall = sum(one.stuck for one in rows) / len(rows)

    @cache
    def told(half: int, reason: str, segment: str) -> list[float]:
        return [_share(models[half], (key, reason, segment), overall) for key in keys]

    return np.array([told(half, one.reason, one.segment) for one, half in zip(rows, fold, strict=True)])


def _share(model: Learnt, key: tuple[str, str, str], overall: float) -> float:
    if model is NOTHING:
        return overall
    found = model.shares.get(key) or model.usual.get(key[0])
    return found[0] if found else overall


def _cells(rows: Sequence[Row]) -> list[Cell]:
    counts: dict[tuple[str, str, str], list[int]] = {}
    for one in rows:
        count = counts.setdefault((one.drawn, one.reason, one.segment), [0, 0])
        count[0] += 1
        count[1] += one.stuck
    return [Cell(*key, known, stuck, 0) for key, (known, stuck) in counts.items()]


def _best_known(row: Row, of: Of) -> str:
    def worth(one: Mapping[str, Any]) -> float:
        known = of(one["key"], row.reason, row.segment, one["lift"], one["takes"])
        return float(known.lift * row.value + known.takes * (one["gain"] - one["cost"]))

    return max(row.weighed, key=worth)["key"] if row.weighed else NONE


def _cheapest(row: Row, of: Of) -> str:
    return min(row.weighed, key=lambda one: one["cost"])["key"] if row.weighed else NONE


POLICIES: tuple[tuple[str, str, Pick], ...] = (
    ("best", "Always the best known today", _best_known),
    ("cheapest", "Always the cheapest that pays", _cheapest),
    ("nothing", "No offer to anybody", lambda row, of: NONE),
)
