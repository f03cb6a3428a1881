"""Table of replays."""

from django.db import models
from django.db.models import F, Q

from rapport.kit.ids import new_id


class State(models.TextChoices):
    """How far a replay is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CALLED_OFF = "called_off"


OPEN = (State.WAITING, State.RUNNING)


class Replay(models.Model):
    """Some days by some plans: what was asked, how far it is, and what came of it.

    ``plans`` are names and texts, the first the one that was in force. ``fingerprint`` is of all that goes in.
    """

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    asked_by = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    first_day = models.DateField()
    last_day = models.DateField()
    contacts = models.PositiveIntegerField()
    plans = models.JSONField()
    seeds = models.PositiveSmallIntegerField()
    fingerprint = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    runs_done = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=500, blank=True)
    result = models.JSONField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "fingerprint"],
                condition=Q(state__in=["waiting", "running", "done"]),
                name="replayed_once",
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(result__isnull=False), name="replay_done_has_a_result"
            ),
            models.CheckConstraint(condition=Q(first_day__lte=F("last_day")), name="replay_days_in_order"),
        ]
        indexes = [models.Index(fields=["programme", "-asked_at"], name="replay_by_time")]

    def __str__(self) -> str:
        return f"replay of {self.first_day} to {self.last_day}"

    @property
    def is_open(self) -> bool:
        """Whether it waits or runs."""
        return self.state in OPEN

    @property
    def runs(self) -> int:
        """How many runs there are in all."""
        return self.seeds * len(self.plans)
