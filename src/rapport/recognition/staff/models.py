"""Tables of how work is. None of them holds what one person answered."""

from uuid import uuid4

from django.db import models
from django.db.models import F, Q

LEAST, MOST = 5, 50
"""The smallest group that a programme may show, and the largest that it may ask for."""
WORST, BEST = 1, 5


class Rule(models.Model):
    """The smallest group of which a programme shows anything; none: LEAST."""

    programme = models.OneToOneField("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    fewest = models.PositiveSmallIntegerField(default=LEAST)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(fewest__gte=LEAST, fewest__lte=MOST), name="fewest_protects")
        ]

    def __str__(self) -> str:
        return f"at least {self.fewest}"


class Round(models.Model):
    """The question of one fortnight. ``fewest`` is what held when it began, and is promised to who answers."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    starts_on = models.DateField()
    fewest = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "starts_on"], name="one_round_a_fortnight"),
            models.CheckConstraint(condition=Q(fewest__gte=LEAST, fewest__lte=MOST), name="round_protects"),
        ]

    def __str__(self) -> str:
        return f"from {self.starts_on}"


class Answered(models.Model):
    """That somebody has answered, so that they do not again. Nothing says when; keys are random."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="+")
    member = models.ForeignKey("accounts.Member", on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "member"], name="answered_once")]

    def __str__(self) -> str:
        return "answered"


class Shared(models.Model):
    """A sign that somebody shows to somebody else, until then at the longest; taken back, the row is gone."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey("accounts.Member", on_delete=models.CASCADE, related_name="+")
    sign = models.CharField(max_length=10)
    reader = models.ForeignKey("accounts.Member", on_delete=models.CASCADE, related_name="+")
    until = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "sign"], name="sign_is_shared_with_one"),
            models.CheckConstraint(condition=~Q(member=F("reader")), name="sign_is_shared_with_another"),
        ]

    def __str__(self) -> str:
        return self.sign


class StrainTold(models.Model):
    """Of how many each sign stood out when a fortnight began: what may be told of groups of ``fewest`` or more.

    ``told`` has for each sign and group the sign, the group's name, how many people it has, and the words.
    """

    programme = models.OneToOneField("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    starts_on = models.DateField()
    fewest = models.PositiveSmallIntegerField()
    told = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(fewest__gte=LEAST, fewest__lte=MOST), name="strain_told_protects")
        ]

    def __str__(self) -> str:
        return f"from {self.starts_on}"


class Tally(models.Model):
    """How many of a team, by its name, or of those without one, gave an answer in a round."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="tallies")
    team = models.CharField(max_length=100, blank=True)
    value = models.PositiveSmallIntegerField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "team", "value"], name="one_tally_of_an_answer"),
            models.CheckConstraint(condition=Q(value__gte=WORST, value__lte=BEST), name="answer_is_one_to_five"),
        ]

    def __str__(self) -> str:
        return f"{self.count} times {self.value}"
