"""Tables of guides."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from rapport.guides.connectors.models import Connector, Transaction
from rapport.guides.library.models import (
    LibraryEntry,
    LibraryExample,
    LibrarySpelling,
    LibraryTerm,
    LibraryUse,
    LibraryVersion,
)
from rapport.guides.trials.models import WordsShown, WordsTrial
from rapport.kit import clock
from rapport.kit.classes import FieldClass

__all__ = [
    "Alone",
    "Connector",
    "Guide",
    "GuideVersion",
    "LibraryEntry",
    "LibraryExample",
    "LibrarySpelling",
    "LibraryTerm",
    "LibraryUse",
    "LibraryVersion",
    "Progress",
    "Transaction",
    "WordsShown",
    "WordsTrial",
]


class Guide(models.Model):
    """A guide: what outlives its versions. ``name`` is that of the version in force; retired ones serve nobody."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=50)
    name = models.CharField(max_length=120)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "key"], name="guide_key_unique")]

    def __str__(self) -> str:
        return self.name


class GuideVersion(models.Model):
    """A guide as it was written once; its text never changes. Its author may not be who approves it.

    In force is the version of a guide with the latest ``starts_at`` that has come. None: it was not published.
    """

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    guide = models.ForeignKey(Guide, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    text = models.TextField()
    note = models.CharField(max_length=200, blank=True)
    made_by = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    submitted_by = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    returned_because = models.CharField(max_length=200, blank=True)
    approved_by = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)
    starts_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["guide", "number"], name="version_number_unique"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | (~Q(approved_by=F("made_by")) & ~Q(approved_by=F("submitted_by"))),
                name="guide_approved_by_another",
            ),
            models.CheckConstraint(
                condition=Q(starts_at__isnull=True) | Q(approved_at__isnull=False, published_at__isnull=False),
                name="guide_approved_before_published",
            ),
        ]
        indexes = [models.Index(fields=["programme", "guide", "-starts_at"], name="guide_in_force")]

    def __str__(self) -> str:
        return f"version {self.number}"

    @property
    def state(self) -> str:
        """Draft, submitted, approved, planned or published (in force now, or once)."""
        if self.starts_at is not None:
            return "published" if self.starts_at <= clock.now() else "planned"
        if self.approved_at is not None:
            return "approved"
        return "draft" if self.submitted_at is None else "submitted"


class Progress(models.Model):
    """How far a contact is through its guide: ``state`` and ``told`` together are what guides.state writes.

    ``here`` is the step it stood at after its last move ("end" when through), and ``steps`` what had come of each
    step that was required or seen: done, left_out, open, or only seen. ``drawn`` are the words on trial that it
    goes by, as guides.trials.drawing keeps them.
    """

    FIELD_CLASSES: ClassVar = {"told": FieldClass.PERSONAL, "open_because": FieldClass.PERSONAL}
    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    contact = models.OneToOneField("contacts.Contact", on_delete=models.CASCADE, related_name="+")
    version = models.ForeignKey(GuideVersion, on_delete=models.PROTECT, related_name="+")
    began_at = models.DateTimeField()
    state = models.JSONField(default=dict)
    told = models.JSONField(default=dict)
    drawn = models.JSONField(default=dict)
    required = models.PositiveSmallIntegerField()
    covered = models.PositiveSmallIntegerField(default=0)
    here = models.CharField(max_length=50, blank=True)
    steps = models.JSONField(default=dict)
    open_because = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(covered__lte=F("required")), name="covered_within_required")
        ]

    def __str__(self) -> str:
        return f"{self.covered} of {self.required}"


class Alone(models.Model):
    """A customer who goes, or went, through a version alone; ``step`` is where that ended."""

    class Outcome(models.TextChoices):
        """How it ended: at the end of the guide, with a person, or left."""

        SERVED = "served"
        PERSON = "person"
        LEFT = "left"

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    contact = models.OneToOneField("contacts.Contact", on_delete=models.CASCADE, related_name="+")
    version = models.ForeignKey(GuideVersion, on_delete=models.PROTECT, related_name="+")
    moved_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    step = models.CharField(max_length=50, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="", ended_at__isnull=True) | (~Q(outcome="") & Q(ended_at__isnull=False)),
                name="alone_ends_with_an_outcome",
            )
        ]
        indexes = [models.Index(fields=["programme", "moved_at"], condition=Q(outcome=""), name="guide_alone_now")]

    def __str__(self) -> str:
        return f"{self.contact_id} alone"
