"""How long a wait will be and how sure that is, learnt from what was estimated for those who waited before.

The intervals are those of split conformal prediction (Vovk, Gammerman, Shafer, "Algorithmic Learning in a Random
World", 2005) over the quotients of actual and estimated wait; waits that were not seen to their end are censored.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rapport.numeric.survival import KaplanMeier, kaplan_meier

Floats = NDArray[np.float64]
NEAREST = 100  # of those before, by the size of their estimate


@dataclass(frozen=True, slots=True)
class Expected:
    """The wait to expect in seconds: half of those alike waited at most ``middle``, the share between the others.

    ``high`` is infinite where too many of those alike were not seen to the end of their wait.
    """

    middle: float
    low: float
    high: float


def expected_wait(
    estimate_seconds: float, estimates: ArrayLike, waited: ArrayLike, answered: ArrayLike, *, share: float
) -> Expected | None:
    """Correct an estimate by how the most alike of earlier ones came out; None where they are too few.

    Of those who come after like those before, at least the share waits between ``low`` and ``high``. It holds as
    far as the order in which they came tells nothing of the quotient: not while a floor changes its ways.

    Args:
        estimate_seconds: above 0.
        estimates: what was estimated for each of n before, above 0, seconds, shape (n,).
        waited: how long each has waited until answered, gone, or now, seconds, shape (n,).
        answered: whether that wait ended with an answer, shape (n,).
        share: of 1, such as 0.9.

    Raises:
        ValueError: an estimate is not above 0, or shapes differ.
    """
    before, seconds = np.asarray(estimates, dtype=float), np.asarray(waited, dtype=float)
    if not (estimate_seconds > 0 and (before > 0).all()):
        raise ValueError("estimates must be above 0")
    alike = np.argsort(np.abs(np.log(before / estimate_seconds)), kind="stable")[:NEAREST]
    count, tail = alike.size, (1 - share) / 2
    least, most = round(tail * (count + 1), 9), round((1 - tail) * (count + 1), 9)  # 0.05 × 20 is one
    if least < 1:
        return None
    curve = kaplan_meier(seconds[alike] / before[alike], np.asarray(answered, dtype=bool)[alike])
    low, high = np.floor(least) / count, np.ceil(most) / count
    return Expected(*(estimate_seconds * _quantile(curve, at) for at in (0.5, low, high)))


def _quantile(curve: KaplanMeier, share: float) -> float:
    """Return the first time at which that share is over; infinite where the curve does not come so far."""
    at = int(np.searchsorted(-curve.survival, -(1 - share) - 1e-12, side="left"))
    return float(curve.times[at]) if at < curve.times.size else float("inf")
