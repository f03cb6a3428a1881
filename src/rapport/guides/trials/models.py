"""Tables of words on trial."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q


class WordsTrial(models.Model):
    """Words tried beside those in force, of a step of a guide or of an entry of the library.

    ``words`` are the control's first, then the others'; each of those is for ``share`` of customers. ``metric``
    decides, ``least`` is the smallest difference in it that is worth having. ``winner`` is the place in ``words``.
    """

    class Result(models.TextChoices):
        """How a trial ended."""

        PUBLISHED = "published"
        KEPT = "kept"
        TIME_UP = "time_up"
        DROPPED = "dropped"

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    guide = models.ForeignKey("guides.Guide", on_delete=models.PROTECT, null=True, related_name="+")
    step = models.CharField(max_length=50, blank=True)
    entry = models.ForeignKey("guides.LibraryEntry", on_delete=models.PROTECT, null=True, related_name="+")
    words = models.JSONField()
    share = models.FloatField()
    key = models.CharField(max_length=64)
    metric = models.CharField(max_length=50)
    least = models.FloatField()
    units_needed = models.PositiveIntegerField()
    days = models.PositiveSmallIntegerField()
    made_by = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    begun_by = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, null=True, related_name="+")
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    result = models.CharField(max_length=10, choices=Result.choices, blank=True)
    winner = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "number"], name="words_trial_number"),
            models.UniqueConstraint(
                fields=["guide", "step"], condition=Q(ended_at__isnull=True), name="words_trial_of_step_once"
            ),
            models.UniqueConstraint(
                fields=["entry"], condition=Q(ended_at__isnull=True), name="words_trial_of_entry_once"
            ),
            models.CheckConstraint(
                condition=Q(guide__isnull=False, entry__isnull=True) | Q(guide__isnull=True, entry__isnull=False),
                name="words_trial_of_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(begun_by__isnull=True) | ~Q(begun_by=F("made_by")), name="words_trial_begun_by_another"
            ),
            models.CheckConstraint(
                condition=Q(starts_at__isnull=True) | Q(begun_by__isnull=False, ends_at__isnull=False),
                name="words_trial_begun_has_end",
            ),
        ]

    def __str__(self) -> str:
        return f"trial {self.number}"

    @property
    def state(self) -> str:
        """Proposed, on, or how it ended."""
        if self.ended_at is not None:
            return self.result
        return "proposed" if self.starts_at is None else "on"

    @property
    def others(self) -> int:
        """How many words are tried beside those in force."""
        return len(self.words) - 1

    @property
    def control_share(self) -> float:
        """The share of customers that the words in force are for."""
        return 1 - self.others * self.share

    @property
    def over_at(self) -> datetime | None:
        """When it ended, or will; None while it is proposed."""
        return self.ended_at or self.ends_at


class WordsShown(models.Model):
    """Which of the words on trial were before a rep on a contact, from when on."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    trial = models.ForeignKey(WordsTrial, on_delete=models.PROTECT, related_name="+")
    contact = models.ForeignKey("contacts.Contact", on_delete=models.CASCADE, related_name="+")
    variant = models.PositiveSmallIntegerField()
    shown_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["trial", "contact"], name="words_shown_once")]

    def __str__(self) -> str:
        return f"{self.variant} on {self.contact_id}"
