"""Tables of coaching. What was written down in a one-to-one is personal: it may name the customer."""

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from rapport.kit import clock
from rapport.kit.classes import FieldClass
from rapport.kit.ids import new_id

PERSONAL = FieldClass.PERSONAL
MOST_ACTIONS = 3
MOST_SHARED = 3
WEEKDAYS = [
    (1, "Monday"), (2, "Tuesday"), (3, "Wednesday"), (4, "Thursday"), (5, "Friday"), (6, "Saturday"), (7, "Sunday")
]  # fmt: skip


class State(models.TextChoices):
    """What became of a one-to-one."""

    PLANNED = "planned"
    UNDER_WAY = "under_way", "Under way"
    DONE = "done"
    MISSED = "missed"
    CANCELLED = "cancelled"


class Method(models.TextChoices):
    """How somebody is coached; its effect is told by it."""

    TALK = "talk", "Talking it through"
    CONTACT = "contact", "Going through a contact together"
    SIDE_BY_SIDE = "side_by_side", "Side by side at the desk"
    ROLE_PLAY = "role_play", "Role play"
    PEER = "peer", "A peer's example"


class EndedBy(models.TextChoices):
    """Who ended a one-to-one."""

    COACH = "coach", "The supervisor"
    REP = "rep", "The rep"
    LIMIT = "limit", "The clock: nobody did"


class Rhythm(models.Model):
    """When a rep and their coach meet each week, by the programme's clock."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    rep = models.OneToOneField("accounts.Member", on_delete=models.CASCADE, related_name="+")
    coach = models.ForeignKey("accounts.Member", on_delete=models.CASCADE, related_name="+")
    weekday = models.PositiveSmallIntegerField(choices=WEEKDAYS)
    at = models.TimeField()
    minutes = models.PositiveSmallIntegerField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(rep=F("coach")), name="rhythm_is_of_two"),
            models.CheckConstraint(
                condition=Q(weekday__gte=1, weekday__lte=7, minutes__gte=5, minutes__lte=120),
                name="rhythm_is_sane",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.at:%H:%M}"


class OneToOne(models.Model):
    """A one-to-one. ``week`` is the Monday of the week for which a rhythm planned it; empty for one made by hand.

    ``selection`` is the contact that the rep picked; ``moved`` how often it was put to another time.
    """

    FIELD_CLASSES: ClassVar = {"notes": PERSONAL}
    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    rep = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, related_name="+")
    coach = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, related_name="+")
    week = models.DateField(null=True)
    planned_for = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    moved = models.PositiveSmallIntegerField(default=0)
    reminded_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=5, choices=EndedBy.choices, blank=True)
    method = models.CharField(max_length=12, choices=Method.choices, default=Method.TALK)
    selection = models.ForeignKey("quality.Selection", on_delete=models.SET_NULL, null=True, related_name="+")
    notes = models.CharField(max_length=2000, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(rep=F("coach")), name="one_to_one_is_of_two"),
            models.CheckConstraint(
                condition=Q(minutes__gte=5, minutes__lte=120), name="one_to_one_has_a_sane_length"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[State.PLANNED, State.MISSED, State.CANCELLED], started_at__isnull=True)
                | Q(state__in=[State.UNDER_WAY, State.DONE], started_at__isnull=False),
                name="one_to_one_started_or_not",
            ),
            models.CheckConstraint(
                condition=(~Q(state=State.DONE) & Q(ended_at__isnull=True, ended_by=""))
                | (Q(state=State.DONE, ended_at__gte=F("started_at")) & ~Q(ended_by="")),
                name="one_to_one_ended_or_not",
            ),
            models.UniqueConstraint(
                fields=["rep", "week"], condition=Q(week__isnull=False), name="one_to_one_a_week"
            ),
            models.UniqueConstraint(
                fields=["rep"], condition=Q(state=State.UNDER_WAY), name="one_to_one_at_once_of_rep"
            ),
            models.UniqueConstraint(
                fields=["coach"], condition=Q(state=State.UNDER_WAY), name="one_to_one_at_once_of_coach"
            ),
        ]
        indexes = [
            models.Index(fields=["rep", "planned_for"], name="one_to_one_by_rep"),
            models.Index(fields=["coach", "planned_for"], name="one_to_one_by_coach"),
        ]

    def __str__(self) -> str:
        return f"one-to-one {self.public_id}"

    @property
    def seconds(self) -> float | None:
        """How long it took; None before it is done."""
        if self.started_at is None or self.ended_at is None:
            return None
        return (self.ended_at - self.started_at).total_seconds()

    @property
    def ends_by_itself_at(self) -> timedelta:
        """How long after its start the clock ends it: twice its planned length."""
        return timedelta(minutes=2 * self.minutes)

    @property
    def is_open(self) -> bool:
        """Whether it is still to be held, or going on."""
        return self.state in (State.PLANNED, State.UNDER_WAY)


class AgreedAction(models.Model):
    """What a one-to-one ended in: what the rep does about one criterion, up to what, and when that is looked at.

    ``criterion`` is a question of a scorecard (``form/question``). ``target`` is in per cent, of contacts' score.
    """

    class Outcome(models.TextChoices):
        """What became of it."""

        OPEN = "open", "Open"
        REACHED = "reached", "Reached"
        NOT_REACHED = "not_reached", "Not reached"
        DROPPED = "dropped", "Dropped"

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    one_to_one = models.ForeignKey(OneToOne, on_delete=models.CASCADE, related_name="actions")
    number = models.PositiveSmallIntegerField()
    criterion = models.CharField(max_length=90)
    what = models.CharField(max_length=300)
    target = models.PositiveSmallIntegerField()
    review_on = models.DateField()
    agreed_at = models.DateTimeField()
    outcome = models.CharField(max_length=12, choices=Outcome.choices, default=Outcome.OPEN)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["one_to_one", "number"], name="agreed_action_unique"),
            models.CheckConstraint(
                condition=Q(number__gte=1, number__lte=MOST_ACTIONS), name="at_most_three_actions"
            ),
            models.CheckConstraint(condition=Q(target__lte=100), name="agreed_target_is_a_share"),
            models.CheckConstraint(
                condition=Q(outcome="open", settled_at__isnull=True, settled_by__isnull=True)
                | (~Q(outcome="open") & Q(settled_at__isnull=False, settled_by__isnull=False)),
                name="agreed_action_settled_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.what

    @property
    def is_due(self) -> bool:
        """Whether it is open and its day has come where the programme is."""
        return self.outcome == "open" and self.review_on <= clock.now().astimezone(self.programme.zone).date()


class RolePlay(models.Model):
    """A conversation that was played: what the customer's part was, the rebuttals tried, and how it went."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    one_to_one = models.ForeignKey(OneToOne, on_delete=models.CASCADE, related_name="role_plays")
    at = models.DateTimeField()
    situation = models.CharField(max_length=300)
    rebuttals = models.JSONField(default=list)
    went = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return self.situation


