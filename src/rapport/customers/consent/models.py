"""Tables of consent."""

from django.db import models
from django.db.models import F, Q


class Barred(models.TextChoices):
    """How a customer does not want to be contacted."""

    ANY = "any", "Not at all"
    PHONE = "phone", "Not by telephone"
    EMAIL = "email", "Not by e-mail"
    CHAT = "chat", "Not by message"
    POST = "post", "Not by post"


class Source(models.TextChoices):
    """Who said so."""

    REP = "rep", "said to a rep"
    FILE = "file", "in the partner's file"


class ContactBar(models.Model):
    """That a customer is not to be contacted in a way; the row without an end counts now."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey("customers.Customer", on_delete=models.CASCADE, related_name="bars")
    channel = models.CharField(max_length=10, choices=Barred.choices)
    source = models.CharField(max_length=10, choices=Source.choices)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "channel"], condition=Q(until__isnull=True), name="barred_once_per_channel"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="bar_ends_after_it_begins"
            ),
        ]
        indexes = [
            models.Index(fields=["programme", "channel"], condition=Q(until__isnull=True), name="barred_now")
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.channel}"
