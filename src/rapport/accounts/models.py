"""Tables of people and programmes."""

from datetime import datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.utils.crypto import salted_hmac

from rapport.accounts.roles import Right, Role, rights_of
from rapport.kit import clock
from rapport.kit.ids import new_id
from rapport.kit.often import Given, Often

TOKEN_LIFE = timedelta(days=90)


def in_ninety_days() -> datetime:
    """Return when a token made now ends, unless said otherwise."""
    return clock.now() + TOKEN_LIFE


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
    # Who may enter; rapport.accounts.clearance reads these
    requires_second_factor = models.BooleanField(default=True)
    requires_screening = models.BooleanField(default=False)
    required_agreements = models.JSONField(default=list, blank=True)  # ["confidentiality 2026-1"]
    agreements_hold_days = models.PositiveSmallIntegerField(
        default=0
    )  # from the day they were signed; 0: for good
    allowed_networks = models.JSONField(default=list, blank=True)  # ["10.0.0.0/8"]; empty is any
    allowed_hours = models.JSONField(default=dict, blank=True)  # {"mon": ["08:00-20:00"]}; empty is any
    names_shown_to_partner = models.CharField(max_length=10, default="none")
    # Where its people practise; set when it is made, and never changed (rapport.accounts.practising)
    practises_for = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(names_shown_to_partner__in=["none", "roles", "names"]), name="names_shown_is_known"
            ),
            models.CheckConstraint(
                condition=Q(answer_target__gt=0, answer_target__lte=1), name="answer_target_is_a_share"
            ),
            models.CheckConstraint(
                condition=Q(practises_for__isnull=True) | ~Q(practises_for=F("pk")), name="practises_for_another"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_practice(self) -> bool:
        """Whether its people practise here for another programme: nobody in it is real but them."""
        return self.practises_for_id is not None

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which the programme's days and hours are counted."""
        return ZoneInfo(self.timezone)

    @cached_property
    def role_changes(self) -> "list[RoleChange]":
        """What the programme has changed about its roles and people, read once for each time it is fetched."""
        return _role_changes(programme=self.pk)


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
    is_emergency = models.BooleanField(default=False)  # the break-glass account: no clearance stands in its way
    session_epoch = models.PositiveIntegerField(default=0)  # sessions of an earlier one are dead

    objects = People()
    USERNAME_FIELD = "username"

    def __str__(self) -> str:
        return self.name

    def _get_session_auth_hash(self, secret: str | bytes | None = None) -> str:
        """Bind every session to the password and the epoch: a change of either ends them (Django compares it)."""
        signed = f"{self.session_epoch}:{self.password}"
        return salted_hmac("rapport.accounts.session", signed, secret=secret, algorithm="sha256").hexdigest()


class Team(models.Model):
    """People of a programme who work together; who reads their team's contacts reads these people's."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="teams")
    name = models.CharField(max_length=100)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "name"], name="team_name_unique_in_programme")]

    def __str__(self) -> str:
        return self.name


class Screening(models.TextChoices):
    """What is known of a person's background check."""

    NONE = "none", "not begun"
    UNDER_WAY = "under_way", "under way"
    PASSED = "passed", "passed"
    FAILED = "failed", "failed"


class Member(models.Model):
    """A person's place on a programme. ``agent_id`` is what the partner's telephone system calls them.

    ``since`` is the day they joined, where somebody put that on file; else when the place was made.
    """

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="members")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=[(r.value, r.value) for r in Role], default=Role.REP.value)
    team = models.ForeignKey(Team, on_delete=models.SET_NULL, null=True, blank=True, related_name="members")
    agent_id = models.CharField(max_length=100)
    since = models.DateTimeField(auto_now_add=True)
    is_active = models.BooleanField(default=True)
    # Clearance: what of the programme's conditions this person meets, and limits of their own
    screening = models.CharField(max_length=10, choices=Screening.choices, default=Screening.NONE)
    screened_until = models.DateField(null=True, blank=True)  # the last good day; none: no end
    agreements = models.JSONField(default=dict, blank=True)  # {"confidentiality 2026-1": "2026-11-21"}: signed on
    allowed_networks = models.JSONField(default=list, blank=True)
    allowed_hours = models.JSONField(default=dict, blank=True)

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

    @property
    def rights(self) -> frozenset[Right]:
        """What this member may do: the role's rights as the programme and this person's place adjust them."""
        if not (self.is_active and self.user.is_active):
            return frozenset()
        changes = [one for one in self.programme.role_changes if one.is_about(self)]
        return rights_of(
            Role(self.role),
            granted=(Right(one.right) for one in changes if one.granted),
            denied=(Right(one.right) for one in changes if not one.granted),
        )

    def may(self, right: Right) -> bool:
        """Say whether this member has the right; a denial always wins."""
        return right in self.rights


class RoleChange(models.Model):
    """A right that a programme grants or denies to a role, or to one person, beyond what the code says."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(max_length=20, blank=True)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    right = models.CharField(max_length=40)
    granted = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "role", "right"], condition=Q(member=None), name="one_change_of_a_role"
            ),
            models.UniqueConstraint(
                fields=["member", "right"], condition=Q(member__isnull=False), name="one_change_of_a_person"
            ),
            models.CheckConstraint(
                condition=Q(role="", member__isnull=False) | (~Q(role="") & Q(member=None)),
                name="a_change_is_of_a_role_or_a_person",
            ),
        ]

    def is_about(self, member: Member) -> bool:
        """Say whether this changes what the member may."""
        return self.member_id == member.pk if self.member_id else self.role == member.role


_role_changes = Often(lambda: RoleChange.objects.filter(programme=Given("programme")))


class ApiToken(models.Model):
    """A machine's key to one programme; only a hash is kept."""

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    rights = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(default=in_ninety_days)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name

    @property
    def is_alive(self) -> bool:
        """Whether the token opens anything now."""
        return self.revoked_at is None and self.expires_at > clock.now()

    def may(self, right: Right) -> bool:
        """Say whether the token grants the right."""
        return self.is_alive and right.value in self.rights
