"""Who stays and how long: the staff's tenure by survival curve, as the customers' is; and how many have a sign.

For groups only, and only for those that are large enough; never of a person.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

import numpy as np
from django.db import transaction

from rapport.accounts.queries import tenures_with
from rapport.accounts.roles import Right
from rapport.kit import clock
from rapport.numeric.survival import kaplan_meier
from rapport.recognition.staff.guard import to_show, to_tell
from rapport.recognition.staff.models import StrainTold
from rapport.recognition.staff.queries import fewest_of, fortnight_of
from rapport.recognition.staff.signs import SIGNS, facts_of

if TYPE_CHECKING:
    from rapport.accounts.models import Programme
    from rapport.accounts.queries import Tenure

DAY = timedelta(days=1)
MONTH = 30.4375  # days
MONTHS = (3, 6, 12, 24)
ALPHA = 0.05
EVERYONE = "Everyone"


@dataclass(frozen=True, slots=True)
class Point:
    """The share still here after so many months, with its 95 % interval; None where too few were here so long."""

    months: int
    share: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Stay:
    """How long a group stays: how many there were, how many of them left, and the curve at some months."""

    name: str
    people: int
    left: int
    points: list[Point]


@dataclass(frozen=True, slots=True)
class Strain:
    """Of how many of a group a sign stands out, in words that are never exact."""

    sign: str
    name: str
    people: int
    words: str


def stays(programme: Programme) -> list[Stay]:
    """Return how long everyone who takes contacts stays, and teams that may be shown; nothing of too few."""
    fewest, now = fewest_of(programme), clock.now()
    groups: defaultdict[str, list[Tenure]] = defaultdict(list)
    for one in tenures_with(programme, Right.TAKE_CONTACTS):
        groups[one.member.team.name if one.member.team else ""].append(one)
    shown = to_show({name: len(of) for name, of in groups.items()}, fewest)
    if shown is None:
        return []
    everyone = [one for of in groups.values() for one in of]
    named = [(name, groups[name]) for name in sorted(shown) if name]
    return [stay_of(name, of, fewest, now) for name, of in ((EVERYONE, everyone), *named)]


def stay_of(name: str, tenures: Sequence[Tenure], fewest: int, now: datetime) -> Stay:
    """Return the curve of a group; a point needs ``fewest`` who have been here that long."""
    lasted = np.array([max(0.0, ((one.ended or now) - one.began) / DAY) for one in tenures])
    has_left = np.array([one.ended is not None for one in tenures])
    curve = kaplan_meier(lasted, has_left)
    points = []
    for months in MONTHS:
        days = months * MONTH
        still = int((lasted >= days).sum())
        if still < fewest:
            points.append(Point(months, None, None, None))
            continue
        share = float(curve.at([days])[0])
        low, high = (float(end[0]) for end in curve.interval([days]))
        if share == 1:  # nobody has left by then: how many could, and it would still be so
            low = (ALPHA / 2) ** (1 / still)
        points.append(Point(months, share, low, high))
    return Stay(name, len(tenures), int(has_left.sum()), points)


def strains(programme: Programme) -> tuple[date, list[Strain]] | None:
    """Return for which day it was counted last of how many each sign stood out, and that; None: nothing is."""
    kept = StrainTold.objects.filter(programme=programme, fewest__gte=fewest_of(programme)).first()
    return (kept.starts_on, [Strain(*one) for one in kept.told]) if kept and kept.told else None


@transaction.atomic
def count_strains(*, programme: Programme) -> bool:
    """Count of how many each sign stood out when the fortnight began; say whether it was not counted before.

    It changes once a fortnight, with who was here then, so that no two looks differ by one person's day.
    """
    starts_on, fewest = fortnight_of(programme), fewest_of(programme)
    if StrainTold.objects.filter(programme=programme, starts_on=starts_on).exists():
        return False
    told = [astuple(one) for one in _strains(programme, starts_on, fewest)]
    kept = {"starts_on": starts_on, "fewest": fewest, "told": told}
    StrainTold.objects.update_or_create(programme=programme, defaults=kept)
    return True


def _strains(programme: Programme, starts_on: date, fewest: int) -> list[Strain]:
    until = datetime.combine(starts_on, time(), programme.zone)
    members = [
        one.member
        for one in tenures_with(programme, Right.TAKE_CONTACTS)
        if one.began < until and (one.ended is None or one.ended >= until)
    ]
    team = {one.pk: one.team.name if one.team else "" for one in members}
    sizes, counts = Counter(team.values()), {sign: Counter[str]() for sign in SIGNS}
    for who, facts in facts_of(programme, members, until).items():
        for fact in facts:
            counts[fact.key][team[who]] += fact.stands_out
    found = []
    for sign, name in SIGNS.items():
        if told := to_tell(sizes, counts[sign], fewest):
            whole, teams = told
            found.append(Strain(name, EVERYONE, whole.size, whole.words))
            found += [Strain(name, each, teams[each].size, teams[each].words) for each in sorted(teams) if each]
    return found
