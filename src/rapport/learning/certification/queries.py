"""Reads of certificates: who is certified, where each rep stands, and what the next level asks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Q

from rapport.accounts.queries import members_with
from rapport.accounts.roles import Right
from rapport.kit import clock
from rapport.kit.versions import live_versions, newest_versions
from rapport.learning.certification.definition import Certificate as Said
from rapport.learning.certification.definition import kind_kept
from rapport.learning.certification.models import (
    Certificate,
    CertificateKind,
    CertificateKindVersion,
    OnTheJob,
)
from rapport.learning.certification.standards import Asked, Facts, Names, Since, facts_of, judged, spans_below
from rapport.learning.certification.states import HOLDS, State, state_at
from rapport.learning.queries import titles_of

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet

    from rapport.accounts.models import Member, Programme

LONGEST = timedelta(days=31 * 60)
MOST = 200


@dataclass(frozen=True, slots=True)
class Step:
    """A level that a rep may be granted next, what it asks, and whether all of it is met."""

    level: int
    name: str
    why: str  # first, next or renew
    asks: list[Asked]

    @property
    def is_ready(self) -> bool:
        """Whether a person may confirm it now."""
        return all(one.is_met for one in self.asks)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a rep stands with one kind of certificate; ``state`` is empty for who never had one."""

    member: Member
    version: CertificateKindVersion
    said: Said
    certificate: Certificate | None
    state: State | None
    phase: OnTheJob | None
    steps: list[Step] = field(default_factory=list)
    below: list[tuple[datetime, datetime]] = field(default_factory=list)  # of the phase: when every contact counts

    @property
    def is_monitored(self) -> bool:
        """Whether each contact that is closed now is put among those to be scored."""
        return self.phase is not None and bool(self.below) and self.below[-1][1] == self.phase.until

    @property
    def holds(self) -> bool:
        """Whether the rep is certified now."""
        return self.state in HOLDS

    @property
    def level_name(self) -> str:
        """The name of the level that the certificate is, or was, of."""
        return level_name(self.certificate) if self.certificate else ""

    @property
    def last_day(self) -> date | None:
        """The last day on which the certificate holds, or held."""
        return (
            clock.last_day(self.certificate.valid_until, self.member.programme.zone) if self.certificate else None
        )


@dataclass(frozen=True, slots=True)
class Listed:
    """A kind in a list: the version that is live, the newest one, and how many hold one."""

    row: CertificateKind
    live: CertificateKindVersion | None
    newest: CertificateKindVersion
    state: str
    holders: int


def certified(programme: Programme, at: datetime | None = None) -> set[int]:
    """Return the ids of the members who held a valid certificate, of any kind and level, at a moment (now)."""
    return set(_valid(programme, at or clock.now()).values_list("member_id", flat=True))


def _valid(programme: Programme, at: datetime) -> QuerySet[Certificate]:
    return Certificate.objects.filter(
        Q(ended_at__isnull=True) | Q(ended_at__gt=at), programme=programme, granted_at__lte=at, valid_until__gt=at
    )


def live_kinds(programme: Programme) -> list[CertificateKindVersion]:
    """Return what the kinds of certificates that there are say now, by name."""
    return sorted(live_versions(CertificateKindVersion, programme), key=lambda one: (one.name.casefold(), one.pk))


def names_of(programme: Programme) -> Names:
    """Return what people read for the keys of what is live."""
    return _names(programme, live_kinds(programme))


def _names(programme: Programme, live: Iterable[CertificateKindVersion]) -> Names:
    return Names(dict(titles_of(programme)), {one.kind.key: said_by(one) for one in live})


def live_version(kind: CertificateKind) -> CertificateKindVersion | None:
    """Return what certificates of this kind are granted by now."""
    return live_versions(CertificateKindVersion, kind.programme_id).filter(kind=kind).first()


def said_by(version: CertificateKindVersion) -> Said:
    """Return what a version says."""
    return kind_kept(version.text)


def standing(member: Member) -> list[Standing]:
    """Return where one rep stands with each kind of certificate, by the kind's name."""
    return standings(member.programme, [member])[member.pk]


def standings(
    programme: Programme,
    members: Collection[Member],
    *,
    kind: CertificateKind | None = None,
    phases: Collection[OnTheJob] | None = None,
) -> dict[int, list[Standing]]:
    """Return where reps stand with each kind of certificate (or one), by their ids; a few queries for all.

    ``phases`` are those on the job that are looked at, by default all that go on.
    """
    live = live_kinds(programme)
    versions = [one for one in live if kind is None or one.kind_id == kind.pk]
    ids, now = [one.pk for one in members], clock.now()
    latest = _latest(programme, ids)
    if phases is None:
        phases = list(_phases(programme).filter(member__in=ids, until__gt=now))
    on_the_job = {(one.member_id, one.kind_id): one for one in phases}
    levels = [level for one in versions for level in said_by(one).levels]
    names = _names(programme, live)
    facts = facts_of(
        programme,
        members,
        certificates=_levels_held(latest.values(), now),
        courses={key for level in levels for key in level.courses},
        since=now - LONGEST,
    )
    return {
        one.pk: [
            _standing(one, version, latest.get(which), on_the_job.get(which), facts[one.pk], now, names)
            for version in versions
            for which in [(one.pk, version.kind_id)]
        ]
        for one in members
    }


