"""Tables of what the partner is to do for customers who accepted."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from rapport.kit.classes import FieldClass
from rapport.kit.ids import new_id
from rapport.offers.choosing.models import Presentation


class Fulfilment(models.Model):
    """What the partner is to do because an offer was accepted; ``public_id`` is the key that goes with every try.

    ``under_way`` while an answer is waited for: one that is found so was cut off, and may have been done. Without
    a ``connector`` the partner's program fetches it.
    """

    class State(models.TextChoices):
        """What is known of it."""

        WAITING = "waiting"
        DONE = "done"
        REFUSED = "refused"
        FAILED = "failed"
        UNKNOWN = "unknown"

    FIELD_CLASSES: ClassVar = {"sent": FieldClass.PERSONAL, "said": FieldClass.PERSONAL}
    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    presentation = models.OneToOneField(Presentation, on_delete=models.CASCADE, related_name="fulfilment")
    contact = models.ForeignKey("contacts.Contact", on_delete=models.CASCADE, related_name="+")
    connector = models.CharField(max_length=50, blank=True)
    sent = models.JSONField(default=dict)
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    under_way = models.BooleanField(default=False)
    is_uncertain = models.BooleanField(default=False)
    status = models.PositiveSmallIntegerField(null=True)
    said = models.CharField(max_length=300, blank=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="waiting", settled_at__isnull=True)
                | (~Q(state="waiting") & Q(settled_at__isnull=False, under_way=False)),
                name="fulfilment_settled_once_known",
            ),
        ]
        indexes = [
            models.Index(fields=["programme", "asked_at"], condition=~Q(state="done"), name="fulfilments_to_do")
        ]

    def __str__(self) -> str:
        return f"fulfilment {self.pk}"
