"""What certificates keep: how routing's permits are called, given and ended, and what who has none is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rapport.kit import clock
from rapport.learning.certification.definition import Certificate as Said
from rapport.learning.certification.definition import kind_kept
from rapport.learning.certification.models import Certificate, CertificateKind, OnTheJob
from rapport.learning.certification.queries import names_of
from rapport.routing import permits
from rapport.routing.versions import plan_in_force

if TYPE_CHECKING:
    from datetime import datetime

    from rapport.accounts.models import Member

CALLED = "certificate "
MEND = "Ask your supervisor."
ASK = "Ask your supervisor; until then you are offered no contacts that ask for it."


def permit_of(kind: CertificateKind) -> str:
    """Return what routing calls the permit that a certificate of the kind gives."""
    return f"{CALLED}{kind.key}"


def keep(kind: CertificateKind, said: Said, *, actor: str) -> None:
    """Keep behind a kind what it says now, and let through at once who is certified or on the job."""
    if not said.keeps:
        keep_nothing(kind, actor=actor)
        return
    permits.set_rule(
        programme=kind.programme,
        name=permit_of(kind),
        skill=said.skill,
        refuses=said.refuses,
        free_without=said.freedom,
        actor=actor,
    )
    now = clock.now()
    phases = OnTheJob.objects.filter(kind=kind, ended_at__isnull=True, until__gt=now)
    for phase in phases.select_related("member__user"):
        let(phase.member, kind, said.freedom, phase.until, actor=actor)
    held = Certificate.objects.filter(kind=kind, ended_at__isnull=True, valid_until__gt=now)
    for one in held.select_related("member__user"):
        let(one.member, kind, said.level(one.level).freedom, one.valid_until, actor=actor)


def keep_nothing(kind: CertificateKind, *, actor: str) -> None:
    """Keep nothing behind a kind any more."""
    permits.end_rule(programme=kind.programme, name=permit_of(kind), actor=actor)


def let(member: Member, kind: CertificateKind, freedom: int, until: datetime, *, actor: str) -> None:
    """Let a rep through what is kept behind a kind, until then."""
    member.programme = kind.programme
    permits.give(member=member, name=permit_of(kind), free_to=freedom, valid_until=until, actor=actor)


def shut(member: Member, kind: CertificateKind, *, actor: str) -> None:
    """Let a rep through no more, at once; what they have in hand they finish."""
    member.programme = kind.programme
    permits.end(member=member, name=permit_of(kind), actor=actor)


def uncertified(member: Member) -> str:
    """Return why a rep may take no contacts of the programme for want of a certificate, or an empty text."""
    missing = permits.missing_for_all(member)
    return f"{why(member, missing[0].removeprefix(CALLED))} {ASK}" if missing else ""


def kept_from(member: Member) -> list[str]:
    """Return what of the rep's skills is kept from them for want of a certificate, with why."""
    missing = sorted(permits.missing_for_skills(member).items())
    skills = plan_in_force(member.programme).plan.skills if missing else {}
    return [
        f"{why(member, name.removeprefix(CALLED))} No contacts for {skills.get(skill, skill)} come. {MEND}"
        for name, skill in missing
    ]


def why(member: Member, key: str) -> str:
    """Return in words what became of the rep's certificate of a kind."""
    rows = Certificate.objects.select_related("version").filter(member=member, kind__key=key)
    one = rows.filter(programme=member.programme).order_by("-granted_at", "-pk").first()
    if one is None:
        return f"You have no certificate {names_of(member.programme).kind(key)} yet."
    said, zone = kind_kept(one.version.text), member.programme.zone
    name = f"Your certificate {said.name}, {said.level(one.level).name},"
    if one.ended_how == Certificate.How.REVOKED and one.ended_at:
        return f"{name} was revoked on {one.ended_at.astimezone(zone):%-d %B %Y}: {one.revoked_because}"
    return f"{name} lapsed: its last day was {clock.last_day(one.valid_until, zone):%-d %B %Y}."
