"""Tables of people and programmes."""

from zoneinfo import ZoneInfo

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q

from rapport.accounts.roles import RIGHTS, Right, Role
from rapport.kit.ids import new_id


class Partner(models.Model):
    """A company that entrusts its customers to us."""

    key = models.SlugField(unique=True)
    name = models.CharField(max_length=200)

    def __str__(self) -> str:
        return self.name


class Programme(models.Model):
    """A partner's work, walled off from every other's; carries the rules of its floor."""

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="programmes")
    key = models.SlugField(unique=True)
    name = models.CharField(max_length=200)
    timezone = models.CharField(max_length=64, default="UTC")
    answer_within_seconds = models.PositiveIntegerField(default=20)
    answer_target = models.FloatField(default=0.8)
    offer_seconds = models.PositiveIntegerField(default=20)
    wrap_up_seconds = models.PositiveIntegerField(default=60)
    rep_lost_after_seconds = models.PositiveIntegerField(default=45)
    session_idle_minutes = models.PositiveIntegerField(default=30)
    session_hours = models.PositiveIntegerField(default=12)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(answer_target__gt=0, answer_target__lte=1), name="answer_target_is_a_share"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which the programme's days and hours are counted."""
        return ZoneInfo(self.timezone)


class People(BaseUserManager["User"]):
    """Creates people."""

    def create_user(self, username: str, *, name: str = "", password: str | None = None) -> "User":
        """Create a person; without a password they cannot sign in."""
        person = self.model(username=username, name=name or username)
        person.set_password(password)
        person.save(using=self._db)
        return person


class User(AbstractBaseUser):
    """A person who can sign in."""

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    username = models.CharField(max_length=150, unique=True)
    name = models.CharField(max_length=200)
    is_active = models.BooleanField(default=True)
    runs_installation = models.BooleanField(default=False)

    objects = People()
    USERNAME_FIELD = "username"

    def __str__(self) -> str:
        return self.name


class Member(models.Model):
    """A person's place on a programme. ``agent_id`` is what the partner's telephone system calls them."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="members")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=[(r.value, r.value) for r in Role], default=Role.REP.value)
    agent_id = models.CharField(max_length=100)
    since = models.DateTimeField(auto_now_add=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "user"], name="one_place_per_programme"),
            models.UniqueConstraint(fields=["programme", "agent_id"], name="agent_id_unique_in_programme"),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.role})"

    @property
    def name(self) -> str:
        """The person's name."""
        return self.user.name

    def may(self, right: Right) -> bool:
        """Say whether this member's role grants the right."""
        return self.is_active and self.user.is_active and right in RIGHTS[Role(self.role)]


class ApiToken(models.Model):
    """A machine's key to one programme; only a hash is kept."""

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    rights = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name

    def may(self, right: Right) -> bool:
        """Say whether the token grants the right."""
        return self.revoked_at is None and right.value in self.rights
