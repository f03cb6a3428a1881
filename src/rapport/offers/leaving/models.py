"""Tables of wishes to leave."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from rapport.kit.classes import FieldClass
from rapport.kit.ids import new_id

PERSONAL = FieldClass.PERSONAL


class LeavingReason(models.Model):
    """Why customers leave, on two levels: a reason, and what is behind it. One in use is retired, not deleted."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    key = models.CharField(max_length=50)
    name = models.CharField(max_length=100)
    position = models.PositiveSmallIntegerField(default=0)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "key"], name="leaving_reason_key_unique")]

    def __str__(self) -> str:
        return self.name


class FairSaveRules(models.Model):
    """A version of the programme's fair-save rules; the one approved last is in force. Never changed."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    text = models.TextField()
    note = models.CharField(max_length=200, blank=True)
    made_by = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    approved_by = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "number"], name="fair_save_rules_number"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=models.F("made_by")),
                name="fair_save_rules_by_two",
            ),
        ]

    def __str__(self) -> str:
        return f"version {self.number}"


class SaveAttempt(models.Model):
    """A wish to leave of one customer and product, from its being recognised to its outcome.

    ``jurisdiction`` and ``rules`` (a version's number; none: those built in) are the ones it went by; ``requests``
    counts how often the customer clearly asked to cancel; ``rep`` has it now, and at the end is the rep of record.
    ``is_control`` says whether the customer is of the share that is offered nothing; not known where nobody asked.
    """

    class Origin(models.TextChoices):
        """Who recognised it."""

        PORTAL = "portal"
        REP = "rep"
        PROMPT = "prompt"

    class State(models.TextChoices):
        """Whether it is worked."""

        OPEN = "open"
        ENDED = "ended"

    class Outcome(models.TextChoices):
        """What came of it."""

        STAYED = "stayed"
        LEFT = "left"
        UNDECIDED = "undecided"
        WITHDRAWN = "withdrawn"

    FIELD_CLASSES: ClassVar = {
        "holding": PERSONAL,
        "would_change": PERSONAL,
        "because": PERSONAL,
    }
    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+")
    product = models.CharField(max_length=100, blank=True)
    holding = models.CharField(max_length=100, blank=True)
    origin = models.CharField(max_length=10, choices=Origin.choices)
    channel = models.CharField(max_length=10)
    contact = models.ForeignKey("contacts.Contact", on_delete=models.SET_NULL, null=True, related_name="+")
    rep = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.ForeignKey(LeavingReason, on_delete=models.PROTECT, null=True, related_name="+")
    would_change = models.CharField(max_length=500, blank=True)
    jurisdiction = models.CharField(max_length=50)
    rules = models.PositiveIntegerField(null=True)
    opened_at = models.DateTimeField()
    requests = models.PositiveSmallIntegerField(default=1)
    offers_made = models.PositiveSmallIntegerField(default=0)
    first_offer_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    ended_at = models.DateTimeField(null=True)
    because = models.CharField(max_length=300, blank=True)
    offer = models.CharField(max_length=50, blank=True)
    rebuttals = models.JSONField(default=list)
    is_control = models.BooleanField(null=True)
    guide = models.CharField(max_length=50, blank=True)
    guide_version = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "product", "holding"], condition=Q(state="open"), name="one_open_save_attempt"
            ),
            models.CheckConstraint(
                condition=Q(state="open", outcome="", ended_at__isnull=True)
                | (Q(state="ended", ended_at__isnull=False) & ~Q(outcome="")),
                name="save_attempt_ends_with_an_outcome",
            ),
            models.CheckConstraint(
                condition=Q(offers_made=0, first_offer_at__isnull=True)
                | Q(offers_made__gt=0, first_offer_at__isnull=False),
                name="save_attempt_counts_from_its_first_offer",
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "opened_at"], name="save_attempt_by_customer"),
            models.Index(fields=["contact"], name="save_attempt_by_contact"),
            models.Index(fields=["programme", "opened_at"], name="save_attempt_by_time"),
            models.Index(fields=["programme", "ended_at", "outcome"], name="save_attempt_by_end"),
        ]

    def __str__(self) -> str:
        return f"{self.product or 'everything'}: {self.outcome or 'open'}"


class Cancellation(models.Model):
    """A cancellation that the customer asked for, with its certificate, and how far the partner is with it.

    ``reference`` is on the certificate; ``by`` is who pressed: the customer, or a rep for them. ``state`` is of
    the partner's side only: whatever it is, the customer has cancelled at ``at``. ``under_way`` while it is
    being sent: one that is found so was cut off, and may have been done.
    """

    class State(models.TextChoices):
        """How far the partner's system is."""

        WAITING = "waiting"
        DONE = "done"
        FAILED = "failed"

    FIELD_CLASSES: ClassVar = {"holding": PERSONAL, "said": PERSONAL}
    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    reference = models.CharField(max_length=20)
    attempt = models.OneToOneField(SaveAttempt, on_delete=models.PROTECT, related_name="cancellation")
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+")
    product = models.CharField(max_length=100, blank=True)
    holding = models.CharField(max_length=100, blank=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=10, choices=[("customer", "customer"), ("rep", "rep")])
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    under_way = models.BooleanField(default=False)
    is_uncertain = models.BooleanField(default=False)
    status = models.PositiveSmallIntegerField(null=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=120, blank=True)
    said = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "reference"], name="cancellation_reference_unique"),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=False) | ~Q(state="done"), name="cancellation_done_at_a_time"
            ),
        ]
        indexes = [
            models.Index(fields=["programme", "at"], condition=~Q(state="done"), name="cancellation_to_do"),
            models.Index(fields=["customer", "at"], name="cancellation_by_customer"),
        ]

    def __str__(self) -> str:
        return self.reference


class CancelRequest(models.Model):
    """A request to cancel of somebody we could not make sure of, kept as told until somebody has settled it."""

    class State(models.TextChoices):
        """What became of it."""

        OPEN = "open"
        HONOURED = "honoured"
        NOT_THEIRS = "not_theirs"

    FIELD_CLASSES: ClassVar = {"email": PERSONAL, "number": PERSONAL, "words": PERSONAL, "note": PERSONAL}
    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    reference = models.CharField(max_length=20)
    email = models.CharField(max_length=254, blank=True)
    number = models.CharField(max_length=100, blank=True)
    words = models.CharField(max_length=500, blank=True)
    contact = models.ForeignKey("contacts.Contact", on_delete=models.SET_NULL, null=True, related_name="+")
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "reference"], name="cancel_request_reference_unique"),
            models.CheckConstraint(
                condition=Q(state="open", settled_at__isnull=True)
                | (~Q(state="open") & Q(settled_at__isnull=False)),
                name="cancel_request_settled_at_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["programme", "due_at"], condition=Q(state="open"), name="cancel_request_open")
        ]

    def __str__(self) -> str:
        return self.reference
