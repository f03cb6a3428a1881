"""Claims as a list: which are asked for, how many are in which state, and one page of them after another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Count, Q, Sum

from rapport.ledger.access import NOTHING, readable_by
from rapport.ledger.judging import State
from rapport.ledger.models import Claim, Posting
from rapport.ledger.queries import SPLITS

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet

    from rapport.accounts.models import Member

JUDGED = (State.MATURED, State.REVERSED)
VERSIONED = {"offer_version": "offer", "guide_version": "guide"}
BY = (*(name for name in SPLITS if name != "is_control"), "why", "rebuttal")
"""What claims can be asked for by. ``rep`` is an agent id, a rebuttal is ``key/version``, a version of an offer or
a guide ``key number``.
"""
OPTIONS = ("rep", "team", "reason", "offer", "product")


@dataclass(frozen=True, slots=True)
class Booked:
    """Claims by what the books did with them: lines of ``account`` from ``after`` to before ``before``.

    ``is_first``: by their first entry only.
    """

    account: State
    after: datetime | None
    before: datetime
    is_first: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which claims are asked for; None and empty ask for all. Days and ends are included.

    ``due``: whose day came after the first instant, and not after the second. ``judged_by``: whose day had come by
    then. ``by`` has keys of BY; None there asks for those of which it is not known.
    """

    made: tuple[date, date] | None = None
    due: tuple[datetime, datetime] | None = None
    booked: Booked | None = None
    states: tuple[State, ...] = ()
    judged_by: datetime | None = None
    by: Mapping[str, str | None] = field(default_factory=dict)


def claims(member: Member, wanted: Wanted) -> QuerySet[Claim]:
    """Return the claims that are asked for, of those the member may read."""
    condition = readable_by(member) & Q(programme=member.programme_id)
    if wanted.made:
        condition &= Q(made_on__gte=wanted.made[0], made_on__lte=wanted.made[1])
    if wanted.due:
        condition &= Q(matures_at__gt=wanted.due[0], matures_at__lte=wanted.due[1])
    if wanted.booked:
        condition &= Q(pk__in=_booked(member, wanted.booked).values("claim"))
    if wanted.states:
        condition &= Q(state__in=wanted.states)
    if wanted.judged_by:
        condition &= Q(matures_at__lte=wanted.judged_by)
    for name, value in wanted.by.items():
        condition &= _is(name, value)
    return Claim.objects.filter(condition)


def _is(name: str, value: str | None) -> Q:
    if name == "rebuttal":
        return Q(rebuttals=[]) if value is None else Q(rebuttals__contains=[value])
    if name in VERSIONED:
        key, _, number = (value or "").rpartition(" ")
        if value is None:
            return Q(**{VERSIONED[name]: ""}) | Q(**{name: None})
        return Q(**{VERSIONED[name]: key, name: int(number)}) if number.isdecimal() else NOTHING
    if name == "rep":
        return Q(rep=None) if value is None else Q(rep__agent_id=value)
    return Q(**{name: value or ""})


def _booked(member: Member, booked: Booked, *, sums: tuple[int, ...] = (-1, 1)) -> QuerySet[Posting, Any]:
    """Return the claims whose lines within the time add up to one of the sums."""
    lines = Posting.objects.filter(programme=member.programme_id, account=booked.account, at__lt=booked.before)
    if booked.after:
        lines = lines.filter(at__gte=booked.after)
    if booked.is_first:
        lines = lines.filter(turn=1)
    return lines.values("claim").annotate(net=Sum("count")).filter(net__in=sums)


def taken_back(member: Member, wanted: Wanted) -> int:
    """Return how many of the claims asked for were booked out again, and count against a statement's figure."""
    if wanted.booked is None:
        return 0
    out = _booked(member, wanted.booked, sums=(-1,)).values("claim")
    return claims(member, wanted).filter(pk__in=out).count()


def counts(member: Member, wanted: Wanted) -> dict[str, int]:
    """Return how many of the claims asked for are in each state."""
    rows = claims(member, wanted).values("state").annotate(claims=Count("pk")).order_by("state")
    return {row["state"]: row["claims"] for row in rows}


def options(member: Member, wanted: Wanted) -> dict[str, list[str]]:
    """Return the reps, teams, reasons, offers and products that there are claims of, among those asked for."""
    found: dict[str, list[str]] = {}
    for name in OPTIONS:
        column = "rep__agent_id" if name == "rep" else name
        rows = claims(member, wanted).order_by(column).values_list(column, flat=True).distinct()
        found[name] = [str(value) for value in rows if value]
    return found


def page(member: Member, wanted: Wanted, *, before: UUID | None = None, limit: int = 100) -> list[Claim]:
    """Return the claims asked for, the latest first, up to ``limit``; ``before``: those that follow that one."""
    rows = claims(member, wanted).select_related("rep__user").order_by("-made_on", "-made_at", "-pk")
    if before is not None:
        seen = Claim.objects.filter(programme=member.programme_id, public_id=before)
        last = seen.values_list("made_on", "made_at", "pk").first()
        if last is None:
            return []
        day, at, pk = last
        rows = rows.filter(Q(made_on__lte=day) & (Q(made_at__lt=at) | Q(made_at=at, pk__lt=pk)))
    return list(rows[:limit])
