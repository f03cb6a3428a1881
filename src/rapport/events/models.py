"""The event log's table."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Event(models.Model):
    """Something that happened; ``id`` is the cursor readers remember."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    name = models.CharField(max_length=60)
    subject = models.UUIDField()
    actor = models.CharField(max_length=120)
    data = models.JSONField(default=dict)
    audience = ArrayField(models.CharField(max_length=80), default=list)

    class Meta:
        indexes = [
            models.Index(fields=["programme", "subject", "id"], name="event_by_subject"),
            models.Index(fields=["programme", "name", "at"], name="event_by_name"),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.name}"
