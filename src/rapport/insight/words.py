"""Figures as people read them, and what may be said of a change."""

from __future__ import annotations

from dataclasses import dataclass
from math import erfc, sqrt

from rapport.insight.figures import Figure
from rapport.insight.registry import Metric
from rapport.kit import filters, money

SMALL = 30
"""Below so many contacts a figure is marked: a few more would move it much."""

CHANCE = 0.05
"""A difference between shares that chance alone makes more often than this is not called one."""

SLIGHT = 0.02
"""A mean that moved by a smaller part than this is not called better or worse."""

CHART_UNITS = {"share": "%", "seconds": "s"}


@dataclass(frozen=True, slots=True)
class Change:
    """How a figure moved; ``tone`` is empty where nothing can be said for good or bad."""

    words: str
    tone: str = ""


def written(metric: Metric, figure: Figure, currency: str = "") -> str:
    """Return the figure in its unit, of money in the currency where it is told; a dash where there is none."""
    if figure.value is None:
        return filters.NONE
    if metric.unit == "share":
        return filters.percent(figure.value, 1)
    if metric.unit == "seconds":
        return filters.duration(figure.value) if figure.value >= 60 else f"{figure.value:.1f} s"
    if metric.unit == "money":
        return money.money(figure.value, currency)
    return filters.number(figure.value, 2 if metric.unit == "rating" else 0)


def is_small(metric: Metric, figure: Figure) -> bool:
    """Say whether a figure rests on few contacts."""
    return metric.relation != "state_span" and figure.denominator is not None and 0 < figure.denominator < SMALL


def change(metric: Metric, now: Figure, before: Figure, currency: str = "") -> Change | None:
    """Say how the figure moved, money in the currency; None where there is nothing to compare."""
    if now.value is None or before.value is None:
        return None
    difference = now.value - before.value
    if metric.kind == "count":
        return Change(_sign(difference / before.value, "%")) if before.value else None
    if metric.unit == "share":
        words = difference_in_words(metric, difference)
        if words[1:].startswith("0.0 "):
            return Change("no change")
        return (
            Change(words, _tone(metric, difference))
            if _is_real(now, before)
            else Change(f"{words}, may be chance")
        )
    words = difference_in_words(metric, difference, currency)
    if not float(f"{difference:.2f}"):
        return Change("no change")
    is_slight = is_small(metric, now) or abs(difference) < SLIGHT * abs(before.value)
    return Change(words, "" if is_slight else _tone(metric, difference))


def difference_in_words(metric: Metric, difference: float, currency: str = "") -> str:
    """Write how far two figures of the metric are apart, with its sign; money in minor units of the currency."""
    if metric.unit == "share":
        return _sign(difference, "points")
    if metric.unit == "money":
        return f"{'−' if difference < 0 else '+'}{money.money(abs(difference), currency)}"
    return (f"{difference:+.2f}" if metric.unit == "rating" else f"{difference:+.1f} s").replace("-", "−")


def _sign(share: float, unit: str) -> str:
    return f"{share * 100:+.1f} {unit}".replace("-", "−")


def _tone(metric: Metric, difference: float) -> str:
    if not metric.better or abs(difference) < 1e-9:
        return ""
    return "good" if (difference > 0) == (metric.better == "up") else "bad"


def _is_real(now: Figure, before: Figure) -> bool:
    """Say whether two shares differ by more than chance: the two-sided z test of two proportions."""
    n, m = now.denominator or 0, before.denominator or 0
    pooled = (now.numerator + before.numerator) / (n + m)
    spread = sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    distance = abs(now.numerator / n - before.numerator / m)
    return distance > 0 and (spread == 0 or erfc(distance / spread / sqrt(2)) < CHANCE)
