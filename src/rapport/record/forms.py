"""What the access log is asked for, read from its address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from uuid import UUID

from rapport.audit.queries import Wanted
from rapport.customers.queries import customer_by_key
from rapport.kit.errors import Invalid

if TYPE_CHECKING:
    from django.http import QueryDict

    from rapport.accounts.models import Programme

PAGE = 100
KINDS = {
    "": "Everything",
    "customer": "A customer's file at the desk",
    "contact": "A contact",
    "list": "A list",
    "search": "A search",
    "recording": "A recording",
    "report": "A report",
    "notes": "Rally Notes",
    "events": "The event log",
    "export": "An export",
    "package": "A person's own data",
    "record": "This record",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """Which looks are asked for, as the form has it."""

    person: str
    customer: str
    what: str
    marked: bool
    start: date | None
    end: date | None
    wanted: Wanted

    def address(self, **changes: object) -> str:
        """Return this list's query with changes."""
        kept: dict[str, object] = {
            "person": self.person,
            "customer": self.customer,
            "what": self.what,
            "marked": "1" if self.marked else "",
            "from": self.start or "",
            "to": self.end or "",
        }
        return "?" + urlencode({key: value for key, value in (kept | changes).items() if value})


def read_asked(programme: Programme, asked: QueryDict) -> Asked:
    """Return what is asked for; Invalid where it cannot be read."""
    try:
        start = date.fromisoformat(first) if (first := asked.get("from", "")) else None
        end = date.fromisoformat(last) if (last := asked.get("to", "")) else None
        before = int(cursor) if (cursor := asked.get("before", "")) else None
    except ValueError:
        raise Invalid("The address of this list cannot be read. Write days as 2026-11-21.") from None
    what, person, customer = (
        asked.get("what", ""),
        asked.get("person", "")[:120],
        asked.get("customer", "").strip(),
    )
    if what not in KINDS or any(day and not 1900 < day.year < 2200 for day in (start, end)):
        raise Invalid("The address of this list asks for something there is not.")
    if before is not None and not 0 <= before < 2**63:
        raise Invalid("The address of this list asks for something there is not.")
    wanted = Wanted(
        actor=person,
        customer=_customer(programme, customer) if customer else None,
        what=what,
        marked=bool(asked.get("marked")),
        start=_begin(programme, start) if start else None,
        end=_begin(programme, end + timedelta(days=1)) if end else None,
        before=before,
    )
    return Asked(person, customer[:80], what, wanted.marked, start, end, wanted)


def _begin(programme: Programme, day: date) -> datetime:
    return datetime.combine(day, time(), programme.zone)


def _customer(programme: Programme, told: str) -> UUID:
    """Return the public id of a customer named by it, or by the partner's key; a name of nobody finds nothing."""
    try:
        return UUID(told)
    except ValueError:
        found = customer_by_key(programme, told[:100])
        return found.public_id if found else UUID(int=0)
