"""What this module announces; the subject of a claim's events is the claim."""

from dataclasses import dataclass
from typing import ClassVar

from rapport.events.kinds import Code


@dataclass(frozen=True)
class LedgerClaimed:
    """Somebody says that they kept a customer; all that the claim is split by. Amounts are in minor units."""

    name: ClassVar[str] = "ledger.claimed"
    claim: Code
    attempt: Code
    contact: Code | None
    rep: Code
    team: Code
    product: Code
    reason: Code
    detail: Code
    offer: Code
    offer_version: int | None
    rebuttals: list[Code]
    guide: Code
    guide_version: int | None
    segment: Code
    seller: Code
    selling_team: Code
    channel: Code
    is_control: bool
    cost: int
    currency: Code
    made_at: Code
    made_on: Code
    matures_at: Code


@dataclass(frozen=True)
class LedgerMoved:
    """A claim has another state, or the same on other evidence: ``turn`` counts its entries in the books.

    ``why`` is the partner's word (a status), ``saved_again`` or ``voided``; ``evidence_at`` the time of that word;
    ``state_at`` since when it holds; ``days`` how long the customer is known to have stayed.
    """

    name: ClassVar[str] = "ledger.moved"
    claim: Code
    was: Code
    state: Code
    why: Code
    evidence_at: Code | None
    state_at: Code
    days: int
    turn: int


@dataclass(frozen=True)
class LedgerVoided:
    """Somebody took a claim out of the count: a test, a duplicate. Why is a code."""

    name: ClassVar[str] = "ledger.voided"
    claim: Code
    reason: Code


@dataclass(frozen=True)
class LedgerTermsSet:
    """The programme's terms of maturity were set. Subject: the programme."""

    name: ClassVar[str] = "ledger.terms_set"
    days: int
    speaks: Code


@dataclass(frozen=True)
class AccountsHeard:
    """The partner's word on accounts came in: how many facts, how many of them new. Subject: the programme."""

    name: ClassVar[str] = "ledger.accounts_heard"
    facts: int
    new: int
