"""Reads that come with every message: compiled once in a process, asked again with other values.

Django builds and compiles a query anew each time it is asked, which takes the processor five times as long as
sending it. Nothing else differs: the same rows of the same models, within the same walls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Any, Generic, TypeVar, cast

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import BooleanField, Expression, F, Func, Model, QuerySet, Value
from django.db.models.query import ModelIterable
from django.db.transaction import TransactionManagementError

Row = TypeVar("Row", bound=Model)


class Given(Expression):
    """Stands in a query for a value that is given by this name when it is asked; None finds nothing."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """Leave the place of the value open."""
        return "%s", (self,)


class Among(Func):
    """Says that a field (its path) is one of those in a list that is given by this name."""

    template, arg_joiner, output_field = "%(expressions)s)", " = ANY(", BooleanField()

    def __init__(self, field: str, name: str) -> None:
        super().__init__(F(field), Given(name))


class OneOf(Func):
    """Says that a field (its path) is one of many values, sent as one list: ``__in`` sends each by itself."""

    template, arg_joiner, output_field = "%(expressions)s)", " = ANY(", BooleanField()

    def __init__(self, field: str, values: Iterable[object]) -> None:
        super().__init__(F(field), Value(list(values)))


class Often(Generic[Row]):
    """A query, made when first asked by ``make``; calling it returns the rows for the values given."""

    def __init__(self, make: Callable[[], QuerySet[Row]]) -> None:
        self._make = make

    def __call__(self, **given: object) -> list[Row]:
        """Ask with these values, one for each ``Given``."""
        asked: Any = _Again(*self._compiled, given)
        if self._compiled[0].query.select_for_update and not connection.in_atomic_block:
            raise TransactionManagementError("What locks rows is asked in a transaction.")
        return list(cast("Iterator[Row]", iter(ModelIterable(asked))))

    def first(self, **given: object) -> Row | None:
        """Return the first row for these values, or None."""
        return next(iter(self(**given)), None)

    @cached_property
    def _compiled(self) -> tuple[Any, str, tuple[Any, ...]]:
        compiler = self._make().query.get_compiler(using=DEFAULT_DB_ALIAS)
        sql, open_values = compiler.as_sql()
        return compiler, sql, tuple(open_values)


class _Again:
    """What Django's maker of models asks of a query set, its query and its compiler, of one that is compiled."""

    db = DEFAULT_DB_ALIAS
    _known_related_objects: dict[Any, Any] = {}

    def __init__(self, compiler: Any, sql: str, values: tuple[Any, ...], given: dict[str, object]) -> None:
        self.query = self
        self._compiler, self._sql = compiler, sql
        self._values: list[Any] = [given[one.name] if isinstance(one, Given) else one for one in values]

    def get_compiler(self, using: str) -> _Again:
        return self

    def execute_sql(self, **how: object) -> list[list[tuple[Any, ...]]]:
        with connection.cursor() as cursor:
            cursor.execute(self._sql, self._values)
            return [cursor.fetchall()]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._compiler, name)  # what was asked for, and how to read the rows
