"""Reads of connectors and transactions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from rapport.guides.connectors.definition import Connector, Transaction, reach_of, read_connector
from rapport.guides.definition.known import Reach
from rapport.guides.models import Connector as Kept
from rapport.guides.models import Transaction as Row
from rapport.kit.errors import NotFound

if TYPE_CHECKING:
    from rapport.accounts.models import Programme
    from rapport.contacts.models import Contact


@dataclass(frozen=True, slots=True)
class Named:
    """A transaction that a step names, with the connector that does it."""

    kept: Kept
    connector: Connector
    transaction: Transaction


def connectors_of(programme: Programme) -> list[Kept]:
    """Return the programme's connectors by name."""
    return list(Kept.objects.filter(programme=programme).select_related("changed_by__user").order_by("name"))


def connector_by_key(programme: Programme, key: str) -> Kept:
    """Return a connector; NotFound where there is none of this key."""
    found = Kept.objects.select_related("programme").filter(programme=programme, key=key).first()
    if found is None:
        raise NotFound(f"There is no connector {key!r}.")
    return found


def read_kept(kept: Kept) -> Connector:
    """Return what a connector says."""
    return _read(kept.text)


@lru_cache(maxsize=64)
def _read(text: str) -> Connector:
    return read_connector(text)


def named(programme: Programme, name: str) -> Named | None:
    """Return the transaction of this name (``connector.transaction``); None where there is none any more."""
    key, _, what = name.partition(".")
    kept = Kept.objects.filter(programme=programme, key=key).first()
    connector = read_kept(kept) if kept else None
    if kept is None or connector is None or what not in connector.transactions:
        return None
    return Named(kept, connector, connector.transactions[what])


def reaches(programme: Programme) -> dict[str, Reach]:
    """Return what guides may name, as ``connector.transaction``, and what each needs and answers."""
    return {
        f"{kept.key}.{key}": reach_of(one)
        for kept in connectors_of(programme)
        for key, one in read_kept(kept).transactions.items()
    }


def last_of(contact: Contact, step: str) -> Row | None:
    """Return the last transaction of a step on a contact."""
    return Row.objects.filter(contact=contact, step=step).order_by("-attempt").first()


def recent(programme: Programme, key: str, *, limit: int = 30) -> Sequence[Row]:
    """Return a connector's latest transactions, without what was sent and answered."""
    rows = Row.objects.filter(programme=programme, connector=key).select_related("contact", "asked_by__user")
    return list(rows.defer("sent", "given").order_by("-asked_at", "-pk")[:limit])


def under_way(programme: Programme) -> Mapping[str, int]:
    """Return how many transactions of each connector are under way."""
    waiting = Row.objects.filter(programme=programme, state=Row.State.WAITING)
    return Counter(waiting.values_list("connector", flat=True))
