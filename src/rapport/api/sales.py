"""Sales that a partner's program tells of, with a token that delivers; never with a person's session."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from ninja import Field, Router, Schema

from rapport.accounts.doors import Door, declares
from rapport.accounts.roles import Right
from rapport.api.tokens import token_for
from rapport.customers.promises.kinds import kind_names
from rapport.customers.sales.actions import tell_sales
from rapport.customers.sales.mapping import MOST_PROMISES
from rapport.customers.sales.records import PromisedRecord, SaleRecord, checked
from rapport.feeds import actions as feeds
from rapport.kit.errors import Invalid

router = Router(tags=["Sales"])
MOST = 1000


class PromisedIn(Schema):
    """Something promised with a sale, of a known kind; ``kept_on`` is the day it was kept, where it was."""

    what: str = Field(max_length=300)
    due_on: date | None = None
    kind: str = Field("other", max_length=20)
    kept_on: date | None = None


class SaleIn(Schema):
    """A sale by the partner's keys, as it is at ``as_of`` (now, where that is not told)."""

    key: str = Field(min_length=1, max_length=100)
    customer: str = Field(min_length=1, max_length=100)
    product: str = Field(min_length=1, max_length=100)
    sold_on: date
    holding: str = Field("", max_length=100)
    seller: str = Field("", max_length=100)
    seller_name: str = Field("", max_length=200)
    team: str = Field("", max_length=100)
    channel: str = Field("", max_length=50)
    campaign: str = Field("", max_length=100)
    as_of: datetime | None = None
    promised: list[PromisedIn] = Field([], max_length=MOST_PROMISES)


class SalesIn(Schema):
    """Some sales, in any order."""

    sales: list[SaleIn] = Field(min_length=1, max_length=MOST)


class SalesOut(Schema):
    """What became of them; ``left_out`` are the keys of sales to customers who were erased or are restricted."""

    made: int
    changed: int
    same: int
    stale: int
    left_out: list[str]


@router.post("/programmes/{slug:key}/sales", response=SalesOut, summary="Tell of sales")
@declares(Door("token", (Right.DELIVER_FILES,)))
def post_sales(request: HttpRequest, key: str, told: SalesIn) -> dict[str, Any]:
    """Tell who sold what to whom and what was promised; of each sale the latest ``as_of`` counts.

    Where one cannot be kept, none of them is.
    """
    with token_for(request, key, Right.DELIVER_FILES) as token:
        feeds.require_running(token.programme, "sales")
        kinds = kind_names(token.programme)
        records = [_record(number, one, kinds, token.programme.zone) for number, one in enumerate(told.sales)]
        done = tell_sales(programme=token.programme, records=records, actor=f"token:{token.public_id}")
        feeds.heard(programme=token.programme, feed="sales")
    counts = {name: getattr(done, name) for name in ("made", "changed", "same", "stale")}
    return counts | {"left_out": [record.key for record, _ in done.left_out]}


def _record(number: int, one: SaleIn, kinds: Collection[str], zone: ZoneInfo) -> SaleRecord:
    told = one.model_dump()
    promised = tuple(PromisedRecord(**each) for each in told.pop("promised"))
    if one.as_of is not None and one.as_of.tzinfo is None:
        raise Invalid(f"sales.{number}: as_of has no time zone; write it as 2026-03-31T08:00Z.")
    try:
        return checked(SaleRecord(line=number, promised=promised, **told), kinds, zone)
    except Invalid as fault:
        raise Invalid(f"sales.{number} {fault}.") from fault
