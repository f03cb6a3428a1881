"""What the pages show: people with the state of their clearance, and the matrix of roles and rights."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from rapport.accounts import clearance
from rapport.accounts.arrivals import with_second_factor
from rapport.accounts.clearance import Arrival, Condition, Lapse
from rapport.accounts.queries import members_of
from rapport.accounts.roles import FOR_TOKENS, MEANS, RIGHTS, Right, Role
from rapport.kit import clock

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rapport.accounts.models import Member, Programme

SOON = timedelta(days=14)
SHORT = {
    Condition.SCREENING: "screening",
    Condition.AGREEMENT: "agreement",
    Condition.SECOND_FACTOR: "second factor",
    Condition.HOURS: "outside hours",
}


THEIR = {
    Condition.SCREENING: "Their background screening has not been passed, or has run out.",
    Condition.SECOND_FACTOR: "They have no second factor, and this programme asks for one at sign-in.",
    Condition.HOURS: "It is outside the hours in which they may work here.",
}


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Somebody with a place, what keeps them out now, and until when time lets them in."""

    place: Member
    lapses: list[Lapse]
    until: datetime | None
    has_second_factor: bool

    @property
    def lacking(self) -> str:
        """What keeps them out, in few words."""
        return ", ".join(dict.fromkeys(SHORT[lapse.condition] for lapse in self.lapses))

    @property
    def sentences(self) -> list[str]:
        """What keeps them out, told to a colleague."""
        told = dict.fromkeys(THEIR[lapse.condition] for lapse in self.lapses if lapse.condition in THEIR)
        asked = self.place.programme.required_agreements
        unsigned = [f"They have not signed “{name}”." for name in asked if not self.place.agreements.get(name)]
        return [*told, *(unsigned if self.lapses else [])]

    @property
    def tone(self) -> str:
        """How the state is coloured; being outside hours is no fault."""
        if not self.place.is_active:
            return "off"
        if not self.lapses:
            return "warn" if self.ends_soon else "good"
        return "idle" if {lapse.condition for lapse in self.lapses} == {Condition.HOURS} else "bad"

    @property
    def ends_soon(self) -> date | None:
        """The last day of their screening or an agreement, where that is within two weeks."""
        last = clearance.last_day(self.place)
        soon = (clock.now() + SOON).astimezone(self.place.programme.zone).date()
        return last if last and last <= soon else None


@dataclass(frozen=True, slots=True)
class Cell:
    """What a role may on this programme, and whether that is as the code says it."""

    role: Role
    has: bool
    change: str  # "", granted, denied

    @property
    def words(self) -> str:
        """The cell in words."""
        return ("yes" if self.has else "no") + (f", {self.change} here" if self.change else "")


@dataclass(frozen=True, slots=True)
class RightRow:
    """A right, what it means, and who has it."""

    right: Right
    means: str
    cells: list[Cell]
    for_tokens: bool


def rows_of(programme: Programme, *, find: str = "") -> list[PersonRow]:
    """Return everyone with a place on the programme, or whom ``find`` fits; whose place has ended comes last."""
    members = [member for member in members_of(programme) if _fits(member, find.casefold())]
    return sorted(_rows(members), key=lambda row: (not row.place.is_active, row.place.name))


def _fits(member: Member, words: str) -> bool:
    team = member.team.name if member.team else ""
    told = (member.name, member.user.username, Role(member.role).words, team)
    return any(words in one.casefold() for one in told)


def row_of(place: Member) -> PersonRow:
    """Return one person."""
    return _rows([place])[0]


def _rows(members: Iterable[Member]) -> list[PersonRow]:
    listed, now = list(members), clock.now()
    factors = with_second_factor(member.user_id for member in listed)
    rows = []
    for member in listed:
        has = member.user_id in factors
        found = clearance.lapses(member, now=now, arrival=Arrival("", has_second_factor=has))
        kept = [lapse for lapse in found if lapse.condition != Condition.NETWORK]
        rows.append(PersonRow(member, kept, clearance.until(member, now), has))
    return rows


def matrix_of(programme: Programme) -> list[RightRow]:
    """Return every right with every role, as the programme adjusts them."""
    changes = {(one.role, one.right): one.granted for one in programme.role_changes if one.role}
    rows = []
    for right in Right:
        cells = []
        for role in Role:
            granted = changes.get((role.value, right.value))
            has = right in RIGHTS[role] if granted is None else granted
            cells.append(Cell(role, has, "" if granted is None else "granted" if granted else "denied"))
        rows.append(RightRow(right, MEANS[right], cells, right in FOR_TOKENS))
    return rows
