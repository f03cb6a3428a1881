"""Every write of the ledger. Each takes the programme's turn, so that what is judged is all there is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction

from rapport.events.actions import News, announce, announce_all
from rapport.kit import clock
from rapport.kit.errors import Conflict, Invalid, NotFound
from rapport.kit.often import OneOf
from rapport.kit.turns import Turn, take_turns
from rapport.ledger import books
from rapport.ledger.events import AccountsHeard, LedgerClaimed, LedgerTermsSet, LedgerVoided
from rapport.ledger.judging import Speaks, State, Status, matures_at
from rapport.ledger.models import Account, Claim, Terms

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

VOID_REASONS = {"test": "It was a test", "duplicate": "It was counted twice", "no_wish": "Nobody wanted to leave"}
ACCOUNTS = """
INSERT INTO ledger_account (programme_id, customer_id, holding)
SELECT DISTINCT %(programme)s, told.customer, told.holding
FROM unnest(%(customers)s::bigint[], %(holdings)s::text[]) AS told (customer, holding)
ON CONFLICT (customer_id, holding) DO NOTHING
"""
FACTS = """
INSERT INTO ledger_accountfact (programme_id, account_id, as_of, sequence, status, since, heard_at)
SELECT %(programme)s, account.id, told.as_of, told.sequence, told.status, told.since, %(now)s
FROM unnest(%(customers)s::bigint[], %(holdings)s::text[], %(as_of)s::timestamptz[], %(status)s::text[],
    %(sequence)s::int[], %(since)s::timestamptz[]) AS told (customer, holding, as_of, status, sequence, since)
JOIN ledger_account AS account ON account.customer_id = told.customer AND account.holding = told.holding
ON CONFLICT DO NOTHING
RETURNING account_id
"""


@dataclass(frozen=True, slots=True)
class Save:
    """A save as somebody tells of it: ``attempt`` is the id of the wish to leave, and makes it one claim only.

    ``customer`` and ``rep`` are the ids of rows, ``contact`` a public id, the others keys. ``cost`` is in minor
    units of ``currency``.
    """

    attempt: UUID
    customer: int
    made_at: datetime
    holding: str = ""
    contact: UUID | None = None
    rep: int | None = None
    rep_key: str = ""
    team: str = ""
    product: str = ""
    reason: str = ""
    detail: str = ""
    offer: str = ""
    offer_version: int | None = None
    rebuttals: Sequence[str] = field(default=())
    guide: str = ""
    guide_version: int | None = None
    segment: str = ""
    seller: str = ""
    selling_team: str = ""
    channel: str = ""
    is_control: bool = False
    cost: int = 0
    currency: str = ""


SPLITS = (
    "contact",
    "team",
    "product",
    "reason",
    "detail",
    "offer",
    "offer_version",
    "guide",
    "guide_version",
    "segment",
    "seller",
    "selling_team",
    "channel",
    "is_control",
    "cost",
    "currency",
    "made_at",
)


class Word(NamedTuple):
    """The partner's word on what a customer has; ``customer`` is the id of the row."""

    customer: int
    holding: str
    as_of: datetime
    status: Status
    sequence: int = 0
    since: datetime | None = None


@transaction.atomic
def set_terms(*, programme: Programme, days: int, speaks: str, actor: str) -> Terms:
    """Set after how many days claims made from now on mature, and how the partner's feed speaks."""
    if not 1 <= days <= 730:
        raise Invalid("Claims mature after 1 to 730 days.")
    if speaks not in list(Speaks):
        raise Invalid(
            f"A feed of accounts speaks of all accounts each time, or of changes: {' or '.join(Speaks)}."
        )
    take_turns(Turn.LEDGER, programme.pk)
    terms, _ = Terms.objects.update_or_create(programme=programme, defaults={"days": days, "speaks": speaks})
    announce(LedgerTermsSet(days, speaks), programme=programme, subject=programme.public_id, actor=actor)
    _judge_open(programme, actor=actor)
    return terms


@transaction.atomic
def claim(*, programme: Programme, saves: Iterable[Save], actor: str, audience: Sequence[str] = ()) -> int:
    """Enter saves into the ledger, each once however often it is told of; return how many were new.

    They may be of any time: a claim of the past is at once what the facts that are there make of it. ``audience``
    names the live channels that hear of it.
    """
    told = {save.attempt: save for save in saves}
    take_turns(Turn.LEDGER, programme.pk)
    there = Claim.objects.filter(programme=programme, attempt__in=list(told)).values_list("attempt", flat=True)
    for attempt in there:
        del told[attempt]
    if not told:
        return 0
    accounts = _ensure_accounts(programme, {(save.customer, save.holding) for save in told.values()})
    terms = books.terms_of(programme)
    made = [
        _claim(programme, save, accounts[save.customer, save.holding], terms)
        for save in sorted(told.values(), key=lambda save: save.made_at)
    ]
    Claim.objects.bulk_create(made, batch_size=2000)
    books.open_entries([one.pk for one in made])
    news = [News(_claimed(one, told[one.attempt]), one.public_id, audience) for one in made]
    announce_all(news, programme=programme, actor=actor)
    books.judge_accounts(programme, {one.account_id for one in made}, actor=actor)
    return len(made)


