"""Two plans of routing tried side by side: the same metrics as everywhere, by arm, and what can be said of them.

Who is drawn is the customer, so figures are summed up by customer first; a contact of nobody known stands for
itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import sqlglot
from django.db import connection
from sqlglot import exp

from rapport.insight.figures import Figure, quotient
from rapport.insight.queries import values_for
from rapport.insight.registry import RELATIONS, Metric, metric
from rapport.kit import clock
from rapport.numeric.trial import Sums, difference, split_chance, units_needed

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

COMPARED = (
    "service_level",
    "average_speed_of_answer",
    "abandonment_rate",
    "first_contact_resolution",
    "resolution_by_customers",
    "satisfaction",
)
LOOKS_BACK = timedelta(days=28)
UNIT = "COALESCE(customer_id, -contact_id)"
UNEVEN = 0.001
"""A split that chance makes less often than this is not taken for one of chance."""

DRAWN = """
SELECT plan, COUNT(*), COUNT(DISTINCT customer_id) FROM fact_contact
WHERE programme_id = %(programme)s AND direction = 'in' AND plan IS NOT NULL
    AND arrived_at >= %(starts)s AND arrived_at < %(ends)s
GROUP BY plan
"""


@dataclass(frozen=True, slots=True)
class Arms:
    """What is compared: the plan in force and the one tried, by number, over arrivals in [starts, ends).

    ``planned_units`` is for how many customers the trial was planned.
    """

    control: int
    candidate: int
    share: float
    starts: datetime
    ends: datetime
    planned_units: int


@dataclass(frozen=True, slots=True)
class Compared:
    """One metric of both arms, and how they differ, with the interval's ends; None where too little is known."""

    metric: Metric
    control: Figure
    candidate: Figure
    units: int
    difference: float | None
    low: float | None
    high: float | None

    @property
    def says(self) -> str:
        """What is certain of the candidate: it is better, worse, or just different; empty where nothing is."""
        if self.low is None or self.high is None or self.low <= 0 <= self.high:
            return ""
        if not self.metric.better:
            return "different"
        return "better" if (self.low > 0) == (self.metric.better == "up") else "worse"

    def is_alike(self, least: float) -> bool:
        """Say whether any difference is certain to be smaller than ``least``."""
        return self.low is not None and self.high is not None and -least < self.low and self.high < least


@dataclass(frozen=True, slots=True)
class Drawn:
    """How many contacts and known customers came by each plan; ``chance``: of a split as uneven as this."""

    contacts: tuple[int, int]
    customers: tuple[int, int]
    chance: float

    @property
    def is_uneven(self) -> bool:
        """Whether the split is not as it was drawn."""
        return self.chance < UNEVEN


def compare(programme: Programme, arms: Arms, keys: Sequence[str] = COMPARED) -> list[Compared]:
    """Return the metrics of both arms, and how they differ."""
    found = _sums(programme, keys, arms.starts, arms.ends)
    nothing = Sums(0, 0, 0, 0, 0, 0)
    return [
        _compared(
            metric(key),
            found.get((arms.control, key), nothing),
            found.get((arms.candidate, key), nothing),
            arms.planned_units,
        )
        for key in keys
    ]


def _compared(one: Metric, control: Sums, candidate: Sums, planned: int) -> Compared:
    found = difference(control, candidate, planned)
    value, low, high = (
        None if part != part else part for part in map(float, (found.value, found.low, found.high))
    )
    units = int(control.units) + int(candidate.units)
    return Compared(one, _figure(control), _figure(candidate), units, value, low, high)


def _figure(sums: Sums) -> Figure:
    return quotient(sums.x, sums.y)


def drawn(programme: Programme, arms: Arms) -> Drawn:
    """Return whom each arm had, and whether that is as it was drawn."""
    values = {"programme": programme.pk, "starts": arms.starts, "ends": arms.ends}
    counted = {plan: (contacts, customers) for plan, contacts, customers in _rows(DRAWN, values)}
    control, candidate = counted.get(arms.control, (0, 0)), counted.get(arms.candidate, (0, 0))
    customers = control[1], candidate[1]
    return Drawn((control[0], candidate[0]), customers, split_chance(*customers, arms.share))


def customers_needed(programme: Programme, key: str, *, least: float, share: float) -> tuple[int | None, float]:
    """Return how many customers a trial takes to see a difference, and how many a day the past weeks had.

    From what is known of the past four weeks; None where that is too little.
    """
    now = clock.now()
    before = _sums(programme, [key], now - LOOKS_BACK, now).values()
    together = Sums(*(sum(getattr(one, part) for one in before) for part in Sums.__dataclass_fields__))
    return units_needed(together, least, share), float(together.units) / LOOKS_BACK.days


def _sums(
    programme: Programme, keys: Iterable[str], starts: datetime, ends: datetime
) -> dict[tuple[int | None, str], Sums]:
    """Return what each plan's customers add up to, by plan and metric."""
    values = values_for(programme, None, None) | {"starts": starts, "ends": ends}
    found = {}
    by_relation: dict[str, list[str]] = {}
    for key in keys:
        by_relation.setdefault(metric(key).relation, []).append(key)
    for relation, of_relation in by_relation.items():
        for plan, *amounts in _rows(_statement(relation, tuple(of_relation)), values):
            for at, key in enumerate(of_relation):
                found[plan, key] = Sums(*(float(amount or 0) for amount in amounts[6 * at : 6 * at + 6]))
    return found


@lru_cache(maxsize=64)
def _statement(relation: str, keys: tuple[str, ...]) -> str:
    """Return the query that sums up by plan what each customer's contacts add up to, six columns a metric."""
    of_unit, over_units = ["plan", f"{UNIT} AS unit"], ["plan"]
    for at, key in enumerate(keys):
        of_unit += [f"CAST({_part(metric(key).numerator)} AS DOUBLE PRECISION) AS x{at}"]
        of_unit += [f"CAST({_part(metric(key).denominator)} AS DOUBLE PRECISION) AS y{at}"]
        over_units += [f"COUNT(CASE WHEN y{at} > 0 THEN 1 END)", f"SUM(x{at})", f"SUM(y{at})"]
        over_units += [f"SUM(x{at} * x{at})", f"SUM(x{at} * y{at})", f"SUM(y{at} * y{at})"]
    facts = sqlglot.parse_one(RELATIONS[relation].sql, into=exp.Select).subquery("facts")
    units = sqlglot.select(*of_unit).from_(facts).group_by("plan", UNIT)
    whole = sqlglot.select(*over_units).from_(units.subquery("units")).group_by("plan")
    return whole.sql(dialect="postgres")


def _part(sql: str | None) -> str:
    return sql or "COUNT(*)"


def _rows(sql: str, values: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, dict(values))
        rows: Sequence[Sequence[Any]] = cursor.fetchall()
    return rows
