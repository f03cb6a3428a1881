"""Tables of Rally Notes."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from rapport.kit.classes import FieldClass
from rapport.kit.ids import new_id


class Tip(models.Model):
    """Something to try, with where it comes from and what speaks for it.

    ``ref`` is what it was found in (``trial 3``, ``greeting/name``); ``measure`` the metric it should change.
    ``effect`` is the difference its source saw, with its interval, in ``count`` contacts or customers, as known on
    ``known_on``. ``change`` is what became of those who had read it against those who had not, counted once, a
    week after it was first told; empty where too little is known. ``is_unsure``: they differed before as well.
    """

    class Source(models.TextChoices):
        """Where a tip comes from."""

        TRIAL = "trial", "Words on trial"
        COACHING = "coaching", "What coaching changed"
        QUALITY = "quality", "Contacts scored"
        HAND = "hand", "Written by hand"

    class Why(models.TextChoices):
        """Why a tip is no longer told."""

        STALE = "stale", "its evidence is old"
        FADED = "faded", "its evidence no longer shows it"
        TURNED = "turned", "the evidence speaks against it"
        BY_HAND = "by_hand", "taken back by hand"

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    source = models.CharField(max_length=10, choices=Source.choices)
    ref = models.CharField(max_length=90, blank=True)
    measure = models.CharField(max_length=50)
    text = models.CharField(max_length=500)
    evidence = models.CharField(max_length=300, blank=True)
    count = models.PositiveIntegerField(null=True)
    effect = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    known_on = models.DateField()
    made_by = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)
    retired_why = models.CharField(max_length=10, choices=Why.choices, blank=True)
    retired_by = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, null=True, related_name="+")
    told_on = models.DateField(null=True)
    counted_at = models.DateTimeField(null=True)
    readers = models.PositiveIntegerField(null=True)
    others = models.PositiveIntegerField(null=True)
    change = models.FloatField(null=True)
    change_low = models.FloatField(null=True)
    change_high = models.FloatField(null=True)
    is_unsure = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "source", "ref"],
                condition=Q(retired_at__isnull=True) & ~Q(ref=""),
                name="one_live_tip_of_a_finding",
            ),
            models.CheckConstraint(
                condition=Q(effect__isnull=True, low__isnull=True, high__isnull=True)
                | Q(low__lte=F("effect"), high__gte=F("effect"), count__isnull=False),
                name="tip_effect_has_an_interval",
            ),
            models.CheckConstraint(
                condition=Q(change__isnull=True, change_low__isnull=True, change_high__isnull=True)
                | Q(change_low__lte=F("change"), change_high__gte=F("change"), counted_at__isnull=False),
                name="tip_change_has_an_interval",
            ),
            models.CheckConstraint(
                condition=Q(retired_at__isnull=True, retired_why="")
                | (Q(retired_at__isnull=False) & ~Q(retired_why="")),
                name="tip_retired_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.text


class RallyNote(models.Model):
    """The letter about one local day; ``letter`` reads what ``figures``, ``people`` and ``comment`` hold.

    ``saves``: how many were claimed on the day, and how many earlier ones the partner's word settled;
    ``awards``: those announced on it; ``uncommon``: the service confirmed as such on it. ``told`` is the tip whose
    words are in ``tip``; ``looks_back`` the one told before of which it says what became.
    """

    class Status(models.TextChoices):
        """Where the letter is."""

        DRAFT = "draft"
        PUBLISHED = "published"

    FIELD_CLASSES: ClassVar = {"comment": FieldClass.PERSONAL}
    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT)
    figures = models.JSONField(default=list)
    people = models.JSONField(default=list)
    comment = models.JSONField(null=True, blank=True)
    tip = models.CharField(max_length=500, blank=True)
    tip_evidence = models.CharField(max_length=300, blank=True)
    tip_by = models.ForeignKey(
        "accounts.Member", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    told = models.ForeignKey(Tip, on_delete=models.PROTECT, null=True, related_name="notes")
    looks_back = models.OneToOneField(Tip, on_delete=models.PROTECT, null=True, related_name="looked_at_in")
    saves = models.JSONField(null=True)
    awards = models.JSONField(default=list)
    uncommon = models.JSONField(default=list)
    our_news = models.CharField(max_length=1000, blank=True)
    partner_news = models.CharField(max_length=1000, blank=True)
    drafted_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        "accounts.Member", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "day"], name="one_letter_a_day"),
            models.CheckConstraint(
                condition=Q(status="draft", published_at__isnull=True)
                | Q(status="published", published_at__isnull=False),
                name="published_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"Rally Notes of {self.day}"


class RallySeen(models.Model):
    """A member has read a letter."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    note = models.ForeignKey(RallyNote, on_delete=models.CASCADE, related_name="seen")
    member = models.ForeignKey("accounts.Member", on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["note", "member"], name="read_once")]

    def __str__(self) -> str:
        return f"{self.member_id} has read {self.note_id}"


class Hearing(models.Model):
    """Whether a rep whom a letter praises lets colleagues look at the contact it names."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    note = models.ForeignKey(RallyNote, on_delete=models.CASCADE, related_name="hearings")
    member = models.ForeignKey("accounts.Member", on_delete=models.CASCADE, related_name="+")
    agreed = models.BooleanField()
    said_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["note", "member"], name="agreed_once_per_letter")]

    def __str__(self) -> str:
        return "agreed" if self.agreed else "not agreed"


class News(models.Model):
    """Something that everyone who takes contacts has to know, and signs for having read: by a day, or just so."""

    class Kind(models.TextChoices):
        """Whose news it is."""

        OURS = "ours", "Ours"
        PARTNER = "partner", "The partner's"
        PRODUCT = "product", "About a product"

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    title = models.CharField(max_length=120)
    text = models.CharField(max_length=2000)
    written_by = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField()
    read_by = models.DateField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["programme", "-published_at"], name="news_newest_first")]

    def __str__(self) -> str:
        return self.title


class NewsSigned(models.Model):
    """A member has read a piece of news and signed for it."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    news = models.ForeignKey(News, on_delete=models.CASCADE, related_name="signed")
    member = models.ForeignKey("accounts.Member", on_delete=models.CASCADE, related_name="+")
    signed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["news", "member"], name="news_signed_once")]

    def __str__(self) -> str:
        return f"{self.member_id} signed {self.news_id}"
