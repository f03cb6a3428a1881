"""Tables of requests, holds, packages and retention rules."""

from django.db import models
from django.db.models import F, Q

from rapport.kit.ids import new_id


class Request(models.Model):
    """What a customer asked for about their data, to be answered by ``due_on``."""

    class Kind(models.TextChoices):
        """What is asked for."""

        ACCESS = "access", "a copy of their data"
        CORRECTION = "correction", "a correction"
        RESTRICTION = "restriction", "restriction"
        ERASURE = "erasure", "erasure"
        OBJECTION = "objection", "an end to a use they object to"

    class Proof(models.TextChoices):
        """How we know that it was the customer who asked."""

        CALLED_BACK = "called_back", "called back on the number on file"
        SIGNED_IN = "signed_in", "signed in with the partner"
        DOCUMENT = "document", "showed a document"
        PARTNER = "partner", "the partner passed it on"
        NONE = "none", "not checked yet"

    class Status(models.TextChoices):
        """Where the request is."""

        OPEN = "open"
        DONE = "done"
        REFUSED = "refused"

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    proof = models.CharField(max_length=12, choices=Proof.choices, default=Proof.NONE)
    note = models.CharField(max_length=300, blank=True)
    received_on = models.DateField()
    due_on = models.DateField()
    opened_by = models.CharField(max_length=120)
    opened_at = models.DateTimeField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    closed_by = models.CharField(max_length=120, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status="open", closed_at__isnull=True)
                | (~Q(status="open") & Q(closed_at__isnull=False)),
                name="closed_request_has_a_time",
            ),
            models.CheckConstraint(condition=Q(due_on__gte=F("received_on")), name="due_after_received"),
        ]
        indexes = [
            models.Index(fields=["programme", "due_on"], condition=Q(status="open"), name="request_open"),
            models.Index(fields=["customer"], name="request_by_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} by {self.due_on}"


class Hold(models.Model):
    """A customer's data must be kept, for a court or an authority; until it is lifted, or its day has passed."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+")
    why = models.CharField(max_length=300)
    placed_by = models.CharField(max_length=120)
    placed_at = models.DateTimeField()
    until = models.DateField(null=True, blank=True)
    lifted_by = models.CharField(max_length=120, blank=True)
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer"], condition=Q(lifted_at__isnull=True), name="one_hold_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"hold of {self.customer_id}"


class Package(models.Model):
    """A copy of a customer's data, made to be handed out once; then, or when it expires, its content goes.

    ``content`` is a ZIP, sealed under the key ring.
    """

    class State(models.TextChoices):
        """Where the package is."""

        MAKING = "making"
        READY = "ready"
        TAKEN = "taken"
        EXPIRED = "expired"

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="+")
    with_sensitive = models.BooleanField(default=False)
    why = models.CharField(max_length=300, blank=True)
    asked_by = models.CharField(max_length=120)
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.MAKING)
    content = models.TextField(blank=True)
    bytes_made = models.PositiveIntegerField(default=0)
    rows_made = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    taken_by = models.CharField(max_length=120, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="ready") | Q(content=""), name="only_a_ready_package_has_content"
            ),
        ]
        indexes = [models.Index(fields=["customer", "asked_at"], name="package_by_customer")]

    def __str__(self) -> str:
        return f"package {self.public_id}"


class Period(models.Model):
    """How many months a programme keeps a kind of data, and what the last night let go."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=30)
    months = models.PositiveSmallIntegerField()
    last_run_at = models.DateTimeField(null=True, blank=True)
    last_rows = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "kind"], name="one_period_a_kind"),
            models.CheckConstraint(condition=Q(months__gte=1, months__lte=600), name="period_in_bounds"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.months}"
