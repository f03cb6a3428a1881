"""Writes of kinds of certificates: drafts, what a second person says to them, publishing, withdrawing.

A programme's kinds are changed one at a time: every write takes its turn first.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.db import transaction

from rapport.events.actions import Happening, announce
from rapport.kit import clock, versions
from rapport.kit.documents import note_of, plain_text
from rapport.kit.errors import Invalid
from rapport.kit.turns import Turn, take_turns
from rapport.learning.certification import events, gates, queries
from rapport.learning.certification.definition import read_kind
from rapport.learning.certification.models import CertificateKind, CertificateKindVersion
from rapport.routing.queries import skill_keys

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme

KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


@transaction.atomic
def save_draft(
    *,
    programme: Programme,
    key: str,
    text: str,
    instead_of: int | None,
    note: str = "",
    by: Member | None = None,
    actor: str,
) -> CertificateKindVersion:
    """Put a draft on file. ``instead_of`` is the newest version that was seen; None: a new kind."""
    text, note = plain_text(text), note_of(note)
    said = read_kind(text)
    if not KEY.fullmatch(key):
        raise Invalid("A certificate's key has up to 40 small letters, digits, - and _.")
    if said.skill and said.skill not in skill_keys(programme):
        raise Invalid(f"The plan of routing knows no skill {said.skill!r}.")
    if any(key in level.certificates for level in said.levels):
        raise Invalid("A certificate does not ask for itself.")
    take_turns(Turn.CERTIFICATES, programme.pk)
    row = CertificateKind.objects.filter(programme=programme, key=key).first()
    last = row.versions.order_by("-number").first() if row else None
    versions.require_seen(last, instead_of, key, "a certificate")
    if last is not None and last.text == text:
        return last
    kept = row or CertificateKind.objects.create(programme=programme, key=key, made_at=clock.now())
    made = CertificateKindVersion.objects.create(
        programme=programme,
        kind=kept,
        number=last.number + 1 if last else 1,
        name=said.name,
        text=text,
        note=note,
        made_by=by,
        made_at=clock.now(),
    )
    _tell(kept, events.KindSaved(kind=key, version=made.number), actor)
    return made


@transaction.atomic
def submit(*, row: CertificateKind, number: int, by: Member | None = None, actor: str) -> None:
    """Hand in the newest version, to be approved."""
    if versions.hand_in(_turn(row, number), by=by):
        _tell(row, events.KindSubmitted(kind=row.key, version=number), actor)


@transaction.atomic
def send_back(*, row: CertificateKind, number: int, because: str, actor: str) -> None:
    """Make a version that was handed in a draft again, with what is to be put right."""
    versions.send_back(_turn(row, number), because=because)
    _tell(row, events.KindReturned(kind=row.key, version=number), actor)


@transaction.atomic
def approve(*, row: CertificateKind, number: int, by: Member, actor: str) -> None:
    """Approve a version that was handed in, as somebody who neither wrote it nor handed it in."""
    if versions.approve(_turn(row, number), by=by):
        _tell(row, events.KindApproved(kind=row.key, version=number), actor)


@transaction.atomic
def publish(*, row: CertificateKind, number: int, actor: str) -> CertificateKindVersion:
    """Have an approved version live: what it keeps is kept from this moment on, from who holds none."""
    version = _turn(row, number)
    versions.require_publishable(version)
    live = queries.live_version(row)
    if live is not None and live.pk == version.pk:
        return version
    version.live_from = clock.now()
    version.save(update_fields=["live_from"])
    if row.withdrawn_at is not None:
        row.withdrawn_at = None
        row.save(update_fields=["withdrawn_at"])
    gates.keep(row, queries.said_by(version), actor=actor)
    _tell(row, events.KindPublished(kind=row.key, version=number), actor)
    return version


@transaction.atomic
def withdraw(*, row: CertificateKind, actor: str) -> None:
    """Grant and ask for no certificate of the kind any more; those that there are stay on file."""
    take_turns(Turn.CERTIFICATES, row.programme_id)
    row.refresh_from_db()
    if row.withdrawn_at is None:
        row.withdrawn_at = clock.now()
        row.save(update_fields=["withdrawn_at"])
        gates.keep_nothing(row, actor=actor)
        _tell(row, events.KindWithdrawn(kind=row.key), actor)


def _turn(row: CertificateKind, number: int) -> CertificateKindVersion:
    """Take the turn, then return the version as it is now."""
    take_turns(Turn.CERTIFICATES, row.programme_id)
    row.refresh_from_db()
    return versions.numbered(row.versions.all(), number)


def _tell(row: CertificateKind, happening: Happening, actor: str) -> None:
    announce(happening, programme=row.programme, subject=row.public_id, actor=actor)
