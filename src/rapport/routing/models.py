"""Tables of plans, skills, presence and offers."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from rapport.kit.classes import FieldClass
from rapport.kit.ids import new_id


class Doing(models.TextChoices):
    """What a rep does; the first group is chosen, the second follows from work."""

    OFFLINE = "offline"
    AVAILABLE = "available"
    BREAK = "break"
    MEAL = "meal"
    MEETING = "meeting"
    TRAINING = "training"
    COACHING = "coaching"
    RESERVED = "reserved"
    ON_CONTACT = "on_contact"
    WRAP_UP = "wrap_up"
    NOT_RESPONDING = "not_responding"


CHOSEN = (
    Doing.AVAILABLE,
    Doing.BREAK,
    Doing.MEAL,
    Doing.MEETING,
    Doing.TRAINING,
    Doing.COACHING,
    Doing.OFFLINE,
)
BUSY = (Doing.RESERVED, Doing.ON_CONTACT, Doing.WRAP_UP)


class PlanVersion(models.Model):
    """A programme's plan of routing as it was written once; never changed again, only brought into force and out.

    Published and not replaced: in force. With ``starts_at`` and not published: to be brought into force then.
    """

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    text = models.TextField()
    note = models.CharField(max_length=200, blank=True)
    made_by = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    starts_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "number"], name="plan_number_unique"),
            models.UniqueConstraint(
                fields=["programme"],
                condition=Q(published_at__isnull=False, replaced_at__isnull=True),
                name="one_plan_in_force",
            ),
            models.CheckConstraint(
                condition=Q(replaced_at__isnull=True) | Q(published_at__isnull=False),
                name="replaced_was_published",
            ),
        ]

    def __str__(self) -> str:
        return f"plan {self.number}"

    @property
    def state(self) -> str:
        """In force, replaced, planned or draft."""
        if self.published_at is not None:
            return "in_force" if self.replaced_at is None else "replaced"
        return "draft" if self.starts_at is None else "planned"


class PlanTrial(models.Model):
    """A version of the plan, the candidate, tried beside the one in force on a share of the contacts that come.

    ``key`` is what contacts are drawn by. ``metric`` is what decides, ``least`` the smallest difference worth
    having, in the metric's unit, and ``units_needed`` how many customers it was planned for: none of them change
    once it has begun.
    """

    class Result(models.TextChoices):
        """How a trial ended."""

        PUBLISHED = "published"
        KEPT = "kept"
        TIME_UP = "time_up"

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    control = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="+")
    candidate = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="+")
    share = models.FloatField()
    key = models.CharField(max_length=64)
    metric = models.CharField(max_length=50)
    least = models.FloatField()
    units_needed = models.PositiveIntegerField()
    begun_by = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, null=True, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_by = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    result = models.CharField(max_length=10, choices=Result.choices, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "number"], name="plan_trial_number_unique"),
            models.UniqueConstraint(
                fields=["programme"], condition=Q(ended_at__isnull=True), name="one_plan_tried_at_a_time"
            ),
            models.CheckConstraint(condition=Q(share__gt=0, share__lt=1), name="plan_tried_on_a_share"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="plan_trial_ends_after_start"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, result="") | Q(ended_at__isnull=False) & ~Q(result=""),
                name="ended_plan_trial_has_a_result",
            ),
        ]

    def __str__(self) -> str:
        return f"trial {self.number}"

    @property
    def over_at(self) -> datetime:
        """Until when contacts are, or were, drawn."""
        return self.ends_at if self.ended_at is None else min(self.ended_at, self.ends_at)


class Proficiency(models.Model):
    """How well a rep knows a skill, 1 to 5, from one day to another (both included) where they are given."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey("accounts.Member", on_delete=models.CASCADE, related_name="+")
    skill = models.CharField(max_length=50)
    level = models.PositiveSmallIntegerField()
    valid_from = models.DateField(null=True)
    valid_until = models.DateField(null=True)
    granted_by = models.CharField(max_length=100, blank=True)  # what it ends with; empty: a person said so

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "skill"], name="skill_once_per_rep"),
            models.CheckConstraint(condition=Q(level__gte=1, level__lte=5), name="level_from_1_to_5"),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_until__isnull=True)
                | Q(valid_until__gte=F("valid_from")),
                name="skill_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.skill} {self.level}"


