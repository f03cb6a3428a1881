"""Reads of how work is: whether somebody is asked, and what may be shown of fortnights that are over."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from rapport.accounts.queries import members_with
from rapport.accounts.roles import Right
from rapport.kit import clock
from rapport.recognition.staff.guard import mean_of, to_show
from rapport.recognition.staff.models import BEST, LEAST, WORST, Answered, Round, Rule, Shared, Tally

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme

FORTNIGHT = timedelta(days=14)
FIRST = date(2024, 1, 1)  # a Monday, from which fortnights are counted
SHOWN = 13


@dataclass(frozen=True, slots=True)
class Group:
    """What a group answered: how many of them, the mean, and how it is told."""

    name: str
    people: int
    mean: float
    told: str


@dataclass(frozen=True, slots=True)
class Fortnight:
    """A fortnight that is over. ``whole`` is None where too few answered; ``left_out``: teams not shown."""

    starts_on: date
    ends_on: date
    fewest: int
    whole: Group | None
    teams: list[Group]
    left_out: int


def fortnight_of(programme: Programme) -> date:
    """Return the Monday with which the fortnight began that is now, by the programme's days."""
    today = clock.now().astimezone(programme.zone).date()
    return FIRST + FORTNIGHT * ((today - FIRST) // FORTNIGHT)


def fewest_of(programme: Programme) -> int:
    """Return of how few people something may be shown."""
    return Rule.objects.filter(programme=programme).values_list("fewest", flat=True).first() or LEAST


def is_asked(member: Member) -> bool:
    """Say whether the member is to be asked this fortnight's question: they are, and have not answered."""
    if not member.may(Right.TAKE_CONTACTS):
        return False
    answered = Answered.objects.filter(
        round__programme=member.programme, round__starts_on=fortnight_of(member.programme), member=member
    )
    return not answered.exists()


def readers_for(member: Member) -> list[Member]:
    """Return to whom the member may show a sign: who coaches, by name."""
    found = [one for one in members_with(member.programme, Right.COACH) if one.pk != member.pk]
    return sorted(found, key=lambda one: one.name.casefold())


def shared_by(member: Member) -> dict[str, Shared]:
    """Return which signs the member shows to whom now."""
    rows = Shared.objects.select_related("reader__user").filter(programme=member.programme, member=member)
    return {one.sign: one for one in rows.filter(until__gt=clock.now()) if one.reader.is_active}


def shared_with(reader: Member) -> list[Shared]:
    """Return what others show to the reader now, by name; nothing to who does not coach."""
    if not reader.may(Right.COACH):
        return []
    rows = Shared.objects.select_related("member__user").filter(programme=reader.programme, reader=reader)
    return list(rows.filter(until__gt=clock.now(), member__is_active=True).order_by("member__user__name", "sign"))


def fortnights(programme: Programme, *, teams: bool) -> list[Fortnight]:
    """Return the fortnights that are over, the latest first; with ``teams``, those teams that may be shown."""
    over = Round.objects.filter(programme=programme, starts_on__lt=fortnight_of(programme))
    rounds = list(over.order_by("-starts_on")[:SHOWN])
    counted: defaultdict[int, defaultdict[str, dict[int, int]]] = defaultdict(lambda: defaultdict(dict))
    rows = Tally.objects.filter(programme=programme, round__in=rounds)
    for which, team, value, count in rows.values_list("round", "team", "value", "count"):
        counted[which][team][value] = count
    return [_told(one, counted[one.pk], teams=teams) for one in rounds]


def _told(one: Round, counts: dict[str, dict[int, int]], *, teams: bool) -> Fortnight:
    sizes = {team: sum(of.values()) for team, of in counts.items()}
    shown = to_show(sizes, one.fewest)
    ends_on = one.starts_on + FORTNIGHT - timedelta(days=1)
    if shown is None:
        return Fortnight(one.starts_on, ends_on, one.fewest, None, [], 0)
    whole = {value: sum(of.get(value, 0) for of in counts.values()) for value in range(WORST, BEST + 1)}
    named = sorted(name for name in shown if name) if teams else []
    return Fortnight(
        one.starts_on,
        ends_on,
        one.fewest,
        _group("Everyone", whole),
        [_group(name, counts[name]) for name in named],
        sum(1 for name, size in sizes.items() if name and size and name not in shown) if teams else 0,
    )


def _group(name: str, counts: dict[int, int]) -> Group:
    mean, told = mean_of(counts, WORST, BEST)
    return Group(name, sum(counts.values()), mean, told)