class Standing(models.Model):
    """Where a rep stands in one measure among those with the same kind of work, as it was counted last.

    ``measure`` is a metric of the registry or a question of a scorecard (``form/question``). ``above`` is how far
    the rep is above the peers' middle, in the measure's units, with its 95 % interval; empty where it is not told.
    ``weeks`` are the rep's own weeks: Monday, contacts, mean.
    """

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    rep = models.ForeignKey("accounts.Member", on_delete=models.CASCADE, related_name="+")
    measure = models.CharField(max_length=90)
    since = models.DateField()
    until = models.DateField()
    counted_at = models.DateTimeField()
    contacts = models.PositiveIntegerField()
    own = models.FloatField()
    above = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    peers = models.PositiveIntegerField()
    weeks = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rep", "measure"], name="standing_unique"),
            models.CheckConstraint(
                condition=Q(above__isnull=True, low__isnull=True, high__isnull=True)
                | Q(low__lte=F("above"), high__gte=F("above")),
                name="standing_has_an_interval",
            ),
        ]

    def __str__(self) -> str:
        return self.measure


class Hard(models.Model):
    """What seems hard for a rep, or for everybody (no ``rep``): a reason, handed on or held unusually often.

    ``above`` is how much more often, as a share, than others handle it (of everybody: than the same reps' other
    contacts), with its range; ``legs`` are the stretches of contacts with a rep, in ``happened`` of which it was.
    """

    class Kind(models.TextChoices):
        """What happens unusually often."""

        HANDED_ON = "handed_on", "Handed on"
        HELD = "held", "Put on hold"

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    rep = models.ForeignKey("accounts.Member", on_delete=models.CASCADE, null=True, related_name="+")
    reason = models.CharField(max_length=50)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    since = models.DateField()
    until = models.DateField()
    counted_at = models.DateTimeField()
    legs = models.PositiveIntegerField()
    happened = models.PositiveIntegerField()
    above = models.FloatField()
    low = models.FloatField()
    high = models.FloatField()
    peers = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "rep", "reason", "kind"], nulls_distinct=False, name="hard_unique"
            ),
            models.CheckConstraint(
                condition=Q(low__gt=0, low__lte=F("above"), high__gte=F("above"), happened__lte=F("legs")),
                name="hard_is_surely_above",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reason} {self.kind}"


