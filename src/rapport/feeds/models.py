"""Tables of feeds."""

from django.db import models

from rapport.kit.ids import new_id


class Contract(models.Model):
    """What a partner and we agreed a feed to be; ``terms`` reads its TOML text."""

    class State(models.TextChoices):
        """Whether what arrives is loaded."""

        RUNNING = "running"
        STOPPED = "stopped"

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    feed = models.CharField(max_length=20)
    text = models.TextField()
    version = models.PositiveIntegerField(default=1)
    since = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    stopped_at = models.DateTimeField(null=True, blank=True)
    late_since = models.DateTimeField(null=True, blank=True)
    last_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "feed"], name="one_contract_per_feed")]

    def __str__(self) -> str:
        return self.feed


class Delivery(models.Model):
    """One arrival or one day's sending. ``why`` holds codes and words, never what a row says."""

    class Verdict(models.TextChoices):
        """What became of it."""

        TAKEN = "taken"
        QUARANTINED = "quarantined"
        SENT = "sent"

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    feed = models.CharField(max_length=20)
    at = models.DateTimeField()
    actor = models.CharField(max_length=100)
    file = models.CharField(max_length=200, blank=True)
    size = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    rows = models.BigIntegerField(default=0)
    bad = models.BigIntegerField(default=0)
    contract_version = models.PositiveIntegerField(null=True, blank=True)
    verdict = models.CharField(max_length=12, choices=Verdict.choices)
    why = models.JSONField(default=list)
    kept = models.CharField(max_length=300, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["programme", "feed", "-at"], name="deliveries_by_feed")]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "feed", "actor", "file"],
                condition=models.Q(verdict="sent"),
                name="one_sending_a_day",
            )
        ]

    def __str__(self) -> str:
        return f"{self.feed} {self.at:%Y-%m-%d %H:%M}"


class Decision(models.Model):
    """Somebody let a feed run again, stopped it, or accepted one file, and said why."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="decisions")
    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    what = models.CharField(max_length=10)
    at = models.DateTimeField()
    actor = models.CharField(max_length=100)
    reason = models.CharField(max_length=500)

    def __str__(self) -> str:
        return self.what
