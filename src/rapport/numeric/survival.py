"""How long until something happens, when for some we stopped looking before it did.

Kaplan and Meier, "Nonparametric estimation from incomplete observations", JASA 53 (1958).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class KaplanMeier:
    """A survival curve: after `times[i]` (ascending), and until the next, the share `survival[i]` is left.

    `variance` is Greenwood's, of the survival. `tail_rate` is events per unit of time under observation,
    overall.
    """

    times: Floats
    survival: Floats
    variance: Floats
    tail_rate: float

    def at(self, times: ArrayLike) -> Floats:
        """The share left after each of the times; constant after the last event (any shape, same unit)."""
        steps = np.searchsorted(self.times, np.asarray(times, dtype=float), side="right")
        return np.concatenate(([1.0], self.survival))[steps]

    def interval(self, times: ArrayLike, level: float = 0.95) -> tuple[Floats, Floats]:
        """The interval of the share left after each of the times, by Greenwood's variance on the scale log(-log).

        It stays within 0 and 1 (Kalbfleisch and Prentice, 1980). Where everybody or nobody is left there is no
        variance to go by, and the interval is that point.
        """
        steps = np.searchsorted(self.times, np.asarray(times, dtype=float), side="right")
        left = np.concatenate(([1.0], self.survival))[steps]
        variance = np.concatenate(([0.0], self.variance))[steps]
        with np.errstate(divide="ignore", invalid="ignore"):
            far = ndtri((1 + level) / 2) * np.sqrt(variance) / np.abs(left * np.log(left))
            low, high = left ** np.exp(far), left ** np.exp(-far)
        inside = (left > 0) & (left < 1)
        return np.where(inside, low, left), np.where(inside, high, left)

    def draw(self, beyond: ArrayLike, random: np.random.Generator) -> Floats:
        """For each of the n values of `beyond`, a time drawn given that it is longer (below 0: any), shape
        (n,).

        By inverting the curve. Beyond the last event nothing is known of the share still left. It goes on
        from there at `tail_rate`: an exponential tail. Do not read anything into times longer than the
        longest observed.
        """
        known = np.asarray(beyond, dtype=float)
        left = random.random(known.size) * self.at(known)
        steps = np.searchsorted(-self.survival, -left, side="left")
        steps = np.maximum(steps, np.searchsorted(self.times, known, side="right"))  # where nobody is left
        last = np.maximum(self.times[-1] if self.times.size else 0.0, known)
        tail = last + (random.exponential(size=known.size) / self.tail_rate if self.tail_rate else np.inf)
        return np.where(steps < self.times.size, np.append(self.times, np.inf)[steps], tail)


def kaplan_meier(durations: ArrayLike, observed: ArrayLike, *, counts: ArrayLike | None = None) -> KaplanMeier:
    """Estimate the curve from n durations, of which those observed ended with the event; the rest were
    censored.

    Where a duration is both, the event comes first. Assumes that who is censored would have gone on like
    the others (for patience: that being answered says nothing about how long one would have waited). With
    many ties, such as whole seconds, the curve is right at those times and undefined in between.

    Args:
        durations: shape (n,), at least 0, any unit.
        observed: shape (n,), true where the event happened.
        counts: shape (n,), how many there are of each; one where it is not given.

    Raises:
        ValueError: shapes differ or are not (n,), a duration or count is below 0 or not a number.
    """
    lasted, event = np.asarray(durations, dtype=float), np.asarray(observed, dtype=bool)
    if lasted.ndim != 1 or lasted.shape != event.shape:
        raise ValueError("durations and observed must be one-dimensional and of the same length")
    if not (lasted >= 0).all():
        raise ValueError("durations must be numbers not below 0")
    weight = np.ones(lasted.size) if counts is None else np.asarray(counts, dtype=float)
    if weight.shape != lasted.shape or not (weight >= 0).all():
        raise ValueError("counts must be numbers not below 0, one for each duration")
    happened = event & (weight > 0)
    times, place = np.unique(lasted[happened], return_inverse=True)
    events = np.bincount(place, weights=weight[happened], minlength=times.size)
    order = np.argsort(lasted, kind="stable")
    gone = np.concatenate(([0.0], np.cumsum(weight[order])))
    at_risk = gone[-1] - gone[np.searchsorted(lasted[order], times, side="left")]
    survival: Floats = np.cumprod(1.0 - events / at_risk, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.cumsum(events / (at_risk * (at_risk - events)))
        variance = np.where(survival > 0, survival**2 * terms, 0.0)
    total = (lasted * weight).sum()
    return KaplanMeier(times, survival, variance, float(events.sum() / total) if total else 0.0)
