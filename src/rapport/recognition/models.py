"""Tables of Rally Notes."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from rapport.kit.classes import FieldClass


class RallyNote(models.Model):
    """The letter about one local day; ``letter`` reads what ``figures``, ``people`` and ``comment`` hold."""

    class Status(models.TextChoices):
        """Where the letter is."""

        DRAFT = "draft"
        PUBLISHED = "published"

    FIELD_CLASSES: ClassVar = {"comment": FieldClass.PERSONAL}
    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT)
    figures = models.JSONField(default=list)
    people = models.JSONField(default=list)
    comment = models.JSONField(null=True, blank=True)
    tip = models.CharField(max_length=500, blank=True)
    tip_evidence = models.CharField(max_length=300, blank=True)
    tip_by = models.ForeignKey(
        "accounts.Member", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    our_news = models.CharField(max_length=1000, blank=True)
    partner_news = models.CharField(max_length=1000, blank=True)
    drafted_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        "accounts.Member", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "day"], name="one_letter_a_day"),
            models.CheckConstraint(
                condition=Q(status="draft", published_at__isnull=True)
                | Q(status="published", published_at__isnull=False),
                name="published_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"Rally Notes of {self.day}"


class RallySeen(models.Model):
    """A member has read a letter."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    note = models.ForeignKey(RallyNote, on_delete=models.CASCADE, related_name="seen")
    member = models.ForeignKey("accounts.Member", on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["note", "member"], name="read_once")]

    def __str__(self) -> str:
        return f"{self.member_id} has read {self.note_id}"