class PermitRule(models.Model):
    """What a rep needs a permit for: contacts whose route names the skill (empty: every contact), and freedom.

    ``name`` says what gives the permit, such as "certificate cards". Where it ``refuses``, who has none is offered
    no such contact. ``free_without`` is the highest level of the skill that counts in a guide without one.
    """

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    skill = models.CharField(max_length=50, blank=True)
    refuses = models.BooleanField()
    free_without = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "name"], name="permit_rule_name_unique"),
            models.CheckConstraint(condition=Q(name__contains=" "), name="permit_is_no_skill"),
            models.CheckConstraint(condition=Q(free_without__lte=5), name="free_without_is_a_level"),
        ]

    def __str__(self) -> str:
        return self.name


class Permit(models.Model):
    """That a rep has what a rule asks for, until then; it counts for the levels up to ``free_to`` in a guide."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    rule = models.ForeignKey(PermitRule, on_delete=models.CASCADE, related_name="permits")
    member = models.ForeignKey("accounts.Member", on_delete=models.CASCADE, related_name="+")
    free_to = models.PositiveSmallIntegerField()
    valid_until = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rule", "member"], name="permit_once_per_rep"),
            models.CheckConstraint(condition=Q(free_to__lte=5), name="free_to_is_a_level"),
        ]
        indexes = [models.Index(fields=["programme", "valid_until"], name="permit_by_end")]

    def __str__(self) -> str:
        return f"{self.member_id} until {self.valid_until}"


class Presence(models.Model):
    """What a rep does now. ``after`` is what they asked to do when the present work is done."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    member = models.OneToOneField("accounts.Member", on_delete=models.CASCADE, related_name="presence")
    doing = models.CharField(max_length=15, choices=Doing.choices, default=Doing.OFFLINE)
    after = models.CharField(max_length=15, choices=Doing.choices, default=Doing.AVAILABLE)
    since = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["programme", "doing"], condition=~Q(doing="offline"), name="presence_on_floor")
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.doing}"


class StateSpan(models.Model):
    """One stretch of a rep's day in one state; the open one has no end."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey("accounts.Member", on_delete=models.CASCADE, related_name="+")
    doing = models.CharField(max_length=15, choices=Doing.choices)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["member"], condition=Q(ended_at__isnull=True), name="one_open_stretch_per_rep"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")),
                name="stretch_ends_after_it_starts",
            ),
        ]
        indexes = [
            models.Index(fields=["programme", "started_at"], name="stretch_by_start"),
            models.Index(
                fields=["programme", "ended_at"], condition=Q(ended_at__isnull=False), name="stretch_by_end"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.doing}"


class Preferred(models.Model):
    """Who has a waiting contact first: until then no other rep is offered it."""

    class Why(models.TextChoices):
        """What made somebody the first to be asked."""

        TRANSFER = "transfer"
        RECONTACT = "recontact"
        CALL_BACK = "call_back"
        PRACTICE = "practice"

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    contact = models.OneToOneField("contacts.Contact", on_delete=models.CASCADE, related_name="+")
    member = models.ForeignKey("accounts.Member", on_delete=models.CASCADE, related_name="+")
    why = models.CharField(max_length=10, choices=Why.choices)
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.contact_id} for {self.member_id}"


class WaitEstimate(models.Model):
    """What was estimated when a waiting customer first looked, and what they were told, with its range."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    contact = models.OneToOneField("contacts.Contact", on_delete=models.CASCADE, related_name="+")
    queue = models.CharField(max_length=50)
    made_at = models.DateTimeField()
    plain_seconds = models.FloatField()
    told_seconds = models.FloatField(null=True)
    low_seconds = models.FloatField(null=True)
    high_seconds = models.FloatField(null=True)

    class Meta:
        indexes = [models.Index(fields=["programme", "queue", "made_at"], name="estimate_by_queue")]

    def __str__(self) -> str:
        return f"estimate for {self.contact_id}"


