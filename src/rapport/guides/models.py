"""Tables of guides."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from rapport.guides.library.models import (
    LibraryEntry,
    LibraryExample,
    LibrarySpelling,
    LibraryTerm,
    LibraryVersion,
)
from rapport.kit.classes import FieldClass

__all__ = [
    "Guide",
    "GuideVersion",
    "LibraryEntry",
    "LibraryExample",
    "LibrarySpelling",
    "LibraryTerm",
    "LibraryVersion",
    "Progress",
]


class Guide(models.Model):
    """The guide of a reason; the one without a reason serves every reason that has none of its own."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    reason = models.ForeignKey("contacts.Reason", on_delete=models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=100)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "reason"], name="one_guide_per_reason", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return self.name


class GuideVersion(models.Model):
    """One published state of a guide; never changed again. ``steps`` is as guides.steps writes it."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    guide = models.ForeignKey(Guide, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    steps = models.JSONField()
    published_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["guide", "number"], name="version_number_unique")]

    def __str__(self) -> str:
        return f"version {self.number}"


class Progress(models.Model):
    """How far a contact is through its guide. ``ticked`` has the instant of each ticked step by its key."""

    FIELD_CLASSES: ClassVar = {"open_because": FieldClass.PERSONAL}
    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    contact = models.OneToOneField("contacts.Contact", on_delete=models.CASCADE, related_name="+")
    version = models.ForeignKey(GuideVersion, on_delete=models.PROTECT, related_name="+")
    began_at = models.DateTimeField()
    ticked = models.JSONField(default=dict)
    required = models.PositiveSmallIntegerField()
    covered = models.PositiveSmallIntegerField(default=0)
    open_because = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(covered__lte=F("required")), name="covered_within_required")
        ]

    def __str__(self) -> str:
        return f"{self.covered} of {self.required}"
