"""Writes of guides: drafted, submitted, approved by a second person, published now or later, rolled back.

A programme's guides are changed one at a time: every write takes the programme's turn first. What is in force is a
matter of the clock, so a version whose time has come needs nobody to bring it into force.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, Max, OuterRef

from rapport.events.actions import Happening, announce
from rapport.guides import events, playing
from rapport.guides.definition.reading import GuideInvalid, read_guide
from rapport.guides.definition.rules import Guide
from rapport.guides.models import Guide as Kept
from rapport.guides.models import GuideVersion, Progress
from rapport.guides.trials.drawing import on_now
from rapport.guides.versions import (
    guide_by_key,
    known_names,
    overlap,
    read_version,
    version_by_number,
    version_in_force,
)
from rapport.kit import clock
from rapport.kit.documents import located, note_of, plain_text
from rapport.kit.errors import Conflict, Invalid
from rapport.kit.lines import lines_of
from rapport.kit.turns import Turn, take_turns

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme

FURTHEST = timedelta(days=366)
WHICHEVER = -1  # whatever is in force is replaced


def key_of(name: str) -> str:
    """Return a name as keys are written."""
    return re.sub(r"[^a-z0-9_-]+", "-", name.lower())[:50].strip("-_") or "guide"


@transaction.atomic
def save_draft(
    *,
    programme: Programme,
    text: str,
    key: str = "",
    based_on: int | None = None,
    note: str = "",
    by: Member | None = None,
    actor: str = "command",
) -> GuideVersion:
    """Put a guide on file as the next version; the newest one's text again is that version.

    ``key`` is of the guide it belongs to, which may be a new one. ``based_on`` is the number of the version it was
    made of: Conflict where somebody saved another meanwhile. Raises GuideInvalid with every fault and its line.
    Cases that come out otherwise are for :func:`submit` to refuse.
    """
    text, note = plain_text(text), note_of(note)
    guide = read_guide(text, known_names(programme))
    if key and guide.key and key != guide.key:
        raise Invalid(f"The text is of the guide {guide.key!r}, not of {key!r}.")
    take_turns(Turn.GUIDES, programme.pk)
    kept, _ = Kept.objects.get_or_create(
        programme=programme, key=key or guide.key or key_of(guide.name), defaults={"name": guide.name}
    )
    newest = kept.versions.order_by("-number").first()
    if newest is not None and newest.text == text:
        return newest
    if based_on is not None and newest is not None and newest.number != based_on:
        raise Conflict(f"Version {newest.number} was saved meanwhile. Look at what it changes, then save yours.")
    version = _make(kept, text, note, by)
    _tell(version, events.GuideSaved(guide=kept.key, version=version.number), actor)
    return version


@transaction.atomic
def submit(
    *, programme: Programme, key: str, number: int, by: Member | None = None, actor: str = "command"
) -> GuideVersion:
    """Give a draft to a second person to look at; again changes nothing."""
    version = _locked(programme, key, number)
    if version.state != "draft":
        return version
    _require_sound(programme, version)
    version.submitted_by, version.submitted_at, version.returned_because = by, clock.now(), ""
    version.save(update_fields=["submitted_by", "submitted_at", "returned_because"])
    _tell(version, events.GuideSubmitted(guide=key, version=number), actor)
    return version


@transaction.atomic
def send_back(
    *,
    programme: Programme,
    key: str,
    number: int,
    because: str = "",
    by: Member | None = None,
    actor: str = "command",
) -> GuideVersion:
    """Make a version that was submitted or approved a draft again; one that was published stays."""
    version = _locked(programme, key, number)
    if version.starts_at is not None:
        raise Conflict(f"Version {number} is published, or to be. Call that off, or publish another in its place.")
    version.submitted_by = version.submitted_at = version.approved_by = version.approved_at = None
    version.returned_because = note_of(because)
    version.save(update_fields=["submitted_by", "submitted_at", "approved_by", "approved_at", "returned_because"])
    _tell(version, events.GuideReturned(guide=key, version=number), actor)
    return version


@transaction.atomic
def approve(*, programme: Programme, key: str, number: int, by: Member, actor: str = "command") -> GuideVersion:
    """Agree to a version that somebody else wrote and submitted; again changes nothing."""
    version = _locked(programme, key, number)
    if version.approved_at is not None:
        return version
    if version.state != "submitted":
        raise Conflict(f"Version {number} is a draft. Submit it first.")
    if by.pk in (version.made_by_id, version.submitted_by_id):
        raise Conflict("Somebody else has to approve it: you wrote or submitted this version.")
    version.approved_by, version.approved_at = by, clock.now()
    version.save(update_fields=["approved_by", "approved_at"])
    _tell(version, events.GuideApproved(guide=key, version=number), actor)
    return version


@transaction.atomic
def publish(
    *,
    programme: Programme,
    key: str,
    number: int,
    starts_at: datetime | None = None,
    instead_of: int | None = WHICHEVER,
    by: Member | None = None,
    actor: str = "command",
) -> GuideVersion:
    """Bring an approved version into force, now or from ``starts_at`` on; one that is so already stays.

    ``instead_of`` is the number of the one in force which the publisher has seen: Conflict when it is another now.
    """
    version = _locked(programme, key, number)
    if version.state == "published":
        if (now := version_in_force(version.guide)) is not None and now.number == number:
            return version
        raise Conflict(f"Version {number} was in force before. To have it again, roll back to it.")
    if version.state not in ("approved", "planned"):
        raise Conflict(f"Version {number} is not approved. Somebody else has to look at it first.")
    if starts_at is not None and not clock.now() < starts_at <= clock.now() + FURTHEST:
        raise Invalid("Give a moment in the future, within a year.")
    _require_seen(version.guide, instead_of)
    return _put_in_force(programme, version, starts_at, by, actor)


@transaction.atomic
def call_off(*, programme: Programme, key: str, number: int, actor: str = "command") -> GuideVersion:
    """Take back that a version will be published; it stays approved."""
    version = _locked(programme, key, number)
    if version.state == "published":
        raise Conflict(f"Version {number} is in force already, or was. Publish another in its place.")
    if version.state == "planned":
        version.starts_at = version.published_at = version.published_by = None
        version.save(update_fields=["starts_at", "published_at", "published_by"])
        _tell(version, events.GuidePlanned(guide=key, version=number, starts_at=None), actor)
    return version


@transaction.atomic
def roll_back(
    *,
    programme: Programme,
    key: str,
    number: int,
    instead_of: int | None = WHICHEVER,
    by: Member | None = None,
    actor: str = "command",
) -> GuideVersion:
    """Bring the text of a version that was in force into force again, under a new number."""
    old = _locked(programme, key, number)
    if old.state != "published":
        raise Conflict(f"Version {number} was never in force; publish it instead.")
    if (now := version_in_force(old.guide)) is not None and now.number == number:
        return old
    _require_seen(old.guide, instead_of)
    version = _make(old.guide, old.text, f"Version {number} again", old.made_by)
    version.submitted_by, version.submitted_at = old.submitted_by, clock.now()
    version.approved_by, version.approved_at = old.approved_by, clock.now()
    version.save(update_fields=["submitted_by", "submitted_at", "approved_by", "approved_at"])
    return _put_in_force(programme, version, None, by, actor)


@transaction.atomic
def install(
    *, programme: Programme, text: str, key: str = "", note: str = "", actor: str = "command"
) -> GuideVersion:
    """Put a guide on file and in force at once: for whoever runs the machine, and what a programme begins with.

    The text in force again changes nothing.
    """
    version = save_draft(programme=programme, text=text, key=key, note=note, actor=actor)
    kept = version.guide
    if (now := version_in_force(kept)) is not None and now.number == version.number:
        return version
    _require_sound(programme, version)
    moment = clock.now()
    version.submitted_at = version.submitted_at or moment
    version.approved_at = version.approved_at or moment
    version.save(update_fields=["submitted_at", "approved_at"])
    return _put_in_force(programme, version, None, None, actor)


@transaction.atomic
def retire(
    *, programme: Programme, key: str, is_retired: bool = True, by: Member | None = None, actor: str = "command"
) -> None:
    """Let a guide serve no new contact, or serve again; contacts that began with it go on."""
    take_turns(Turn.GUIDES, programme.pk)
    kept = guide_by_key(programme, key)
    if (kept.retired_at is not None) == is_retired:
        return
    kept.retired_at = clock.now() if is_retired else None
    if not is_retired and (now := version_in_force(kept)) is not None:
        _require_no_tie(programme, now, clock.now())
    kept.save(update_fields=["retired_at"])
    told = events.GuideRetired(guide=key, is_retired=is_retired)
    announce(told, programme=programme, subject=programme.public_id, actor=actor, audience=_audience(programme))


@transaction.atomic
def delete(*, programme: Programme, key: str, number: int | None = None, actor: str = "command") -> None:
    """Delete a draft, or a whole guide; Conflict for what was ever published or a contact goes by."""
    take_turns(Turn.GUIDES, programme.pk)
    kept = guide_by_key(programme, key)
    meant = kept.versions.all() if number is None else kept.versions.filter(pk=version_by_number(kept, number).pk)
    if meant.filter(starts_at__isnull=False).exists() or Progress.objects.filter(version__in=meant).exists():
        raise Conflict("It was published, so it stays on file. Retire the guide to have it serve nobody any more.")
    meant.delete()
    if not kept.versions.exists():
        kept.delete()
    told = events.GuideDeleted(guide=key, version=number)
    announce(told, programme=programme, subject=programme.public_id, actor=actor, audience=_audience(programme))


def _locked(programme: Programme, key: str, number: int) -> GuideVersion:
    take_turns(Turn.GUIDES, programme.pk)
    return version_by_number(guide_by_key(programme, key), number)


def _make(kept: Kept, text: str, note: str, by: Member | None) -> GuideVersion:
    last = kept.versions.aggregate(last=Max("number"))["last"] or 0
    return GuideVersion.objects.create(
        programme_id=kept.programme_id,
        guide=kept,
        number=last + 1,
        text=text,
        note=note,
        made_by=by,
        made_at=clock.now(),
    )


def _require_sound(programme: Programme, version: GuideVersion) -> Guide:
    """Return the guide; GuideInvalid where a name is gone since it was saved, or one of its cases fails."""
    known = known_names(programme)
    guide = read_guide(version.text, known)
    if failed := playing.failures(guide, known):
        raise GuideInvalid(located(lines_of(version.text), failed))
    return guide


def _put_in_force(
    programme: Programme, version: GuideVersion, starts_at: datetime | None, by: Member | None, actor: str
) -> GuideVersion:
    guide = _require_sound(programme, version)
    now = clock.now()
    _require_no_tie(programme, version, starts_at or now)
    _require_tried_words(version, guide)
    version.published_by, version.published_at, version.starts_at = by, now, starts_at or now
    version.save(update_fields=["published_by", "published_at", "starts_at"])
    key = version.guide.key
    if starts_at is not None:
        planned = events.GuidePlanned(guide=key, version=version.number, starts_at=starts_at.isoformat())
        _tell(version, planned, actor)
        return version
    Kept.objects.filter(pk=version.guide_id).update(name=guide.name)
    version.guide.name = guide.name
    _tell(version, events.GuidePublished(guide=key, version=version.number), actor)
    return version


def _require_seen(kept: Kept, instead_of: int | None) -> None:
    """Raise Conflict where another version is in force than the one that was seen."""
    now = version_in_force(kept)
    number = now.number if now else None
    if instead_of not in (WHICHEVER, number):
        raise Conflict(
            f"Version {number} was published meanwhile. Look at what it changes, then publish yours in its place."
        )


def _require_no_tie(programme: Programme, version: GuideVersion, since: datetime) -> None:
    """Raise Conflict where another guide, in force then or later, is for the same contacts and as particular."""
    mine = read_version(version).for_
    others = GuideVersion.objects.select_related("guide").filter(
        programme=programme, starts_at__isnull=False, guide__retired_at__isnull=True
    )
    replaced = Exists(
        GuideVersion.objects.filter(
            guide=OuterRef("guide"), starts_at__gt=OuterRef("starts_at"), starts_at__lte=since
        )
    )
    for other in others.exclude(guide=version.guide_id).exclude(replaced).defer("text"):
        if overlap(mine, read_version(other).for_):
            raise Conflict(
                f"{other.guide.name!r} (version {other.number}) is for the same contacts and as particular. "
                "Give one of the two a reason, segment, channel or language of its own, or retire it."
            )


def _require_tried_words(version: GuideVersion, guide: Guide) -> None:
    """Raise Conflict where the version would change words that are on trial now."""
    for trial in on_now(version.programme).filter(guide=version.guide_id):
        step = guide.by_key.get(trial.step)
        if step is None or step.words != trial.words[0]:
            words = "End it first, or leave them as they are."
            raise Conflict(f"The words of {trial.step!r} are on trial {trial.number}. {words}")


def _tell(version: GuideVersion, happening: Happening, actor: str) -> None:
    told = version.programme
    announce(happening, programme=told, subject=told.public_id, actor=actor, audience=_audience(told))


def _audience(programme: Programme) -> list[str]:
    return [f"floor:{programme.pk}"]
