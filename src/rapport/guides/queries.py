"""Reads of guides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import F, Q, Sum

from rapport.guides.models import GuideVersion, Progress
from rapport.guides.steps import Step, read_steps

if TYPE_CHECKING:
    from rapport.accounts.models import Programme
    from rapport.contacts.models import Contact


@dataclass(frozen=True, slots=True)
class StepView:
    """A step as a rep sees it on one contact."""

    step: Step
    ticked_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Say whether a required touch point is still to be done."""
        return self.step.is_required and self.ticked_at is None


@dataclass(frozen=True, slots=True)
class GuideView:
    """A guide on one contact: which version, and what is done of it."""

    name: str
    version: int
    steps: tuple[StepView, ...]
    open_because: str

    @property
    def required(self) -> int:
        """How many touch points are required."""
        return sum(view.step.is_required for view in self.steps)

    @property
    def open_required(self) -> tuple[Step, ...]:
        """The required touch points still to be done."""
        return tuple(view.step for view in self.steps if view.is_open)

    @property
    def next_key(self) -> str:
        """The key of the first step that is not ticked; empty when all are."""
        return next((view.step.key for view in self.steps if view.ticked_at is None), "")


@dataclass(frozen=True, slots=True)
class Coverage:
    """Required touch points of some contacts, and how many of them were ticked."""

    required: int
    covered: int

    @property
    def share(self) -> float | None:
        """The covered share, 0 to 1; None where nothing was required."""
        return self.covered / self.required if self.required else None


def live_version_for(contact: Contact) -> GuideVersion | None:
    """Return the newest version of the guide for the contact's reason, else of the general guide."""
    fitting = Q(guide__reason=None) | Q(guide__reason=contact.reason_id)
    return (
        GuideVersion.objects.select_related("guide")
        .filter(fitting, programme=contact.programme_id)
        .order_by(F("guide__reason").asc(nulls_last=True), "-number")
        .first()
    )


def guide_of(contact: Contact) -> GuideView | None:
    """Return the contact's guide with its ticks: the version it began with, else the live one."""
    progress = Progress.objects.select_related("version__guide").filter(contact=contact).first()
    version = progress.version if progress else live_version_for(contact)
    if version is None:
        return None
    ticked = progress.ticked if progress else {}
    return GuideView(
        name=version.guide.name,
        version=version.number,
        steps=tuple(StepView(step, _instant(ticked.get(step.key))) for step in read_steps(version.steps)),
        open_because=progress.open_because if progress else "",
    )


def coverage(programme: Programme, *, since: datetime, until: datetime) -> Coverage:
    """Return the coverage of contacts that began their guide in [since, until)."""
    sums = Progress.objects.filter(programme=programme, began_at__gte=since, began_at__lt=until).aggregate(
        required=Sum("required", default=0), covered=Sum("covered", default=0)
    )
    return Coverage(required=sums["required"], covered=sums["covered"])


def coverage_of(contacts: Iterable[Contact]) -> dict[int, Coverage]:
    """Return how far each contact that began a guide is through its required touch points, by the contact's id."""
    rows = Progress.objects.filter(contact__in=[one.pk for one in contacts])
    return {
        pk: Coverage(required, covered)
        for pk, required, covered in rows.values_list("contact_id", "required", "covered")
    }


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
