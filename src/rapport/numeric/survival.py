"""How long until something happens, when for some we stopped looking before it did.

Kaplan and Meier, "Nonparametric estimation from incomplete observations", JASA 53 (1958).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

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


def kaplan_meier(durations: ArrayLike, observed: ArrayLike) -> KaplanMeier:
    """Estimate the curve from n durations, of which those observed ended with the event; the rest were
    censored.

    Where a duration is both, the event comes first. Assumes that who is censored would have gone on like
    the others (for patience: that being answered says nothing about how long one would have waited). With
    many ties, such as whole seconds, the curve is right at those times and undefined in between.

    Args:
        durations: shape (n,), at least 0, any unit.
        observed: shape (n,), true where the event happened.

    Raises:
        ValueError: shapes differ or are not (n,), a duration is below 0 or not a number.
    """
    lasted, event = np.asarray(durations, dtype=float), np.asarray(observed, dtype=bool)
    if lasted.ndim != 1 or lasted.shape != event.shape:
        raise ValueError("durations and observed must be one-dimensional and of the same length")
    if not (lasted >= 0).all():
        raise ValueError("durations must be numbers not below 0")
    times, events = np.unique(lasted[event], return_counts=True)
    at_risk = lasted.size - np.searchsorted(np.sort(lasted), times, side="left")
    survival: Floats = np.cumprod(1.0 - events / at_risk, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.cumsum(events / (at_risk * (at_risk - events)))
        variance = np.where(survival > 0, survival**2 * terms, 0.0)
    total = lasted.sum()
    return KaplanMeier(times, survival, variance, float(events.sum() / total) if total else 0.0)
