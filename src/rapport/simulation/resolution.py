"""How likely each rep settles a contact for good, from a log that names customers.

A call counts as resolved when its customer did not ask for a person again within a week for the same reason. Calls
of the log's last week, and of customers it does not name, say nothing. A rep's share for a reason is drawn towards
the share of all reps for that reason, the more the fewer of their calls are known (as if they had 20 such calls
more). It is what happened to the calls a rep got; a rep who is given the hard ones looks worse than they are.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rapport.contacts.call_logs.records import CallRecord

Floats = NDArray[np.float64]
AGAIN_SECONDS = 7 * 24 * 3600.0
AS_IF_CALLS = 20.0


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


def expected(
    rep: NDArray[np.int64], reason: NDArray[np.int64], outcome: Floats, *, reps: int, reasons: int
) -> Floats | None:
    """The share each rep is expected to resolve by reason, shape (reps, reasons); None where nothing is known.

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
    shape, size = (reps, reasons), reps * reasons
    calls = np.bincount(where, minlength=size).reshape(shape)
    good = np.bincount(where, weights=outcome[known], minlength=size).reshape(shape)
    overall = outcome[known].mean()
    of_reason = (good.sum(0) + AS_IF_CALLS * overall) / (calls.sum(0) + AS_IF_CALLS)
    shares: Floats = (good + AS_IF_CALLS * of_reason) / (calls + AS_IF_CALLS)
    return shares
