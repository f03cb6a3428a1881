"""A claim's life: the words of the partner about its account, its entries in the books, and what moved it when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any

from rapport.events.queries import history_of
from rapport.ledger.judging import Fact, Status, standing
from rapport.ledger.models import AccountFact, Claim, Posting

if TYPE_CHECKING:
    from rapport.accounts.models import Programme


@dataclass(frozen=True, slots=True)
class Heard:
    """The partner's word on the account; whether it stands, and whether the claim's state rests on it."""

    as_of: datetime
    heard_at: datetime
    status: str
    sequence: int
    since: datetime | None
    stands: bool
    is_evidence: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry in the books: out of one account into another, both lines at the same cost in minor units."""

    turn: int
    at: datetime
    out_of: str
    into: str
    cost: int


@dataclass(frozen=True, slots=True)
class Moved:
    """What the log tells of the claim: what it became, why, and the time of the partner's word that did it."""

    at: datetime
    state: str
    why: str
    evidence_at: datetime | None
    actor: str


@dataclass(frozen=True, slots=True)
class Life:
    """All that is known of a claim."""

    claim: Claim
    heard: list[Heard]
    entries: list[Entry]
    moves: list[Moved]
    steps: list[tuple[datetime, str]]
    """The guide's steps that were done on the contact before the save, each by its key."""


def life_of(programme: Programme, claim: Claim) -> Life:
    """Return a claim's life."""
    return Life(claim, _heard(claim), _entries(claim), _moves(programme, claim), _steps(programme, claim))


def _heard(claim: Claim) -> list[Heard]:
    rows = list(AccountFact.objects.filter(account=claim.account_id).order_by("as_of", "heard_at", "pk"))
    facts = [Fact(row.as_of, Status(row.status), row.sequence, row.since) for row in rows]
    stand = set(standing(facts))
    return [
        Heard(
            row.as_of,
            row.heard_at,
            row.status,
            row.sequence,
            row.since,
            fact in stand,
            fact in stand and row.as_of == claim.evidence_at,
        )
        for row, fact in zip(rows, facts, strict=True)
    ]


def _entries(claim: Claim) -> list[Entry]:
    lines = Posting.objects.filter(claim=claim).order_by("turn", "count")
    return [
        Entry(turn, into.at, out.account, into.account, into.cost)
        for turn, (out, into) in ((turn, tuple(pair)) for turn, pair in groupby(lines, key=lambda one: one.turn))
    ]


def _moves(programme: Programme, claim: Claim) -> list[Moved]:
    told = (row for row in history_of(programme, claim.public_id) if row.name == "ledger.moved")
    return [Moved(row.at, row.data["state"], row.data["why"], _at(row.data), row.actor) for row in told]


def _at(data: dict[str, Any]) -> datetime | None:
    return datetime.fromisoformat(data["evidence_at"]) if data["evidence_at"] else None


def _steps(programme: Programme, claim: Claim) -> list[tuple[datetime, str]]:
    if claim.contact is None:
        return []
    done: dict[str, datetime] = {}
    for row in history_of(programme, claim.contact):
        if row.at > claim.made_at:
            break
        if row.name == "guide.ticked":
            done[row.data["step"]] = row.at
        elif row.name == "guide.unticked":
            done.pop(row.data["step"], None)
    return [(at, step) for step, at in done.items()]
