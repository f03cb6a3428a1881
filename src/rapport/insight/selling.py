"""Back to those who sell: what a team sold, what it promised, what left and why; and promises beside leaving."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db import connection

from rapport.customers.promises.kinds import kind_names
from rapport.customers.sales.queries import Sold, sales_between, sales_of_each
from rapport.insight.queries import bounds
from rapport.kit import clock
from rapport.numeric.intervals import share_difference
from rapport.offers.leaving.queries import left_between

if TYPE_CHECKING:
    from rapport.accounts.models import Programme
    from rapport.offers.models import SaveAttempt

WITHIN = timedelta(days=60)
"""For how long after a promise was settled a customer is watched."""
STATES = ("kept", "late", "broken", "open")

FIRST_SETTLED = """
WITH first AS (
    SELECT DISTINCT ON (customer_id) customer_id, state, settled_at FROM fact_promise
    WHERE programme_id = %s AND state IN ('kept', 'late', 'broken')
    ORDER BY customer_id, settled_at, promise_id
)
SELECT first.state = 'broken', COUNT(*), COUNT(*) FILTER (WHERE EXISTS (
    SELECT FROM fact_leaving AS leaving
    WHERE leaving.programme_id = %s AND leaving.customer_id = first.customer_id
        AND leaving.outcome = 'left' AND leaving.ended_at > first.settled_at
        AND leaving.ended_at <= first.settled_at + %s * INTERVAL '1 day'
)) FROM first WHERE first.state <> 'late' AND first.settled_at <= %s GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class Gone:
    """A customer who left, the sale it goes back to, and how long after it."""

    attempt: SaveAttempt
    sold: Sold
    days: int

    @property
    def reason(self) -> str:
        """The reason of the first level."""
        reason = self.attempt.reason
        return str(reason.parent or reason) if reason else "Not known"

    @property
    def detail(self) -> str:
        """What is behind it, where that was found out."""
        reason = self.attempt.reason
        return str(reason) if reason and reason.parent else ""

    @property
    def promises(self) -> list[str]:
        """What was promised with the sale, and what became of it."""
        return [f"{one.what} ({one.get_state_display().lower()})" for one in self.sold.promised]


@dataclass(frozen=True, slots=True)
class Statement:
    """A month of one selling team. ``gone`` left in the month, whenever they were sold to."""

    team: str
    month: date
    products: list[tuple[str, int]]
    promised: list[tuple[str, Counter[str]]]
    reasons: list[tuple[str, int]]
    gone: list[Gone]

    @property
    def sold(self) -> int:
        """How many sales the team made in the month."""
        return sum(count for _, count in self.products)


@dataclass(frozen=True, slots=True)
class Effect:
    """How many customers left within the time of watching, after a broken and after a kept promise.

    ``difference`` is the share after a broken one less that after a kept one, with the interval's ends; None where
    one of the groups is empty. It is how the groups differ, not what a broken promise does to a customer.
    """

    broken: int
    broken_left: int
    kept: int
    kept_left: int
    difference: tuple[float, float, float] | None


def statement(programme: Programme, team: str, month: date) -> Statement:
    """Return what the team sold and promised in the month, and who of its customers left in it, and why."""
    first, last = month_of(month)
    sold = [one for one in sales_between(programme, first, last) if one.sale.team == team]
    made: dict[str, Counter[str]] = {}
    for one in sold:
        for promise in one.promised:
            made.setdefault(promise.kind, Counter())[promise.state] += 1
    gone = [one for one in gone_in(programme, first, last) if one.sold.sale.team == team]
    return Statement(
        team=team,
        month=first,
        products=Counter(one.sale.product for one in sold).most_common(),
        promised=[(words, made[kind]) for kind, words in kind_names(programme).items() if kind in made],
        reasons=Counter(one.reason for one in gone).most_common(),
        gone=gone,
    )


def gone_in(programme: Programme, first: date, last: date) -> list[Gone]:
    """Return who left from one local day to another (included) and had been sold what they left."""
    attempts = left_between(programme, *bounds(programme, first, last))
    sales = sales_of_each(programme, (one.customer_id for one in attempts))
    found = []
    for attempt in attempts:
        left_on = (attempt.ended_at or attempt.opened_at).astimezone(programme.zone).date()
        sold = _sale_behind(
            attempt, [one for one in sales.get(attempt.customer_id, []) if one.sale.sold_on <= left_on]
        )
        if sold is not None:
            found.append(Gone(attempt, sold, (left_on - sold.sale.sold_on).days))
    return found


def _sale_behind(attempt: SaveAttempt, sales: Sequence[Sold]) -> Sold | None:
    """Return the latest sale of the holding that was left, else of the product; of any where none is named."""
    by_holding = [one for one in sales if attempt.holding and one.sale.holding == attempt.holding]
    by_product = [one for one in sales if not attempt.product or one.sale.product == attempt.product]
    return next(iter([*by_holding, *by_product]), None)


def month_of(day: date) -> tuple[date, date]:
    """Return the first and the last day of a day's month."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def months_back(programme: Programme, count: int = 12) -> list[date]:
    """Return the first days of this month and those before it, the newest first."""
    found = [clock.now().astimezone(programme.zone).date().replace(day=1)]
    while len(found) < count:
        found.append((found[-1] - timedelta(days=1)).replace(day=1))
    return found


def effect_on_leaving(programme: Programme) -> Effect:
    """Compare who left after a broken promise with who left after one that was kept in time.

    Each customer counts once, by the first promise to them that was settled, and only once the time of watching
    has passed since; who was kept waiting is in neither group.
    """
    with connection.cursor() as cursor:
        told = (programme.pk, programme.pk, WITHIN.days, clock.now() - WITHIN)
        cursor.execute(FIRST_SETTLED, told)
        found = {bool(is_broken): (int(count), int(left)) for is_broken, count, left in cursor.fetchall()}
    (broken, broken_left), (kept, kept_left) = found.get(True, (0, 0)), found.get(False, (0, 0))
    difference = None
    if broken and kept:
        told_apart = share_difference(kept_left, kept, broken_left, broken)
        difference = (float(told_apart.value), float(told_apart.low), float(told_apart.high))
    return Effect(broken, broken_left, kept, kept_left, difference)
