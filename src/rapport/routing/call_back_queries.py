"""Reads of call-backs."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Q

from rapport.kit import clock
from rapport.routing.models import CallBack
from rapport.routing.queries import hours_in
from rapport.routing.versions import plan_in_force

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from rapport.accounts.models import Member, Programme
    from rapport.contacts.models import Contact

OPEN = (CallBack.State.BOOKED, CallBack.State.DUE)


def call_back_of(contact: Contact, *, lock: bool = False) -> CallBack | None:
    """Return the call-back for which the contact stands in line or is in hand."""
    found = CallBack.objects.filter(contact=contact, state=CallBack.State.DUE)
    if lock:
        found = found.select_for_update(of=("self",))
    return found.select_related("about", "programme", "booked_by__user", "owner__user").first()


def booked_about(contact: Contact) -> CallBack | None:
    """Return the open call-back that was booked about the contact."""
    return CallBack.objects.select_related("owner__user").filter(about=contact, state__in=OPEN).first()


def call_backs_of(member: Member) -> list[CallBack]:
    """Return the open call-backs that are the member's, the next one first."""
    return list(_open(member.programme).filter(owner=member))


def call_backs_in(programme: Programme, *, limit: int = 50) -> list[CallBack]:
    """Return the programme's open call-backs, the next one first."""
    return list(_open(programme)[:limit])


def may_be_called_back(contact: Contact) -> bool:
    """Say whether a waiting customer is offered a call-back: after so long as the plan says of the queue.

    When it closes while they wait, at once, if the plan calls back who comes outside the hours.
    """
    plan = plan_in_force(contact.programme).plan
    rules = plan.queues.get(contact.queue)
    if rules is None or contact.state != "waiting" or contact.queued_at is None:
        return False
    after, now = rules.wait.call_back_after_seconds, clock.now()
    if after is not None and now - contact.queued_at >= timedelta(seconds=after):
        return True
    hours = hours_in(plan, contact.queue, contact.programme.zone) if rules.closed.call_back else None
    return hours is not None and not hours.is_open(now)


def _open(programme: Programme) -> QuerySet[CallBack]:
    return (
        CallBack.objects.select_related("about__customer", "about__reason", "owner__user")
        .filter(Q(state__in=OPEN), programme=programme)
        .order_by("due_at", "pk")
    )
