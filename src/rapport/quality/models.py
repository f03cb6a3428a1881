"""Tables of quality. What somebody wrote about a contact is personal: it may name the customer."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from rapport.kit.classes import FieldClass
from rapport.kit.ids import new_id
from rapport.kit.versions import Version, by_two
from rapport.quality.recordings.models import Pause, Recording, Remark

__all__ = [
    "OFFICIAL",
    "Answer",
    "Appeal",
    "Calibration",
    "Draw",
    "Evaluation",
    "Kind",
    "Origin",
    "Pause",
    "Recording",
    "Remark",
    "SamplingRule",
    "Scorecard",
    "ScorecardVersion",
    "Seat",
    "Selection",
]

PERSONAL = FieldClass.PERSONAL


class Kind(models.TextChoices):
    """Whose evaluation it is."""

    SELF = "self", "The rep's own"
    PEER = "peer", "A peer's"
    ANALYST = "analyst", "A quality analyst's"
    SUPERVISOR = "supervisor", "A supervisor's"
    SECOND = "second", "A second opinion"
    CALIBRATION = "calibration"


OFFICIAL = (Kind.ANALYST, Kind.SUPERVISOR, Kind.SECOND)
"""Those that count: they are shown as the score, and figures are made of those on random selections."""


class Origin(models.TextChoices):
    """Why a contact was picked. Figures count those drawn at random only."""

    RANDOM = "random", "Drawn at random"
    COMPLAINT = "complaint", "A complaint"
    LOW_RATING = "low_rating", "A low rating"
    LONG_HOLD = "long_hold", "A long hold"
    TRANSFER = "transfer", "Handed on"
    SAVE_REVERSED = "save_reversed", "A save that was reversed"
    UNCOMMON = "uncommon", "Uncommonly good"
    OWN = "own", "The rep picked it"
    HAND = "hand", "Somebody picked it"
    ON_THE_JOB = "on_the_job", "The rep is in their on-the-job phase"


class Scorecard(models.Model):
    """A scorecard through all its versions."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    key = models.CharField(max_length=40)
    made_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "key"], name="scorecard_key_unique")]

    def __str__(self) -> str:
        return self.key


class ScorecardVersion(Version):
    """A scorecard as it was written once."""

    document: ClassVar[str] = "scorecard"
    scorecard = models.ForeignKey(Scorecard, on_delete=models.CASCADE, related_name="versions")
    name = models.CharField(max_length=120)
    text = models.TextField()

    class Meta:
        constraints = by_two("scorecard", "scorecard")


class SamplingRule(models.Model):
    """How many contacts of each rep are drawn for a scorecard, and how often; ``key`` decides by chance which."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    scorecard = models.OneToOneField(Scorecard, on_delete=models.CASCADE, related_name="rule")
    each = models.PositiveSmallIntegerField()
    every = models.CharField(max_length=5, choices=[("week", "week"), ("month", "month")])
    asks_self = models.BooleanField(default=False)
    key = models.CharField(max_length=64)
    changed_by = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(each__gte=0, each__lte=50), name="sampling_each_is_sane"),
        ]

    def __str__(self) -> str:
        return f"{self.each} a {self.every}"


class Draw(models.Model):
    """One draw of a rule: of how many contacts how many were drawn, so that it can be done again and checked."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    rule = models.ForeignKey(SamplingRule, on_delete=models.CASCADE, related_name="draws")
    starts_on = models.DateField()
    ends_before = models.DateField()
    at = models.DateTimeField()
    each = models.PositiveSmallIntegerField()
    reps = models.PositiveIntegerField()
    contacts = models.PositiveIntegerField()
    drawn = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule", "starts_on"], name="one_draw_per_period")]

    def __str__(self) -> str:
        return f"draw of {self.starts_on}"


class Selection(models.Model):
    """A contact picked to be scored; ``rep`` is who had it last. ``passed_over`` says why it is not scored."""

    class PassedOver(models.TextChoices):
        """Why a selection is not scored; no judgement of the rep is among the reasons."""

        NO_TALK = "no_talk", "There was no conversation"
        WRONG_REP = "wrong_rep", "Somebody else handled it"
        TEST = "test", "It was a test"
        GONE = "gone", "What was said is not there any more"

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    scorecard = models.ForeignKey(Scorecard, on_delete=models.CASCADE, related_name="+")
    contact = models.ForeignKey("contacts.Contact", on_delete=models.CASCADE, related_name="+")
    rep = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, related_name="+")
    origin = models.CharField(max_length=20, choices=Origin.choices)
    draw = models.ForeignKey(Draw, on_delete=models.CASCADE, null=True, related_name="selections")
    asks_self = models.BooleanField(default=False)
    made_by = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    passed_over = models.CharField(max_length=10, choices=PassedOver.choices, blank=True)
    passed_over_by = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["scorecard", "contact"], condition=Q(origin=Origin.RANDOM), name="drawn_once"
            ),
            models.UniqueConstraint(
                fields=["scorecard", "contact"], condition=~Q(origin=Origin.RANDOM), name="chosen_once"
            ),
            models.CheckConstraint(
                condition=Q(origin=Origin.RANDOM, draw__isnull=False)
                | (~Q(origin=Origin.RANDOM) & Q(draw__isnull=True)),
                name="random_has_a_draw",
            ),
            models.CheckConstraint(
                condition=Q(passed_over="", passed_over_by__isnull=True)
                | (~Q(passed_over="") & Q(passed_over_by__isnull=False)),
                name="passed_over_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["rep", "made_at"], name="selection_by_rep")]

    def __str__(self) -> str:
        return f"{self.origin} {self.public_id}"


class Calibration(models.Model):
    """A contact that several score unseen, to see whether they mean the same."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    version = models.ForeignKey(ScorecardVersion, on_delete=models.PROTECT, related_name="+")
    contact = models.ForeignKey("contacts.Contact", on_delete=models.CASCADE, related_name="+")
    rep = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, related_name="+")
    made_by = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"calibration {self.public_id}"


class Seat(models.Model):
    """Somebody who is asked to score the contact of a calibration."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    calibration = models.ForeignKey(Calibration, on_delete=models.CASCADE, related_name="seats")
    member = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["calibration", "member"], name="one_seat_each")]

    def __str__(self) -> str:
        return f"seat in {self.calibration_id}"


