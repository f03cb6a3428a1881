"""How long each kind of data is kept, and letting go what has been kept long enough.

The work is done in batches, each a transaction of its own inside its programme's wall: killed at any point, the
next night goes on where it stopped, since what was let go is not found again. Facts and figures stay as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Model, QuerySet

from rapport.contacts.queries import customers_heard_since
from rapport.customers.queries import erased_since, idle_since
from rapport.events.actions import announce
from rapport.feeds.actions import forget_kept
from rapport.feeds.queries import kept_before
from rapport.kit import clock
from rapport.kit.errors import Invalid
from rapport.kit.walls import inside
from rapport.privacy import actions, events
from rapport.privacy.catalogue import LEAST, SUGGESTED, everything, subject_of
from rapport.privacy.models import Period
from rapport.privacy.queries import held_customers

if TYPE_CHECKING:
    from collections.abc import Callable

    from rapport.accounts.models import Programme
    from rapport.customers.models import Customer
    from rapport.kit.personal import Kept

BATCH = 500
CUSTOMERS_AT_ONCE = 20
WHOLE_FILE = "customer_file"
FEED_FILES = "feed_files"
SWEPT_FOR = timedelta(days=3)
DAYS_A_MONTH = 30.4375


@dataclass(frozen=True, slots=True)
class Rule:
    """A period of a programme: what falls under it, how long it is kept, and what would go tonight."""

    kind: str
    words: str
    suggested: int
    months: int
    """0: until erasure."""
    would_go: int
    last_run_at: datetime | None
    last_rows: int


def rules_of(programme: Programme) -> list[Rule]:
    """Return every period the programme has or could have, with what would go tonight."""
    there = {one.kind: one for one in Period.objects.filter(programme=programme)}
    return [_rule(programme, kind, there.get(kind)) for kind in SUGGESTED]


def _rule(programme: Programme, kind: str, period: Period | None) -> Rule:
    words, suggested = SUGGESTED[kind]
    if period is None:
        return Rule(kind, words, suggested, 0, 0, None, 0)
    return Rule(
        kind, words, suggested, period.months, would_go(programme, kind, period.months),
        period.last_run_at, period.last_rows,
    )  # fmt: skip


def would_go(programme: Programme, kind: str, months: int) -> int:
    """Return how many rows (customers of the whole file, files of feeds) would go tonight with this period."""
    instant = _instant(months)
    if kind == WHOLE_FILE:
        return _idle(programme, instant).count()
    if kind == FEED_FILES:
        return kept_before(programme, instant).count()
    return sum(rows.count() for _, rows in _due(programme, kind, instant))


@transaction.atomic
def set_period(*, programme: Programme, kind: str, months: int, actor: str) -> None:
    """Say how many months a kind of data is kept; 0 is until erasure."""
    if kind not in SUGGESTED:
        raise Invalid(f"{kind!r} is not a kind of data that is kept for a period.")
    if not 0 <= months <= 600:
        raise Invalid("Keep data for 1 to 600 months, or 0 for: until it is erased.")
    if 0 < months < (least := LEAST.get(kind, 0)):
        raise Invalid(f"The law asks for this to be kept for {least} months at least.")
    before = Period.objects.select_for_update().filter(programme=programme, kind=kind).first()
    was = before.months if before else 0
    if was == months:
        return
    if months:
        Period.objects.update_or_create(programme=programme, kind=kind, defaults={"months": months})
    elif before is not None:
        before.delete()
    changed = events.PeriodChanged(kind=kind, before=was, months=months)
    announce(changed, programme=programme, subject=programme.public_id, actor=actor)


def apply(programme: Programme) -> dict[str, int]:
    """Let go all of the programme whose period has passed; return how many rows of each kind.

    Called outside a transaction: each batch is one, inside the programme's wall.
    """
    with inside(programme.pk):
        months = dict(Period.objects.filter(programme=programme).values_list("kind", "months"))
    done = {kind: _apply(programme, kind, _instant(months[kind])) for kind in SUGGESTED if kind in months}
    with inside(programme.pk):
        for customer in erased_since(programme, clock.now() - SWEPT_FOR):
            actions.sweep(programme, customer)
    return done


def _apply(programme: Programme, kind: str, instant: datetime) -> int:
    step: Callable[[], int | None]
    if kind == WHOLE_FILE:
        tried: set[int] = set()
        step = lambda: _erase_some(programme, instant, tried)  # noqa: E731 - three ways of one step
    elif kind == FEED_FILES:
        step = lambda: forget_kept(programme=programme, before=instant) or None  # noqa: E731
    else:
        step = lambda: _empty_some(programme, kind, instant)  # noqa: E731
    total = 0
    while True:
        with inside(programme.pk):
            went = step()
            if went is None:
                break
            total += went
    with inside(programme.pk):
        Period.objects.filter(programme=programme, kind=kind).update(last_run_at=clock.now(), last_rows=total)
        if total:
            applied = events.RetentionApplied(kind=kind, rows=total)
            announce(applied, programme=programme, subject=programme.public_id, actor="system")
    return total


def _empty_some(programme: Programme, kind: str, instant: datetime) -> int | None:
    for kept, rows in _due(programme, kind, instant):
        batch = list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])
        if batch:
            return kept.let_go(kept.model._base_manager.filter(programme_id=programme.pk, pk__in=batch))
    return None


def _erase_some(programme: Programme, instant: datetime, tried: set[int]) -> int | None:
    batch = list(_idle(programme, instant).exclude(pk__in=tried).order_by("pk")[:CUSTOMERS_AT_ONCE])
    if not batch:
        return None
    tried |= {customer.pk for customer in batch}
    return sum(bool(actions.erase_aged(programme=programme, customer_id=customer.public_id)) for customer in batch)


def _due(programme: Programme, kind: str, instant: datetime) -> list[tuple[Kept, QuerySet[Model]]]:
    spared = subject_of(programme, held_customers(programme))
    return [
        (kept, kept.older_than(instant, programme_id=programme.pk, but=spared))
        for kept in everything()
        if kept.period == kind
    ]


def _idle(programme: Programme, instant: datetime) -> QuerySet[Customer]:
    idle = idle_since(programme, instant, but=held_customers(programme))
    return idle.exclude(pk__in=customers_heard_since(programme, instant))


def _instant(months: int) -> datetime:
    return clock.now() - timedelta(days=months * DAYS_A_MONTH)
