"""From declarations to one statement for each relation, in the words of an engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import sqlglot
from sqlglot import exp

from rapport.insight.registry import DIMENSIONS, RELATIONS, Metric, Relation, metric
from rapport.kit.errors import Invalid

Cut = tuple[str, ...]
PARTS = ("numerator", "denominator", "cohort")


@dataclass(frozen=True, slots=True)
class Statement:
    """One query. Its columns: the grouping mask, the dimensions, then what ``counted`` names (metric, part).

    ``values`` are the names of the values to give it; bit i from the right of the mask is set where the i-th
    dimension from the right is not part of the row's cut.
    """

    text: str
    values: tuple[str, ...]
    dimensions: tuple[str, ...]
    counted: tuple[tuple[str, str], ...]
    cuts: tuple[Cut, ...]

    def cut_of(self, mask: int) -> Cut:
        """Return the cut that a row with this mask belongs to."""
        last = len(self.dimensions) - 1
        kept = {name for at, name in enumerate(self.dimensions) if not mask >> (last - at) & 1}
        return next(cut for cut in self.cuts if set(cut) == kept)


def check_cut(cut: Iterable[str]) -> Cut:
    """Return the dimensions as a cut; Invalid where there is no such dimension."""
    known = tuple(cut)
    for name in known:
        if name not in DIMENSIONS:
            raise Invalid(f"Figures cannot be split by {name!r}; they can by {', '.join(DIMENSIONS)}.")
    return known


@lru_cache(maxsize=512)
def statement(
    relation_key: str, keys: tuple[str, ...], cuts: tuple[Cut, ...], dialect: str, of_rep: bool = False
) -> Statement:
    """Return the query that counts metrics of one relation for all cuts at once; ``of_rep``: of one ``:rep``."""
    relation = RELATIONS[relation_key]
    asked = {"rep"} if of_rep else set()
    cuts = tuple(cut for cut in cuts if asked | set(cut) <= set(relation.dimensions))
    dimensions = tuple(dict.fromkeys(name for cut in cuts for name in cut))
    counted = tuple((key, part) for key in keys for part in PARTS if getattr(metric(key), part))
    columns = [f"{_mask(relation.dimensions, dimensions)} AS cut"]
    columns += [f"{relation.dimensions[name]} AS by_{name}" for name in dimensions]
    columns += [f"{getattr(metric(key), part)} AS c{at}" for at, (key, part) in enumerate(counted)]
    tree = _select(columns, relation)
    if of_rep and cuts:
        tree = tree.where(f"{relation.dimensions['rep']} = :rep")
    if dimensions:
        tree.set("group", sqlglot.parse_one(_grouping(relation.dimensions, cuts), into=exp.Group))
    return Statement(tree.sql(dialect=dialect), _values(tree), dimensions, counted, cuts)


def _select(columns: list[str], relation: Relation) -> exp.Select:
    facts = sqlglot.parse_one(relation.sql, into=exp.Select)
    return sqlglot.select(*columns).from_(facts.subquery("facts"))


def _mask(names: Mapping[str, str], dimensions: Cut) -> str:
    return f"GROUPING({', '.join(names[name] for name in dimensions)})" if dimensions else "0"


def _grouping(names: Mapping[str, str], cuts: tuple[Cut, ...]) -> str:
    sets = ", ".join(f"({', '.join(names[name] for name in cut)})" for cut in cuts)
    return f"GROUP BY GROUPING SETS ({sets})"


def _values(tree: exp.Select) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(found.this) for found in tree.find_all(exp.Placeholder)))


def shown(one: Metric, dialect: str = "") -> str:
    """Return the SQL of one metric as a person reads it: portable, or in the words of an engine."""
    columns = [f"{getattr(one, part)} AS {part}" for part in PARTS if getattr(one, part)]
    return _select(columns, RELATIONS[one.relation]).sql(dialect=dialect, pretty=True)
