"""What the page of returns shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Count, Q

from rapport.quality.repeats.access import returns_for
from rapport.quality.repeats.asked import BY_HAND, SHOWN_BY, Asked
from rapport.quality.repeats.models import Return

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from rapport.accounts.models import Member

PAGE = 100


@dataclass(frozen=True, slots=True)
class Found:
    """A page of returns, how many there are in all, and the last one shown where there are more."""

    rows: list[Return]
    count: int
    older: Return | None


def to_mend(member: Member, asked: Asked) -> Found:
    """Return those asked for that are not mended, who came last first, after contacts the member may read."""
    rows = _open(member, asked.cause)
    if asked.sign:
        rows = rows.filter(laid_by=None, sign=asked.sign) if asked.sign != BY_HAND else rows.exclude(laid_by=None)
    if asked.rep:
        rows = rows.filter(first__rep__agent_id=asked.rep)
    if asked.reason:
        rows = rows.filter(first__reason__key=asked.reason)
    count = rows.count()
    last = returns_for(member).filter(public_id=asked.before).first() if asked.before else None
    if last is not None:
        rows = rows.filter(Q(came_at__lt=last.came_at) | Q(came_at=last.came_at, pk__lt=last.pk))
    rows = rows.select_related("first__rep__user", "first__reason", "next", "laid_by__user")
    found = list(rows.order_by("-came_at", "-pk")[: PAGE + 1])
    return Found(found[:PAGE], count, found[PAGE - 1] if len(found) > PAGE else None)


def options(member: Member, cause: str) -> dict[str, list[tuple[str, str]]]:
    """Return what the returns of a cause that are not mended can be asked for by: keys and words."""
    told = {"sign": set[tuple[str, str]](), "rep": set[tuple[str, str]](), "reason": set[tuple[str, str]]()}
    rows = _open(member, cause).annotate(by_hand=Q(laid_by__isnull=False))
    of_rep = ("first__rep__agent_id", "first__rep__user__name")
    of_reason = ("first__reason__key", "first__reason__name")
    found = rows.values_list("sign", "by_hand", *of_rep, *of_reason).distinct()
    for sign, by_hand, agent, name, reason, reason_name in found:
        shown_by = BY_HAND if by_hand else sign
        told["sign"].add((shown_by, SHOWN_BY[shown_by].capitalize()))
        if agent:
            told["rep"].add((agent, name))
        if reason:
            told["reason"].add((reason, reason_name))
    return {name: sorted(those, key=lambda one: one[1].casefold()) for name, those in told.items()}


def _open(member: Member, cause: str) -> QuerySet[Return]:
    return returns_for(member).filter(cause=cause, mended_at=None)


def counts(member: Member, since: datetime) -> dict[str, tuple[int, int]]:
    """Return by cause how many came back ``since`` then, and how many of all are not mended yet."""
    rows = returns_for(member).values_list("cause")
    told = rows.annotate(
        lately=Count("pk", filter=Q(came_at__gte=since)), open=Count("pk", filter=Q(mended_at=None))
    )
    return {cause: (lately, waiting) for cause, lately, waiting in told}
