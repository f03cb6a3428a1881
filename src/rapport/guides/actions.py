"""Writes of guides. Callers have fetched the contact by the gate that lets them act on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max

from rapport.events.actions import announce
from rapport.guides.events import GuideBegun, GuideClosed, GuidePublished, StepTicked, StepUnticked
from rapport.guides.models import Guide, GuideVersion, Progress
from rapport.guides.queries import live_version_for
from rapport.guides.steps import Step, read_steps, write_steps
from rapport.kit import clock, redaction
from rapport.kit.errors import Conflict, Invalid, NotFound

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme
    from rapport.contacts.models import Contact, Reason

IN_HAND = ("active", "wrap_up")


@transaction.atomic
def publish(
    *,
    programme: Programme,
    reason: Reason | None,
    name: str,
    steps: Sequence[dict[str, str]],
    actor: str = "system",
) -> GuideVersion:
    """Make ``steps`` the live version of the reason's guide; the same steps again change nothing.

    Raises Invalid, naming the step, where one cannot be used. Contacts already begun keep their version.
    """
    read = write_steps(read_steps(list(steps)))
    guide, _ = Guide.objects.select_for_update().get_or_create(
        programme=programme, reason=reason, defaults={"name": name}
    )
    newest = guide.versions.order_by("-number").first()
    if newest is not None and newest.steps == read:
        return newest
    version = GuideVersion.objects.create(
        programme=programme,
        guide=guide,
        number=(guide.versions.aggregate(last=Max("number"))["last"] or 0) + 1,
        steps=read,
        published_at=clock.now(),
    )
    announce(
        GuidePublished(guide=guide.name, version=version.number),
        programme=programme,
        subject=programme.public_id,
        actor=actor,
    )
    return version


@transaction.atomic
def begin(contact: Contact, *, actor: str) -> Progress | None:
    """Give the contact the live version of its reason's guide, once; None where there is no guide."""
    found = Progress.objects.select_related("version__guide").filter(contact=contact).first()
    if found is not None:
        return found
    version = live_version_for(contact)
    if version is None:
        return None
    progress, is_new = Progress.objects.get_or_create(
        contact=contact,
        defaults={
            "programme_id": contact.programme_id,
            "version": version,
            "began_at": clock.now(),
            "required": len(_required(version)),
        },
    )
    if is_new:
        _tell(contact, GuideBegun(guide=version.guide.name, version=version.number), actor)
    return progress


@transaction.atomic
def follow_reason(contact: Contact, *, actor: str) -> Progress | None:
    """Begin the guide of the contact's reason anew, if nothing of the one before was ticked."""
    Progress.objects.filter(contact=contact, ticked={}).delete()
    return begin(contact, actor=actor)


@transaction.atomic
def tick(*, member: Member, contact: Contact, step: str) -> Progress:
    """Mark a step as done; ticking it again changes nothing."""
    progress = _locked(contact, f"member:{member.pk}")
    _step(progress.version, step)
    if step not in progress.ticked:
        progress.ticked[step] = clock.now().isoformat()
        _save(progress)
        _tell(contact, StepTicked(step=step), f"member:{member.pk}")
    return progress


@transaction.atomic
def untick(*, member: Member, contact: Contact, step: str) -> Progress:
    """Take a tick back; taking it back again changes nothing."""
    progress = _locked(contact, f"member:{member.pk}")
    _step(progress.version, step)
    if progress.ticked.pop(step, None) is not None:
        _save(progress)
        _tell(contact, StepUnticked(step=step), f"member:{member.pk}")
    return progress


@transaction.atomic
def close(contact: Contact, *, actor: str, because: str = "") -> None:
    """Settle the guide when the contact is wrapped up; required touch points left open need ``because``."""
    if begin(contact, actor=actor) is None:
        return
    progress = Progress.objects.select_for_update().get(contact=contact)
    because = redaction.clean(because.strip())
    if progress.covered < progress.required and not because:
        raise Invalid("Required touch points are open. Tick them, or say in a few words why they were left out.")
    if len(because) > 300:
        raise Invalid("Keep the reason for open touch points under 300 characters.")
    progress.open_because = because if progress.covered < progress.required else ""
    progress.save(update_fields=["open_because"])
    closed = GuideClosed(required=progress.required, covered=progress.covered)
    _tell(contact, closed, actor)


def _locked(contact: Contact, actor: str) -> Progress:
    if contact.state not in IN_HAND:
        raise Conflict("This contact is closed, so its guide cannot be changed any more.")
    if begin(contact, actor=actor) is None:
        raise NotFound("There is no guide for this contact.")
    return Progress.objects.select_for_update(of=("self",)).select_related("version").get(contact=contact)


def _required(version: GuideVersion) -> list[Step]:
    return [step for step in read_steps(version.steps) if step.is_required]


def _step(version: GuideVersion, key: str) -> Step:
    found = next((step for step in read_steps(version.steps) if step.key == key), None)
    if found is None:
        raise NotFound("This step is not in the version of the guide that the contact began with.")
    return found


def _save(progress: Progress) -> None:
    progress.covered = sum(step.key in progress.ticked for step in _required(progress.version))
    progress.save(update_fields=["ticked", "covered"])


def _tell(contact: Contact, happening: Any, actor: str) -> None:
    audience = [f"floor:{contact.programme_id}"]
    if contact.rep_id is not None:
        audience.append(f"member:{contact.rep_id}")
    announce(happening, programme=contact.programme, subject=contact.public_id, actor=actor, audience=audience)
