"""Who would win: pure functions from scores and votes. They know no names, dates or database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from zlib import crc32

import numpy as np

from rapport.numeric.best import chances, chosen, if_all_were_equal, improved, spread_of
from rapport.numeric.mix import FEWEST_PEERS, Floats, Integers, Standing, standing

ROUNDS = 200
FEW = "Nobody could win: fewer than {} people had enough to go by."
UNSURE = "Nobody can be told from the others: chance may be all there is."
NO_VOTES = "Nobody is told: fewer than {} people voted."


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores by person and kind of work: each the mean of ``weight`` contacts' scores, the higher the better.

    ``later`` says whether it is of the month itself, not of those before it. Shapes (n,); people from 0 on.
    """

    value: Floats
    weight: Floats
    person: Integers
    kind: Integers
    later: Integers
    people: int


@dataclass(frozen=True, slots=True)
class Rule:
    """What decides: ``improvement`` or level, how many scores make eligible, how sure, how many may share."""

    improvement: bool
    fewest: int
    sure: float
    most: int


@dataclass(frozen=True, slots=True)
class Decided:
    """Of each person what is told, and the chance to be best (NaN: could not win); the places of the winners."""

    told: Standing
    chance: Floats
    winners: tuple[int, ...]
    why_nobody: str


def decide(scores: Scores, rule: Rule, may_win: Floats) -> Decided:
    """Return who wins of those who may (shape (people,), 1 or 0); who may not still is somebody's peer."""
    told = tell(scores, rule, scores.value)
    chance = _chances(told, may_win)
    able = int((~np.isnan(chance)).sum())
    winners = tuple(int(one) for one in chosen(chance, sure=rule.sure, most=rule.most)) if able > 1 else ()
    why = "" if winners else FEW.format(max(FEWEST_PEERS, 2)) if able < 2 else UNSURE
    return Decided(told, chance, winners, why)


def tell(scores: Scores, rule: Rule, value: Floats) -> Standing:
    """Return how each person stands or has improved, by these values in place of the scores' own."""
    if rule.improvement:
        return improved(
            value, scores.person, scores.later, scores.kind, people=scores.people, fewest=rule.fewest,
            weight=scores.weight,
        )  # fmt: skip
    now = scores.later == 1
    return standing(
        value[now],
        scores.person[now],
        [scores.kind[now]],
        people=scores.people,
        fewest=rule.fewest,
        weight=scores.weight[now],
    )


def fair_chances(scores: Scores, rule: Rule, may_win: Floats, shift: Integers, *, named: str) -> Floats:
    """Return each person's chance to come out on top if all were equally good, at their own work and shifts.

    ``shift`` is each person's, shape (people,); ``named`` makes the same dealing each time.
    """
    stratum = (scores.kind * (int(shift.max(initial=0)) + 1) + shift[scores.person]) * 2 + scores.later
    return if_all_were_equal(
        partial(_on_top, scores, rule, may_win),
        scores.value,
        scores.weight,
        np.unique(stratum, return_inverse=True)[1],
        rounds=ROUNDS,
        seed=crc32(named.encode()),
    )


def _on_top(scores: Scores, rule: Rule, may_win: Floats, value: Floats) -> Floats:
    return np.where(may_win > 0, tell(scores, rule, value).value, np.nan)


def _chances(told: Standing, may_win: Floats) -> Floats:
    return chances(np.where(may_win > 0, told.value, np.nan), spread_of(told))


def count_votes(
    votes: Mapping[str, str], may_win: frozenset[str], *, fewest: int, most: int
) -> tuple[dict[str, int], tuple[str, ...], str]:
    """Return the votes for each who may win, the winners by most votes, and why there is none.

    ``votes`` names for each voter somebody. Votes for oneself, and for who may not win, do not count.
    """
    valid = [named for voter, named in votes.items() if named != voter and named in may_win]
    if len(valid) < fewest:
        return {}, (), NO_VOTES.format(fewest)
    found = Counter(valid)
    top = max(found.values())
    winners = tuple(sorted(one for one, count in found.items() if count == top))
    return (dict(found), winners, "") if len(winners) <= most else (dict(found), (), UNSURE)


def turned(scores: Scores, better: str) -> Scores:
    """Return the scores so that higher is better."""
    return scores if better == "up" else replace(scores, value=-scores.value)
