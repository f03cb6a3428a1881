"""What a level asks and what of it is on file, fact by fact. Reading is in one place, judging is pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, NamedTuple

from rapport.accounts.clearance import standing as clearance_lapses
from rapport.kit import clock
from rapport.learning.certification.states import months_after
from rapport.learning.practice.queries import practices_of
from rapport.learning.queries import passed
from rapport.quality.queries import Told, evaluations_of_all

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme
    from rapport.learning.certification.definition import Certificate as Said
    from rapport.learning.certification.definition import Level


class Asked(NamedTuple):
    """One thing that a level asks: what, how far it is, whether it is met."""

    what: str
    told: str
    is_met: bool


class Names(NamedTuple):
    """What people read for the keys of courses, and of certificates with their levels."""

    courses: Mapping[str, str] = {}
    kinds: Mapping[str, Said] = {}

    def course(self, key: str) -> str:
        """Return a course's name; its key where it is not live."""
        return self.courses.get(key, key)

    def kind(self, key: str) -> str:
        """Return a certificate's name; its key where it is not live."""
        return self.kinds[key].name if key in self.kinds else key

    def level(self, key: str, number: int) -> str:
        """Return the name of a level of a certificate."""
        return self.kinds[key].level(number).name if key in self.kinds else f"level {number}"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is on file of one rep: ``evaluations`` the latest first, ``certificates`` the level by kind."""

    here_since: datetime
    evaluations: Sequence[Told] = ()
    courses: Mapping[str, datetime] = field(default_factory=dict)
    certificates: Mapping[str, int] = field(default_factory=dict)
    lapses: Sequence[str] = ()
    practices: Sequence[datetime] = ()


class Since(NamedTuple):
    """From when on what was done counts."""

    courses: datetime
    contacts: datetime


def facts_of(
    programme: Programme,
    members: Collection[Member],
    *,
    certificates: Mapping[int, Mapping[str, int]],
    courses: Collection[str],
    since: datetime,
) -> dict[int, Facts]:
    """Return what is on file of these reps, by their ids; as many queries however many they are."""
    ids, now = [one.pk for one in members], clock.now()
    scored: defaultdict[int, list[Told]] = defaultdict(list)
    for one in evaluations_of_all(programme, ids, since):
        scored[one.rep].append(one)
    done = passed(programme, ids, courses, since)
    practised = practices_of(programme, [one.user_id for one in members], since)
    return {
        one.pk: Facts(
            here_since=one.since,
            evaluations=scored[one.pk],
            courses=done.get(one.pk, {}),
            certificates=certificates.get(one.pk, {}),
            practices=practised.get(one.user_id, ()),
            lapses=[lapse.words for lapse in clearance_lapses(one, now=now)],
        )
        for one in members
    }


def judged(level: Level, facts: Facts, since: Since, now: datetime, names: Names) -> list[Asked]:
    """Return what a level asks, each with how far the rep is; days are those of the zone that ``now`` is in."""
    found = [
        _course(names.course(key), facts.courses.get(key), since.courses, now.tzinfo) for key in level.courses
    ]
    if level.contacts:
        found.append(_contacts(level, facts, since.contacts))
    if level.practices:
        done = sum(one >= since.contacts for one in facts.practices)
        whole = "One practice" if level.practices == 1 else f"{level.practices} practices"
        found.append(Asked(f"{whole} with a made-up customer", f"{done} done", done >= level.practices))
    for kind, wanted in sorted(level.certificates.items()):
        has = facts.certificates.get(kind, 0)
        what = f"Certificate {names.kind(kind)}: {names.level(kind, wanted)} or higher"
        found.append(Asked(what, names.level(kind, has) if has else "none", has >= wanted))
    if level.months_here:
        due = months_after(facts.here_since.astimezone(now.tzinfo).date(), level.months_here)
        whole = "one month" if level.months_here == 1 else f"{level.months_here} months"
        found.append(Asked(f"On the programme for {whole}", f"from {due:%-d %B %Y} on", due <= now.date()))
    if level.clearance:
        found.append(Asked("The programme's clearance", " ".join(facts.lapses) or "holds", not facts.lapses))
    return found


def _course(name: str, passed: datetime | None, since: datetime, zone: tzinfo | None) -> Asked:
    is_met = passed is not None and passed >= since
    told = f"passed on {passed.astimezone(zone):%-d %B %Y}" if passed else "not passed"
    return Asked(f"Course “{name}”", told if is_met or not passed else f"{told}, which is too long ago", is_met)


def spans_below(level: Level, facts: Facts, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """Return the stretches of [start, end) in which what was scored since its start did not meet the level.

    The score that meets it ends one at its moment, and one with which it is met no more begins another. What asks
    for no scored contacts is met by none.
    """
    scored = _scored(facts, start)[::-1]
    found, since = list[tuple[datetime, datetime]](), start
    is_below = True
    for number, one in enumerate(scored, 1):
        was_below, latest = is_below, scored[max(0, number - level.contacts) : number]
        is_below = not level.contacts or not _is_met(level, latest)
        if was_below and not is_below:
            found.append((since, one.submitted_at))
        elif is_below and not was_below:
            since = one.submitted_at
    if is_below:
        found.append((since, end))
    return [(begins, min(ends, end)) for begins, ends in found if begins < min(ends, end)]


def _scored(facts: Facts, since: datetime) -> list[Told]:
    """Return the contacts that nobody picked and that were scored since then, the latest first."""
    return [one for one in facts.evaluations if not one.is_picked and one.submitted_at >= since]


def _is_met(level: Level, counted: Sequence[Told]) -> bool:
    if len(counted) < level.contacts or any(one.fatal for one in counted):
        return False
    return sum(one.score_permille for one in counted) >= level.mean * 10 * len(counted)


def _contacts(level: Level, facts: Facts, since: datetime) -> Asked:
    """The latest contacts that nobody picked: the mean is told once there are enough of them."""
    counted = _scored(facts, since)[: level.contacts]
    many = "The latest scored contact" if level.contacts == 1 else f"The {level.contacts} latest scored contacts"
    what = f"{many}: {level.mean} % or more on average, no fatal error"
    if len(counted) < level.contacts:
        return Asked(what, f"{len(counted)} of {level.contacts} scored", False)
    total, fatal = sum(one.score_permille for one in counted), sum(one.fatal for one in counted)
    told = f"{total / len(counted) / 10:.1f} %" + (f", {fatal} with a fatal error" if fatal else "")
    return Asked(what, told, _is_met(level, counted))
