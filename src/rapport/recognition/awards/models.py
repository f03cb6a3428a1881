"""Tables of monthly awards. They are about staff, and name no customer."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from rapport.kit import clock
from rapport.kit.ids import new_id

LEAST = 5
"""Fewest scores of a rep, and fewest ballots, of which anything is told."""
MOST_SHARE = 3


class State(models.TextChoices):
    """Where an award is on its way."""

    DRAFTED = "drafted"
    APPROVED = "approved"
    CONFIRMED = "confirmed", "Confirmed by the partner"
    ANNOUNCED = "announced"
    TURNED_DOWN = "turned_down", "Turned down"
    REVERSED = "reversed", "Taken back"


GRANTED = (State.APPROVED, State.CONFIRMED)
TOLD = (State.ANNOUNCED, State.REVERSED)


class Compares(models.TextChoices):
    """What is held against others': how somebody stands, or how much they improved on themselves."""

    LEVEL = "level", "The month itself"
    IMPROVEMENT = "improvement", "The month against one’s own three before"


class Category(models.Model):
    """What an award is given for. ``months`` are those of the year in which it is held.

    ``fewest`` scores make a rep eligible: a threshold, never a merit. The winners are the fewest people among whom
    the best is with the chance ``sure``, at most ``most``.
    """

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    key = models.SlugField(max_length=50)
    name = models.CharField(max_length=80)
    about = models.CharField(max_length=200, blank=True)
    measure = models.CharField(max_length=50)
    compares = models.CharField(max_length=12, choices=Compares.choices, default=Compares.LEVEL)
    months = ArrayField(models.PositiveSmallIntegerField())
    fewest = models.PositiveSmallIntegerField(default=20)
    sure = models.FloatField(default=0.5)
    most = models.PositiveSmallIntegerField(default=MOST_SHARE)
    asks_partner = models.BooleanField(default=False)
    since = models.DateField()
    is_held = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "key"], name="award_category_key_unique"),
            models.CheckConstraint(
                condition=Q(fewest__gte=LEAST, sure__gte=0.3, sure__lte=0.95, most__gte=1, most__lte=MOST_SHARE),
                name="award_category_is_sane",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Award(models.Model):
    """A category's award of a month (its first day).

    ``rule`` is the category as it was when this was counted. ``counted`` is what was found of each rep, ``fair``
    the chance to come out on top by shift and by kind of work if everybody were equal. ``why_nobody`` says why
    there is no winner. ``lost`` are the winners (agent ids) who would not win by what is known now, which was last
    asked at ``looked_at``.
    """

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="awards")
    month = models.DateField()
    state = models.CharField(max_length=11, choices=State.choices, default=State.DRAFTED)
    rule = models.JSONField(default=dict)
    counted = models.JSONField(default=list)
    fair = models.JSONField(default=list)
    why_nobody = models.CharField(max_length=200, blank=True)
    counted_at = models.DateTimeField()
    looked_at = models.DateTimeField(default=clock.now)
    asks_partner = models.BooleanField()
    approved_by = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    announced_at = models.DateTimeField(null=True)
    cause = models.CharField(max_length=300, blank=True)
    lost = models.JSONField(default=list)
    doubted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["category", "month"], name="award_once_a_month"),
            models.CheckConstraint(condition=Q(month__day=1), name="award_month_is_a_first_day"),
            models.CheckConstraint(
                condition=Q(announced_at__isnull=True, state__in=[State.DRAFTED, State.TURNED_DOWN])
                | Q(announced_at__isnull=True, state__in=GRANTED, approved_by__isnull=False)
                | Q(announced_at__isnull=False, state__in=TOLD, approved_by__isnull=False),
                name="award_was_approved",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[State.CONFIRMED, State.ANNOUNCED, State.REVERSED])
                | Q(asks_partner=False)
                | Q(confirmed_by__isnull=False),
                name="award_was_confirmed",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[State.TURNED_DOWN, State.REVERSED]) | ~Q(cause=""),
                name="award_not_given_for_a_cause",
            ),
        ]
        indexes = [models.Index(fields=["programme", "announced_at"], name="award_by_announcement")]

    def __str__(self) -> str:
        return f"{self.rule.get('name', '')} {self.month:%B %Y}"

    @property
    def found(self) -> dict[str, dict[str, Any]]:
        """What was counted of each rep, by agent id."""
        return {one["rep"]: one for one in self.counted}


class Winner(models.Model):
    """Who won an award, with the chance that they were the best; ``taken_back_at`` where they would not have."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    award = models.ForeignKey(Award, on_delete=models.CASCADE, related_name="winners")
    rep = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, related_name="+")
    chance = models.FloatField(null=True)
    taken_back_at = models.DateTimeField(null=True)
    taken_back_by = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["award", "rep"], name="award_won_once"),
            models.CheckConstraint(
                condition=Q(taken_back_at__isnull=True, taken_back_by__isnull=True)
                | Q(taken_back_at__isnull=False, taken_back_by__isnull=False),
                name="award_taken_back_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rep_id} of {self.award_id}"


class Vote(models.Model):
    """Whom a member names for a category in a month. Nobody is shown a row of this table."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="+")
    month = models.DateField()
    voter = models.ForeignKey("accounts.Member", on_delete=models.CASCADE, related_name="+")
    named = models.ForeignKey("accounts.Member", on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["category", "month", "voter"], name="one_vote_a_month"),
            models.CheckConstraint(condition=~Q(voter=F("named")), name="no_vote_for_oneself"),
        ]

    def __str__(self) -> str:
        return "a vote"
