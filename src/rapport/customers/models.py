"""Tables of the customer file."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from rapport.customers.consent.models import ContactBar
from rapport.customers.promises.models import Promise, PromiseKind
from rapport.customers.sales.models import Sale
from rapport.kit.classes import FieldClass
from rapport.kit.ids import new_id

__all__ = [
    "AttributeClass",
    "ContactBar",
    "ContactPoint",
    "Customer",
    "FileChange",
    "HandOver",
    "Holding",
    "OwnRep",
    "Promise",
    "PromiseKind",
    "Reveal",
    "Sale",
    "SealedValue",
    "Segment",
    "StandIn",
    "Standing",
    "Tombstone",
]

PERSONAL, SENSITIVE = FieldClass.PERSONAL, FieldClass.SENSITIVE


class Segment(models.Model):
    """A kind of customer, resolved before queueing; ``head_start_seconds`` counts as time already waited."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=50)
    name = models.CharField(max_length=100)
    head_start_seconds = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "key"], name="segment_key_unique")]

    def __str__(self) -> str:
        return self.name


class Standing(models.TextChoices):
    """Whether a customer's data may be used: as usual; kept but not used; or the person is gone."""

    ACTIVE = "active"
    RESTRICTED = "restricted"
    ERASED = "erased"


class Customer(models.Model):
    """A person or company that the partner serves.

    ``attributes`` holds what the partner tells besides, unless it is sensitive: that is in :class:`SealedValue`.
    """

    FIELD_CLASSES: ClassVar = {
        "key": PERSONAL,
        "name": PERSONAL,
        "customer_since": PERSONAL,
        "language": PERSONAL,
        "likes": PERSONAL,
        "attributes": PERSONAL,
    }
    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    key = models.CharField(max_length=100)
    name = models.CharField(max_length=200, blank=True)
    segment = models.ForeignKey(Segment, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    customer_since = models.DateField(null=True, blank=True)
    language = models.CharField(max_length=10, blank=True)
    likes = models.CharField(max_length=500, blank=True)
    attributes = models.JSONField(default=dict, blank=True)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(auto_now=True)
    standing = models.CharField(max_length=10, choices=Standing.choices, default=Standing.ACTIVE)
    standing_since = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "key"], name="customer_key_unique")]

    def __str__(self) -> str:
        if self.standing != Standing.ACTIVE:
            return f"{self.standing} customer".capitalize()
        return self.name or self.key

    @property
    def is_active(self) -> bool:
        """Whether the file may be used: it is neither restricted nor erased."""
        return self.standing == Standing.ACTIVE


class Tombstone(models.Model):
    """An erased customer's key, as a keyed digest: no file brings them back without somebody deciding so."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "digest"], name="erased_once")]

    def __str__(self) -> str:
        return f"erased {self.at}"


class FileChange(models.Model):
    """What a file said before and after it was brought up to date, by field. Erased with the customer."""

    FIELD_CLASSES: ClassVar = {"before": PERSONAL, "after": PERSONAL}
    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="changes")
    at = models.DateTimeField()
    actor = models.CharField(max_length=120)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["customer", "at"], name="file_change_by_customer")]

    def __str__(self) -> str:
        return f"change of {self.customer_id}"


class ContactPoint(models.Model):
    """A way to reach a customer; ``value`` is stored as :func:`rapport.customers.points.normal` writes it."""

    FIELD_CLASSES: ClassVar = {"value": PERSONAL}
    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="points")
    kind = models.CharField(max_length=10, choices=[("email", "e-mail"), ("phone", "telephone")])
    value = models.CharField(max_length=254)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "kind", "value"], name="point_once_per_customer")
        ]
        indexes = [models.Index(fields=["programme", "kind", "value"], name="point_lookup")]

    def __str__(self) -> str:
        return self.value


class Holding(models.Model):
    """Something the customer has with the partner: a card, a policy, a contract."""

    FIELD_CLASSES: ClassVar = {
        "key": PERSONAL,
        "product": PERSONAL,
        "label": PERSONAL,
        "opened_on": PERSONAL,
        "ends_on": PERSONAL,
        "details": PERSONAL,
    }
    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="holdings")
    key = models.CharField(max_length=100)
    product = models.CharField(max_length=100)
    label = models.CharField(max_length=100, blank=True)
    opened_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    details = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "key"], name="holding_once_per_customer")]

    def __str__(self) -> str:
        return f"{self.product} {self.label}".strip()


class AttributeClass(models.Model):
    """How much care an attribute of this name needs in a programme, as its partner declared it or we guessed."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=100)
    field_class = models.CharField(max_length=10, choices=[(one.value, one.value) for one in FieldClass])
    is_declared = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "name"], name="attribute_class_once")]

    def __str__(self) -> str:
        return f"{self.name}: {self.field_class}"


