"""What a list asks of customers: conditions as guides have them, and whether they hold of what is known.

A condition asks of values as they are: a number of numbers and of texts that are written as one (``-12.5``), a day
of days (``2026-03-01``), yes or no of yes or no, a text of the same letters. What is not known is none of them.
The same is asked of the database by :mod:`rapport.outreach.lists.asking`; a property test holds the two together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from pydantic import Field

from rapport.guides.definition.rules import Comparison, Condition
from rapport.kit.documents import Part

NUMBER = r"^-?[0-9]{1,18}(\.[0-9]{1,9})?$"
DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
MOST_CONDITIONS = 20
OF_PRODUCT = ("product", "days_to_end", "days_since_bought")
"""The fields that each product of a customer has of its own."""
PRODUCTS = "each product"
"""Where facts have a customer's products, each with these fields."""
Facts = Mapping[str, Any]
Asked = Comparison | Condition


class Criteria(Part):
    """All that a list says. ``channel`` is how its customers are to be contacted: who is barred from it is kept
    off, as is who had a contact within ``quiet_days``. ``same_product``: one and the same product of theirs has
    to meet all conditions that are about products only; else each may be met by another.
    """

    conditions: list[Condition] = Field(default=[], max_length=MOST_CONDITIONS)
    channel: Literal["any", "phone", "email", "chat", "post"] = "phone"
    quiet_days: int = Field(default=7, ge=0, le=365)
    same_product: bool = False

    @property
    def of_product(self) -> list[Condition]:
        """The conditions that one product has to meet; none where each may be met by another."""
        return [one for one in self.conditions if self.same_product and _is_of_product(one)]

    @property
    def of_customer(self) -> list[Condition]:
        """All other conditions."""
        return [one for one in self.conditions if not (self.same_product and _is_of_product(one))]


def _is_of_product(condition: Condition) -> bool:
    asked: list[Asked] = list(condition.any_of) or [condition]
    return all(one.field in OF_PRODUCT for one in asked)


def comparisons(criteria: Criteria) -> Iterator[Asked]:
    """Yield every comparison of the criteria, with those of which one is enough."""
    for condition in criteria.conditions:
        yield from condition.any_of
        if not condition.any_of:
            yield condition


def hold(criteria: Criteria, facts: Facts) -> bool:
    """Say whether all that is asked holds."""
    return all(holds(one, facts) for one in criteria.of_customer) and one_holds(criteria.of_product, facts)


def one_holds(conditions: Sequence[Condition], facts: Facts) -> bool:
    """Say whether one and the same product meets all of the conditions; it is so where there are none."""
    products: Sequence[Facts] = facts.get(PRODUCTS, ())
    return not conditions or any(all(holds(one, product) for one in conditions) for product in products)


def holds(condition: Condition, facts: Facts) -> bool:
    """Say whether a condition holds, or of several in it one."""
    return any(fits(one, facts) for one in condition.any_of) if condition.any_of else fits(condition, facts)


def fits(asked: Asked, facts: Facts) -> bool:
    """Say whether one comparison holds."""
    values = known_values(facts.get(asked.field))
    if asked.known is not None and asked.known != bool(values):
        return False
    if asked.is_ and not any(_same(one, wanted) for one in values for wanted in asked.is_):
        return False
    if any(_same(one, unwanted) for one in values for unwanted in asked.is_not):
        return False
    if asked.at_least is not None and not any(_order(one, asked.at_least) in (0, 1) for one in values):
        return False
    return asked.at_most is None or any(_order(one, asked.at_most) in (0, -1) for one in values)


def known_values(value: Any) -> list[Any]:
    """Return what is known of a fact, which may have several values."""
    several = value if isinstance(value, list | tuple) else [value]
    return [one for one in several if isinstance(one, bool | int | float | Decimal | date | str) and one != ""]


def number_of(value: Any) -> Decimal | None:
    """Return a value as a number, where it is one or is written as one."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        return Decimal(value) if re.fullmatch(NUMBER[1:-1], value) else None
    return Decimal(str(value)) if isinstance(value, int | float | Decimal) else None


def _same(one: Any, wanted: Any) -> bool:
    if isinstance(wanted, bool):
        return isinstance(one, bool) and one == wanted
    if isinstance(wanted, str):
        return isinstance(one, str) and one == wanted
    return _order(one, wanted) == 0


def _order(one: Any, wanted: Any) -> int | None:
    """Return -1, 0 or 1 as ``one`` comes before ``wanted``, with it or after it; None: they cannot be compared."""
    if isinstance(wanted, date):
        text = one.isoformat() if isinstance(one, date) else one
        if not isinstance(text, str) or not re.fullmatch(DAY[1:-1], text):
            return None
        return (text > wanted.isoformat()) - (text < wanted.isoformat())
    number, bound = number_of(one), Decimal(str(wanted))
    return None if number is None else (number > bound) - (number < bound)
