"""Chance that can be asked again: the same question gets the same answer, also after a restart."""

import math
from statistics import NormalDist
from zlib import crc32

_NORMAL = NormalDist()


def chance(*question: object) -> float:
    """Return a number above 0 and below 1 that depends on the question alone."""
    return (crc32(repr(question).encode()) + 0.5) / 2**32


def between(low: float, high: float, *question: object) -> float:
    """Return a number from ``low`` to ``high``, all alike."""
    return low + (high - low) * chance(*question)


def lognormal(mean: float, spread: float, *question: object) -> float:
    """Return a number with this mean, most below it; ``spread`` is the sigma of its logarithm."""
    return mean * math.exp(spread * _NORMAL.inv_cdf(chance(*question)) - spread * spread / 2)


def pick(choices: tuple[str, ...], *question: object) -> str:
    """Return one of the choices."""
    return choices[int(chance(*question) * len(choices))]
