"""Writes of kinds of certificates: drafts, what a second person says to them, publishing, withdrawing.

A programme's kinds are changed one at a time: every write takes its turn first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from rapport.events.actions import Happening, announce
from rapport.kit import versions
from rapport.kit.documents import note_of, plain_text
from rapport.kit.errors import Invalid
from rapport.kit.turns import Turn, take_turns
from rapport.learning.certification import events, gates, queries
from rapport.learning.certification.definition import read_kind
from rapport.learning.certification.models import CertificateKind, CertificateKindVersion
from rapport.routing.queries import skill_keys

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme


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
    versions.require_key(key, "A certificate")
    if said.skill and said.skill not in skill_keys(programme):
        raise Invalid(f"The plan of routing knows no skill {said.skill!r}.")
    if any(key in level.certificates for level in said.levels):
        raise Invalid("A certificate does not ask for itself.")
    take_turns(Turn.CERTIFICATES, programme.pk)
    made, is_new = versions.put_on_file(
        CertificateKindVersion,
        programme=programme,
        key=key,
        called="a certificate",
        instead_of=instead_of,
        told={"name": said.name, "text": text, "note": note},
        by=by,
    )
    if is_new:
        _tell(made.kind, events.KindSaved(kind=key, version=made.number), actor)
    return made


@transaction.atomic
def submit(*, row: CertificateKind, number: int, by: Member | None = None, actor: str) -> None:
    """Hand in the newest version, to be approved."""
    if versions.hand_in(versions.in_turn(Turn.CERTIFICATES, CertificateKindVersion, row, number), by=by):
        _tell(row, events.KindSubmitted(kind=row.key, version=number), actor)


@transaction.atomic
def send_back(*, row: CertificateKind, number: int, because: str, actor: str) -> None:
    """Make a version that was handed in a draft again, with what is to be put right."""
    versions.send_back(versions.in_turn(Turn.CERTIFICATES, CertificateKindVersion, row, number), because=because)
    _tell(row, events.KindReturned(kind=row.key, version=number), actor)


@transaction.atomic
def approve(*, row: CertificateKind, number: int, by: Member, actor: str) -> None:
    """Approve a version that was handed in, as somebody who neither wrote it nor handed it in."""
    if versions.approve(versions.in_turn(Turn.CERTIFICATES, CertificateKindVersion, row, number), by=by):
        _tell(row, events.KindApproved(kind=row.key, version=number), actor)


@transaction.atomic
def publish(*, row: CertificateKind, number: int, actor: str) -> CertificateKindVersion:
    """Have an approved version live: what it keeps is kept from this moment on, from who holds none."""
    version = versions.in_turn(Turn.CERTIFICATES, CertificateKindVersion, row, number)
    if not versions.go_live(version, row, queries.live_version(row)):
        return version
    gates.keep(row, queries.said_by(version), actor=actor)
    _tell(row, events.KindPublished(kind=row.key, version=number), actor)
    return version


@transaction.atomic
def withdraw(*, row: CertificateKind, actor: str) -> None:
    """Grant and ask for no certificate of the kind any more; those that there are stay on file."""
    take_turns(Turn.CERTIFICATES, row.programme_id)
    if versions.withdraw(row):
        gates.keep_nothing(row, actor=actor)
        _tell(row, events.KindWithdrawn(kind=row.key), actor)


def _tell(row: CertificateKind, happening: Happening, actor: str) -> None:
    announce(happening, programme=row.programme, subject=row.public_id, actor=actor)