class Effect(models.Model):
    """What coaching changed in one measure, as counted last, against reps not yet coached over the same weeks.

    Of all who were coached, of those coached first by one ``method`` or by one ``coach``, or of one ``rep`` alone.
    The change, in the measure's units, and per hour of coaching, with ranges of ``confidence``; ``ahead`` is how
    far the same reps had changed before, with its 95 % range. Empty where too few are there to tell.
    """

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    measure = models.CharField(max_length=90)
    method = models.CharField(max_length=12, choices=Method.choices, blank=True)
    coach = models.ForeignKey("accounts.Member", on_delete=models.CASCADE, null=True, related_name="+")
    rep = models.ForeignKey("accounts.Member", on_delete=models.CASCADE, null=True, related_name="+")
    since = models.DateField()
    until = models.DateField()
    counted_at = models.DateTimeField()
    coached = models.PositiveIntegerField()
    treated = models.PositiveIntegerField()
    controls = models.PositiveIntegerField()
    hours = models.FloatField()
    confidence = models.FloatField()
    value = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    per_hour = models.FloatField(null=True)
    per_hour_low = models.FloatField(null=True)
    per_hour_high = models.FloatField(null=True)
    ahead = models.FloatField(null=True)
    ahead_low = models.FloatField(null=True)
    ahead_high = models.FloatField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "measure", "method", "coach", "rep"],
                nulls_distinct=False,
                name="coaching_effect_unique",
            ),
            models.CheckConstraint(
                condition=Q(coach__isnull=True, rep__isnull=True)
                | Q(method="", rep__isnull=True)
                | Q(method="", coach__isnull=True),
                name="coaching_effect_is_of_one_kind",
            ),
            models.CheckConstraint(
                condition=Q(value__isnull=True, low__isnull=True, high__isnull=True)
                | Q(low__lte=F("value"), high__gte=F("value")),
                name="coaching_effect_has_a_range",
            ),
        ]

    def __str__(self) -> str:
        return self.measure

    @property
    def is_told(self) -> bool:
        """Whether enough is known to tell anything."""
        return self.value is not None

    @property
    def is_apart_before(self) -> bool:
        """Whether the reps had changed already before they were coached; then nothing can be laid to coaching."""
        return bool((self.ahead_low or 0) > 0 or (self.ahead_high or 0) < 0)

    @property
    def is_found(self) -> bool:
        """Whether a change was found that can be laid to coaching."""
        return self.is_told and not self.is_apart_before and bool((self.low or 0) > 0 or (self.high or 0) < 0)


class Sharing(models.Model):
    """That a rep agreed to be named to others in a measure while they are among the best, and what they do there.

    Taking it back deletes it, with the contacts.
    """

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    rep = models.ForeignKey("accounts.Member", on_delete=models.CASCADE, related_name="+")
    measure = models.CharField(max_length=90)
    does = models.CharField(max_length=300)
    agreed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rep", "measure"], name="sharing_unique")]

    def __str__(self) -> str:
        return self.does


class SharedContact(models.Model):
    """A contact of theirs that a rep lets others read and hear: the grant by which they may. Three at most."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    sharing = models.ForeignKey(Sharing, on_delete=models.CASCADE, related_name="contacts")
    contact = models.ForeignKey("contacts.Contact", on_delete=models.CASCADE, related_name="+")
    number = models.PositiveSmallIntegerField()
    shared_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sharing", "contact"], name="shared_contact_unique"),
            models.UniqueConstraint(fields=["sharing", "number"], name="shared_contact_number_unique"),
            models.CheckConstraint(
                condition=Q(number__gte=1, number__lte=MOST_SHARED), name="at_most_three_shared_contacts"
            ),
        ]

    def __str__(self) -> str:
        return f"shared contact {self.public_id}"


class Duty(models.Model):
    """A supervisor's time on duty, as they said themselves; open while it has no end.

    Nothing else tells it: who leads a floor need not take contacts, and being signed in is not being at work.
    """

    class EndedBy(models.TextChoices):
        """Who ended it."""

        COACH = "coach", "The supervisor"
        LIMIT = "limit", "The clock: nobody did"

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    coach = models.ForeignKey("accounts.Member", on_delete=models.CASCADE, related_name="+")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=5, choices=EndedBy.choices, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["coach"], condition=Q(ended_at__isnull=True), name="one_open_duty_of_a_coach"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by="")
                | (Q(ended_at__gte=F("started_at")) & ~Q(ended_by="")),
                name="duty_ends_after_it_starts",
            ),
        ]
        indexes = [models.Index(fields=["programme", "started_at"], name="duty_by_start")]

    def __str__(self) -> str:
        return f"duty from {self.started_at:%Y-%m-%d %H:%M}"
