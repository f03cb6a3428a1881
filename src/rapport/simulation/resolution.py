"""How likely each rep settles a contact for good, and hands it on, from a log that names customers.

A call counts as resolved when its customer did not ask for a person again within a week for the same reason. Calls
of the log's last week, and of customers it does not name, say nothing. What is expected of a rep is drawn towards
what all reps show for the reason, as `numeric.pooling` says, so that a rule which picks the best of it is promised
no more than it keeps. It is what happened to the calls a rep got, not the effect of the rep.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rapport.contacts.call_logs.records import CallRecord
from rapport.numeric.pooling import expected_outcomes

Floats = NDArray[np.float64]
AGAIN_SECONDS = 7 * 24 * 3600.0


def resolved(calls: Sequence[CallRecord]) -> Floats:
    """For n calls in order of time: 1 resolved, 0 not, NaN not known."""
    begun = [(call.queued_at or call.arrived_at).timestamp() for call in calls]
    found = np.full(len(calls), np.nan)
    ends = begun[-1] if begun else 0.0
    next_time: dict[tuple[str, str], float] = {}
    for number in reversed(range(len(calls))):
        call = calls[number]
        if call.customer_key is None:
            continue
        matter = call.customer_key, call.reason_key
        again = next_time.get(matter, np.inf) - begun[number] <= AGAIN_SECONDS
        if call.answered_at is not None and ends - begun[number] > AGAIN_SECONDS:
            found[number] = not again
        next_time[matter] = begun[number]
    return found


def handed_on(calls: Sequence[CallRecord]) -> Floats:
    """For n calls: 1 handed from one rep to another at least once, 0 not, NaN not known."""
    return np.array(
        [np.nan if call.transfers is None or call.answered_at is None else call.transfers > 0 for call in calls],
        dtype=float,
    )


def expected(
    rep: NDArray[np.int64], reason: NDArray[np.int64], outcome: Floats, *, reps: int, reasons: int
) -> Floats | None:
    """The share to expect of each rep by reason, shape (reps, reasons); None where nothing is known.

    Args:
        rep: who answered each of n calls, below 0 for nobody.
        reason: of each, by number.
        outcome: as `resolved` gives it.
        reps: how many reps there are.
        reasons: how many reasons there are.
    """
    known = ~np.isnan(outcome) & (rep >= 0)
    if not known.any():
        return None
    where = rep[known] * reasons + reason[known]
    size = reps * reasons
    of_rep, of_reason = (axis.ravel() for axis in np.indices((reps, reasons)))
    told = expected_outcomes(
        np.bincount(where, weights=outcome[known], minlength=size),
        np.bincount(where, minlength=size),
        rep=of_rep,
        kind=of_reason,
        reason_of=np.arange(reasons),
    )
    return told.share.reshape(reps, reasons)
