"""Writes of certificates: granting, renewing, revoking, the phase on the job, and what time alone ends.

Each takes the programme's turn, so that what is looked at is what is written by.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from rapport.accounts.roles import Right
from rapport.events.actions import Happening, announce
from rapport.kit import clock
from rapport.kit.documents import plain_text
from rapport.kit.errors import Conflict, Forbidden, Invalid
from rapport.kit.turns import Turn, take_turns
from rapport.learning.certification import events, gates, queries
from rapport.learning.certification.access import access_kind, access_rep
from rapport.learning.certification.models import Certificate, CertificateKind, OnTheJob
from rapport.learning.certification.states import ends_after

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme

LONGEST_REASON = 300


@transaction.atomic
def grant(*, by: Member, rep: str, kind: str, level: int) -> Certificate:
    """Certify a rep at the level that is next, or again at theirs, once what it asks is on file.

    The rule says who is ready; a person, who is not the rep, says so. Raises Conflict for a level that is not next
    or asks for more.
    """
    row, member = _turn(by, rep, kind)
    found = _where(row, member)
    step = next((one for one in found.steps if one.level == level), None)
    if step is None:
        raise Conflict("That level is not the next one. Look again at where they stand.")
    if open_ := [one for one in step.asks if not one.is_met]:
        raise Conflict(f"{step.name} asks for more: {open_[0].what}: {open_[0].told}.")
    now, actor, before = clock.now(), f"member:{by.pk}", found.certificate
    if before is not None and before.ended_at is None:
        _end(before, Certificate.How.RENEWED if found.holds else Certificate.How.LAPSED)
    made = Certificate.objects.create(
        programme=by.programme,
        kind=row,
        version=found.version,
        member=member,
        level=level,
        evidence=[list(one) for one in step.asks],
        granted_at=now,
        granted_by=by,
        valid_until=ends_after(now, found.said.months, by.programme.zone),
    )
    phase = OnTheJob.objects.filter(kind=row, member=member, ended_at__isnull=True).first()
    if phase is not None:  # also one whose time was over a moment ago: its end would take the permit away again
        phase.kind, phase.member = row, member
        _end_phase(phase, OnTheJob.How.CERTIFIED if found.phase else OnTheJob.How.OVER, actor)
    if found.said.keeps:
        gates.let(member, row, found.said.level(level).freedom, made.valid_until, actor=actor)
    happened = events.CertificateRenewed if step.why == "renew" else events.CertificateGranted
    _tell(member, happened(member.agent_id, row.key, level, made.valid_until.isoformat()), actor)
    return made


@transaction.atomic
def revoke(*, by: Member, rep: str, kind: str, because: str) -> None:
    """Take a certificate away at once, with why; what the rep has in hand they finish."""
    row, member = _turn(by, rep, kind)
    because = " ".join(plain_text(because).split())
    if not because or len(because) > LONGEST_REASON:
        raise Invalid(f"Say why, in up to {LONGEST_REASON} characters. The rep reads it.")
    found = Certificate.objects.filter(kind=row, member=member, ended_at__isnull=True, valid_until__gt=clock.now())
    one = found.first()
    if one is None:
        raise Conflict(f"{member.name} holds no such certificate now.")
    one.revoked_by, one.revoked_because = by, because
    _end(one, Certificate.How.REVOKED)
    gates.shut(member, row, actor=f"member:{by.pk}")
    _tell(member, events.CertificateRevoked(member.agent_id, row.key, one.level), f"member:{by.pk}")


@transaction.atomic
def begin_on_the_job(*, by: Member, rep: str, kind: str) -> OnTheJob:
    """Let a rep serve without the certificate for the kind's days, with every contact to be scored."""
    row, member = _turn(by, rep, kind)
    found, now = _where(row, member), clock.now()
    if not found.said.on_the_job_days:
        raise Conflict("This certificate knows no phase on the job.")
    if found.holds or found.phase is not None:
        raise Conflict(f"{member.name} is certified, or on the job, already.")
    OnTheJob.objects.filter(kind=row, member=member, ended_at__isnull=True).update(
        ended_at=now, ended_how=OnTheJob.How.OVER
    )
    made = OnTheJob.objects.create(
        programme=by.programme,
        kind=row,
        member=member,
        begun_at=now,
        begun_by=by,
        until=now + timedelta(days=found.said.on_the_job_days),
    )
    if found.said.keeps:
        gates.let(member, row, found.said.freedom, made.until, actor=f"member:{by.pk}")
    told = events.OnTheJobBegun(member.agent_id, row.key, made.until.isoformat())
    _tell(member, told, f"member:{by.pk}")
    return made