@transaction.atomic
def hear(*, programme: Programme, words: Sequence[Word], actor: str) -> int:
    """Keep the partner's word on accounts, and judge the claims it is about anew; return how many were new."""
    take_turns(Turn.LEDGER, programme.pk)
    _open_accounts(programme, {(word.customer, word.holding) for word in words})
    values: dict[str, Any] = {
        "programme": programme.pk,
        "now": clock.now(),
        "customers": [word.customer for word in words],
        "holdings": [word.holding for word in words],
        "as_of": [word.as_of for word in words],
        "status": [str(word.status) for word in words],
        "sequence": [word.sequence for word in words],
        "since": [word.since for word in words],
    }
    with connection.cursor() as cursor:
        cursor.execute(FACTS, values)
        touched = [int(row[0]) for row in cursor.fetchall()]
    heard(programme=programme, facts=len(words), touched=touched, actor=actor)
    return len(touched)


def heard(*, programme: Programme, facts: int, touched: Sequence[int], actor: str) -> None:
    """Tell the log that facts were kept, and judge the claims of the accounts that had new ones."""
    if not touched:
        return
    happening = AccountsHeard(facts, len(touched))
    announce(happening, programme=programme, subject=programme.public_id, actor=actor)
    books.judge_accounts(programme, touched, actor=actor)
    if books.terms_of(programme).speaks == Speaks.CHANGES:  # it vouches for those it is silent about
        _judge_open(programme, actor=actor)


@transaction.atomic
def judge_due(*, programme: Programme, actor: str = "system") -> int:
    """Judge the claims whose day has come, and that no word has settled yet; return how many moved."""
    take_turns(Turn.LEDGER, programme.pk)
    return _judge_open(programme, actor=actor)


@transaction.atomic
def void(*, programme: Programme, claim: UUID, reason: str, actor: str) -> Claim:
    """Take a claim out of the count for good; ``reason`` is a key of VOID_REASONS."""
    if reason not in VOID_REASONS:
        raise Invalid(f"A claim is void because of {', '.join(VOID_REASONS)}.")
    take_turns(Turn.LEDGER, programme.pk)
    found = Claim.objects.filter(programme=programme, public_id=claim).first()
    if found is None:
        raise NotFound("There is no such claim.")
    if found.voided_for:
        raise Conflict("This claim is void already.")
    Claim.objects.filter(pk=found.pk).update(voided_for=reason)
    announce(LedgerVoided(str(claim), reason), programme=programme, subject=claim, actor=actor)
    books.judge_accounts(programme, [found.account_id], actor=actor)
    found.refresh_from_db()
    return found


def _judge_open(programme: Programme, *, actor: str) -> int:
    due = Claim.objects.filter(programme=programme, state=State.PROVISIONAL, matures_at__lte=clock.now())
    return books.judge_accounts(programme, due.values_list("account", flat=True), actor=actor)


def _open_accounts(programme: Programme, wanted: Iterable[tuple[int, str]]) -> None:
    pairs = sorted(wanted)
    customers, holdings = [customer for customer, _ in pairs], [holding for _, holding in pairs]
    books.run(ACCOUNTS, programme=programme.pk, customers=customers, holdings=holdings)


def _ensure_accounts(programme: Programme, wanted: Iterable[tuple[int, str]]) -> dict[tuple[int, str], int]:
    pairs = set(wanted)
    _open_accounts(programme, pairs)
    found = Account.objects.filter(OneOf("customer_id", {customer for customer, _ in pairs}), programme=programme)
    return {(row[0], row[1]): row[2] for row in found.values_list("customer_id", "holding", "id")}


def _claim(programme: Programme, save: Save, account: int, terms: Terms) -> Claim:
    told: dict[str, Any] = {name: getattr(save, name) for name in SPLITS}
    return Claim(
        programme=programme,
        attempt=save.attempt,
        account_id=account,
        rep_id=save.rep,
        rebuttals=list(save.rebuttals),
        made_on=save.made_at.astimezone(programme.zone).date(),
        matures_at=matures_at(save.made_at, terms.days, programme.zone),
        state_at=save.made_at,
        **told,
    )


def _claimed(made: Claim, save: Save) -> LedgerClaimed:
    told: dict[str, Any] = {name: getattr(save, name) for name in SPLITS if name not in ("contact", "made_at")}
    return LedgerClaimed(
        claim=str(made.public_id),
        attempt=str(made.attempt),
        contact=str(save.contact) if save.contact else None,
        rep=save.rep_key,
        rebuttals=list(save.rebuttals),
        made_at=made.made_at.isoformat(),
        made_on=made.made_on.isoformat(),
        matures_at=made.matures_at.isoformat(),
        **told,
    )
