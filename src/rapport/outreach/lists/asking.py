"""Asking the database what a condition asks: each comparison as a part of one query, its values as parameters.

Every term answers yes or no, never unknown, so that it can be turned round. ``F``, ``Func`` and lookups make the
SQL; no text of a list is ever part of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING, Any, Protocol

from django.db.models import BooleanField, Case, CharField, Count, DecimalField, F, Func, JSONField, Q, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Lower, Trim
from django.db.models.lookups import Exact, GreaterThanOrEqual, In, LessThanOrEqual, Regex

from rapport.outreach.lists.criteria import DAY, NUMBER, Asked

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from rapport.guides.definition.rules import Condition

NOBODY = Q(pk__in=[])
EVERYBODY = ~NOBODY
Bound = Callable[[Any], Any]


class Term(Protocol):
    """What can be asked of one field; each answer is a condition on customers."""

    def known(self) -> Q:
        """Whether there is any value."""

    def same(self, value: Any) -> Q:
        """Whether there is this value."""

    def at_least(self, value: Any) -> Q:
        """Whether there is one from this on."""

    def at_most(self, value: Any) -> Q:
        """Whether there is one up to this."""


def asked_of(condition: Condition, term: Callable[[str], Term]) -> Q:
    """Return a condition of a list as one on customers; ``term`` knows the fields."""
    several: list[Asked] = list(condition.any_of) or [condition]
    return reduce(or_, (_compared(one, term(one.field)) for one in several))


def _compared(asked: Asked, term: Term) -> Q:
    parts = [EVERYBODY]
    if asked.known is not None:
        parts.append(term.known() if asked.known else ~term.known())
    if asked.is_:
        parts.append(_any(term.same(one) for one in asked.is_))
    if asked.is_not:
        parts.append(~_any(term.same(one) for one in asked.is_not))
    if asked.at_least is not None:
        parts.append(term.at_least(asked.at_least))
    if asked.at_most is not None:
        parts.append(term.at_most(asked.at_most))
    return reduce(and_, parts)


def _any(parts: Iterable[Q]) -> Q:
    return reduce(or_, parts, NOBODY)


def _sure(condition: Q) -> Q:
    return Q(Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField()))


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute of the file: a JSON value of any kind."""

    name: str

    def known(self) -> Q:
        """Whether there is a value that is not empty."""
        return _sure(Q(In(self._kind(), ["string", "number", "boolean"])) & ~Q(Exact(self._text(), Value(""))))

    def same(self, value: Any) -> Q:
        """Whether it is this, of the same kind."""
        if isinstance(value, bool):
            is_it = Exact(self._text(), Value("true" if value else "false"))
            return _sure(Q(Exact(self._kind(), Value("boolean"))) & Q(is_it))
        if isinstance(value, str):
            return _sure(Q(Exact(self._kind(), Value("string"))) & Q(Exact(self._text(), Value(value))))
        if isinstance(value, date):
            return _sure(Q(Exact(self._day(), Value(value.isoformat()))))
        return _sure(Q(Exact(self._number(), _numeric(value))))

    def at_least(self, value: Any) -> Q:
        """Whether it is a number, or a day, from this on."""
        return self._ordered(GreaterThanOrEqual, value)

    def at_most(self, value: Any) -> Q:
        """Whether it is a number, or a day, up to this."""
        return self._ordered(LessThanOrEqual, value)

    def says(self, words: Iterable[str]) -> Q:
        """Whether it is one of these words (small letters), however it is written."""
        return _sure(Q(In(Lower(Trim(self._text())), list(words))))

    def _ordered(self, lookup: Any, value: Any) -> Q:
        if isinstance(value, date):
            return _sure(Q(lookup(self._day(), Value(value.isoformat()))))
        return _sure(Q(lookup(self._number(), _numeric(value))))

    def _kind(self) -> Func:
        found = Func(F("attributes"), Value(self.name), function="jsonb_extract_path", output_field=JSONField())
        return Func(found, function="jsonb_typeof", output_field=CharField())

    def _text(self) -> Func:
        return Func(
            F("attributes"), Value(self.name), function="jsonb_extract_path_text", output_field=CharField()
        )

    def _number(self) -> Case:
        is_text = Q(Exact(self._kind(), Value("string"))) & Q(Regex(self._text(), Value(NUMBER)))
        is_number = Q(Exact(self._kind(), Value("number")))
        return Case(When(is_number | is_text, then=_cast(self._text())), output_field=DecimalField())

    def _day(self) -> Case:
        is_day = Q(Exact(self._kind(), Value("string"))) & Q(Regex(self._text(), Value(DAY)))
        letters = Func(self._text(), template='(%(expressions)s) COLLATE "C"', output_field=CharField())
        return Case(When(is_day, then=letters), output_field=CharField())


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the customer's own row, or one it points at; ``bound`` makes what is asked what is kept.

    ``falls``: what is asked grows as what is kept falls, as days with us do with the day they came.
    """

    path: str
    bound: Bound = lambda value: value
    falls: bool = False
    is_text: bool = False

    def known(self) -> Q:
        """Whether there is something."""
        there = Q(**{f"{self.path}__isnull": False})
        return _sure(there & ~Q(**{self.path: ""}) if self.is_text else there)

    def same(self, value: Any) -> Q:
        """Whether it is this."""
        return _sure(Q(**{self.path: self.bound(value)}))

    def at_least(self, value: Any) -> Q:
        """Whether it is from this on."""
        return _sure(Q(**{f"{self.path}__{'lte' if self.falls else 'gte'}": self.bound(value)}))

    def at_most(self, value: Any) -> Q:
        """Whether it is up to this."""
        return _sure(Q(**{f"{self.path}__{'gte' if self.falls else 'lte'}": self.bound(value)}))


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a customer, of which one is enough; ``path`` has the value."""

    rows: QuerySet[Any]
    path: str
    bound: Bound = lambda value: value
    falls: bool = False

    def known(self) -> Q:
        """Whether there is a row with a value."""
        return self._with(Q(**{f"{self.path}__isnull": False}))

    def same(self, value: Any) -> Q:
        """Whether a row has this value."""
        return self._with(Q(**{self.path: self.bound(value)}))

    def at_least(self, value: Any) -> Q:
        """Whether a row has a value from this on."""
        return self._with(Q(**{f"{self.path}__{'lte' if self.falls else 'gte'}": self.bound(value)}))

    def at_most(self, value: Any) -> Q:
        """Whether a row has a value up to this."""
        return self._with(Q(**{f"{self.path}__{'gte' if self.falls else 'lte'}": self.bound(value)}))

    def _with(self, condition: Q) -> Q:
        return Q(pk__in=self.rows.filter(condition).values("customer_id"))