@transaction.atomic
def stop_on_the_job(*, by: Member, rep: str, kind: str) -> None:
    """End the phase on the job without a certificate."""
    row, member = _turn(by, rep, kind)
    phase = OnTheJob.objects.filter(kind=row, member=member, ended_at__isnull=True).first()
    if phase is None:
        raise Conflict(f"{member.name} is not on the job.")
    _end_phase(phase, OnTheJob.How.STOPPED, f"member:{by.pk}")
    gates.shut(member, row, actor=f"member:{by.pk}")


def lapsed(programme: Programme) -> list[int]:
    """Return the certificates that ran out and of which that was not told."""
    rows = Certificate.objects.filter(programme=programme, ended_at__isnull=True, valid_until__lte=clock.now())
    return list(rows.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def lapse(certificate: int) -> bool:
    """Tell that a certificate ran out; it has been without effect since its moment. Say whether that was new."""
    rows = Certificate.objects.select_related("kind__programme", "member__user").select_for_update(of=("self",))
    one = rows.filter(pk=certificate, ended_at__isnull=True, valid_until__lte=clock.now()).first()
    if one is None:
        return False
    _end(one, Certificate.How.LAPSED)
    phases = OnTheJob.objects.filter(kind=one.kind, member=one.member, ended_at__isnull=True)
    if not phases.filter(until__gt=clock.now()).exists():
        gates.shut(one.member, one.kind, actor="system")
    _tell(one.member, events.CertificateLapsed(one.member.agent_id, one.kind.key, one.level), "system")
    return True


def over(programme: Programme) -> list[int]:
    """Return the phases on the job whose time is over."""
    rows = OnTheJob.objects.filter(programme=programme, ended_at__isnull=True, until__lte=clock.now())
    return list(rows.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def end_over(phase: int) -> bool:
    """End a phase on the job whose time is over; say whether that was new."""
    rows = OnTheJob.objects.select_related("kind__programme", "member__user").select_for_update(of=("self",))
    one = rows.filter(pk=phase, ended_at__isnull=True, until__lte=clock.now()).first()
    if one is None:
        return False
    one.member.programme = one.kind.programme
    _end_phase(one, OnTheJob.How.OVER, "system")
    gates.shut(one.member, one.kind, actor="system")
    return True


def _turn(by: Member, rep: str, kind: str) -> tuple[CertificateKind, Member]:
    """Take the programme's turn; return the kind and the rep, whom another than themself may certify."""
    if not by.may(Right.CERTIFY):
        raise Forbidden("Certifying people is not in your role. Ask the programme's supervisor.")
    row, member = access_kind(by.programme, kind), access_rep(by, rep)
    if member.pk == by.pk:
        raise Forbidden("Somebody else certifies you.")
    if not member.may(Right.TAKE_CONTACTS):
        raise Conflict(f"{member.name} takes no contacts here.")
    row.programme = by.programme
    take_turns(Turn.CERTIFICATES, by.programme_id)
    return row, member


def _where(row: CertificateKind, member: Member) -> queries.Standing:
    found = queries.standings(member.programme, [member], kind=row)[member.pk]
    if not found:
        raise Conflict("No certificates of this kind are granted now.")
    return found[0]


def _end(one: Certificate, how: Certificate.How) -> None:
    one.ended_at = one.valid_until if how == Certificate.How.LAPSED else clock.now()
    one.ended_how = how
    one.save(update_fields=["ended_at", "ended_how", "revoked_by", "revoked_because"])


def _end_phase(phase: OnTheJob, how: OnTheJob.How, actor: str) -> None:
    phase.ended_at, phase.ended_how = clock.now(), how
    phase.save(update_fields=["ended_at", "ended_how"])
    _tell(phase.member, events.OnTheJobEnded(phase.member.agent_id, phase.kind.key, how.value), actor)


def _tell(member: Member, happening: Happening, actor: str) -> None:
    audience = [f"floor:{member.programme_id}", f"member:{member.pk}"]
    announce(happening, programme=member.programme, subject=member.user.public_id, actor=actor, audience=audience)
