"""Two ways of routing side by side: the same metrics as everywhere, by arm, and what can be said of them.

The arms are two plans, or reps chosen by the rule and reps drawn by chance. Contacts of one customer are alike, so
figures are summed up by customer first; a contact of nobody known stands for itself. A plan is drawn for a
customer, a rep for a contact: there a customer may be in both arms, which makes the intervals wider than need be.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

import sqlglot
from django.db import connection
from sqlglot import exp

from rapport.insight.figures import Figure, quotient
from rapport.insight.metrics.keeping import STICK_DAYS
from rapport.insight.queries import large_reads, values_for
from rapport.insight.registry import RELATIONS, Metric, metric
from rapport.kit import clock
from rapport.numeric.trial import Sums, chance_of, difference, each_of, split_chance, units_needed

if TYPE_CHECKING:
    from rapport.accounts.models import Programme
    from rapport.routing.versions import SameChoice

Split = Literal["plan", "drawn", "variant", "guided", "currency", "programme_id"]
"""The column that says the arm."""

Arm = int | str | None
Found = dict[tuple[Arm, str], Sums]

COMPARED = (
    "service_level",
    "average_speed_of_answer",
    "abandonment_rate",
    "first_contact_resolution",
    "resolution_by_customers",
    "satisfaction",
)
LOOKS_BACK = timedelta(days=28)
STICK = timedelta(days=STICK_DAYS)
UNIT = "COALESCE(customer_id, -contact_id)"
CHOICE_UNITS = 2_000
"""At so many customers the intervals of what the choice brings are narrowest; fixed, whatever has come."""

UNEVEN = 0.001
"""A split that chance makes less often than this is not taken for one of chance."""

DRAWN = """
SELECT plan, COUNT(*), COUNT(DISTINCT customer_id) FROM fact_contact
WHERE programme_id = %(programme)s AND direction = 'in' AND plan IS NOT NULL
    AND arrived_at >= %(starts)s AND arrived_at < %(ends)s
GROUP BY plan
"""
CHOSEN = """
SELECT facts.*, choice.drawn FROM facts JOIN (
    SELECT DISTINCT ON (contact_id) contact_id, drawn FROM fact_offer
    WHERE programme_id = :programme AND offered_at >= :starts AND offered_at < :ends AND drawn IS NOT NULL
    ORDER BY contact_id, offered_at, offer_id
) AS choice ON choice.contact_id = facts.contact_id
WHERE facts.plan IS NULL OR facts.plan <> ALL(:apart)
"""
"""Facts with how the rep was chosen the first time there were several. What came before did not hang on it."""

SHOWN = """
SELECT facts.*, words.variant FROM facts JOIN fact_words AS words ON words.contact_id = facts.contact_id
WHERE words.programme_id = :programme AND words.trial = :trial
"""
"""Facts of contacts on which words on trial were before a rep, with which of them."""

GUIDED = """
SELECT facts.*, coverage.guide AS guided
FROM facts JOIN fact_coverage AS coverage ON coverage.contact_id = facts.contact_id
WHERE coverage.guide = :guide
"""
"""Facts of contacts that had one guide."""

JOINED: Mapping[Split, str] = {"drawn": CHOSEN, "variant": SHOWN, "guided": GUIDED}
BY_CHANCE, BY_RULE = True, False


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
    chance: float | None = None
    """How likely chance alone ever shows a difference as sure as this, where there is none."""

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
    found = sums_by(during(programme, arms.starts, arms.ends), keys, "plan")
    return [
        compared(
            metric(key), of_arm(found, arms.control, key), of_arm(found, arms.candidate, key), arms.planned_units
        )
        for key in keys
    ]


def of_arm(found: Found, arm: Arm, key: str) -> Sums:
    """Return what an arm's customers add up to; nothing where it has none."""
    return found.get((arm, key)) or Sums(0, 0, 0, 0, 0, 0)


def during(programme: Programme, starts: datetime, ends: datetime) -> dict[str, Any]:
    """Return what the metrics' SQL needs to know of the programme and an exact period."""
    return values_for(programme, None, None) | {"starts": starts, "ends": ends}


def compared(one: Metric, control: Sums, candidate: Sums, planned: float, *, comparisons: int = 1) -> Compared:
    """Return how a metric of two arms differs; ``comparisons``: how many are held against the same control."""
    found = difference(control, candidate, planned, each_of(comparisons))
    chance = chance_of(control, candidate, planned, comparisons=comparisons)
    value, low, high, by_chance = (
        None if part != part else part for part in map(float, (found.value, found.low, found.high, chance))
    )
    units = int(control.units) + int(candidate.units)
    return Compared(one, _figure(control), _figure(candidate), units, value, low, high, by_chance)


def _figure(sums: Sums) -> Figure:
    return quotient(sums.x, sums.y)


def drawn(programme: Programme, arms: Arms) -> Drawn:
    """Return whom each arm had, and whether that is as it was drawn."""
    values = {"programme": programme.pk, "starts": arms.starts, "ends": arms.ends}
    counted = {plan: (contacts, customers) for plan, contacts, customers in _rows(DRAWN, values)}
    control, candidate = counted.get(arms.control, (0, 0)), counted.get(arms.candidate, (0, 0))
    customers = control[1], candidate[1]
    return Drawn((control[0], candidate[0]), customers, split_chance(*customers, arms.share))


