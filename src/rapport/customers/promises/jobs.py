"""Looking after promises by the clock: warning who keeps them, telling supervisors, and calling them broken.

Each of these happens once to a promise: the row says that it has, in the transaction in which it is announced.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import F, Q

from rapport.accounts.doors import one_by_one_in_each_real
from rapport.customers.events import PromiseNearlyDue, PromiseOverdue
from rapport.customers.models import Standing
from rapport.customers.promises.actions import audience_of, settle
from rapport.customers.promises.due import GRACE, IN_TIME, WARN_DAY, WARN_TIME
from rapport.customers.promises.models import CALL_BACK, Evidence, Promise, State
from rapport.events.actions import announce
from rapport.jobs.actions import periodic
from rapport.kit import clock

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from rapport.accounts.models import Programme

AT_ONCE = 500


@periodic("customers.look_after_promises", cron="*/5 * * * *")
def look_after_promises(timestamp: int) -> None:
    """Every five minutes: warn, escalate, and settle what nobody settled."""
    one_by_one_in_each_real(to_warn, warn)
    one_by_one_in_each_real(to_escalate, escalate)
    one_by_one_in_each_real(to_settle, settle_unsaid)


def to_warn(programme: Programme) -> list[Promise]:
    """Return the promises that are nearly due, whose keepers were not warned."""
    return _some(_open(programme).filter(_nearly_due(clock.now()), warned_at__isnull=True))


def warn(promise: Promise) -> bool:
    """Tell who keeps the promise that it is nearly due; says whether they were told now."""
    now = clock.now()
    still = Promise.objects.filter(pk=promise.pk, state=State.OPEN, warned_at__isnull=True)
    if not still.update(warned_at=now):
        return False
    told = PromiseNearlyDue(promise=str(promise.public_id))
    _announce(promise, told, audience_of(promise))
    return True


def to_escalate(programme: Programme) -> list[Promise]:
    """Return the promises that were not kept in time, of which no supervisor was told.

    A call-back stands in line at its time, so it is given the time that counts as its own.
    """
    now = clock.now()
    late = _open(programme).filter(due_by__lt=now, escalated_at__isnull=True)
    return _some(late.exclude(kind=CALL_BACK, has_time=True, due_by__gte=now - IN_TIME))


def escalate(promise: Promise) -> bool:
    """Tell those who watch the floor, and who keeps it, that it was not kept in time; says whether it did now."""
    now = clock.now()
    late = Promise.objects.filter(pk=promise.pk, state=State.OPEN, escalated_at__isnull=True, due_by__lt=now)
    if not late.update(escalated_at=now):
        return False
    told = PromiseOverdue(promise=str(promise.public_id))
    _announce(promise, told, [f"floor:{promise.programme_id}", *audience_of(promise)])
    return True


def to_settle(programme: Programme) -> list[Promise]:
    """Return what we should have kept and nobody spoke of since, and what is owed to people who are erased.

    What the partner keeps is theirs to tell of: it stays overdue until they do, or somebody learns of it.
    """
    open_ = Promise.objects.select_related("customer", "programme").filter(programme=programme, state=State.OPEN)
    ours = Q(keeper__isnull=False) | Q(keeping_team__isnull=False)
    unsaid = ours & Q(due_by__lt=clock.now() - GRACE, customer__standing=Standing.ACTIVE)
    return _some(open_.filter(unsaid | Q(customer__standing=Standing.ERASED)))


def settle_unsaid(promise: Promise) -> bool:
    """Call the promise broken, or withdrawn where the person is gone; says whether it was open still."""
    found = Promise.objects.select_for_update(of=("self",)).select_related("customer", "programme")
    now = found.filter(pk=promise.pk, state=State.OPEN).first()
    if now is None:
        return False
    is_gone = now.customer.standing == Standing.ERASED
    state = State.WITHDRAWN if is_gone else State.BROKEN
    settle(now, state=state, at=clock.now(), evidence=Evidence.EVENT if is_gone else Evidence.TIME)
    return True


def _open(programme: Programme) -> QuerySet[Promise]:
    found = Promise.objects.select_related("customer", "programme", "keeping_team")
    return found.filter(programme=programme, state=State.OPEN, customer__standing=Standing.ACTIVE)


def _nearly_due(now: datetime) -> Q:
    """Return what is due within the time of warning; a promise made within that time needs none."""
    by_time = Q(has_time=True, due_by__lte=now + WARN_TIME, made_at__lt=F("due_by") - WARN_TIME)
    by_day = Q(has_time=False, due_by__lte=now + WARN_DAY, made_at__lt=F("due_by") - WARN_DAY)
    return (by_time | by_day) & Q(due_by__gt=now)


def _some(found: QuerySet[Promise]) -> list[Promise]:
    return list(found.order_by("due_by", "pk")[:AT_ONCE])


def _announce(promise: Promise, told: PromiseNearlyDue | PromiseOverdue, audience: list[str]) -> None:
    announce(
        told, programme=promise.programme, subject=promise.customer.public_id, actor="system", audience=audience
    )
