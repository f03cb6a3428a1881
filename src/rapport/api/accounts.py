"""The partner's word on accounts, by which claims of kept customers mature; with a token that delivers."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema

from rapport.accounts.doors import Door, declares
from rapport.accounts.roles import Right
from rapport.api.tokens import token_for
from rapport.customers.queries import rows_by_key
from rapport.feeds import actions as feeds
from rapport.kit.errors import Invalid
from rapport.ledger.actions import Word, hear
from rapport.ledger.importing.mapping import read_mapping
from rapport.ledger.importing.rows import HIGHEST, LONGEST, Reader, WordRecord

router = Router(tags=["Accounts"])
FEED = "accounts"
MOST = 5000
SHOWN = 20


class AccountFactIn(Schema):
    """The partner's word on an account; ``as_of`` and ``since`` are a day (its end counts) or an instant."""

    customer: str = Field(max_length=LONGEST)
    holding: str = Field("", max_length=LONGEST)
    as_of: str = Field(max_length=40)
    status: str = Field(max_length=40)
    sequence: int = Field(0, ge=0, le=HIGHEST)
    since: str = Field("", max_length=40)


class AccountFactsIn(Schema):
    """Some facts, in any order."""

    facts: list[AccountFactIn] = Field(min_length=1, max_length=MOST)


class AccountFactsOut(Schema):
    """How many were new and how many known; ``left_out`` are the places of those about customers not on file."""

    new: int
    known: int
    left_out: list[int]


@router.post("/programmes/{slug:key}/accounts", response=AccountFactsOut, summary="Tell how accounts stand")
@declares(Door("token", (Right.DELIVER_FILES,)))
def post_accounts(request: HttpRequest, key: str, told: AccountFactsIn) -> dict[str, Any]:
    """Tell of accounts whether they are active, paying or cancelled, as of a day; claims mature by it.

    Told again, nothing changes; a later word on the same day has a higher ``sequence``. Where one cannot be read,
    none is kept, and each such one is named by its place, which counts from 0.
    """
    with token_for(request, key, Right.DELIVER_FILES) as token:
        programme = token.programme
        feeds.require_running(programme, FEED)
        records = _records(Reader(read_mapping(None), programme.zone), told)
        customers = rows_by_key(programme, {one.customer for one in records})
        words = [
            Word(customers[one.customer], one.holding, one.as_of, one.status, one.sequence, one.since)
            for one in records
            if one.customer in customers
        ]
        new = hear(programme=programme, words=words, actor=f"token:{token.public_id}")
        feeds.heard(programme=programme, feed=FEED)
    left_out = [place for place, one in enumerate(records) if one.customer not in customers]
    return {"new": new, "known": len(words) - new, "left_out": left_out}


def _records(reader: Reader, told: AccountFactsIn) -> list[WordRecord]:
    records, faults = [], []
    for place, one in enumerate(told.facts):
        try:
            records.append(
                reader.record(place, {name: str(value).strip() for name, value in one.model_dump().items()})
            )
        except Invalid as fault:
            faults.append(f"facts.{place} {fault}")
    if faults:
        more = f"; and {len(faults) - SHOWN} more" if len(faults) > SHOWN else ""
        raise Invalid(f"Nothing was kept: {'; '.join(faults[:SHOWN])}{more}.")
    return records
