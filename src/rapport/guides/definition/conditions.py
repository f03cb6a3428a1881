"""Whether conditions hold of what is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
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


def in_words(
    conditions: Sequence[Condition],
    named: Callable[[str], str] = str,
    said: Callable[[str], tuple[str, str] | None] = lambda name: None,
) -> str:
    """Return the conditions as people read them.

    ``named`` says what they call a fact or field; ``said``, where it has any, the sentences for that it is yes or
    known, and for that it is not.
    """

    def told(condition: Condition) -> str:
        if condition.any_of:
            return f"({' or '.join(compared(one) for one in condition.any_of)})"
        return compared(condition)

    def compared(asked: Comparison | Condition) -> str:
        sentences, wanted = said(asked.field), _yes_or_no(asked)
        if sentences is not None and wanted is not None:
            return sentences[0 if wanted else 1]
        return f"{named(asked.field)} {' and '.join(_comparisons(asked))}"

    return " and ".join(told(one) for one in conditions)


def _yes_or_no(asked: Comparison | Condition) -> bool | None:
    """Return what is asked where that is only whether something is so, or is known; else None."""
    if asked.is_not or asked.at_least is not None or asked.at_most is not None:
        return None
    if asked.known is not None:
        return None if asked.is_ else asked.known
    wanted = asked.is_[0] if len(asked.is_) == 1 else None
    return wanted if isinstance(wanted, bool) else None


def _comparisons(asked: Comparison | Condition) -> Iterator[str]:
    if asked.is_:
        yield f"is {_or(asked.is_)}"
    if asked.is_not:
        yield f"is not {_or(asked.is_not)}"
    if asked.at_least is not None:
        yield f"is at least {asked.at_least}"
    if asked.at_most is not None:
        yield f"is at most {asked.at_most}"
    if asked.known is not None:
        yield "is known" if asked.known else "is not known"


def _or(values: Sequence[Any]) -> str:
    return " or ".join(("yes" if one else "no") if isinstance(one, bool) else str(one) for one in values)
