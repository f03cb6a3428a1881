"""Tables of learning. They are about staff; of customers they keep nothing but which contact is heard."""

from datetime import date, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q

from rapport.kit.ids import new_id
from rapport.kit.versions import Version, by_two

SOON = timedelta(days=3)


class Course(models.Model):
    """A course through all its versions. ``month`` is the first day of the month that a refresher is about."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    key = models.CharField(max_length=40)
    month = models.DateField(null=True)
    made_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "key"], name="course_key_unique"),
            models.UniqueConstraint(fields=["programme", "month"], name="one_refresher_a_month"),
        ]

    def __str__(self) -> str:
        return self.key


class CourseVersion(Version):
    """A course as it was written once."""

    document: ClassVar[str] = "course"
    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="versions")
    name = models.CharField(max_length=200)
    text = models.TextField()

    class Meta:
        constraints = by_two("course", "course")


class Media(models.Model):
    """A picture or a video of lessons; its file is sealed under a key of its own."""

    class Kind(models.TextChoices):
        """What it is, by its content."""

        PNG = "image/png", "PNG"
        JPEG = "image/jpeg", "JPEG"
        WEBP = "image/webp", "WebP"
        MP4 = "video/mp4", "MP4"
        WEBM = "video/webm", "WebM"

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    sealed_secret = models.TextField()
    made_by = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "sha256"], name="same_media_once"),
            models.CheckConstraint(condition=Q(size__gt=0), name="media_is_not_empty"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_video(self) -> bool:
        """Whether it is played."""
        return self.kind.startswith("video/")


class Assignment(models.Model):
    """Who is asked to take a course, and by when; who joins later has as many days as the others had."""

    class Audience(models.TextChoices):
        """Who is asked."""

        PERSON = "person", "One person"
        TEAM = "team", "A team"
        ROLE = "role", "A role"
        ALL = "all", "Everybody"

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="assignments")
    audience = models.CharField(max_length=6, choices=Audience.choices)
    member = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, null=True, related_name="+")
    team = models.ForeignKey("accounts.Team", on_delete=models.PROTECT, null=True, related_name="+")
    role = models.CharField(max_length=20, blank=True)
    days = models.PositiveSmallIntegerField()
    made_by = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(audience="person", member__isnull=False, team__isnull=True, role="")
                | Q(audience="team", member__isnull=True, team__isnull=False, role="")
                | (Q(audience="role", member__isnull=True, team__isnull=True) & ~Q(role=""))
                | Q(audience="all", member__isnull=True, team__isnull=True, role=""),
                name="assignment_is_to_one_audience",
            ),
            models.CheckConstraint(condition=Q(days__lte=366), name="assignment_is_due_within_a_year"),
        ]

    def __str__(self) -> str:
        return f"{self.audience} {self.public_id}"

    @property
    def to(self) -> str:
        """Who is asked, in words."""
        if self.member is not None:
            return self.member.name
        if self.team is not None:
            return self.team.name
        return f"every {self.role.replace('_', ' ')}" if self.role else "everybody"


class Enrolment(models.Model):
    """Somebody's way through a course. ``version`` is the one that they began with, and keep."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="enrolments")
    member = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, related_name="+")
    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, null=True, related_name="enrolments")
    version = models.ForeignKey(CourseVersion, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    due_on = models.DateField(null=True)
    begun_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    reminded_soon_at = models.DateTimeField(null=True)
    reminded_late_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["member", "course"],
                condition=Q(completed_at__isnull=True, ended_at__isnull=True),
                name="one_open_enrolment",
            ),
            models.CheckConstraint(
                condition=Q(begun_at__isnull=True, version__isnull=True)
                | Q(begun_at__isnull=False, version__isnull=False),
                name="begun_with_a_version",
            ),
            models.CheckConstraint(
                condition=Q(completed_at__isnull=True) | Q(begun_at__isnull=False, ended_at__isnull=True),
                name="completed_was_begun",
            ),
        ]
        indexes = [models.Index(fields=["course", "completed_at"], name="enrolment_by_completion")]

    def __str__(self) -> str:
        return f"enrolment {self.public_id}"

    @property
    def is_open(self) -> bool:
        """Whether it is neither completed nor called off."""
        return self.completed_at is None and self.ended_at is None

    def state(self, today: date) -> str:
        """Return how it stands: completed, called_off, overdue, due, in_progress or assigned."""
        if self.completed_at is not None:
            return "completed"
        if self.ended_at is not None:
            return "called_off"
        if self.due_on is not None and self.due_on < today:
            return "overdue"
        if self.due_on is not None and self.due_on <= today + SOON:
            return "due"
        return "assigned" if self.begun_at is None else "in_progress"


class Done(models.Model):
    """A lesson that is done."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="lessons_done")
    lesson = models.CharField(max_length=50)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["enrolment", "lesson"], name="lesson_done_once")]

    def __str__(self) -> str:
        return self.lesson


class Attempt(models.Model):
    """One attempt at a lesson's questions. ``seed`` keeps in which order it shows the choices."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="attempts")
    lesson = models.CharField(max_length=50)
    number = models.PositiveSmallIntegerField()
    form = models.CharField(max_length=16)
    seed = models.CharField(max_length=64)
    begun_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    permille = models.PositiveSmallIntegerField(null=True)
    passed = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "lesson", "number"], name="attempt_number_once"),
            models.UniqueConstraint(
                fields=["enrolment", "lesson"], condition=Q(submitted_at__isnull=True), name="one_open_attempt"
            ),
            models.CheckConstraint(
                condition=Q(submitted_at__isnull=True, permille__isnull=True, passed__isnull=True)
                | Q(submitted_at__isnull=False, permille__gte=0, permille__lte=1000, passed__isnull=False),
                name="attempt_is_marked",
            ),
        ]
        indexes = [models.Index(fields=["form", "number"], name="attempt_by_form")]

    def __str__(self) -> str:
        return f"attempt {self.number}"


class Response(models.Model):
    """What was answered to one question: keys chosen, in the order given, or the number typed."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="responses")
    question = models.CharField(max_length=50)
    given = models.JSONField()
    right = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["attempt", "question"], name="one_response_per_question")]

    def __str__(self) -> str:
        return self.question


class MoreAttempts(models.Model):
    """One more attempt that somebody was given."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="more_attempts")
    lesson = models.CharField(max_length=50)
    made_by = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"one more for {self.lesson}"


class Experience(models.Model):
    """What somebody of the staff met with a product as its customer; who reads it does not see whose it is."""

    class Keeps(models.TextChoices):
        """Whether they would keep it."""

        YES = "yes", "Yes"
        NO = "no", "No"
        UNSURE = "unsure", "Not sure"

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    member = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, related_name="+")
    product = models.CharField(max_length=80)
    happened = models.CharField(max_length=1000)
    keeps = models.CharField(max_length=6, choices=Keeps.choices)
    may_quote = models.BooleanField(default=False)
    told_on = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["programme", "told_on"], name="experience_by_day")]

    def __str__(self) -> str:
        return self.product
