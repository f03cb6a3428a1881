"""Tables of what customers may be offered."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from rapport.kit.ids import new_id
from rapport.kit.versions import Version, by_two


class OfferRules(models.Model):
    """How a programme chooses offers, as its text says; ``key`` draws who is offered nothing."""

    programme = models.OneToOneField("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    text = models.TextField(blank=True)
    key = models.CharField(max_length=64)
    changes = models.PositiveIntegerField(default=0)
    changed_by = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"rules of {self.programme_id}"


class KeptOffer(models.Model):
    """An offer through all its versions."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    key = models.CharField(max_length=40)
    made_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "key"], name="offer_key_unique")]

    def __str__(self) -> str:
        return self.key


class OfferVersion(Version):
    """An offer as it was written once. ``flagged`` says what of it is better for newcomers, and ``flag_because``
    why it is published all the same.
    """

    document: ClassVar[str] = "offer"
    offer = models.ForeignKey(KeptOffer, on_delete=models.CASCADE, related_name="versions")
    name = models.CharField(max_length=120)
    text = models.TextField()
    flagged = models.CharField(max_length=300, blank=True)
    flag_because = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            *by_two("offer", "offer"),
            models.CheckConstraint(
                condition=Q(live_from__isnull=True) | Q(flagged="") | ~Q(flag_because=""),
                name="offer_flag_has_reason",
            ),
        ]
        indexes = [models.Index(fields=["offer", "live_from"], name="offer_version_live")]


class Allowance(models.Model):
    """What is left of an offer's stock, or of its budget of a month: ``held`` is on tables, ``used`` accepted."""

    class Of(models.TextChoices):
        """What is counted: times, or minor units of a month."""

        STOCK = "stock"
        BUDGET = "budget"

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    offer = models.ForeignKey(KeptOffer, on_delete=models.CASCADE, related_name="allowances")
    of = models.CharField(max_length=6, choices=Of.choices)
    month = models.DateField(null=True)
    most = models.BigIntegerField()
    held = models.BigIntegerField(default=0)
    used = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["offer", "of", "month"], name="allowance_once", nulls_distinct=False),
            models.CheckConstraint(
                condition=Q(held__gte=0, used__gte=0, most__gte=F("held") + F("used")), name="never_oversold"
            ),
            models.CheckConstraint(
                condition=Q(of="stock", month__isnull=True) | Q(of="budget", month__isnull=False),
                name="budget_is_of_a_month",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.of} of {self.offer_id}"
