"""Tables of what was chosen for customers, and what came of it."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from rapport.kit.classes import FieldClass
from rapport.kit.ids import new_id
from rapport.offers.catalogue.models import KeptOffer


class Policy(models.Model):
    """What outcomes had told of offers when they were looked at: the policy that choices are made by since."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    outcomes = models.PositiveIntegerField()
    content = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "number"], name="offer_policy_number")]

    def __str__(self) -> str:
        return f"learnt-{self.number}"


class Choice(models.Model):
    """What was chosen on a contact for a slot, once for each reason: every chance there was, and what was drawn.

    ``chances`` has every offer that could be drawn, and no offer (the empty key); they sum to 1. ``drawn`` is the
    one to make first. ``stuck`` is what came of it, once that is known; a later choice ``replaced`` this one.
    """

    FIELD_CLASSES: ClassVar = {"value": FieldClass.PERSONAL, "whose": FieldClass.PERSONAL}
    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    contact = models.ForeignKey("contacts.Contact", on_delete=models.CASCADE, related_name="+")
    attempt = models.ForeignKey("offers.SaveAttempt", on_delete=models.CASCADE, null=True, related_name="+")
    whose = models.CharField(max_length=254)
    slot = models.CharField(max_length=50)
    number = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=50, blank=True)
    detail = models.CharField(max_length=50, blank=True)
    segment = models.CharField(max_length=50, blank=True)
    at = models.DateTimeField()
    is_control = models.BooleanField()
    policy = models.CharField(max_length=30)
    value = models.BigIntegerField()
    chances = models.JSONField()
    weighed = models.JSONField()
    removed = models.JSONField()
    drawn = models.CharField(max_length=40, blank=True)
    replaced = models.BooleanField(default=False)
    stuck = models.BooleanField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contact", "slot", "number"], name="choice_number"),
            models.UniqueConstraint(
                fields=["contact", "slot"], condition=Q(replaced=False), name="one_choice_stands"
            ),
            models.CheckConstraint(condition=~Q(is_control=True) | Q(drawn=""), name="control_is_offered_nothing"),
        ]
        indexes = [
            models.Index(fields=["programme", "at"], name="choice_by_time"),
            models.Index(
                fields=["programme", "drawn"],
                condition=Q(stuck__isnull=False, replaced=False),
                name="choice_settled",
            ),
        ]

    def __str__(self) -> str:
        return f"choice {self.number} on {self.contact_id}"


class Presentation(models.Model):
    """An offer that was on a rep's page for a customer, and what became of it.

    ``hold`` says whether stock and budget are held or used for it, of which ``month``. ``leave`` is a
    supervisor's, for who may not grant it themselves.
    """

    class State(models.TextChoices):
        """Where it is."""

        SHOWN = "shown"
        OFFERED = "offered"
        REFUSED = "refused"
        ACCEPTED = "accepted"

    class Why(models.TextChoices):
        """Why a customer turned it down."""

        PRICE = "price", "Still too dear"
        NEED = "need", "They do not need it"
        TRUST = "trust", "They do not believe it"
        RIVAL = "rival", "They have a better one elsewhere"
        LATER = "later", "They want to think about it"
        LEAVES = "leaves", "They leave whatever is offered"
        OTHER = "other", "Another reason"

    class Hold(models.TextChoices):
        """What it takes of stock and budget."""

        NONE = ""
        HELD = "held"
        USED = "used"

    class Leave(models.TextChoices):
        """What became of asking for leave."""

        NONE = ""
        ASKED = "asked"
        GIVEN = "given"
        DENIED = "denied"

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    choice = models.ForeignKey(Choice, on_delete=models.CASCADE, related_name="presentations")
    offer = models.ForeignKey(KeptOffer, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    place = models.PositiveSmallIntegerField()
    chance = models.FloatField()
    cost = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=8, choices=State.choices, default=State.SHOWN)
    why = models.CharField(max_length=8, choices=Why.choices, blank=True)
    shown_at = models.DateTimeField()
    offered_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    member = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, null=True, related_name="+")
    hold = models.CharField(max_length=4, choices=Hold.choices, blank=True)
    held_until = models.DateTimeField(null=True)
    month = models.DateField(null=True)
    leave = models.CharField(max_length=6, choices=Leave.choices, blank=True)
    leave_by = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, null=True, related_name="+")
    leave_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["choice", "offer"], name="presented_once_a_choice"),
            models.CheckConstraint(
                condition=~Q(state="accepted") | Q(hold="used"), name="accepted_uses_stock_and_budget"
            ),
            models.CheckConstraint(
                condition=Q(hold="") | Q(month__isnull=False, held_until__isnull=False), name="held_of_a_month"
            ),
            models.CheckConstraint(condition=~Q(state="refused") | ~Q(why=""), name="refused_says_why"),
        ]
        indexes = [
            models.Index(fields=["held_until"], condition=Q(hold="held"), name="presentation_held"),
            models.Index(fields=["programme", "leave_at"], condition=Q(leave="asked"), name="presentation_leave"),
            models.Index(fields=["programme", "shown_at"], name="presentation_by_time"),
        ]

    def __str__(self) -> str:
        return f"presentation {self.pk}"