@dataclass(frozen=True, slots=True)
class Counted:
    """How many rows a customer has; none is known too: it is 0."""

    rows: QuerySet[Any]

    def known(self) -> Q:
        """Always."""
        return EVERYBODY

    def same(self, value: Any) -> Q:
        """Whether there are as many."""
        if value != int(value):
            return NOBODY
        return ~self._any_of() if value == 0 else self._having(Q(rows_of_customer=int(value)))

    def at_least(self, value: Any) -> Q:
        """Whether there are as many or more."""
        return EVERYBODY if value <= 0 else self._having(Q(rows_of_customer__gte=value))

    def at_most(self, value: Any) -> Q:
        """Whether there are as many or fewer."""
        return NOBODY if value < 0 else ~self._having(Q(rows_of_customer__gt=value))

    def _any_of(self) -> Q:
        return Q(pk__in=self.rows.values("customer_id"))

    def _having(self, condition: Q) -> Q:
        counted = self.rows.order_by().values("customer_id").annotate(rows_of_customer=Count("pk"))
        return Q(pk__in=counted.filter(condition).values("customer_id"))


@dataclass(frozen=True, slots=True)
class Latest:
    """How long ago a customer's last row was; ``since`` has the instant so many days ago."""

    rows: QuerySet[Any]
    path: str
    since: Bound

    def known(self) -> Q:
        """Whether there is a row."""
        return Q(pk__in=self.rows.values("customer_id"))

    def same(self, value: Any) -> Q:
        """Nobody: an instant is not asked for to the microsecond."""
        return NOBODY

    def at_least(self, value: Any) -> Q:
        """Whether the last was so long ago, or longer."""
        later = self.rows.filter(**{f"{self.path}__gt": self.since(value)})
        return self.known() & ~Q(pk__in=later.values("customer_id"))

    def at_most(self, value: Any) -> Q:
        """Whether the last was so long ago, or less."""
        return Q(pk__in=self.rows.filter(**{f"{self.path}__gte": self.since(value)}).values("customer_id"))


@dataclass(frozen=True, slots=True)
class Without:
    """Whether a customer is not among some."""

    ids: QuerySet[Any, Any]

    def known(self) -> Q:
        """Always."""
        return EVERYBODY

    def same(self, value: Any) -> Q:
        """Whether it is so, or not."""
        return ~Q(pk__in=self.ids) if value is True else Q(pk__in=self.ids) if value is False else NOBODY

    def at_least(self, value: Any) -> Q:
        """Nobody: yes and no have no order."""
        return NOBODY

    def at_most(self, value: Any) -> Q:
        """Nobody: yes and no have no order."""
        return NOBODY


def _numeric(value: Any) -> Value:
    return Value(Decimal(str(value)), output_field=DecimalField())


def _cast(text: Combinable) -> Func:
    return Func(text, template="(%(expressions)s)::numeric", output_field=DecimalField())