def what_choice_brings(
    programme: Programme, same: SameChoice, keys: Sequence[str], *, share: float
) -> tuple[list[Compared], Drawn]:
    """Compare reps drawn by chance, the control, with those chosen by the rule, where there were several.

    ``share`` of the contacts draw one. Returns the metrics, and whom each arm had.
    """
    values = during(programme, same.since, clock.now()) | {"apart": same.apart}
    found = sums_by(values, keys, "drawn")
    told = [
        compared(metric(key), of_arm(found, BY_CHANCE, key), of_arm(found, BY_RULE, key), CHOICE_UNITS)
        for key in keys
    ]
    counted = {arm: (contacts, customers) for arm, contacts, customers in _rows(_how_many(), values)}
    (drawn, its_customers), (chosen, other_customers) = (counted.get(arm, (0, 0)) for arm in (BY_CHANCE, BY_RULE))
    chance = split_chance(chosen, drawn, share)
    return told, Drawn((drawn, chosen), (its_customers, other_customers), chance)


def customers_needed(programme: Programme, key: str, *, least: float, share: float) -> tuple[int | None, float]:
    """Return how many customers a trial takes to see a difference, and how many a day the past weeks had.

    From what is known of the past four weeks; None where that is too little.
    """
    together = lately(programme, key)
    return units_needed(together, least, share), float(together.units) / LOOKS_BACK.days


def lately(programme: Programme, key: str, *, guide: str = "") -> Sums:
    """Return what customers of the past four weeks add up to, all arms together; of those who had a guide.

    Of wishes to leave and claims it is the four weeks that have had time to be judged.
    """
    until = clock.now() - (STICK if metric(key).relation in ("wish", "claim") else timedelta())
    values = during(programme, until - LOOKS_BACK, until) | {"guide": guide}
    return added(sums_by(values, [key], "guided" if guide else "programme_id").values())


def added(arms: Collection[Sums]) -> Sums:
    """Return what all arms add up to."""
    return Sums(*(sum(getattr(one, part) for one in arms) for part in Sums.__dataclass_fields__))


def sums_by(values: Mapping[str, Any], keys: Iterable[str], split: Split) -> Found:
    """Return what each arm's customers add up to, by arm and metric."""
    found = {}
    by_relation: dict[str, list[str]] = {}
    for key in keys:
        by_relation.setdefault(metric(key).relation, []).append(key)
    for relation, of_relation in by_relation.items():
        for arm, *amounts in _rows(_statement(relation, tuple(of_relation), split), values):
            for at, key in enumerate(of_relation):
                found[arm, key] = Sums(*(float(amount or 0) for amount in amounts[6 * at : 6 * at + 6]))
    return found


def waiting_by(values: Mapping[str, Any], key: str, split: Split) -> dict[Arm, int]:
    """Return of how many facts of each arm the figure is not known yet; nothing for one that needs no time."""
    one = metric(key)
    if one.cohort is None:
        return {}
    waiting = _facts(one.relation, split).select(split, f"{one.cohort} - {_part(one.denominator)} AS waiting")
    return {arm: int(count) for arm, count in _rows(waiting.group_by(split).sql(dialect="postgres"), values)}


@lru_cache(maxsize=64)
def _statement(relation: str, keys: tuple[str, ...], split: Split) -> str:
    """Return the query that sums up by arm what each customer's contacts add up to, six columns a metric."""
    of_unit: list[str] = [split, f"{UNIT} AS unit"]
    over_units: list[str] = [split]
    for at, key in enumerate(keys):
        of_unit += [f"CAST({_part(metric(key).numerator)} AS DOUBLE PRECISION) AS x{at}"]
        of_unit += [f"CAST({_part(metric(key).denominator)} AS DOUBLE PRECISION) AS y{at}"]
        over_units += [f"COUNT(CASE WHEN y{at} > 0 THEN 1 END)", f"SUM(x{at})", f"SUM(y{at})"]
        over_units += [f"SUM(x{at} * x{at})", f"SUM(x{at} * y{at})", f"SUM(y{at} * y{at})"]
    units = _facts(relation, split).select(*of_unit).group_by(split, UNIT)
    whole = sqlglot.select(*over_units).from_(units.subquery("units")).group_by(split)
    return whole.sql(dialect="postgres")


@lru_cache(maxsize=1)
def _how_many() -> str:
    """Return the query for how many contacts and customers had a rep drawn by chance, and chosen by the rule."""
    counted = _facts("contact", "drawn").select("drawn", "COUNT(*)", "COUNT(DISTINCT customer_id)")
    return counted.group_by("drawn").sql(dialect="postgres")


def _facts(relation: str, split: Split) -> exp.Select:
    """Return the beginning of a query over a relation's facts, with the column that says the arm."""
    facts = sqlglot.parse_one(RELATIONS[relation].sql, into=exp.Select)
    if split in JOINED:
        facts = sqlglot.parse_one(JOINED[split], read="postgres", into=exp.Select).with_("facts", as_=facts)
    return sqlglot.select().from_(facts.subquery("facts"))


def _part(sql: str | None) -> str:
    return sql or "COUNT(*)"


def _rows(sql: str, values: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
    with large_reads(), connection.cursor() as cursor:
        cursor.execute(sql, dict(values))
        rows: Sequence[Sequence[Any]] = cursor.fetchall()
    return rows
