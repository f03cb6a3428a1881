"""A rep's own claims of saves: what was claimed, what stuck, what did not and why. Nobody else's by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from rapport.accounts.names import Names
from rapport.insight import queries
from rapport.insight.claims import TONES
from rapport.insight.figures import Figure, FigureRow, Group, quotient
from rapport.insight.keeping import Share, share
from rapport.insight.names import name_of, names_of
from rapport.insight.statement import LOST, after
from rapport.kit import clock
from rapport.ledger.actions import VOID_REASONS
from rapport.ledger.judging import State
from rapport.ledger.queries import claims_of

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme
    from rapport.ledger.models import Claim

MONTHS = 6
STICKS = {"offer": "stick_60", "rebuttal": "rebuttal_stick"}
"""What may have helped, with the metric that says whether it did."""
NOBODY = Names(hidden=True, by_agent={}, by_member={})


@dataclass(frozen=True, slots=True)
class Month:
    """The claims made in a month, and how many of any month matured in it."""

    first: date
    claimed: int
    stick: Figure
    verified: int

    @property
    def reversed(self) -> int:
        """How many did not stick."""
        return int((self.stick.denominator or 0) - self.stick.numerator)


@dataclass(frozen=True, slots=True)
class Helped:
    """What was said or offered: the rep's own stick with it, and that of all."""

    name: str
    claimed: int
    own: Share
    all: Share


@dataclass(frozen=True, slots=True)
class Own:
    """All that a rep is shown of the months back to the first."""

    claimed: int
    stick: Share
    everybody: Share
    months: list[Month]
    helped: dict[str, list[Helped]]


@dataclass(frozen=True, slots=True)
class OwnClaim:
    """One claim with what became of it, in words."""

    claim: Claim
    reason: str
    rebuttals: list[str]
    offer: str
    words: str
    tone: str
    matures_on: date


def months_back(programme: Programme) -> list[date]:
    """Return the first days of this month and those before it, the latest first."""
    found = [clock.now().astimezone(programme.zone).date().replace(day=1)]
    while len(found) < MONTHS:
        found.append((found[-1] - timedelta(days=1)).replace(day=1))
    return found


def own_saves(member: Member) -> Own:
    """Return what the member claimed in the last months and what became of it, as the metrics count it."""
    programme, months = member.programme, months_back(member.programme)
    start, end = months[-1], after(months[0]) - timedelta(days=1)
    keys = ("saves_claimed", "saves_verified", *STICKS.values())
    splits = [(by,) for by in STICKS]
    found = queries.cuts(programme, keys, start, end, [(), *splits])
    mine = queries.cuts(programme, keys, start, end, [(), ("day",), *splits], rep=member.agent_id)
    total = next(iter(mine[()]), None)
    return Own(
        claimed=int(total["saves_claimed"].numerator) if total else 0,
        stick=share(total["stick_60"] if total else quotient(0, 0, 0)),
        everybody=share(found[()][0]["stick_60"]),
        months=[_month(first, mine["day",]) for first in months],
        helped={by: _helped(programme, by, mine[by,], found[by,]) for by in STICKS},
    )


def _month(first: date, days: Sequence[FigureRow]) -> Month:
    rows = [row for row in days if isinstance(day := row.group["day"], date) and day.replace(day=1) == first]
    sticks = [row["stick_60"] for row in rows]
    return Month(
        first,
        claimed=int(sum(row["saves_claimed"].numerator for row in rows)),
        stick=quotient(
            sum(one.numerator for one in sticks),
            sum(one.denominator or 0 for one in sticks),
            sum(one.cohort or 0 for one in sticks),
        ),
        verified=int(sum(row["saves_verified"].numerator for row in rows)),
    )


def _helped(programme: Programme, by: str, mine: Sequence[FigureRow], all_: Sequence[FigureRow]) -> list[Helped]:
    """Return the groups by how often the rep had them: few of one's own say nothing of which is better."""
    stick, names = STICKS[by], names_of(programme, by, NOBODY)
    everybody: dict[Group, FigureRow] = {row.group[by]: row for row in all_}
    rows = [row for row in mine if row[stick].cohort]
    rows.sort(key=lambda row: (row.group[by] is None, -(row[stick].cohort or 0), str(row.group[by])))
    return [
        Helped(
            name_of(names, by, row.group[by]),
            int(row[stick].cohort or 0),
            share(row[stick]),
            share(everybody[row.group[by]][stick]),
        )
        for row in rows
    ]


def claims_in(member: Member, month: date) -> list[OwnClaim]:
    """Return the claims that the member made in a month, the latest first."""
    programme = member.programme
    found = claims_of(programme, month, after(month) - timedelta(days=1), rep=member.pk)
    reasons, rebuttals, offers = (
        names_of(programme, by, NOBODY) for by in ("leaving_reason", "rebuttal", "offer")
    )
    return [
        OwnClaim(
            one,
            name_of(reasons, "leaving_reason", one.reason or None),
            [name_of(rebuttals, "rebuttal", used) for used in one.rebuttals],
            name_of(offers, "offer", one.offer or None),
            words_of(one),
            TONES[one.state],
            clock.last_day(one.matures_at, programme.zone),
        )
        for one in found.order_by("-made_at", "-id")
    ]


def words_of(claim: Claim) -> str:
    """Say what became of a claim, and why."""
    match claim.state:
        case State.MATURED:
            return "Matured: still here"
        case State.REVERSED:
            return f"Reversed: {LOST[claim.why].lower()}"
        case State.VOID:
            why = VOID_REASONS.get(claim.voided_for, "was cancelled before the save")
            return f"Void: {why[0].lower()}{why[1:]}"
    return "Not judged yet"
