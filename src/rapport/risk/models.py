"""Tables of leave risk."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from rapport.kit.classes import FieldClass


class RiskRules(models.Model):
    """How a programme learns who leaves: the attribute of the file that says so with which words, within how many
    days it is to be foretold, and the attributes that are not learnt from.
    """

    programme = models.OneToOneField("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    attribute = models.CharField(max_length=100, blank=True)
    values = models.JSONField(default=list)
    days = models.PositiveSmallIntegerField(default=60)
    left_out = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(days__gte=7, days__lte=365), name="risk_within_a_year"),
        ]

    def __str__(self) -> str:
        return f"{self.attribute} within {self.days} days"


class RiskModel(models.Model):
    """A model of who leaves, learnt on customers as they were, and measured on how they were later.

    ``figures`` has its quality, that of the plainer ways and of the model in use then, each on the same customers.
    ``lessons`` is the digest of what it learnt from and was measured on. Its weights are kept while it is in use.
    """

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    learnt = models.PositiveIntegerField()
    measured = models.PositiveIntegerField()
    as_of = models.DateTimeField()
    lessons = models.CharField(max_length=64)
    is_taken = models.BooleanField()
    is_in_use = models.BooleanField()
    figures = models.JSONField()
    content = models.BinaryField(null=True)
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "number"], name="risk_model_number"),
            models.UniqueConstraint(fields=["programme", "lessons"], name="risk_model_once"),
            models.UniqueConstraint(
                fields=["programme"], condition=Q(is_in_use=True), name="one_risk_model_in_use"
            ),
            models.CheckConstraint(
                condition=Q(is_in_use=False) | Q(content__isnull=False), name="risk_model_in_use_is_kept"
            ),
        ]

    def __str__(self) -> str:
        return f"model {self.number}"


class RiskScore(models.Model):
    """A customer's risk by the model in use, from 0 to 1, and what raises it the most."""

    FIELD_CLASSES: ClassVar = {"score": FieldClass.PERSONAL, "raising": FieldClass.PERSONAL}
    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    customer = models.OneToOneField("customers.Customer", on_delete=models.CASCADE, related_name="+")
    model = models.ForeignKey(RiskModel, on_delete=models.PROTECT, related_name="+")
    score = models.FloatField()
    raising = models.JSONField(default=list)
    scored_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(score__gte=0, score__lte=1), name="risk_is_a_share"),
        ]
        indexes = [models.Index(fields=["programme", "score"], name="risk_by_score")]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.score:.0%}"


class RiskDrift(models.Model):
    """How far customers were from those the model in use was learnt from, by feature (``""``: the risk itself)."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    model = models.ForeignKey(RiskModel, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    customers = models.PositiveIntegerField()
    by_feature = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["programme", "at"], name="risk_drift_by_time")]

    def __str__(self) -> str:
        return f"{self.model_id} at {self.at}"
