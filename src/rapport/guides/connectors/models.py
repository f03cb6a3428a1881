"""Tables of connectors."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from rapport.kit.classes import FieldClass
from rapport.kit.ids import new_id


class Connector(models.Model):
    """A system of the partner, as its text says; the secret is sealed."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    key = models.CharField(max_length=24)
    name = models.CharField(max_length=120)
    text = models.TextField()
    sealed_secret = models.TextField(blank=True)
    changes = models.PositiveIntegerField(default=0)
    changed_by = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "key"], name="connector_key_unique")]

    def __str__(self) -> str:
        return self.name


class Transaction(models.Model):
    """What a step of a contact's guide has done in a system: ``public_id`` is the key that goes with it.

    ``under_way`` while an answer is waited for; one that is found so was cut off, and may have been done.
    """

    class State(models.TextChoices):
        """What is known of it."""

        WAITING = "waiting"
        DONE = "done"
        REFUSED = "refused"
        FAILED = "failed"
        UNKNOWN = "unknown"

    FIELD_CLASSES: ClassVar = {
        "sent": FieldClass.PERSONAL,
        "given": FieldClass.PERSONAL,
        "said": FieldClass.PERSONAL,
    }
    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    contact = models.ForeignKey("contacts.Contact", on_delete=models.CASCADE, related_name="+")
    step = models.CharField(max_length=50)
    attempt = models.PositiveSmallIntegerField()
    connector = models.CharField(max_length=50)
    transaction = models.CharField(max_length=50)
    asked_by = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    under_way = models.BooleanField(default=False)
    is_uncertain = models.BooleanField(default=False)
    sent = models.JSONField(default=dict)
    status = models.PositiveSmallIntegerField(null=True)
    given = models.JSONField(default=dict)
    said = models.CharField(max_length=300, blank=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contact", "step", "attempt"], name="transaction_attempt_once"),
            models.UniqueConstraint(
                fields=["contact", "step"], condition=Q(state="waiting"), name="transaction_one_under_way"
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", settled_at__isnull=True)
                | (~Q(state="waiting") & Q(settled_at__isnull=False, under_way=False)),
                name="transaction_settled_once_known",
            ),
        ]
        indexes = [models.Index(fields=["programme", "connector", "-asked_at"], name="transactions_by_connector")]

    def __str__(self) -> str:
        return f"{self.connector}.{self.transaction}"
