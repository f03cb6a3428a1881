"""Records as columns, and columns as numbers: what a model learns to read, and reads later in the same way."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOST_LEVELS = 20  # of one category; the rarer ones are told apart from these, not from each other
LEAST_OF_LEVEL = 10
BINS = 10


@dataclass(frozen=True, slots=True)
class Table:
    """Customers, a column for each feature; None where something is not known."""

    columns: Mapping[str, Sequence[Any]]

    @property
    def n(self) -> int:
        """How many customers."""
        return len(next(iter(self.columns.values()), ()))

    def only(self, rows: Iterable[int]) -> Table:
        """Return the customers at these places."""
        places = list(rows)
        return Table({name: [values[i] for i in places] for name, values in self.columns.items()})


def table_of(records: Sequence[Mapping[str, Any]]) -> Table:
    """Return records as a table; what one does not name is not known of it."""
    names = dict.fromkeys(name for record in records for name in record)
    return Table({name: [record.get(name) for record in records] for name in names})


@dataclass(frozen=True, slots=True)
class Feature:
    """How one feature is read: a number as it is; a category as yes or no for each of its ``levels``.

    ``usual`` is what most have, or the middle. ``edges`` part a number's values into bins of about equal size, and
    ``spread`` has how many of those learnt from were in each bin or level, then others, then not known.
    """

    name: str
    is_number: bool
    levels: tuple[str, ...]
    usual: float | str | None
    edges: tuple[float, ...]
    spread: tuple[int, ...]

    @property
    def width(self) -> int:
        """How many columns of numbers it takes."""
        return 1 if self.is_number else len(self.levels)

    def numbers(self, values: Sequence[Any]) -> Floats:
        """Return its columns for these values, shape (n, width); NaN is not known."""
        if self.is_number:
            return np.array([number_of(one) for one in values], dtype=float).reshape(-1, 1)
        texts = [text_of(one) for one in values]
        return np.array([[one == level for level in self.levels] for one in texts], dtype=float).reshape(
            len(texts), len(self.levels)
        )

    def counts(self, values: Sequence[Any]) -> Ints:
        """Return how many of these values are in each bin or level, then in others, then not known."""
        return _spread(self.is_number, self.levels, self.edges, values)


def features_of(table: Table, categories: Iterable[str] = ()) -> list[Feature]:
    """Learn how a table's features are read; one that is the same for everybody is left out."""
    forced = set(categories)
    found = (_feature(name, values, name in forced) for name, values in table.columns.items())
    return [one for one in found if one is not None]


def matrix(features: Sequence[Feature], table: Table) -> Floats:
    """Return a table as numbers, shape (n, columns of all features); a column that is missing is not known."""
    unknown = [None] * table.n
    parts = [one.numbers(table.columns.get(one.name, unknown)) for one in features]
    return np.hstack(parts) if parts else np.zeros((table.n, 0))


def places(features: Sequence[Feature]) -> list[slice]:
    """Return where in the matrix each feature stands."""
    ends = np.cumsum([0, *(one.width for one in features)])
    return [slice(a, b) for a, b in pairwise(ends.tolist())]


def number_of(value: Any) -> float:
    """Return a value as a number; NaN where it is none."""
    if isinstance(value, str) and "_" in value:
        return math.nan
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return math.nan
    return number if math.isfinite(number) else math.nan


def text_of(value: Any) -> str | None:
    """Return a value as the name of a level; None where it is not known."""
    if value is None or value == "":
        return None
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _feature(name: str, values: Sequence[Any], is_category: bool) -> Feature | None:
    known = [one for one in values if one is not None and one != ""]
    if len(set(map(str, known))) < 1 or (len(set(map(str, known))) == 1 and len(known) == len(values)):
        return None
    if not is_category and not any(math.isnan(number_of(one)) for one in known):
        return _number(name, values, known)
    by_level = Counter(text for one in values if (text := text_of(one)) is not None)
    levels = tuple(level for level, count in by_level.most_common(MOST_LEVELS) if count >= LEAST_OF_LEVEL)
    if not levels:
        return None
    most = levels[0] if by_level[levels[0]] >= len(values) - len(known) else None
    return Feature(name, False, levels, most, (), _told(_spread(False, levels, (), values)))


def _number(name: str, values: Sequence[Any], known: Sequence[Any]) -> Feature:
    numbers = np.array([number_of(one) for one in known])
    usual = float(np.median(numbers)) if 2 * len(known) >= len(values) else None
    edges = tuple(float(one) for one in np.unique(np.quantile(numbers, np.arange(1, BINS) / BINS)))
    return Feature(name, True, (), usual, edges, _told(_spread(True, (), edges, values)))


def _spread(is_number: bool, levels: Sequence[str], edges: Sequence[float], values: Sequence[Any]) -> Ints:
    if is_number:
        numbers = np.array([number_of(one) for one in values], dtype=float)
        known = numbers[~np.isnan(numbers)]
        bins = np.bincount(np.searchsorted(np.array(edges), known, side="left"), minlength=len(edges) + 1)
        return np.append(bins, numbers.size - known.size)
    by_level = Counter(text_of(one) for one in values)
    of_levels = [by_level[level] for level in levels]
    others = len(values) - sum(of_levels) - by_level[None]
    return np.array([*of_levels, others, by_level[None]])


def _told(counts: Ints) -> tuple[int, ...]:
    return tuple(int(one) for one in counts)