class Evaluation(models.Model):
    """One person's answers about one contact. Without ``submitted_at`` it is begun, and holds the selection.

    ``stands`` is false once a second opinion took its place. ``score`` is in thousandths.
    """

    FIELD_CLASSES: ClassVar = {"strengths": PERSONAL, "next_time": PERSONAL, "reply": PERSONAL}
    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    contact = models.ForeignKey("contacts.Contact", on_delete=models.CASCADE, related_name="+")
    rep = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, related_name="+")
    selection = models.ForeignKey(Selection, on_delete=models.CASCADE, null=True, related_name="evaluations")
    calibration = models.ForeignKey(Calibration, on_delete=models.CASCADE, null=True, related_name="evaluations")
    version = models.ForeignKey(ScorecardVersion, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    scorer = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    stands = models.BooleanField(default=True)
    score = models.PositiveSmallIntegerField(null=True)
    passed = models.BooleanField(null=True)
    is_fatal = models.BooleanField(default=False)
    customer_error = models.BooleanField(default=False)
    business_error = models.BooleanField(default=False)
    compliance_error = models.BooleanField(default=False)
    strengths = models.CharField(max_length=1000, blank=True)
    next_time = models.CharField(max_length=1000, blank=True)
    shown_at = models.DateTimeField(null=True)
    appeal_until = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    reply = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=Kind.SELF, scorer=F("rep")) | (~Q(kind=Kind.SELF) & ~Q(scorer=F("rep"))),
                name="nobody_scores_themselves_but_as_self",
            ),
            models.CheckConstraint(
                condition=Q(kind=Kind.CALIBRATION, calibration__isnull=False, selection__isnull=True)
                | (~Q(kind=Kind.CALIBRATION) & Q(calibration__isnull=True, selection__isnull=False)),
                name="evaluation_is_of_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(submitted_at__isnull=True, score__isnull=True, passed__isnull=True)
                | Q(submitted_at__isnull=False, score__gte=0, score__lte=1000, passed__isnull=False),
                name="submitted_has_a_score",
            ),
            models.CheckConstraint(
                condition=Q(acknowledged_at__isnull=True) | Q(submitted_at__isnull=False, kind__in=OFFICIAL),
                name="acknowledged_was_submitted",
            ),
            models.UniqueConstraint(
                fields=["selection"], condition=Q(kind__in=OFFICIAL, stands=True), name="one_official_stands"
            ),
            models.UniqueConstraint(fields=["selection"], condition=Q(kind=Kind.SELF), name="one_self_score"),
            models.UniqueConstraint(
                fields=["selection", "scorer"], condition=Q(kind=Kind.PEER), name="one_score_per_peer"
            ),
            models.UniqueConstraint(
                fields=["selection"], condition=Q(kind=Kind.SECOND), name="one_second_opinion"
            ),
            models.UniqueConstraint(
                fields=["calibration", "scorer"],
                condition=Q(kind=Kind.CALIBRATION),
                name="one_score_per_seat",
            ),
        ]
        indexes = [models.Index(fields=["rep", "submitted_at"], name="evaluation_by_rep")]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"

    @property
    def score_words(self) -> str:
        """The score in per cent."""
        return "not scored" if self.score is None else f"{self.score / 10:g} %"


class Answer(models.Model):
    """What was answered to one question; without a value it did not apply. ``points`` are in thousandths."""

    FIELD_CLASSES: ClassVar = {"comment": PERSONAL}
    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    evaluation = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="answers")
    at = models.DateTimeField()
    question = models.CharField(max_length=50)
    value = models.SmallIntegerField(null=True)
    points = models.PositiveSmallIntegerField(null=True)
    comment = models.CharField(max_length=500, blank=True)
    evidence = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["evaluation", "question"], name="one_answer_per_question"),
            models.CheckConstraint(
                condition=Q(value__isnull=True, points__isnull=True)
                | Q(value__isnull=False, points__gte=0, points__lte=1000),
                name="answer_has_points",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question}: {self.value}"


class Appeal(models.Model):
    """A rep's word against an official evaluation, and the second opinion that settled it."""

    FIELD_CLASSES: ClassVar = {"words": PERSONAL}
    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    evaluation = models.OneToOneField(Evaluation, on_delete=models.CASCADE, related_name="appeal")
    made_by = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, related_name="+")
    first_scorer = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    words = models.CharField(max_length=1000)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, null=True, related_name="+")
    second = models.OneToOneField(Evaluation, on_delete=models.CASCADE, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True, settled_by__isnull=True, second__isnull=True)
                | Q(settled_at__isnull=False, settled_by__isnull=False, second__isnull=False),
                name="appeal_is_settled_by_a_second_opinion",
            ),
            models.CheckConstraint(
                condition=Q(settled_by__isnull=True)
                | (~Q(settled_by=F("made_by")) & ~Q(settled_by=F("first_scorer"))),
                name="appeal_settled_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"appeal against {self.evaluation_id}"
