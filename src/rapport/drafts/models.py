"""Tables of drafts."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from rapport.kit.classes import FieldClass
from rapport.kit.ids import new_id


class Service(models.Model):
    """The service that writes a programme's drafts; the secret is sealed."""

    programme = models.OneToOneField("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    base = models.CharField(max_length=200)
    model = models.CharField(max_length=100)
    guidance = models.TextField(blank=True)
    sealed_secret = models.TextField(blank=True)
    is_on = models.BooleanField(default=False)
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.base


class Draft(models.Model):
    """One draft that a rep asked for on a contact, of a ``kind``; ``problem`` is why there is none."""

    class Kind(models.TextChoices):
        """What is written: the next message, or the wrap-up's line."""

        REPLY = "reply"
        SUMMARY = "summary"

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "waiting"
        READY = "ready"
        FAILED = "failed"
        DISMISSED = "dismissed"

    FIELD_CLASSES: ClassVar = {"text": FieldClass.PERSONAL}
    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    contact = models.ForeignKey("contacts.Contact", on_delete=models.CASCADE, related_name="+")
    asked_by = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.REPLY)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    text = models.TextField(blank=True)
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contact", "kind"], condition=Q(state="waiting"), name="draft_one_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return self.state
