"""Tables of rewards. Amounts are in minor units of the currency. They are about staff, and name no customer."""

from django.db import models
from django.db.models import F, Q

from rapport.kit.ids import new_id

MOST_WISHES = 5


class Why(models.TextChoices):
    """What a reward is given for; never for a number of contacts."""

    AWARD = "award", "A monthly award"
    THANKS = "thanks", "Something done well"
    MILESTONE = "milestone", "Time here"


class Reward(models.Model):
    """Something that can be given. ``left`` is how many there still are; empty: as many as the budget allows."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    name = models.CharField(max_length=80)
    cost = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    left = models.PositiveIntegerField(null=True)
    is_offered = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "name"], name="reward_name_unique")]

    def __str__(self) -> str:
        return self.name


class Budget(models.Model):
    """What rewards may cost in a month (its first day), and what those given did."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    month = models.DateField()
    currency = models.CharField(max_length=3)
    amount = models.PositiveBigIntegerField()
    spent = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "month", "currency"], name="reward_budget_of_a_month"),
            models.CheckConstraint(condition=Q(spent__lte=F("amount")), name="reward_budget_is_kept"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.currency}"


class Given(models.Model):
    """A reward that was given; ``once`` is what the form was sent with, so that sent twice is given once."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    once = models.UUIDField(unique=True)
    reward = models.ForeignKey(Reward, on_delete=models.PROTECT, related_name="+")
    rep = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, related_name="+")
    giver = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, related_name="+")
    why = models.CharField(max_length=10, choices=Why.choices)
    at = models.DateTimeField()
    cost = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    rank = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(giver=F("rep")), name="no_reward_for_oneself")]
        indexes = [models.Index(fields=["programme", "at"], name="reward_given_by_time")]

    def __str__(self) -> str:
        return f"{self.reward_id} to {self.rep_id}"


class Wish(models.Model):
    """A reward that a rep values, 1 the most."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    rep = models.ForeignKey("accounts.Member", on_delete=models.CASCADE, related_name="+")
    reward = models.ForeignKey(Reward, on_delete=models.CASCADE, related_name="+")
    rank = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rep", "reward"], name="wished_once"),
            models.UniqueConstraint(fields=["rep", "rank"], name="wishes_are_ranked"),
            models.CheckConstraint(condition=Q(rank__gte=1, rank__lte=MOST_WISHES), name="wishes_are_few"),
        ]

    def __str__(self) -> str:
        return f"{self.rank}. of {self.rep_id}"
