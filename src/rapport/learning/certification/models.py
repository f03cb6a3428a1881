"""Tables of certification: kinds of certificates in versions, certificates, on-the-job phases."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from rapport.kit.ids import new_id
from rapport.kit.versions import Version, by_two


class CertificateKind(models.Model):
    """A certificate that there is on a programme; what it says is in its versions."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    key = models.CharField(max_length=40)
    made_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "key"], name="certificate_kind_key_unique"),
        ]

    def __str__(self) -> str:
        return self.key


class CertificateKindVersion(Version):
    """What a kind of certificate said once."""

    document: ClassVar[str] = "kind"
    kind = models.ForeignKey(CertificateKind, on_delete=models.CASCADE, related_name="versions")
    name = models.CharField(max_length=120)
    text = models.TextField()

    class Meta:
        constraints = by_two("kind", "certificate_kind")


class Certificate(models.Model):
    """That a rep is certified at a level, by what was on file (``evidence``), until its moment.

    ``ended_at`` is set when it was renewed or raised (another one counts), revoked, or once its end was told.
    """

    class How(models.TextChoices):
        """How it ended."""

        RENEWED = "renewed"
        REVOKED = "revoked"
        LAPSED = "lapsed"

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    kind = models.ForeignKey(CertificateKind, on_delete=models.PROTECT, related_name="certificates")
    version = models.ForeignKey(CertificateKindVersion, on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey("accounts.Member", on_delete=models.CASCADE, related_name="+")
    level = models.PositiveSmallIntegerField()
    evidence = models.JSONField(default=list)
    granted_at = models.DateTimeField()
    granted_by = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, related_name="+")
    valid_until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_how = models.CharField(max_length=8, choices=How.choices, blank=True)
    revoked_by = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, null=True, related_name="+")
    revoked_because = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "member"], condition=Q(ended_at__isnull=True), name="one_open_certificate"
            ),
            models.CheckConstraint(condition=~Q(granted_by=F("member")), name="nobody_certifies_themselves"),
            models.CheckConstraint(
                condition=Q(level__gte=1, level__lte=10, valid_until__gt=F("granted_at")),
                name="certificate_is_sane",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_how="")
                | Q(ended_at__gte=F("granted_at")) & ~Q(ended_how=""),
                name="ended_certificate_says_how",
            ),
            models.CheckConstraint(
                condition=Q(ended_how="revoked", revoked_by__isnull=False) & ~Q(revoked_because="")
                | ~Q(ended_how="revoked") & Q(revoked_by__isnull=True, revoked_because=""),
                name="revoked_certificate_says_why",
            ),
        ]
        indexes = [
            models.Index(fields=["programme", "valid_until"], name="certificate_by_end"),
            models.Index(fields=["member", "granted_at"], name="certificate_by_member"),
        ]

    def __str__(self) -> str:
        return f"{self.kind_id} {self.level}"


class OnTheJob(models.Model):
    """A stretch in which a rep may serve without the certificate, and every contact of theirs is to be scored."""

    class How(models.TextChoices):
        """How it ended."""

        CERTIFIED = "certified"
        STOPPED = "stopped"
        OVER = "over"

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    kind = models.ForeignKey(CertificateKind, on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey("accounts.Member", on_delete=models.CASCADE, related_name="+")
    begun_at = models.DateTimeField()
    begun_by = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, related_name="+")
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_how = models.CharField(max_length=9, choices=How.choices, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "member"], condition=Q(ended_at__isnull=True), name="one_phase_on_the_job"
            ),
            models.CheckConstraint(condition=~Q(begun_by=F("member")), name="nobody_begins_their_own_phase"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_how="")
                | Q(ended_at__gte=F("begun_at")) & ~Q(ended_how=""),
                name="ended_phase_says_how",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} on the job"
