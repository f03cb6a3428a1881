"""What a claim's state is, by the partner's facts and the time. Pure: no database, no clock of its own.

The rules, which docs/explanation/stick-ledger.md gives in words:

- Of several facts as of one moment the one with the highest sequence stands; of those that contradict each other
  under one sequence, the one that speaks most against the claim.
- Cancelled before the save: void. There was nothing left to save.
- Cancelled, charged back, a complaint upheld or saved again before the claim matures: reversed for good.
- Not paying or set to cancel: reversed as long as nothing better is heard, and on the day it matures for good.
- Otherwise it matures once the partner has spoken of the account on that day or later. Its first word then
  decides, unless it says that something happened since a later time. Without that word the claim waits.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

DAYS = 60


class State(StrEnum):
    """What a claim is worth; also the accounts of the books, of which ``MADE`` is where all come from."""

    MADE = "made"
    PROVISIONAL = "provisional"
    MATURED = "matured"
    REVERSED = "reversed"
    VOID = "void"


class Status(StrEnum):
    """What the partner says of an account, from best to worst for the claim."""

    ACTIVE = "active"
    NOT_PAYING = "not_paying"
    SET_TO_CANCEL = "set_to_cancel"
    CHARGED_BACK = "charged_back"
    COMPLAINT_UPHELD = "complaint_upheld"
    CANCELLED = "cancelled"

    @property
    def rank(self) -> int:
        """How much it speaks against a claim."""
        return RANKS[self]


RANKS = {status: rank for rank, status in enumerate(Status)}
FOR_GOOD = frozenset({Status.CHARGED_BACK, Status.COMPLAINT_UPHELD, Status.CANCELLED})
"""What reverses a claim whatever comes after."""
SAVED_AGAIN = "saved_again"
VOIDED = "voided"


class Speaks(StrEnum):
    """How the partner's feed speaks: of every account each time, or of those only that changed."""

    EACH = "each"
    CHANGES = "changes"


@dataclass(frozen=True, slots=True)
class Fact:
    """The partner's word on an account: so it was at ``as_of``, and, where it says so, since ``since``."""

    as_of: datetime
    status: Status
    sequence: int = 0
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Claimed:
    """What is judged. ``again_at``: when the same account was saved once more, the first time after this."""

    made_at: datetime
    matures_at: datetime
    is_voided: bool = False
    again_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """A claim's state, from when on, why, and the partner's word it rests on (None: on no word)."""

    state: State
    at: datetime
    why: str
    evidence_at: datetime | None = None
    known_until: datetime | None = None
    """Until when we know that the customer was there: the end of what is followed."""


def matures_at(made_at: datetime, days: int, zone: ZoneInfo) -> datetime:
    """Return the end of the local day that is so many days after the one on which the claim was made."""
    return end_of(made_at.astimezone(zone).date() + timedelta(days=days), zone)


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """Return the end of a local day, which is when a fact as of that day holds."""
    return datetime.combine(day + timedelta(days=1), time(), zone)


def standing(facts: Iterable[Fact]) -> list[Fact]:
    """Return the facts that stand, one for each moment, in the order of time."""
    found: dict[datetime, Fact] = {}
    for fact in facts:
        there = found.get(fact.as_of)
        if there is None or _weight(fact) > _weight(there):
            found[fact.as_of] = fact
    return [found[moment] for moment in sorted(found)]


def _weight(fact: Fact) -> tuple[int, int, float, bool]:
    since = fact.since or fact.as_of
    return fact.sequence, fact.status.rank, -since.timestamp(), fact.since is None


def judge(
    claim: Claimed,
    facts: Iterable[Fact],
    *,
    now: datetime,
    speaks: Speaks = Speaks.EACH,
    heard_until: datetime | None = None,
) -> Verdict:
    """Return what a claim is at ``now``, by all facts about its account in any order.

    ``heard_until`` is the latest moment that the partner's feed spoke of, for a feed that tells changes only.
    """
    told = standing(facts)
    if claim.is_voided:
        return Verdict(State.VOID, claim.made_at, VOIDED)
    if gone := _gone_before(claim, told):
        return Verdict(State.VOID, claim.made_at, gone.status, gone.as_of)
    verdict = _followed(claim, [fact for fact in told if fact.as_of > claim.made_at], speaks)
    if verdict.state is State.PROVISIONAL and speaks is Speaks.CHANGES and told and heard_until is not None:
        known = min(heard_until, claim.matures_at)
        verdict = replace(verdict, known_until=max(known, claim.made_at))
        if heard_until >= claim.matures_at:
            verdict = _matured(claim, heard_until)
    if verdict.state is State.MATURED and now < claim.matures_at:
        return replace(verdict, state=State.PROVISIONAL, at=claim.made_at, why="claimed", evidence_at=None)
    return verdict


def _gone_before(claim: Claimed, told: Sequence[Fact]) -> Fact | None:
    """Return the word that the account was cancelled before the save; None where nothing says so."""
    before = [fact for fact in told if fact.as_of <= claim.made_at]
    if before and before[-1].status is Status.CANCELLED:
        return before[-1]
    for fact in told:
        if fact.status is Status.CANCELLED and fact.since is not None and fact.since <= claim.made_at < fact.as_of:
            return fact
    return None


def _followed(claim: Claimed, later: Sequence[Fact], speaks: Speaks) -> Verdict:
    """Walk through what was heard after the save, until it is decided or there is no more."""
    bad: Fact | None = None
    good_until = claim.made_at
    again = claim.again_at if claim.again_at is not None and claim.again_at < claim.matures_at else None
    for fact in later:
        if again is not None and fact.as_of > again:
            break  # saved again: what comes after is about the later claim
        if _stood(claim, fact, speaks):
            return _matured(claim, fact.as_of)
        if fact.status is Status.ACTIVE:
            bad, good_until = None, fact.as_of
            continue
        bad = bad or fact
        if fact.status in FOR_GOOD or fact.as_of >= claim.matures_at:
            return _reversed(claim, bad)
    if bad is not None:
        return _reversed(claim, bad)
    if again is not None:
        return Verdict(State.REVERSED, again, SAVED_AGAIN, again, again)
    return Verdict(State.PROVISIONAL, claim.made_at, "claimed", None, min(good_until, claim.matures_at))


def _stood(claim: Claimed, fact: Fact, speaks: Speaks) -> bool:
    """Say whether this word tells that the claim stood on the day it matured."""
    if fact.as_of < claim.matures_at:
        return False
    if fact.status is Status.ACTIVE:
        return True
    since = fact.since or (fact.as_of if speaks is Speaks.CHANGES else None)
    return since is not None and since > claim.matures_at


def _matured(claim: Claimed, evidence_at: datetime) -> Verdict:
    return Verdict(State.MATURED, claim.matures_at, Status.ACTIVE, evidence_at, claim.matures_at)


def _reversed(claim: Claimed, fact: Fact) -> Verdict:
    at = fact.since if fact.since is not None and fact.since > claim.made_at else fact.as_of
    at = min(at, fact.as_of, claim.matures_at)
    return Verdict(State.REVERSED, at, fact.status, fact.as_of, at)
