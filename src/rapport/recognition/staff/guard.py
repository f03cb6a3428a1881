"""Which groups may be shown, so that no sum or difference of what is shown is of fewer people than was promised.

Pure: sizes in, names out. Groups do not overlap, and the whole is shown as well. So all that anybody can work out
by taking shown groups off the whole is the rest that is not shown, alone or together with shown groups: it must be
nobody, or enough.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

QUARTERS = ("fewer than a quarter", "a quarter to a half", "half to three quarters", "three quarters or more")


@dataclass(frozen=True, slots=True)
class Band:
    """How many of a group: at least ``low`` and at most ``high``, which is the quarter it is told in."""

    size: int
    low: int
    high: int

    @property
    def words(self) -> str:
        """The band as people read it."""
        return QUARTERS[min(3, 4 * self.low // self.size)]


def to_show(sizes: Mapping[str, int], fewest: int) -> frozenset[str] | None:
    """Return the groups that may be shown beside the whole; None where not even the whole may.

    Where the rest would be too small, the smallest group that could be shown is left out too, until it is not.
    """
    whole = sum(sizes.values())
    if whole < fewest:
        return None
    shown = sorted((name for name, size in sizes.items() if size >= fewest), key=lambda name: (sizes[name], name))
    while shown and 0 < whole - sum(sizes[name] for name in shown) < fewest:
        shown.pop(0)
    return frozenset(shown)


def mean_of(counts: Mapping[int, int], worst: int, best: int) -> tuple[float, str]:
    """Return the mean answer to one decimal and how it is told: never so near an end that it gives all away.

    A mean at the very end would say what each of them answered; within half a step of it, only that it is there.
    """
    mean = sum(value * count for value, count in counts.items()) / sum(counts.values())
    if mean <= worst + 0.5:
        return worst + 0.5, f"{worst + 0.5:.1f} or less"
    if mean >= best - 0.5:
        return best - 0.5, f"{best - 0.5:.1f} or more"
    return round(mean, 1), f"{mean:.1f}"


def band_of(count: int, size: int) -> Band:
    """Return the quarter in which a count falls; of five or more people none is 0 alone, or all alone."""
    quarter = min(3, 4 * count // size)
    low = -(-quarter * size // 4)
    return Band(size, low, size if quarter == 3 else -(-(quarter + 1) * size // 4) - 1)


def to_tell(
    sizes: Mapping[str, int], counts: Mapping[str, int], fewest: int
) -> tuple[Band, dict[str, Band]] | None:
    """Return of how many of the whole, and of groups beside it, something is so; None where nothing may be told.

    Groups are left out, the smallest first, until no sum or difference of what is told says of any group, or of
    the rest that is not told, that it is so of all of them or of nobody.
    """
    shown = to_show(sizes, fewest)
    if shown is None:
        return None
    whole = band_of(sum(counts.get(name, 0) for name in sizes), sum(sizes.values()))
    told = {name: band_of(counts.get(name, 0), sizes[name]) for name in shown}
    while told and _gives_away(whole, told):
        del told[min(told, key=lambda name: (sizes[name], name))]
    return whole, told


def _gives_away(whole: Band, told: Mapping[str, Band]) -> bool:
    rest = whole.size - sum(band.size for band in told.values())
    bands = [*told.values(), *([Band(rest, 0, rest)] if rest else [])]
    least, most = sum(band.low for band in bands), sum(band.high for band in bands)
    for band in bands:
        low = max(band.low, whole.low - (most - band.high))
        high = min(band.high, whole.high - (least - band.low))
        if low == band.size or high == 0:
            return True
    return False
