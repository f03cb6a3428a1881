"""Tables of prompts."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from rapport.kit.classes import FieldClass
from rapport.kit.ids import new_id


class Kind(models.TextChoices):
    """What a prompt is about: what was heard, or what could be done next."""

    REASON = "reason"
    OBJECTION = "objection"
    COMPETITOR = "competitor"
    LEAVING = "leaving"
    DISTRESS = "distress"
    PROMISE = "promise"
    SENSITIVE = "sensitive"
    COVERED = "covered"
    NEXT = "next"
    REBUTTAL = "rebuttal"
    ARTICLE = "article"
    OFFER = "offer"


class Listening(models.Model):
    """How far a contact was heard: the newest message, by its id in its channel, that has its verdict."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    contact = models.OneToOneField("contacts.Contact", on_delete=models.CASCADE, related_name="+")
    heard_to = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.contact_id} to {self.heard_to}"


class Prompt(models.Model):
    """Something a rep is told: ``about`` is the key of what it points at, ``because`` the code of why.

    It is open until it is used, dismissed, or expired since things went on.
    """

    FIELD_CLASSES: ClassVar = {"words": FieldClass.PERSONAL}
    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    contact = models.ForeignKey("contacts.Contact", on_delete=models.CASCADE, related_name="+")
    message = models.BigIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    about = models.CharField(max_length=50, blank=True)
    rank = models.PositiveSmallIntegerField(default=0)
    sureness = models.FloatField()
    because = models.CharField(max_length=20)
    words = models.CharField(max_length=300, blank=True)
    made_at = models.DateTimeField()
    shown_at = models.DateTimeField(null=True)
    shown_to = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, null=True, related_name="+")
    used_at = models.DateTimeField(null=True)
    edited = models.BooleanField(null=True)  # whether its words went out changed; null: they did not go out
    dismissed_at = models.DateTimeField(null=True)
    expired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contact", "message", "kind", "about"], name="prompt_once"),
            models.UniqueConstraint(
                fields=["contact", "kind", "about"], condition=Q(expired_at__isnull=True), name="prompt_open_once"
            ),
            models.CheckConstraint(
                condition=Q(sureness__gte=0, sureness__lte=1), name="prompt_sureness_is_a_share"
            ),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(dismissed_at__isnull=True), name="prompt_used_or_dismissed"
            ),
        ]
        indexes = [models.Index(fields=["programme", "made_at"], name="prompt_by_time")]

    def __str__(self) -> str:
        return f"{self.kind} {self.about}"

    @property
    def is_open(self) -> bool:
        """Say whether it still stands."""
        return self.used_at is None and self.dismissed_at is None and self.expired_at is None


class OpenQuestions(models.Model):
    """What customers asked that nothing answers, as the last look found it; see prompts.unanswered.

    ``groups`` have ids of messages and places in them, and no words.
    """

    programme = models.OneToOneField("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    looked_at = models.DateTimeField()
    questions = models.PositiveIntegerField()
    unanswered = models.PositiveIntegerField()
    groups = models.JSONField()

    def __str__(self) -> str:
        return f"{self.unanswered} of {self.questions}"


class ReasonModel(models.Model):
    """A model of a programme's reasons, trained on its own contacts, and how it did on those kept aside.

    ``lessons`` is the digest of the contacts and reasons that it was trained and measured on, ``against`` the
    number of what was in use then. Its weights are kept where it was better, for as long as it is among the last.
    """

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    lessons = models.CharField(max_length=64)
    learnt = models.PositiveIntegerField()
    measured = models.PositiveIntegerField()
    against = models.PositiveIntegerField()
    is_better = models.BooleanField()
    is_taken = models.BooleanField(default=False)
    figures = models.JSONField()
    content = models.BinaryField(null=True)
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "number"], name="reason_model_number_unique"),
            models.UniqueConstraint(fields=["programme", "lessons", "against"], name="reason_model_once"),
        ]

    def __str__(self) -> str:
        return f"model {self.number}"


class ReasonsInUse(models.Model):
    """What tells a programme's reasons now: a model, or none: names and examples alone. Held: none replaces it."""

    programme = models.OneToOneField("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    model = models.ForeignKey(ReasonModel, on_delete=models.PROTECT, null=True, related_name="+")
    is_held = models.BooleanField(default=False)
    since = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.model or 'examples'}{', held' if self.is_held else ''}"
