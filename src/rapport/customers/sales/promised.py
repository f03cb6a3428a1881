"""What a sale promised, brought to what its latest row tells."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from rapport.customers.events import PromiseReopened, PromiseSettled
from rapport.customers.promises.actions import made, set_due
from rapport.customers.promises.due import due, noon
from rapport.customers.promises.keepers import PARTNER
from rapport.customers.promises.models import Evidence, Promise, Promiser, State
from rapport.customers.sales.models import Sale
from rapport.customers.sales.records import PromisedRecord
from rapport.events.actions import News
from rapport.kit import clock

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

WRITTEN = (
    "customer",
    "product",
    "made_at",
    "what",
    "kind",
    "due_on",
    "due_by",
    "has_time",
    "state",
    "settled_at",
    "evidence",
)
NO_DAY = timedelta(days=30)
"""After the sale, a promise for which no day was told is due."""


def tell_promises(programme: Programme, told: Sequence[tuple[Sale, Sequence[PromisedRecord]]]) -> list[News]:
    """Make and change the promises of locked sales; return what is to be announced.

    What a row does not tell of any more is withdrawn. What somebody here settled stays as they said.
    """
    there: dict[int | None, dict[int | None, Promise]] = defaultdict(dict)
    sales = [sale for sale, _ in told]
    for one in Promise.objects.select_for_update().filter(sale__in=sales).order_by("pk"):
        there[one.sale_id][one.number] = one
    news: list[News] = []
    new: list[Promise] = []
    known = [one for of_sale in there.values() for one in of_sale.values()]
    for sale, records in told:
        mine = there[sale.pk]
        for number, record in enumerate(records, start=1):
            promise = mine.pop(number, None) or _new(sale, number)
            if promise.pk is None:
                new.append(promise)
            news += _tell(programme, sale, record, promise)
        for promise in mine.values():
            promise.customer = sale.customer
            news += _came_to(programme, promise, State.WITHDRAWN, None)
    Promise.objects.bulk_create(new)
    Promise.objects.bulk_update(known, WRITTEN, batch_size=500)
    return news


def _new(sale: Sale, number: int) -> Promise:
    return Promise(programme=sale.programme, sale=sale, number=number, by=Promiser.SELLER)


def _tell(programme: Programme, sale: Sale, record: PromisedRecord, promise: Promise) -> list[News]:
    promise.customer, promise.product = sale.customer, sale.product
    promise.made_at = noon(programme, sale.sold_on)
    if _is_feeds(promise):
        promise.what, promise.kind = record.what, record.kind
        set_due(promise, due(programme, record.due_on or sale.sold_on + NO_DAY))
    news: list[News] = [News(made(promise, PARTNER), sale.customer.public_id)] if promise.pk is None else []
    if record.kept_on is None:
        return news + _came_to(programme, promise, State.OPEN, None)
    state = State.LATE if record.kept_on > promise.due_on else State.KEPT
    return news + _came_to(programme, promise, state, record.kept_on)


def _is_feeds(promise: Promise) -> bool:
    """Say whether nobody but the feed has said what became of it."""
    return promise.state == State.OPEN or promise.evidence == Evidence.FEED


def _came_to(programme: Programme, promise: Promise, state: State, kept_on: date | None) -> list[News]:
    if not _is_feeds(promise):
        return []
    was, promise.state = promise.state, state
    if state == State.OPEN:
        promise.settled_at, promise.evidence = None, ""
    else:
        promise.evidence = Evidence.FEED
        promise.settled_at = noon(programme, kept_on) if kept_on else clock.now()
    if was == state:
        return []
    told = (
        PromiseReopened(promise=str(promise.public_id))
        if state == State.OPEN
        else PromiseSettled(promise=str(promise.public_id), state=state, evidence=Evidence.FEED)
    )
    return [News(told, promise.customer.public_id)]
