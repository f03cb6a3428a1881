"""Reads of rewards: the list, the month's budgets, who wishes what, and how what was given compares."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Q

from rapport.accounts.queries import members_with
from rapport.accounts.roles import Right
from rapport.kit import clock
from rapport.recognition.rewards.actions import month_now
from rapport.recognition.rewards.models import Budget, Given, Reward, Wish

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme

LOOKS_BACK = timedelta(days=365)
FEWEST = 5
MOST = 50
TOP = 3


@dataclass(frozen=True, slots=True)
class Compared:
    """A reward: how many have it among their first three, how often it was given in a year, and to who wished it.

    Nothing is told (None) where fewer than five have said what they value, or were given it.
    """

    row: Reward
    wished: int | None
    given: int
    met: float | None


def rewards_of(programme: Programme, *, offered: bool = False) -> list[Reward]:
    """Return the programme's rewards by name."""
    rows = Reward.objects.filter(programme=programme)
    return list((rows.filter(is_offered=True) if offered else rows).order_by("name"))


def budgets_now(programme: Programme) -> list[Budget]:
    """Return what rewards may cost this month, by currency."""
    return list(Budget.objects.filter(programme=programme, month=month_now(programme)).order_by("currency"))


def wishes_of(rep: Member) -> list[Wish]:
    """Return what a rep values, the most first."""
    return list(Wish.objects.select_related("reward").filter(programme=rep.programme, rep=rep).order_by("rank"))


def wishes_by_rep(programme: Programme) -> list[tuple[Member, list[str]]]:
    """Return for each who takes contacts what they value, the most first, by name; for who gives."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    rows = Wish.objects.filter(programme=programme).order_by("rep", "rank")
    for rep, name in rows.values_list("rep", "reward__name"):
        found[rep].append(name)
    reps = members_with(programme, Right.TAKE_CONTACTS)
    return [(one, found[one.pk]) for one in sorted(reps, key=lambda one: one.name.casefold())]


def given_to(rep: Member) -> list[Given]:
    """Return what a rep was given, the latest first."""
    rows = Given.objects.select_related("reward").filter(programme=rep.programme, rep=rep)
    return list(rows.order_by("-at", "-pk")[:MOST])


def compared(programme: Programme) -> list[Compared]:
    """Return for each reward what was wished and what was given, by name."""
    wishes = Wish.objects.filter(programme=programme, rep__is_active=True)
    is_told = wishes.values("rep").distinct().count() >= FEWEST
    wished = dict(wishes.filter(rank__lte=TOP).values("reward").annotate(n=Count("pk")).values_list("reward", "n"))
    rows = Given.objects.filter(programme=programme, at__gte=clock.now() - LOOKS_BACK).values("reward")
    counted = rows.annotate(n=Count("pk"), met=Count("pk", filter=Q(rank__lte=TOP)))
    given = {one["reward"]: (one["n"], one["met"]) for one in counted}
    found = []
    for row in rewards_of(programme):
        count, met = given.get(row.pk, (0, 0))
        share = met / count if count >= FEWEST else None
        found.append(Compared(row, wished.get(row.pk, 0) if is_told else None, count, share))
    return found