class SealedValue(models.Model):
    """A sensitive value of a customer, or of something they hold. ``sealed`` and ``finder`` are as
    :mod:`rapport.kit.sealing` writes them; ``hint`` is what everybody on the programme may see.
    """

    FIELD_CLASSES: ClassVar = {"sealed": SENSITIVE, "hint": PERSONAL, "finder": SENSITIVE}
    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="sealed")
    holding = models.ForeignKey(Holding, on_delete=models.CASCADE, null=True, related_name="sealed")
    field = models.CharField(max_length=100)
    sealed = models.TextField()
    key_id = models.CharField(max_length=40)
    hint = models.CharField(max_length=20)
    finder = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "holding", "field"], name="sealed_once", nulls_distinct=False
            )
        ]
        indexes = [
            models.Index(fields=["programme", "finder"], condition=~Q(finder=""), name="sealed_by_finder"),
            models.Index(fields=["programme", "key_id", "id"], name="sealed_by_key"),
        ]

    def __str__(self) -> str:
        return f"{self.field} {self.hint}"


class Reveal(models.Model):
    """A member's leave to see one value while they hold one contact, since ``held_since``; and why."""

    FIELD_CLASSES: ClassVar = {"note": PERSONAL}
    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    value = models.ForeignKey(SealedValue, on_delete=models.CASCADE, related_name="reveals")
    member = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, related_name="+")
    contact_id = models.BigIntegerField()
    held_since = models.DateTimeField()
    at = models.DateTimeField()
    reason = models.CharField(max_length=20)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["value", "member", "contact_id", "held_since"], name="revealed_once_per_hold"
            )
        ]

    def __str__(self) -> str:
        return f"reveal of {self.value_id}"


class OwnRep(models.Model):
    """Whose customer somebody is or was; the row without an end counts now. ``rep`` may have left since."""

    class Why(models.TextChoices):
        """What made them the own rep, or took them away."""

        ASKED = "asked", "The customer asked for them"
        KNOWS = "knows", "They know the customer"
        BALANCE = "balance", "To even out the books"
        LEFT = "left", "Their rep is leaving"
        OTHER = "other", "Another reason"
        IMPORT = "import", "The partner's file says so"
        API = "api", "The partner's program says so"

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="own_reps")
    rep = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, related_name="+")
    why = models.CharField(max_length=10, choices=Why.choices)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer"], condition=Q(until__isnull=True), name="one_own_rep_per_customer"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="own_rep_ends_after_it_begins"
            ),
        ]
        indexes = [
            models.Index(fields=["rep"], condition=Q(until__isnull=True), name="book_of_rep"),
            models.Index(fields=["customer", "since"], name="own_rep_by_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} of {self.rep_id}"


class StandIn(models.Model):
    """Who stands in for a rep, the first one first; the rows without an end count now."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    rep = models.ForeignKey("accounts.Member", on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey("accounts.Member", on_delete=models.CASCADE, related_name="+")
    position = models.PositiveSmallIntegerField()
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rep", "by"], condition=Q(until__isnull=True), name="stands_in_once_for_a_rep"
            ),
            models.UniqueConstraint(
                fields=["rep", "position"], condition=Q(until__isnull=True), name="one_stand_in_in_each_place"
            ),
            models.CheckConstraint(condition=~Q(rep=F("by")), name="nobody_stands_in_for_themselves"),
        ]

    def __str__(self) -> str:
        return f"{self.by_id} for {self.rep_id}"


class HandOver(models.Model):
    """A rep's whole book in the hands of another from the first day until the last, both included."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    rep = models.ForeignKey("accounts.Member", on_delete=models.CASCADE, related_name="+")
    to = models.ForeignKey("accounts.Member", on_delete=models.CASCADE, related_name="+")
    first_day = models.DateField()
    last_day = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")), name="hand_over_ends_after_it_begins"
            ),
            models.CheckConstraint(condition=~Q(rep=F("to")), name="nobody_hands_over_to_themselves"),
        ]
        indexes = [models.Index(fields=["programme", "last_day"], name="hand_over_by_end")]

    def __str__(self) -> str:
        return f"book of {self.rep_id} with {self.to_id}"
