"""What outcomes tell of offers: how many more stay because of one, by reason and segment. Pure.

The share that stays is told for every pair of an offer (or none) and a kind of customer (reason and segment), all
drawn towards each other (:func:`rapport.numeric.pooling.expected_outcomes`): a kind towards its reason, an offer
towards what is usual, a pair towards its offer. The lift of an offer is its share less that of nobody being
offered anything. Until there are outcomes enough, what its writer expects counts as DECLARED_COUNTS of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from rapport.numeric.pooling import NORMAL_95, expected_outcomes
from rapport.offers.choosing.policy import Known

NONE = ""
"""The key of no offer."""
DECLARED_COUNTS = 30.0
DECLARED_ERROR = 0.1


@dataclass(frozen=True, slots=True)
class Cell:
    """Outcomes of an offer with a kind of customer: how many are known, how many stuck, how many were accepted."""

    offer: str
    reason: str
    segment: str
    known: int
    stuck: int
    accepted: int


@dataclass(frozen=True, slots=True)
class Learnt:
    """What outcomes told: shares with errors by offer, reason and segment; outcomes and acceptances by offer."""

    shares: Mapping[tuple[str, str, str], tuple[float, float]]
    usual: Mapping[str, tuple[float, float]]
    known: Mapping[str, int]
    accepted: Mapping[str, int]

    def of(self, offer: str, *, reason: str, segment: str, lift: float, takes: float) -> Known:
        """Return what is known of an offer for a kind of customer, where ``lift`` and ``takes`` were declared."""
        count, none = self.known.get(offer, 0), self.known.get(NONE, 0)
        accepted = (self.accepted.get(offer, 0) + takes * DECLARED_COUNTS) / (count + DECLARED_COUNTS)
        if not (count and none):
            return Known(lift, DECLARED_ERROR, accepted)
        rests_on = 2 * count * none / (count + none)
        weight = rests_on / (rests_on + DECLARED_COUNTS)
        of, of_error = self._share(offer, reason, segment)
        without, without_error = self._share(NONE, reason, segment)
        error = float(np.hypot(weight * np.hypot(of_error, without_error), (1 - weight) * DECLARED_ERROR))
        return Known(weight * (of - without) + (1 - weight) * lift, error, accepted)

    def _share(self, offer: str, reason: str, segment: str) -> tuple[float, float]:
        return self.shares.get((offer, reason, segment)) or self.usual[offer]


NOTHING = Learnt({}, {}, {}, {})


def learn(cells: Iterable[Cell]) -> Learnt:
    """Return what the outcomes tell; the same outcomes tell the same."""
    told = sorted((one for one in cells if one.known), key=lambda one: (one.offer, one.reason, one.segment))
    if not told:
        return NOTHING
    offers = sorted({one.offer for one in told})
    kinds = sorted({(one.reason, one.segment) for one in told})
    reasons = sorted({reason for reason, _ in kinds})
    hits, trials = np.zeros((len(offers), len(kinds))), np.zeros((len(offers), len(kinds)))
    for one in told:
        at = offers.index(one.offer), kinds.index((one.reason, one.segment))
        hits[at] += one.stuck
        trials[at] += one.known
    rows, columns = np.indices(hits.shape).reshape(2, -1)
    reason_of = [reasons.index(reason) for reason, _ in kinds]
    found = expected_outcomes(hits.ravel(), trials.ravel(), rep=rows, kind=columns, reason_of=reason_of)
    share = found.share.reshape(hits.shape)
    error = ((found.high - found.low) / (2 * NORMAL_95)).reshape(hits.shape)
    weight = trials.sum(axis=0) / trials.sum()
    return Learnt(
        shares={
            (offer, *kind): (float(share[row, column]), float(error[row, column]))
            for row, offer in enumerate(offers)
            for column, kind in enumerate(kinds)
        },
        usual={
            offer: (float(share[row] @ weight), float(np.sqrt(error[row] ** 2 @ weight)))
            for row, offer in enumerate(offers)
        },
        known={offer: int(trials[row].sum()) for row, offer in enumerate(offers)},
        accepted={offer: sum(one.accepted for one in told if one.offer == offer) for offer in offers},
    )
