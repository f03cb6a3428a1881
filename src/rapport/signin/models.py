"""Tables of sign-in. None belongs to a programme: a person signs in to the installation."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q

from rapport.kit.ids import new_id


class SignIn(models.Model):
    """One browser, let in by one person."""

    class Why(models.TextChoices):
        """Why it ended."""

        SIGNED_OUT = "signed_out"
        IDLE = "idle"
        TOO_LONG = "too_long"
        BY_OWNER = "by_owner"
        BY_SUPERVISOR = "by_supervisor"
        PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a reason, not a password
        SHUT_OUT = "shut_out"
        REPLACED = "replaced"

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sign_ins")
    epoch = models.PositiveIntegerField(default=0)  # of the person; an earlier one than theirs is shut out
    session_hash = models.CharField(max_length=64)
    how = models.CharField(max_length=60)
    address = models.GenericIPAddressField(null=True)
    browser = models.CharField(max_length=200, blank=True)
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    idle_seconds = models.PositiveIntegerField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    why = models.CharField(max_length=20, choices=Why.choices, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["user", "-began_at"], name="sign_ins_of_a_person"),
            models.Index(fields=["until"], condition=Q(ended_at=None), name="sign_ins_open"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} since {self.began_at:%Y-%m-%d %H:%M}"

    def is_shut_out(self) -> bool:
        """Say whether the person was blocked, or shut out of all sessions, since this one began."""
        return not self.user.is_active or self.epoch != self.user.session_epoch

    def lapsed(self, now: datetime) -> "SignIn.Why | None":
        """Return why this sign-in is over at ``now`` by time alone, or None."""
        if now >= self.until:
            return SignIn.Why.TOO_LONG
        if now >= self.seen_at + timedelta(seconds=self.idle_seconds):
            return SignIn.Why.IDLE
        return None


class BreakGlass(models.Model):
    """A sealed account for the day when nobody else gets in; its use always alarms, and lasts an hour."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="break_glass")
    sealed_at = models.DateTimeField()
    broken_at = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return f"break-glass {self.user_id}"
