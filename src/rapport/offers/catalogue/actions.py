"""Writes of offers: drafts, what a second person says to them, publishing, withdrawing, the programme's rules.

A programme's offers are changed one at a time: every write takes its turn first.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from rapport.events.actions import Happening, announce
from rapport.kit import clock, versions
from rapport.kit.documents import note_of, plain_text
from rapport.kit.drawing import new_key
from rapport.kit.errors import Conflict, Invalid
from rapport.kit.turns import Turn, take_turns
from rapport.offers import events
from rapport.offers.catalogue import queries
from rapport.offers.catalogue.definition import offer_kept, read_offer, read_rules
from rapport.offers.models import KeptOffer, OfferRules, OfferVersion

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
    actor: str = "command",
) -> OfferVersion:
    """Put a draft on file. ``instead_of`` is the newest version that was seen; None: a new offer."""
    text, note = plain_text(text), note_of(note)
    offer = read_offer(text, queries.known_names(programme))
    versions.require_key(key, "An offer")
    take_turns(Turn.OFFERS, programme.pk)
    made, is_new = versions.put_on_file(
        OfferVersion,
        programme=programme,
        key=key,
        called="an offer",
        instead_of=instead_of,
        told={"name": offer.name, "text": text, "note": note},
        by=by,
    )
    if is_new:
        _tell(made.offer, events.OfferSaved(offer=key, version=made.number), actor)
    return made


@transaction.atomic
def submit(*, row: KeptOffer, number: int, by: Member | None = None, actor: str = "command") -> None:
    """Hand in the newest version, to be approved."""
    version = versions.in_turn(Turn.OFFERS, OfferVersion, row, number)
    if versions.hand_in(version, by=by):
        _tell(row, events.OfferSubmitted(offer=row.key, version=number), actor)


@transaction.atomic
def send_back(*, row: KeptOffer, number: int, because: str, actor: str) -> None:
    """Make a version that was handed in a draft again, with what is to be put right."""
    versions.send_back(versions.in_turn(Turn.OFFERS, OfferVersion, row, number), because=because)
    _tell(row, events.OfferReturned(offer=row.key, version=number), actor)


@transaction.atomic
def approve(*, row: KeptOffer, number: int, by: Member, actor: str) -> None:
    """Approve a version that was handed in, as somebody who neither wrote it nor handed it in."""
    if versions.approve(versions.in_turn(Turn.OFFERS, OfferVersion, row, number), by=by):
        _tell(row, events.OfferApproved(offer=row.key, version=number), actor)


@transaction.atomic
def publish(
    *,
    row: KeptOffer,
    number: int,
    starts_at: datetime | None = None,
    flag_because: str = "",
    actor: str = "command",
) -> OfferVersion:
    """Have an approved version live, now or from ``starts_at`` on.

    One that is better for newcomers than what a customer of ten years may have is flagged, and needs a reason.
    """
    version = versions.in_turn(Turn.OFFERS, OfferVersion, row, number)
    versions.require_publishable(version, starts_at)
    live = queries.live_versions(row.programme).filter(offer=row).first()
    if live is not None and live.pk == version.pk:
        return version
    read_offer(version.text, queries.known_names(row.programme))
    flag = queries.flag_on(row.programme, row.key, offer_kept(version.text))
    because = note_of(flag_because)
    if flag is not None and not because:
        raise Invalid(f"{flag.words} Offer the loyal ones as much, or say why not.")
    version.flagged, version.flag_because = (flag.words[:300], because) if flag else ("", "")
    version.live_from = starts_at or clock.now()
    version.save(update_fields=["live_from", "flagged", "flag_because"])
    _tell_published(version, actor)
    return version


@transaction.atomic
def call_off(*, row: KeptOffer, number: int, actor: str) -> None:
    """Have a version that was to be live later wait again."""
    version = versions.in_turn(Turn.OFFERS, OfferVersion, row, number)
    if versions.call_off(version):
        _tell_published(version, actor)


@transaction.atomic
def withdraw(*, row: KeptOffer, actor: str) -> None:
    """Offer it to nobody any more; what is on a table stays there, what was accepted is fulfilled."""
    take_turns(Turn.OFFERS, row.programme_id)
    row.refresh_from_db()
    for version in versions.planned(row.versions.all()):
        versions.call_off(version)
        _tell_published(version, actor)
    if row.withdrawn_at is None or queries.live_versions(row.programme).filter(offer=row).exists():
        row.withdrawn_at = clock.now()
        row.save(update_fields=["withdrawn_at"])
        _tell(row, events.OfferWithdrawn(offer=row.key), actor)


@transaction.atomic
def change_rules(
    *, programme: Programme, text: str, changes: int | None = None, by: Member | None = None, actor: str
) -> OfferRules:
    """Say how the programme chooses offers; ``changes`` is the count that was seen."""
    text = plain_text(text)
    read_rules(text, queries.known_names(programme))
    take_turns(Turn.OFFERS, programme.pk)
    row = ensure_rules(programme)
    if changes is not None and changes != row.changes:
        raise Conflict("Somebody changed the rules meanwhile. Look at theirs, then save yours.")
    if row.text != text:
        row.text, row.changes = text, row.changes + 1
        row.changed_by, row.changed_at = by, clock.now()
        row.save()
        told = events.OfferRulesChanged(changes=row.changes)
        announce(told, programme=programme, subject=programme.public_id, actor=actor)
    return row


@transaction.atomic
def ensure_rules(programme: Programme) -> OfferRules:
    """Return the programme's rules of offers as they are kept, which draw who is offered nothing."""
    told = {"key": new_key(), "changed_at": clock.now()}
    row, _ = OfferRules.objects.get_or_create(programme=programme, defaults=told)
    return row


def _tell_published(version: OfferVersion, actor: str) -> None:
    row, since = version.offer, version.live_from.isoformat() if version.live_from else None
    told = events.OfferPublished(
        offer=row.key, version=version.number, live_from=since, flagged=bool(version.flagged)
    )
    _tell(row, told, actor)


def _tell(row: KeptOffer, happening: Happening, actor: str) -> None:
    announce(happening, programme=row.programme, subject=row.public_id, actor=actor)
