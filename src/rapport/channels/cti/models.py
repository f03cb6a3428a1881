"""Tables of telephone events."""

from typing import ClassVar

from django.db import models

from rapport.kit.classes import FieldClass


class CallEvent(models.Model):
    """One event of one call as it was sent, once; ``key`` tells those apart that a call can have several of."""

    FIELD_CLASSES: ClassVar = {"data": FieldClass.PERSONAL}
    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    call_id = models.CharField(max_length=100)
    event = models.CharField(max_length=10)
    key = models.CharField(max_length=100, blank=True)
    at = models.DateTimeField()
    received_at = models.DateTimeField()
    data = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "call_id", "event", "key"], name="call_event_once")
        ]

    def __str__(self) -> str:
        return f"{self.call_id} {self.event}"
