"""Tables of sales."""

from typing import ClassVar

from django.db import models

from rapport.kit.classes import FieldClass
from rapport.kit.ids import new_id

PERSONAL = FieldClass.PERSONAL


class Sale(models.Model):
    """Something sold to a customer, as the partner tells of it; ``as_of`` is the time of the row that counts.

    ``digest`` tells two rows of the same time apart, so that either order of them ends the same.
    """

    FIELD_CLASSES: ClassVar = {
        "key": PERSONAL,
        "holding": PERSONAL,
        "product": PERSONAL,
        "seller": PERSONAL,
        "seller_name": PERSONAL,
        "sold_on": PERSONAL,
        "digest": PERSONAL,
    }
    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    customer = models.ForeignKey("customers.Customer", on_delete=models.CASCADE, related_name="sales")
    key = models.CharField(max_length=100)
    holding = models.CharField(max_length=100, blank=True)
    product = models.CharField(max_length=100)
    seller = models.CharField(max_length=100, blank=True)
    seller_name = models.CharField(max_length=200, blank=True)
    team = models.CharField(max_length=100, blank=True)
    channel = models.CharField(max_length=50, blank=True)
    campaign = models.CharField(max_length=100, blank=True)
    sold_on = models.DateField()
    as_of = models.DateTimeField()
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "key"], name="sale_key_unique")]
        indexes = [
            models.Index(fields=["customer", "sold_on"], name="sale_by_customer"),
            models.Index(fields=["programme", "team", "sold_on"], name="sale_by_team"),
        ]

    def __str__(self) -> str:
        return f"{self.product} sold {self.sold_on}"