class CallBack(models.Model):
    """A time at which we ring a customer up.

    ``about`` is the contact from which it was booked, ``contact`` the one that stands in line once it is due.
    ``promise`` is what the customer on file was told, which goes with it.
    """

    class State(models.TextChoices):
        """How far it is."""

        BOOKED = "booked"
        DUE = "due"
        REACHED = "reached"
        GIVEN_UP = "given_up"
        CALLED_OFF = "called_off"

    FIELD_CLASSES: ClassVar = {"phone": FieldClass.PERSONAL, "note": FieldClass.PERSONAL}
    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    about = models.ForeignKey("contacts.Contact", on_delete=models.CASCADE, related_name="+")
    contact = models.ForeignKey("contacts.Contact", on_delete=models.CASCADE, null=True, related_name="+")
    owner = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, null=True, related_name="+")
    booked_by = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, null=True, related_name="+")
    phone = models.CharField(max_length=40, blank=True)
    note = models.CharField(max_length=300, blank=True)
    due_at = models.DateTimeField()
    promise = models.OneToOneField("customers.Promise", on_delete=models.SET_NULL, null=True, related_name="+")
    tries = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State.choices, default=State.BOOKED)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["about"], condition=Q(state__in=["booked", "due"]), name="one_open_call_back_per_contact"
            ),
            models.CheckConstraint(
                condition=~Q(state="due") | Q(contact__isnull=False), name="due_call_back_has_a_contact"
            ),
        ]
        indexes = [
            models.Index(fields=["programme", "due_at"], condition=Q(state="booked"), name="call_back_booked"),
            models.Index(fields=["contact"], condition=Q(state="due"), name="call_back_due"),
        ]

    def __str__(self) -> str:
        return f"call-back about {self.about_id}"


class Offer(models.Model):
    """A contact offered to a rep, with the trace of why; ``result`` is empty while it is open."""

    class Decline(models.TextChoices):
        """Why a rep handed an offered contact back."""

        NOT_MY_FIELD = "not_my_field", "I do not know this matter"
        KNOW_THEM = "know_them", "I know this customer privately"
        TROUBLE = "trouble", "My line or computer is in trouble"
        MUST_GO = "must_go", "I have to go"
        OTHER = "other", "Something else"

    class Result(models.TextChoices):
        """How an offer ended."""

        ACCEPTED = "accepted"
        MISSED = "missed"
        DECLINED = "declined"
        WITHDRAWN = "withdrawn"

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+", db_index=False)
    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    contact = models.ForeignKey("contacts.Contact", on_delete=models.CASCADE, related_name="+")
    member = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, related_name="+")
    offered_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    result = models.CharField(max_length=10, choices=Result.choices, blank=True)
    declined_because = models.CharField(max_length=15, choices=Decline.choices, blank=True)
    words = models.CharField(max_length=2000, blank=True)
    trace = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contact"], condition=Q(ended_at__isnull=True), name="one_open_offer_per_contact"
            ),
            models.UniqueConstraint(
                fields=["member"], condition=Q(ended_at__isnull=True), name="one_open_offer_per_rep"
            ),
        ]
        indexes = [
            models.Index(fields=["contact", "offered_at"], name="offer_by_contact"),
            models.Index(fields=["programme", "offered_at"], name="offer_by_time"),
            models.Index(
                fields=["programme", "expires_at"], condition=Q(ended_at__isnull=True), name="offer_open"
            ),
        ]

    def __str__(self) -> str:
        return f"offer of {self.contact_id}"


class OutcomeScores(models.Model):
    """One count of what outcome to expect of whom: of which metric, over which days, and what came out overall."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    metric = models.CharField(max_length=50)
    first_day = models.DateField()
    last_day = models.DateField()
    made_at = models.DateTimeField()
    hits = models.PositiveIntegerField()
    trials = models.PositiveIntegerField()
    overall = models.FloatField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "metric", "last_day"], name="scores_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.metric} until {self.last_day}"


class ExpectedOutcome(models.Model):
    """The outcome to expect of a rep with contacts of a reason and segment; without a rep, of whoever has them."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    scores = models.ForeignKey(OutcomeScores, on_delete=models.CASCADE, related_name="+")
    member = models.ForeignKey("accounts.Member", on_delete=models.CASCADE, null=True, related_name="+")
    reason = models.CharField(max_length=50, blank=True)
    segment = models.CharField(max_length=50, blank=True)
    hits = models.PositiveIntegerField()
    trials = models.PositiveIntegerField()
    share = models.FloatField()
    low = models.FloatField()
    high = models.FloatField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["scores", "member", "reason", "segment"],
                nulls_distinct=False,
                name="one_expected_outcome_each",
            ),
            models.CheckConstraint(condition=Q(hits__lte=F("trials")), name="hits_within_trials"),
        ]

    def __str__(self) -> str:
        return f"{self.share:.0%} (n={self.trials})"
