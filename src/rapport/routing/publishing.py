"""Writes of plans: put on file, brought into force now or later, taken back by publishing an older one again.

A programme's plans are changed one at a time: every write takes the programme's lock first.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max

from rapport.events.actions import Happening, announce
from rapport.kit import clock
from rapport.kit.documents import note_of, plain_text
from rapport.kit.errors import Conflict, Invalid
from rapport.kit.turns import Turn, take_turns
from rapport.routing import presence
from rapport.routing.events import PlanPlanned, PlanPublished, PlanSaved
from rapport.routing.models import PlanTrial, PlanVersion
from rapport.routing.plan.reading import read_plan
from rapport.routing.versions import known_names, version_by_number, version_in_force

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme

FURTHEST = timedelta(days=366)


@transaction.atomic
def save_draft(
    *, programme: Programme, text: str, note: str = "", by: Member | None = None, actor: str = "command"
) -> PlanVersion:
    """Put a plan on file under the next number; the newest one's text again is that version.

    Raises PlanInvalid, with every fault and its line, for what is no plan of this programme.
    """
    text = plain_text(text)
    note = note_of(note)
    read_plan(text, known_names(programme))
    take_turns(Turn.PLANS, programme.pk)
    newest = PlanVersion.objects.filter(programme=programme).order_by("-number").first()
    if newest is not None and newest.text == text:
        return newest
    version = _make(programme, text, note, by)
    tell(programme, PlanSaved(version=version.number), actor)
    return version


@transaction.atomic
def publish(
    *,
    programme: Programme,
    number: int,
    instead_of: int | None,
    note: str = "",
    starts_at: datetime | None = None,
    by: Member | None = None,
    actor: str = "command",
) -> PlanVersion:
    """Bring a version into force, now or from ``starts_at`` on; one that is in force already stays so.

    ``instead_of`` is the number of the one in force which the publisher has seen: Conflict when it is another now.
    """
    take_turns(Turn.PLANS, programme.pk)
    version = version_by_number(programme, number)
    if version.state == "in_force":
        return version
    if version.state == "replaced":
        raise Conflict(f"Version {number} was in force before. To have it again, roll back to it.")
    require_seen(programme, instead_of)
    _require_none_tried(programme)
    read_plan(version.text, known_names(programme))
    version.note, version.published_by = note_of(note) or version.note, by
    if starts_at is None:
        _bring_into_force(version, actor)
    else:
        _plan_for(version, starts_at, actor)
    return version


@transaction.atomic
def call_off(*, programme: Programme, number: int, actor: str = "command") -> PlanVersion:
    """Make a version that was to be published later a draft again; a draft stays one."""
    take_turns(Turn.PLANS, programme.pk)
    version = version_by_number(programme, number)
    if version.state in ("in_force", "replaced"):
        raise Conflict(f"Version {number} is in force already, or was. Publish another in its place.")
    if version.starts_at is not None:
        version.starts_at = None
        version.save(update_fields=["starts_at"])
        tell(programme, PlanPlanned(version=number, starts_at=None), actor)
    return version


@transaction.atomic
def roll_back(
    *,
    programme: Programme,
    number: int,
    instead_of: int | None,
    note: str = "",
    by: Member | None = None,
    actor: str = "command",
) -> PlanVersion:
    """Bring the text of a version that was in force into force again, under a new number."""
    take_turns(Turn.PLANS, programme.pk)
    old = version_by_number(programme, number)
    if old.state == "in_force":
        return old
    if old.state != "replaced":
        raise Conflict(f"Version {number} was never in force; publish it instead.")
    require_seen(programme, instead_of)
    _require_none_tried(programme)
    read_plan(old.text, known_names(programme))
    version = _make(programme, old.text, note_of(note) or f"Version {number} again", by)
    version.published_by = by
    tell(programme, PlanSaved(version=version.number), actor)
    _bring_into_force(version, actor)
    return version


def due_plans(programme: Programme) -> list[tuple[Programme, int]]:
    """Return the versions whose time has come, the earliest first."""
    due = PlanVersion.objects.filter(
        programme=programme, published_at__isnull=True, starts_at__lte=clock.now()
    ).order_by("starts_at", "number")
    return [(programme, number) for number in due.values_list("number", flat=True)]


@transaction.atomic
def publish_due(due: tuple[Programme, int]) -> bool:
    """Bring a version whose time has come into force, unless it was called off meanwhile; says whether it did.

    It was checked when it was planned. What it names and is gone since then counts as nobody.
    """
    programme, number = due
    take_turns(Turn.PLANS, programme.pk)
    version = version_by_number(programme, number)
    if version.state != "planned" or version.starts_at is None or version.starts_at > clock.now():
        return False
    _bring_into_force(version, "system")
    return True


def _bring_into_force(version: PlanVersion, actor: str) -> None:
    now = clock.now()
    before = version_in_force(version.programme)
    if before is not None:
        before.replaced_at = now
        before.save(update_fields=["replaced_at"])
    version.published_at = now
    version.save(update_fields=["published_at", "published_by", "note"])
    replaces = before.number if before else None
    tell(version.programme, PlanPublished(version=version.number, replaces=replaces), actor)
    presence.wake_router(version.programme_id)


def _require_none_tried(programme: Programme) -> None:
    """Raise Conflict while a version is tried: what it is tried beside stays until the trial has ended."""
    is_open = PlanTrial.objects.filter(programme=programme, ended_at__isnull=True)
    tried = is_open.values_list("candidate__number", flat=True).first()
    if tried is not None:
        raise Conflict(f"Version {tried} is being tried on a share of contacts. End the trial first.")


def _plan_for(version: PlanVersion, starts_at: datetime, actor: str) -> None:
    if not clock.now() < starts_at <= clock.now() + FURTHEST:
        raise Invalid("Give a moment in the future, within a year.")
    version.starts_at = starts_at
    version.save(update_fields=["starts_at", "published_by", "note"])
    told = PlanPlanned(version=version.number, starts_at=starts_at.isoformat())
    tell(version.programme, told, actor)


def _make(programme: Programme, text: str, note: str, by: Member | None) -> PlanVersion:
    last = PlanVersion.objects.filter(programme=programme).aggregate(last=Max("number"))["last"] or 0
    return PlanVersion.objects.create(
        programme=programme, number=last + 1, text=text, note=note, made_by=by, made_at=clock.now()
    )


def require_seen(programme: Programme, instead_of: int | None) -> None:
    """Raise Conflict where another version is in force than the one that was seen."""
    now = version_in_force(programme)
    number = now.number if now else None
    if number != instead_of:
        raise Conflict(
            f"Version {number} was published meanwhile. Look at what it changes, then publish yours in its place."
        )


def tell(programme: Programme, happening: Happening, actor: str) -> None:
    """Announce what happened to the programme's plans; the subject is the programme."""
    audience = [f"floor:{programme.pk}"]
    announce(happening, programme=programme, subject=programme.public_id, actor=actor, audience=audience)
