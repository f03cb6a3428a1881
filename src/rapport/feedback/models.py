"""Tables of what customers say."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from rapport.kit.classes import FieldClass


class Survey(models.Model):
    """The customer's answers about one contact; ``answered_at`` is the time of the first."""

    FIELD_CLASSES: ClassVar = {"comment": FieldClass.PERSONAL}
    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    contact = models.OneToOneField("contacts.Contact", on_delete=models.CASCADE, related_name="survey")
    invited_at = models.DateTimeField()
    rating = models.PositiveSmallIntegerField(null=True, blank=True)
    resolved = models.BooleanField(null=True, blank=True)
    comment = models.CharField(max_length=1000, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(rating__isnull=True) | Q(rating__gte=1, rating__lte=5), name="rating_from_1_to_5"
            ),
        ]
        indexes = [
            models.Index(
                fields=["programme", "answered_at"], condition=~Q(comment=""), name="survey_with_comment"
            ),
        ]

    def __str__(self) -> str:
        return f"survey of {self.contact_id}"
