"""Tables of the stick ledger."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from rapport.kit.classes import FieldClass
from rapport.kit.ids import new_id
from rapport.ledger.judging import DAYS, Speaks, State, Status

CODE = 50


def choices(of: type[State] | type[Status] | type[Speaks]) -> list[tuple[str, str]]:
    """Return what Django wants to know of the values."""
    return [(each.value, each.value.replace("_", " ")) for each in of]


class Terms(models.Model):
    """A programme's terms of maturity, by which claims are made from then on; none: the usual ones."""

    programme = models.OneToOneField("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    days = models.PositiveSmallIntegerField(default=DAYS)
    speaks = models.CharField(max_length=10, choices=choices(Speaks), default=Speaks.EACH)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(days__gte=1, days__lte=730), name="claims_mature_within_two_years")
        ]

    def __str__(self) -> str:
        return f"{self.days} days"


class Account(models.Model):
    """What a customer has with the partner, by the key in the feed of accounts; empty: all they have."""

    FIELD_CLASSES: ClassVar = {"holding": FieldClass.PERSONAL}
    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+")
    holding = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "holding"], name="account_once_per_customer")]

    def __str__(self) -> str:
        return self.holding or "everything"


class AccountFact(models.Model):
    """The partner's word on an account; never changed, and corrected by another with a higher sequence."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="facts", db_index=False)
    as_of = models.DateTimeField()
    sequence = models.PositiveIntegerField(default=0)
    status = models.CharField(max_length=16, choices=choices(Status))
    since = models.DateTimeField(null=True)
    heard_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "as_of", "sequence", "status", "since"],
                name="account_fact_once",
                nulls_distinct=False,
            )
        ]
        indexes = [models.Index(fields=["programme", "as_of"], name="account_fact_by_time")]

    def __str__(self) -> str:
        return f"{self.status} {self.as_of:%Y-%m-%d}"


class Claim(models.Model):
    """A save that somebody claims, with all that it is split by; ``attempt`` is the wish to leave it came from.

    ``state`` holds since ``state_at`` because of ``why``, on the partner's word as of ``evidence_at``; ``days`` is
    how long the customer is known to have stayed, up to the day it matures; ``turns`` counts its entries.
    """

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+", db_index=False)
    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    attempt = models.UUIDField()
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="claims")
    contact = models.UUIDField(null=True)
    rep = models.ForeignKey(
        "accounts.Member", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    team = models.CharField(max_length=100, blank=True)
    product = models.CharField(max_length=100, blank=True)
    reason = models.CharField(max_length=CODE, blank=True)
    detail = models.CharField(max_length=CODE, blank=True)
    offer = models.CharField(max_length=CODE, blank=True)
    offer_version = models.PositiveIntegerField(null=True)
    rebuttals = ArrayField(models.CharField(max_length=CODE), default=list)
    guide = models.CharField(max_length=CODE, blank=True)
    guide_version = models.PositiveIntegerField(null=True)
    segment = models.CharField(max_length=CODE, blank=True)
    seller = models.CharField(max_length=100, blank=True)
    selling_team = models.CharField(max_length=100, blank=True)
    channel = models.CharField(max_length=20, blank=True)
    is_control = models.BooleanField(default=False)
    cost = models.PositiveBigIntegerField(default=0)
    currency = models.CharField(max_length=3, blank=True)
    made_at = models.DateTimeField()
    made_on = models.DateField()
    matures_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=choices(State), default=State.PROVISIONAL)
    state_at = models.DateTimeField()
    why = models.CharField(max_length=20, default="claimed")
    evidence_at = models.DateTimeField(null=True)
    days = models.PositiveSmallIntegerField(default=0)
    turns = models.PositiveSmallIntegerField(default=1)
    voided_for = models.CharField(max_length=CODE, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "attempt"], name="one_claim_per_attempt"),
            models.CheckConstraint(condition=Q(matures_at__gt=F("made_at")), name="claim_matures_after_made"),
            models.CheckConstraint(condition=~Q(state=State.MADE), name="claim_is_in_a_state"),
            models.CheckConstraint(condition=Q(cost=0) | ~Q(currency=""), name="claim_cost_has_a_currency"),
        ]
        indexes = [
            models.Index(fields=["programme", "made_on"], name="claim_by_day"),
            models.Index(fields=["rep", "made_on"], name="claim_by_rep"),
            models.Index(fields=["programme", "matures_at"], condition=Q(state="provisional"), name="claim_due"),
            models.Index(fields=["programme", "matures_at"], name="claim_by_maturity"),
        ]

    def __str__(self) -> str:
        return f"claim of {self.made_on}: {self.state}"


class Posting(models.Model):
    """One line of the books: an entry (a claim and its ``turn``) has two that add up to nothing. Never changed."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+", db_index=False)
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="postings", db_index=False)
    turn = models.PositiveSmallIntegerField()
    account = models.CharField(max_length=12, choices=choices(State))
    count = models.SmallIntegerField()
    cost = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["claim", "turn", "account"], name="posting_once_per_account")
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.count:+d}"


class DayCount(models.Model):
    """How many claims made on a day are in a state, known to have stayed for so many days: kept beside the claims,
    so that a curve over millions is a sum over thousands.
    """

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+", db_index=False)
    made_on = models.DateField()
    state = models.CharField(max_length=12, choices=choices(State))
    days = models.PositiveSmallIntegerField()
    claims = models.BigIntegerField()
    cost = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "made_on", "state", "days"], name="day_count_once"),
            models.CheckConstraint(condition=Q(claims__gte=0), name="day_count_is_not_below_none"),
        ]

    def __str__(self) -> str:
        return f"{self.made_on}: {self.claims} {self.state}"


class BookCount(models.Model):
    """What the lines of an account add up to in a quarter of an hour, and in a day of UTC; first entries apart.

    Kept beside the lines, so that a month's books are a sum over thousands. Months begin with a quarter of an hour
    in every zone; what was before them is told by days.
    """

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+", db_index=False)
    is_day = models.BooleanField()
    at = models.DateTimeField()
    account = models.CharField(max_length=12, choices=choices(State))
    is_first = models.BooleanField()
    currency = models.CharField(max_length=3, blank=True)
    count = models.BigIntegerField()
    cost = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "is_day", "at", "account", "is_first", "currency"], name="book_count_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.count:+d}"


class DueCount(models.Model):
    """How many claims that mature at one moment are in a state, and why: in all, and by each value of each split.

    Kept beside the claims, so that a month's statement is a sum over thousands.
    """

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+", db_index=False)
    matures_at = models.DateTimeField()
    split = models.CharField(max_length=20, blank=True)
    key = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=12, choices=choices(State))
    why = models.CharField(max_length=20)
    claims = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "matures_at", "split", "key", "state", "why"], name="due_count_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.matures_at:%Y-%m-%d}: {self.claims} {self.state}"
