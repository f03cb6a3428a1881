"""Tables of contacts."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from rapport.kit.classes import FieldClass
from rapport.kit.ids import new_id


class State(models.TextChoices):
    """Where a contact is in its life."""

    ARRIVED = "arrived"
    WAITING = "waiting"
    ACTIVE = "active"
    WRAP_UP = "wrap_up"
    CLOSED = "closed"
    LEFT = "left"
    SERVED = "served"
    ABANDONED = "abandoned"


class Channel(models.TextChoices):
    """How a contact reaches us."""

    CHAT = "chat"
    VOICE = "voice"


class Reason(models.Model):
    """Why customers of a programme come."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=50)
    name = models.CharField(max_length=100)
    is_offered = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "key"], name="reason_key_unique")]

    def __str__(self) -> str:
        return self.name


class Disposition(models.Model):
    """How a contact went; without a reason it fits every reason."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    reason = models.ForeignKey(Reason, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    key = models.CharField(max_length=50)
    name = models.CharField(max_length=100)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "key"], name="disposition_key_unique")]

    def __str__(self) -> str:
        return self.name


class Contact(models.Model):
    """One contact of one customer; ``queue`` is the key of the queue it stands or stood in.

    ``plan`` is the number of the plan of routing that was drawn for it, where one was being tried;
    ``answer_within_seconds`` what the queue it was first put into aimed at then; None: what the programme does.
    """

    FIELD_CLASSES: ClassVar = {
        "external_id": FieldClass.PERSONAL,
        "address": FieldClass.PERSONAL,
        "summary": FieldClass.PERSONAL,
        "value_given": FieldClass.PERSONAL,
    }
    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    external_id = models.CharField(max_length=100, null=True, blank=True)  # noqa: DJ001 (unique where known)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    direction = models.CharField(max_length=3, choices=[("in", "in"), ("out", "out")], default="in")
    address = models.CharField(max_length=254, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ARRIVED)
    customer = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, null=True, related_name="+")
    segment = models.ForeignKey("customers.Segment", on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.ForeignKey(Reason, on_delete=models.PROTECT, null=True, related_name="+")
    queue = models.CharField(max_length=50, blank=True)
    plan = models.PositiveIntegerField(null=True)
    rep = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, null=True, related_name="+")
    arrived_at = models.DateTimeField()
    queued_at = models.DateTimeField(null=True)
    placed_at = models.DateTimeField(null=True)
    answer_within_seconds = models.PositiveIntegerField(null=True)
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    transfers = models.PositiveSmallIntegerField(default=0)
    disposition = models.ForeignKey(Disposition, on_delete=models.PROTECT, null=True, related_name="+")
    resolved = models.BooleanField(null=True)
    summary = models.CharField(max_length=500, blank=True)
    value_given = models.CharField(max_length=300, blank=True)
    follows = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "external_id"],
                condition=Q(external_id__isnull=False),
                name="external_id_unique",
            ),
            models.CheckConstraint(
                condition=~Q(state="waiting") | Q(queued_at__isnull=False, placed_at__isnull=False),
                name="waiting_has_a_place",
            ),
            models.CheckConstraint(
                condition=~Q(state="closed") | Q(closed_at__isnull=False), name="closed_has_a_time"
            ),
        ]
        indexes = [
            models.Index(fields=["programme", "arrived_at"], name="contact_by_arrival"),
            models.Index(fields=["programme", "customer", "arrived_at"], name="contact_by_customer"),
            models.Index(fields=["programme", "placed_at"], condition=Q(state="waiting"), name="contact_waiting"),
            models.Index(
                fields=["rep", "state"], condition=Q(state__in=["active", "wrap_up"]), name="contact_in_hand"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.public_id}"


class Leg(models.Model):
    """The stretch a contact spent with one rep: conversation, then wrap-up. A log may not know the rep."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="legs")
    rep = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, null=True, related_name="+")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    wrapped_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contact"], condition=Q(ended_at__isnull=True), name="one_open_leg_per_contact"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")),
                name="leg_ends_after_it_starts",
            ),
        ]
        indexes = [models.Index(fields=["rep", "started_at"], name="leg_by_rep")]

    def __str__(self) -> str:
        return f"leg of {self.contact_id}"


class Transfer(models.Model):
    """A hand-over by a rep to a queue or a person, with a note for who has the contact next.

    ``done_at`` is empty until it is made: a colleague was asked first, or a rep on a call left a note for whoever
    has it next. ``rep`` is empty where a telephone system put a call through and did not say whose it was.
    """

    FIELD_CLASSES: ClassVar = {"note": FieldClass.PERSONAL}
    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    rep = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, null=True, related_name="+")
    to = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, null=True, related_name="+")
    queue = models.CharField(max_length=50)
    note = models.CharField(max_length=500, blank=True)
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"transfer of {self.contact_id}"


class FollowUp(models.Model):
    """A look back at a past contact: does its outcome still hold, and what is there to say about it?"""

    FIELD_CLASSES: ClassVar = {"comment": FieldClass.PERSONAL}
    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="follow_ups")
    member = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    holds = models.BooleanField(null=True)
    comment = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return f"follow-up of {self.contact_id}"
