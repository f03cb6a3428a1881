"""Tables of sitting in."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from rapport.kit.classes import FieldClass


class SitIn(models.Model):
    """That somebody sits in on a chat, from ``since`` until ``until``; ``joined_at``: the customer knows.

    ``seen_at`` is when their page was last heard of.
    """

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    contact = models.ForeignKey("contacts.Contact", on_delete=models.CASCADE, related_name="+")
    member = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()
    seen_at = models.DateTimeField()
    joined_at = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contact", "member"], condition=Q(until__isnull=True), name="sits_in_once"
            )
        ]
        indexes = [
            models.Index(fields=["programme"], condition=Q(until__isnull=True), name="sit_in_open"),
            models.Index(fields=["member"], name="sit_in_by_member"),
        ]

    def __str__(self) -> str:
        return f"sit-in {self.pk} on {self.contact_id}"


class Whisper(models.Model):
    """What somebody who sits in wrote to the rep; ``client_id`` is the page's own key, so that it is kept once."""

    FIELD_CLASSES: ClassVar = {"text": FieldClass.PERSONAL}
    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    contact = models.ForeignKey("contacts.Contact", on_delete=models.CASCADE, related_name="+")
    member = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=500)
    client_id = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contact", "client_id"], name="whisper_once")]

    def __str__(self) -> str:
        return f"whisper on {self.contact_id}"
