"""Tables of practice; its rows are in the programme where people practise. The customers in it are made up."""

from django.db import models
from django.db.models import F, Q

from rapport.kit.ids import new_id


class Practice(models.Model):
    """One contact that a rep practises with; ``script`` says all that its customer will ever say."""

    class Outcome(models.TextChoices):
        """How the customer ended it."""

        STAYED = "stayed", "stayed"
        LEFT = "left", "left"

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    member = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, related_name="+")
    contact = models.OneToOneField("contacts.Contact", on_delete=models.PROTECT, related_name="+")
    persona = models.CharField(max_length=50)
    script = models.JSONField()
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=6, choices=Outcome.choices, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, outcome="")
                | (Q(ended_at__gte=F("begun_at")) & Q(outcome__in=["stayed", "left"])),
                name="ended_practice_has_an_outcome",
            ),
        ]
        indexes = [models.Index(fields=["member", "begun_at"], name="practice_by_rep")]

    def __str__(self) -> str:
        return f"{self.persona} {self.public_id}"