def _latest(programme: Programme, ids: Collection[int]) -> dict[tuple[int, int], Certificate]:
    rows = Certificate.objects.select_related("kind", "version", "granted_by__user", "revoked_by__user")
    rows = rows.filter(programme=programme, member__in=ids).order_by("member", "kind", "-granted_at", "-pk")
    return {(one.member_id, one.kind_id): one for one in rows.distinct("member", "kind")}


def _levels_held(rows: Iterable[Certificate], now: datetime) -> dict[int, dict[str, int]]:
    held: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for one in rows:
        if one.valid_until > now and one.ended_at is None:
            held[one.member_id][one.kind.key] = one.level
    return held


def _standing(
    member: Member,
    version: CertificateKindVersion,
    certificate: Certificate | None,
    phase: OnTheJob | None,
    facts: Facts,
    now: datetime,
    names: Names,
) -> Standing:
    said = said_by(version)
    state = state_of(certificate, said, now) if certificate else None
    long_ago = now - timedelta(days=31 * said.months)
    begun = Since(long_ago, phase.begun_at if phase else long_ago)
    steps: list[tuple[int, str, Since]] = []
    if certificate is None:
        steps.append((1, "first", begun))
    elif state == "revoked":
        again = certificate.ended_at or now
        steps.append((1, "first", Since(again, max(again, begun.contacts))))
    else:
        if state != "certified":
            renewed = min(certificate.level, len(said.levels))  # the kind may have fewer levels by now
            renewing = max(certificate.granted_at, begun.contacts)
            steps.append((renewed, "renew", Since(certificate.granted_at, renewing)))
        if state in HOLDS and certificate.level < len(said.levels):
            steps.append((certificate.level + 1, "next", begun))
    told = [
        Step(number, level.name, why, judged(level, facts, since, now.astimezone(member.programme.zone), names))
        for number, why, since in steps
        for level in [said.level(number)]
    ]
    below = spans_below(said.level(steps[0][0]), facts, phase.begun_at, phase.until) if phase and steps else []
    return Standing(member, version, said, certificate, state, phase, told, below)


def state_of(one: Certificate, said: Said, now: datetime) -> State:
    """Return what a certificate is now."""
    return state_at(
        now,
        valid_until=one.valid_until,
        ended_at=one.ended_at,
        ended_how=one.ended_how,
        due=said.due_days,
        overdue=said.overdue_days,
    )


def reps_of(programme: Programme) -> list[Member]:
    """Return who takes contacts on the programme, by name."""
    return sorted(members_with(programme, Right.TAKE_CONTACTS), key=lambda one: one.name.casefold())


def level_name(one: Certificate) -> str:
    """Return the name of the level that a certificate is, or was, of."""
    return kind_kept(one.version.text).level(one.level).name


def history_of(member: Member) -> list[Certificate]:
    """Return the rep's certificates, the newest first."""
    rows = Certificate.objects.select_related("kind", "version", "granted_by__user", "revoked_by__user")
    return list(rows.filter(programme=member.programme, member=member).order_by("-granted_at", "-pk")[:MOST])


def kinds_of(programme: Programme) -> list[Listed]:
    """Return the kinds of certificates by name, the live ones first, with how many hold one."""
    live = {one.kind_id: one for one in live_versions(CertificateKindVersion, programme)}
    now = clock.now()
    rows = Certificate.objects.filter(programme=programme, ended_at__isnull=True, valid_until__gt=now)
    held = dict(rows.values("kind").annotate(n=Count("pk")).values_list("kind", "n"))
    found = []
    for one in newest_versions(CertificateKindVersion, programme):
        shown = live.get(one.kind_id)
        found.append(Listed(one.kind, shown, one, (shown or one).state(shown), held.get(one.kind_id, 0)))
    return sorted(found, key=lambda one: (one.live is None, one.newest.name.casefold()))


def monitored(programme: Programme) -> list[tuple[Member, datetime, datetime]]:
    """Return of whom each contact that was closed in which stretch is to be scored: of reps on the job.

    That is until what the level asks of scored contacts is met, and again from when it is met no more. A phase
    whose time is over is among them until its end was told.
    """
    phases = list(_phases(programme).select_related("member__user").order_by("pk"))
    for one in phases:
        one.member.programme = programme
    found = standings(programme, [one.member for one in phases], phases=phases)
    return [(one.member, *span) for rows in found.values() for one in rows for span in one.below]


def _phases(programme: Programme) -> QuerySet[OnTheJob]:
    return OnTheJob.objects.filter(programme=programme, ended_at__isnull=True)
