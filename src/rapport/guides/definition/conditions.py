"""Whether conditions hold of what is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from rapport.guides.definition.rules import Comparison, Condition

Facts = Mapping[str, Any]


def hold(conditions: Sequence[Condition], facts: Facts) -> bool:
    """Say whether all of the conditions hold."""
    return all(_holds(one, facts) for one in conditions)


def _holds(condition: Condition, facts: Facts) -> bool:
    if condition.any_of:
        return any(_fits(one, facts) for one in condition.any_of)
    return _fits(condition, facts)


def _fits(asked: Comparison | Condition, facts: Facts) -> bool:
    value = facts.get(asked.field)
    known = value is not None and value not in ("", [])
    values = value if isinstance(value, list | tuple) else [value]
    if asked.known is not None and asked.known != known:
        return False
    if asked.is_ and not (known and any(_same(one, wanted) for one in values for wanted in asked.is_)):
        return False
    if known and any(_same(one, unwanted) for one in values for unwanted in asked.is_not):
        return False
    if asked.at_least is not None and not (known and any(_order(one, asked.at_least) >= 0 for one in values)):
        return False
    return asked.at_most is None or (known and any(-1 <= _order(one, asked.at_most) <= 0 for one in values))


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return isinstance(one, bool) and isinstance(other, bool) and one == other
    one_number, other_number = _number(one), _number(other)
    if one_number is not None and other_number is not None:
        return one_number == other_number
    return _text(one) == _text(other)


def _order(one: Any, other: Any) -> int:
    """Return -1, 0 or 1 as ``one`` comes before ``other``, with it or after it; -2 where they cannot be told."""
    one_number, other_number = _number(one), _number(other)
    if one_number is not None and other_number is not None:
        return (one_number > other_number) - (one_number < other_number)
    one_day, other_day = _day(one), _day(other)
    if one_day is not None and other_day is not None:
        return (one_day > other_day) - (one_day < other_day)
    return -2


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _day(value: Any) -> date | None:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value).strip().casefold()


def in_words(conditions: Sequence[Condition], named: Callable[[str], str] = str) -> str:
    """Return the conditions as people read them; ``named`` says what they call a fact or field."""
    return " and ".join(_told(one, named) for one in conditions)


def _told(condition: Condition, named: Callable[[str], str]) -> str:
    if condition.any_of:
        return f"({' or '.join(_compared(one, named) for one in condition.any_of)})"
    return _compared(condition, named)


def _compared(asked: Comparison | Condition, named: Callable[[str], str]) -> str:
    told = []
    if asked.is_:
        told.append(f"is {_or(asked.is_)}")
    if asked.is_not:
        told.append(f"is not {_or(asked.is_not)}")
    if asked.at_least is not None:
        told.append(f"is at least {asked.at_least}")
    if asked.at_most is not None:
        told.append(f"is at most {asked.at_most}")
    if asked.known is not None:
        told.append("is known" if asked.known else "is not known")
    return f"{named(asked.field)} {' and '.join(told)}"


def _or(values: Sequence[Any]) -> str:
    return " or ".join(("yes" if one else "no") if isinstance(one, bool) else str(one) for one in values)
