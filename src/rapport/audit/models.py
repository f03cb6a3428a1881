"""The record's tables."""

from django.db import models
from django.db.models import Q

from rapport.kit.ids import new_id


class Look(models.Model):
    """Somebody saw something of the programme. ``once`` keeps a page that refreshes itself from counting anew."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    actor = models.CharField(max_length=120)
    what = models.CharField(max_length=20)
    subject = models.UUIDField(null=True)
    about = models.CharField(max_length=300, default="")
    count = models.IntegerField(null=True)
    why = models.CharField(max_length=200, default="")
    right = models.CharField(max_length=40, default="")
    contact = models.UUIDField(null=True)
    in_hand = models.BooleanField(default=False)
    address = models.CharField(max_length=45, default="")
    once = models.CharField(max_length=200, null=True)  # noqa: DJ001 - null is not unique, "" would be

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "once"], name="look_counts_once")]
        indexes = [
            models.Index(fields=["programme", "at"], name="look_by_time"),
            models.Index(fields=["programme", "subject", "at"], name="look_by_subject"),
            models.Index(fields=["programme", "actor", "at"], name="look_by_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.actor} {self.what}"


class Refusal(models.Model):
    """Somebody who was signed in asked for what is not theirs. Kept for the alarm, not as a log."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    actor = models.CharField(max_length=120)
    status = models.PositiveSmallIntegerField()
    path = models.CharField(max_length=200)
    address = models.CharField(max_length=45, default="")

    class Meta:
        indexes = [models.Index(fields=["programme", "actor", "at"], name="refusal_by_actor")]

    def __str__(self) -> str:
        return f"{self.actor} {self.status}"


class Link(models.Model):
    """One row of a log, tied to all before it: hash = SHA-256(hash before it, the row's canonical bytes)."""

    pk = models.CompositePrimaryKey("programme_id", "log", "seq")
    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+", db_index=False)
    log = models.CharField(max_length=10)
    seq = models.BigIntegerField()
    row_id = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "log", "row_id"], name="a_row_has_one_link"),
            models.CheckConstraint(condition=Q(seq__gte=1), name="links_count_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.log} {self.seq}"


class Head(models.Model):
    """How far the chaining of a log has come.

    Every row up to ``floor`` that will ever be is linked; ``mark_…`` is the next floor, once every transaction
    that was under way when it was set has ended.
    """

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    log = models.CharField(max_length=10)
    floor = models.BigIntegerField(default=0)
    mark_id = models.BigIntegerField(null=True)
    mark_transaction = models.BigIntegerField(null=True)
    mark_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "log"], name="one_head_per_log")]

    def __str__(self) -> str:
        return f"{self.log} up to {self.floor}"


class Digest(models.Model):
    """A signed statement of the chains' last hashes. ``document`` is what was signed, to the byte."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    covers_to = models.DateTimeField()
    sealed_at = models.DateTimeField()
    document = models.TextField()
    signature = models.BinaryField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "number"], name="digests_are_numbered")]

    def __str__(self) -> str:
        return f"digest {self.number}"


class Alarm(models.Model):
    """Something that a person should judge. ``about`` is whose doing it was, ``subject`` what was touched last."""

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    cause = models.CharField(max_length=30)
    about = models.CharField(max_length=120)
    subject = models.UUIDField(null=True)
    times = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    owner = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, null=True, related_name="+")
    taken_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    finding = models.CharField(max_length=20, default="")
    words = models.TextField(default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "cause", "about"],
                condition=Q(closed_at__isnull=True),
                name="one_open_alarm_per_cause_and_person",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(owner__isnull=False), name="who_closes_an_alarm_owned_it"
            ),
        ]
        indexes = [models.Index(fields=["programme", "-last_at"], name="alarm_by_time")]

    def __str__(self) -> str:
        return f"{self.cause} {self.about}"


class AlarmRules(models.Model):
    """From when on something is an alarm on a programme; without a row the defaults of ``rapport.audit.rules``."""

    programme = models.OneToOneField("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    window_minutes = models.PositiveIntegerField()
    reveals = models.PositiveIntegerField()
    refusals = models.PositiveIntegerField()
    night_from = models.PositiveSmallIntegerField()
    night_to = models.PositiveSmallIntegerField()
    lapse_days = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"alarms of {self.programme_id}"


class Watched(models.Model):
    """A customer whose every look is an alarm: well known, or somebody who works here."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    customer = models.UUIDField()
    kind = models.CharField(max_length=10)
    since = models.DateTimeField()
    by = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "customer"], name="watched_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.customer}"
