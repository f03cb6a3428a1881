"""The table of returns."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from rapport.kit.classes import FieldClass
from rapport.kit.ids import new_id
from rapport.quality.repeats.rules import Cause, Sign

CAUSES = [
    (Cause.TRAINING.value, "Training"),
    (Cause.ACCESS.value, "Access"),
    (Cause.ROUTING.value, "Routing"),
    (Cause.OTHER_MATTER.value, "Another matter"),
    (Cause.UNCLEAR.value, "Unclear"),
]
SIGNS = [
    (Sign.OTHER_REASON.value, "came back about something else"),
    (Sign.WAITS_FOR_PARTNER.value, "something was promised that the partner has to do"),
    (Sign.WAITS_FOR_TEAM.value, "something was promised that another team has to do"),
    (Sign.HANDED_ON.value, "was handed on from rep to rep"),
    (Sign.OTHER_QUEUE.value, "stood in another queue the second time"),
    (Sign.POINTS_OPEN.value, "required touch points were left open"),
    (Sign.SAID_RESOLVED.value, "was marked as resolved, and was not"),
    (Sign.NOTHING.value, "nothing on file shows why"),
]


class Return(models.Model):
    """A customer's next contact soon after the ``first``; ``cause`` is a person's where ``laid_by`` is there.

    ``came_at`` is when that next one arrived, which lists go by.
    """

    FIELD_CLASSES: ClassVar = {"note": FieldClass.PERSONAL}
    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    first = models.OneToOneField("contacts.Contact", on_delete=models.CASCADE, related_name="+")
    next = models.ForeignKey("contacts.Contact", on_delete=models.CASCADE, related_name="+")
    came_at = models.DateTimeField()
    found_at = models.DateTimeField()
    sign = models.CharField(max_length=20, choices=SIGNS)
    cause = models.CharField(max_length=12, choices=CAUSES)
    laid_by = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, null=True, related_name="+")
    laid_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=300, blank=True)
    mended_at = models.DateTimeField(null=True)
    mended_by = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(laid_by__isnull=True, laid_at__isnull=True)
                | Q(laid_by__isnull=False, laid_at__isnull=False),
                name="laid_by_somebody_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(mended_by__isnull=True, mended_at__isnull=True)
                | Q(mended_by__isnull=False, mended_at__isnull=False),
                name="mended_by_somebody_at_a_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["programme", "cause", "-came_at", "-id"],
                condition=Q(mended_at__isnull=True),
                name="return_to_mend",
            )
        ]

    def __str__(self) -> str:
        return f"return after {self.first_id}"
