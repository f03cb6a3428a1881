"""Which groups may be shown, so that no sum or difference of what is shown is of fewer people than was promised.

Pure: sizes in, names out. Groups do not overlap, and the whole is shown as well. So all that anybody can work out
by taking shown groups off the whole is the rest that is not shown, alone or together with shown groups: it must be
nobody, or enough.
"""

from __future__ import annotations

from collections.abc import Mapping


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
