"""Which claims a page asks for, as its address says it; and the addresses of the claims behind a figure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from rapport.insight.names import name_of, names_of
from rapport.insight.queries import bounds
from rapport.insight.state import EARLIEST, LATEST, day_in_words, in_words
from rapport.insight.statement import LOST
from rapport.kit import clock
from rapport.kit.errors import Invalid
from rapport.ledger.judging import State
from rapport.ledger.listing import BY, JUDGED, Booked, Wanted

if TYPE_CHECKING:
    from django.http import QueryDict

    from rapport.accounts.models import Programme
    from rapport.accounts.names import Names
    from rapport.insight.figures import Group

PAGE = 100
BACK = 90  # days that are shown where the address tells none
NOT_KNOWN = "-"
OF = {
    "made": "Made",
    "due": "Come due",
    "opening": "Open at the beginning",
    "entered": "Entered in the books",
    "matured": "Booked as matured",
    "reversed": "Booked as reversed",
    "void": "Booked as void",
    "closing": "Open at the end",
}
BOOKED_AS = {"made": "entered"}
"""A line of a statement's books, and which claims are behind it where that is not the line's own name."""
STATES = {"": "All", **{str(one): one.capitalize() for one in State if one is not State.MADE}}
COMPOUND = {
    "counted": tuple(one for one in State if one not in (State.MADE, State.VOID)),
    "judged": JUDGED,
    "stuck": (State.MATURED,),
}
COMPOUND_WORDS = {"counted": "All but void", "judged": "Judged", "stuck": "Judged, and stuck"}
DIMENSIONS = {"reason": "leaving_reason", "detail": "leaving_detail"}
ASKED_BY = {dimension: name for name, dimension in DIMENSIONS.items()}
"""By what the claims behind a figure are asked for, where it is not called as the figure's split."""
WORDS = {
    "rep": "Rep",
    "team": "Team",
    "reason": "Reason",
    "detail": "Reason in detail",
    "offer": "Offer",
    "offer_version": "Offer and version",
    "product": "Product",
    "rebuttal": "Rebuttal",
    "guide": "Guide",
    "guide_version": "Guide and version",
    "segment": "Segment",
    "seller": "Seller",
    "selling_team": "Selling team",
    "channel": "Channel",
    "why": "What moved it",
}
WHY = {"active": "Stood on its day", **LOST, "voided": "Taken out"}
TONES = {"provisional": "idle", "matured": "good", "reversed": "bad", "void": "off"}


@dataclass(frozen=True, slots=True)
class Asked:
    """Claims that were made, came due or were booked on these local days; of a state; by what they are split by.

    A value of ``by`` is NOT_KNOWN for those of which it is not known; a rep is an agent id, and in addresses what
    the viewer may call them.
    """

    people: Names
    of: str
    start: date
    end: date
    state: str = ""
    by: Mapping[str, str] = field(default_factory=dict)
    before: UUID | None = None

    @property
    def words(self) -> str:
        """The period in words."""
        return in_words(self.start, self.end)

    @property
    def shown(self) -> dict[str, str]:
        """What it is asked for by, as addresses tell it."""
        return {name: self.people.key_of(value) if name == "rep" else value for name, value in self.by.items()}

    def address(self, **changes: str) -> str:
        """Return the query for these claims with changes; a new choice begins at its first page."""
        told = {
            "of": self.of,
            "from": self.start.isoformat(),
            "to": self.end.isoformat(),
            "state": self.state,
            **self.by,
        } | changes
        if told.get("rep"):
            told["rep"] = self.people.key_of(told["rep"])
        return "?" + urlencode({name: value for name, value in told.items() if value})

    def wanted(self, programme: Programme, *, any_state: bool = False) -> Wanted:
        """Return what the ledger is asked for."""
        starts, ends = bounds(programme, self.start, self.end)
        now = clock.now()
        states = () if any_state or not self.state else COMPOUND.get(self.state) or (State(self.state),)
        is_due = self.of == "due"
        is_judged = bool(states) and self.state in ("judged", "stuck")
        return Wanted(
            made=(self.start, self.end) if self.of == "made" else None,
            due=(starts, min(ends, now)) if is_due else None,
            booked=booked_as(self.of, starts, ends),
            states=states,
            judged_by=now if is_judged and not is_due else None,
            by={name: None if value == NOT_KNOWN else value for name, value in self.by.items()},
        )


def booked_as(of: str, starts: datetime, ends: datetime) -> Booked | None:
    """Return the lines that a statement of the books counts under this name; None where it has no such line."""
    if of in ("opening", "closing"):
        return Booked(State.PROVISIONAL, None, starts if of == "opening" else ends)
    if of == "entered":
        return Booked(State.PROVISIONAL, starts, ends, is_first=True)
    return Booked(State(of), starts, ends) if of in ("matured", "reversed", "void") else None


def read_asked(given: QueryDict, programme: Programme, people: Names) -> Asked:
    """Return what an address asks for; Invalid where it cannot be read."""
    today = clock.now().astimezone(programme.zone).date()
    try:
        end = date.fromisoformat(given.get("to") or today.isoformat())
        start = date.fromisoformat(given.get("from") or (end - timedelta(days=BACK)).isoformat())
        before = UUID(last) if (last := given.get("before", "")) else None
    except (ValueError, OverflowError):
        raise Invalid("The address of this list cannot be read. Write days as 2026-11-21.") from None
    start, end = sorted(min(max(day, EARLIEST), LATEST) for day in (start, end))
    of, state = given.get("of") or "made", given.get("state", "")
    if of not in OF or state not in {**STATES, **COMPOUND}:
        raise Invalid("The address of this list asks for something there is not.")
    by = {name: value[:110] for name in BY if name in WORDS and (value := given.get(name, ""))}
    if people.hidden and "rep" in by:
        agents = {called: agent for agent, called in people.by_agent.items()}
        by["rep"] = agents.get(by["rep"], NOT_KNOWN)
    return Asked(people, of, start, end, state, by, before)


def behind(asked: Asked, name: str) -> Callable[[Group, str], str]:
    """Return what gives the address of a group's claims in a state: those that a figure by ``name`` counts."""

    def address(group: Group, state: str) -> str:
        return asked.address(state=state, **{name: NOT_KNOWN if group is None else str(group)})

    return address


def last_day(instant: datetime, zone: str) -> str:
    """Return the local day that an instant ends or lies in, in words."""
    return day_in_words(clock.last_day(instant, ZoneInfo(zone)))


class Called:
    """What is shown for the keys that claims are split by; people as the viewer may call them."""

    def __init__(self, programme: Programme, people: Names) -> None:
        self._programme, self._people = programme, people
        self._names = cache(lambda dimension: names_of(programme, dimension, people))

    def __call__(self, by: str, value: str | None) -> str:
        """Return what a value is called."""
        known = None if value in (None, "", NOT_KNOWN) else value
        if by == "why":
            return WHY.get(known or "", "")
        if by == "rep" and known is not None:
            return self._people.of_agent(known)
        dimension = DIMENSIONS.get(by, by)
        return name_of(self._names(dimension), dimension, known)
