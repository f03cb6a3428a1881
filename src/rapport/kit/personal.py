"""What a module keeps of a person, so that it can be handed out and let go without knowing the module's tables.

A module declares it in its ``personal.py``: ``KEPT``, a tuple of :class:`Kept`, and ``STAYS``, the text columns
that are about nobody. ``rapport.privacy`` puts them together; a test finds a column that nobody declared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.db.models.expressions import BaseExpression

GONE = "(erased)"
"""Stands where somebody's words were, in a column whose rows stay."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose data is meant: customers of one programme, and the contacts that are theirs."""

    programme_id: int
    customers: tuple[int, ...] = ()
    contacts: tuple[int, ...] = ()
    contact_ids: tuple[str, ...] = ()
    """The contacts' public ids."""
    external_ids: tuple[str, ...] = ()
    """What the contacts are called where they came from."""


@dataclass(frozen=True)
class Kept:
    """Something personal in one table: whose it is, how it is handed out, and what becomes of it."""

    key: str
    """Names it in packages and counts: ``chat.messages``."""
    title: str
    """Names it to the person: ``What was written in chats``."""
    model: type[Model]
    mine: Callable[[Subject], Q]
    """Which rows are of these people."""
    shown: Mapping[str, str] = field(default_factory=dict)
    """What is handed out: a column, or a path to one, and its name to the person. Nothing: not handed out."""
    becomes: Mapping[str, Any] | None = None
    """What the personal columns become while the row stays; empty where none is; None where the rows go."""
    still: Q | None = None
    """Rows with something personal that ``becomes`` cannot tell, such as a key that becomes a random one."""
    period: str = ""
    """The retention period it falls under; empty where only erasure ends it."""
    since: str = ""
    """The column from which the period counts."""

    @property
    def deletes(self) -> bool:
        """Whether the rows go; otherwise they stay without the person."""
        return self.becomes is None

    def of(self, subject: Subject) -> QuerySet[Model]:
        """Return the rows of these people."""
        return self._all(subject.programme_id).filter(self.mine(subject))

    def older_than(self, instant: datetime, *, programme_id: int, but: Subject) -> QuerySet[Model]:
        """Return the rows whose period has passed at ``instant``, but for those of the people in ``but``."""
        old = self._all(programme_id).filter(**{f"{self.since}__lt": instant})
        spared = self._all(programme_id).filter(self.mine(but))
        return self.there(old).exclude(pk__in=spared.values("pk"))

    def there(self, rows: QuerySet[Model]) -> QuerySet[Model]:
        """Return those of the rows in which something personal still is."""
        if self.becomes is None:
            return rows
        if not self.becomes:
            return rows.none()
        told = ~Q(**{k: v for k, v in self.becomes.items() if not isinstance(v, BaseExpression)})
        return rows.filter(told if self.still is None else told | self.still)

    def erase(self, subject: Subject) -> int:
        """Let these people go; return in how many rows there was something."""
        return self.let_go(self.of(subject))

    def let_go(self, rows: QuerySet[Model]) -> int:
        """Take the person out of the rows, or delete them; return in how many there was something."""
        if self.becomes is None:
            return rows.delete()[0]
        return self.there(rows).update(**self.becomes)

    def _all(self, programme_id: int) -> QuerySet[Model]:
        return self.model._base_manager.filter(programme_id=programme_id)
