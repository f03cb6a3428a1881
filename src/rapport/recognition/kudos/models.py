"""Tables of thanks, uncommon service and milestones."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from rapport.kit.classes import FieldClass
from rapport.kit.ids import new_id

MOST_A_WEEK = 5


class Kudos(models.Model):
    """Thanks. ``week`` is the Monday of the giver's local week, ``number`` which of the week it is."""

    FIELD_CLASSES: ClassVar = {"words": FieldClass.PERSONAL}
    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    giver = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, related_name="+")
    rep = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, related_name="+")
    contact = models.ForeignKey("contacts.Contact", on_delete=models.SET_NULL, null=True, related_name="+")
    words = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    week = models.DateField()
    number = models.PositiveSmallIntegerField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(giver=F("rep")), name="no_kudos_for_oneself"),
            models.CheckConstraint(condition=Q(number__gte=1, number__lte=MOST_A_WEEK), name="kudos_are_few"),
            models.UniqueConstraint(fields=["giver", "week", "number"], name="kudos_of_a_week"),
            models.UniqueConstraint(fields=["giver", "week", "rep"], name="kudos_once_a_week_for_one"),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(words=""), name="withdrawn_kudos_say_nothing"
            ),
        ]
        indexes = [models.Index(fields=["rep", "at"], name="kudos_by_rep")]

    def __str__(self) -> str:
        return f"kudos {self.public_id}"


class Uncommon(models.Model):
    """A contact that somebody read and settled: uncommon service, or not, with one line of why.

    ``rules`` are those that found it; ``contact`` goes with its customer, the settling stays.
    """

    FIELD_CLASSES: ClassVar = {"why": FieldClass.PERSONAL}
    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    contact = models.OneToOneField("contacts.Contact", on_delete=models.SET_NULL, null=True, related_name="+")
    rep = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, related_name="+")
    rules = models.JSONField(default=list)
    confirmed = models.BooleanField()
    by = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, related_name="+")
    why = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(by=F("rep")), name="uncommon_is_settled_by_another")]
        indexes = [
            models.Index(fields=["rep", "at"], condition=Q(confirmed=True), name="uncommon_by_rep"),
            models.Index(fields=["programme", "at"], name="uncommon_by_time"),
        ]

    def __str__(self) -> str:
        return f"{'uncommon' if self.confirmed else 'not uncommon'} {self.public_id}"


class Milestone(models.Model):
    """Somebody has been here for so many months, since the day they joined."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey("accounts.Member", on_delete=models.CASCADE, related_name="+")
    months = models.PositiveSmallIntegerField()
    reached_on = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "months"], name="milestone_once")]

    def __str__(self) -> str:
        return f"{self.months} months"

    @property
    def words(self) -> str:
        """The time as people say it."""
        years, months = divmod(self.months, 12)
        return f"{years} year{'s' if years > 1 else ''}" if not months else f"{self.months} months"
