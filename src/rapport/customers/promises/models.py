"""Tables of promises."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from rapport.kit.classes import FieldClass
from rapport.kit.ids import new_id

PERSONAL = FieldClass.PERSONAL


class State(models.TextChoices):
    """What became of a promise."""

    OPEN = "open"
    KEPT = "kept"
    LATE = "late", "Kept late"
    BROKEN = "broken"
    WITHDRAWN = "withdrawn"


class Promiser(models.TextChoices):
    """Who made a promise."""

    REP = "rep", "A rep"
    SELLER = "seller", "Who sold it"
    SYSTEM = "system", "The system"


CALL_BACK = "call_back"
"""The kind that, with a time, is a call-back in line then."""
OTHER = "other"
"""The kind of a promise of which nothing else is said; it is never retired."""


class Evidence(models.TextChoices):
    """What shows that a promise came out as it did."""

    NOTE = "note", "somebody's note"
    CONTACT = "contact", "a contact with the customer"
    EVENT = "event", "what the system did"
    FEED = "feed", "the partner's feed"
    TIME = "time", "nobody said that it was kept"


class PromiseKind(models.Model):
    """What promises of a programme are about: when one is due and who keeps it, where nobody says otherwise.

    One that ``moves_forward`` puts its customer before others in the queue on its day, where the plan says so.
    """

    class Unit(models.TextChoices):
        """What its time is counted in."""

        DAYS = "days"
        HOURS = "hours"

    class KeptBy(models.TextChoices):
        """Who keeps it."""

        REP = "rep", "the rep who promises"
        TEAM = "team", "the rep's team"
        PARTNER = "partner", "the partner"

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=20)
    name = models.CharField(max_length=60)
    position = models.PositiveSmallIntegerField(default=0)
    due_in = models.PositiveSmallIntegerField()
    due_unit = models.CharField(max_length=5, choices=Unit.choices, default=Unit.DAYS)
    kept_by = models.CharField(max_length=10, choices=KeptBy.choices, default=KeptBy.REP)
    moves_forward = models.BooleanField(default=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "key"], name="promise_kind_key_unique"),
            models.UniqueConstraint("programme", Lower("name"), name="promise_kind_name_unique"),
            models.CheckConstraint(condition=Q(due_in__gte=1, due_in__lte=365), name="promise_kind_due_in"),
            models.CheckConstraint(
                condition=~Q(key=OTHER) | Q(retired_at__isnull=True), name="promise_kind_other_stays"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def due_words(self) -> str:
        """How long it usually takes, such as ``5 days``."""
        return f"{self.due_in} {self.due_unit if self.due_in > 1 else self.due_unit[:-1]}"


class Promise(models.Model):
    """Something the customer was told would be done, and by when.

    ``due_by`` is the instant it has to be done by: the time told, else the end of ``due_on``. Its keeper is a
    member, a team, or, where neither is named, the partner. ``number`` is its place among its sale's promises.
    """

    FIELD_CLASSES: ClassVar = {"what": PERSONAL, "note": PERSONAL, "product": PERSONAL}
    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    customer = models.ForeignKey("customers.Customer", on_delete=models.CASCADE, related_name="promises")
    by = models.CharField(max_length=10, choices=Promiser.choices)
    made_by = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, null=True, related_name="+")
    contact_id = models.BigIntegerField(null=True, blank=True)
    sale = models.ForeignKey("customers.Sale", on_delete=models.CASCADE, null=True, related_name="promises")
    number = models.PositiveSmallIntegerField(null=True)
    offer = models.UUIDField(null=True)
    kind = models.CharField(max_length=20, default=OTHER)
    product = models.CharField(max_length=100, blank=True)
    what = models.CharField(max_length=300)
    made_at = models.DateTimeField()
    due_on = models.DateField()
    due_by = models.DateTimeField()
    has_time = models.BooleanField(default=False)
    keeper = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, null=True, related_name="+")
    keeping_team = models.ForeignKey("accounts.Team", on_delete=models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, null=True, related_name="+")
    evidence = models.CharField(max_length=10, choices=Evidence.choices, blank=True)
    note = models.CharField(max_length=300, blank=True)
    warned_at = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state=State.OPEN, settled_at__isnull=True, evidence="")
                | (~Q(state=State.OPEN) & Q(settled_at__isnull=False) & ~Q(evidence="")),
                name="promise_settled_with_evidence",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.KEPT, settled_at__gt=F("due_by"))
                & ~Q(state=State.LATE, settled_at__lte=F("due_by")),
                name="promise_late_after_due",
            ),
            models.CheckConstraint(
                condition=Q(keeper__isnull=True) | Q(keeping_team__isnull=True), name="promise_has_one_keeper"
            ),
            models.UniqueConstraint(fields=["sale", "number"], name="promise_once_per_sale"),
        ]
        indexes = [
            models.Index(fields=["programme", "due_by"], condition=Q(state=State.OPEN), name="promise_open"),
            models.Index(fields=["keeper", "due_by"], condition=Q(state=State.OPEN), name="promise_of_keeper"),
            models.Index(fields=["customer", "due_by"], name="promise_by_customer"),
        ]

    def __str__(self) -> str:
        return self.what

    @property
    def is_open(self) -> bool:
        """Whether it is still to be kept."""
        return self.state == State.OPEN

    @property
    def origin(self) -> str:
        """Where it was made: with a sale, with an offer, in a contact, or beside all of them (``file``)."""
        if self.sale_id:
            return "sale"
        if self.offer:
            return "offer"
        return "contact" if self.contact_id else "file"

    @property
    def promiser_words(self) -> str:
        """Who promised it, for people."""
        if self.made_by is not None:
            return self.made_by.name
        if self.sale is not None:
            return self.sale.seller_name or self.sale.seller or "who sold it"
        return "the system"

    @property
    def keeper_words(self) -> str:
        """Who keeps it, for people."""
        if self.keeper is not None:
            return self.keeper.name
        return str(self.keeping_team) if self.keeping_team is not None else "the partner"
