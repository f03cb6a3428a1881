"""Tables of recordings. The audio itself is in files; ``sealed_secret`` is the key that opens it."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from rapport.kit.classes import FieldClass
from rapport.kit.ids import new_id

PERSONAL = FieldClass.PERSONAL


class Basis(models.TextChoices):
    """Why it was allowed to record."""

    AGREED = "agreed", "The customer agreed"
    ANNOUNCED = "announced", "It was announced, and the customer went on"
    CONTRACT = "contract", "The contract with the customer says so"
    LAW = "law", "The law asks for it"


class Layout(models.TextChoices):
    """Who is on which channel."""

    REP_FIRST = "rep_customer", "The rep on the first, the customer on the second"
    CUSTOMER_FIRST = "customer_rep", "The customer on the first, the rep on the second"
    BOTH = "both", "Both on one"


class Cause(models.TextChoices):
    """Why recording was paused."""

    CARD = "card", "Card data"
    SENSITIVE = "sensitive", "Something sensitive"
    WISH = "wish", "The customer’s wish"
    HOLD = "hold", "On hold"
    OTHER = "other", "Another reason"


class Recording(models.Model):
    """The audio of a contact. Without ``sealed_secret`` it was let go: the row says that there was one.

    ``kept_bytes`` is the size of what is kept, before it is sealed; ``outline`` has each channel's levels, ten a
    second. ``sha256`` is of what was sent.
    """

    FIELD_CLASSES: ClassVar = {"outline": PERSONAL}
    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    contact = models.ForeignKey("contacts.Contact", on_delete=models.CASCADE, related_name="+")
    sha256 = models.CharField(max_length=64)
    kind = models.CharField(max_length=4, choices=[("wav", "WAV"), ("opus", "Opus"), ("mp3", "MP3")])
    layout = models.CharField(max_length=12, choices=Layout.choices)
    rate = models.PositiveIntegerField()
    frames = models.BigIntegerField()
    kept_bytes = models.BigIntegerField()
    basis = models.CharField(max_length=9, choices=Basis.choices)
    began_at = models.DateTimeField()
    arrived_at = models.DateTimeField()
    sealed_secret = models.TextField(blank=True)
    outline = models.BinaryField(default=bytes)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contact", "sha256"], name="same_audio_once"),
            models.CheckConstraint(
                condition=Q(rate__gt=0, frames__gt=0, kept_bytes__gt=0), name="recording_has_sound"
            ),
        ]

    def __str__(self) -> str:
        return f"recording {self.public_id}"

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.frames / self.rate

    @property
    def speakers(self) -> list[str]:
        """Who is on each channel, in order: rep, customer or both."""
        return self.layout.split("_")


class Pause(models.Model):
    """A span that was not to be recorded, in milliseconds. Without ``by`` the telephone system paused it."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    recording = models.ForeignKey(Recording, on_delete=models.CASCADE, related_name="pauses")
    starts_ms = models.PositiveIntegerField()
    ends_ms = models.PositiveIntegerField()
    by = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, null=True, related_name="+")
    cause = models.CharField(max_length=10, choices=Cause.choices)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_ms__gt=F("starts_ms")), name="pause_ends_after_it_starts")
        ]

    def __str__(self) -> str:
        return f"pause of {self.recording_id}"


class Remark(models.Model):
    """What somebody wrote at a moment of a contact, for whoever may read the contact."""

    FIELD_CLASSES: ClassVar = {"words": PERSONAL}
    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    contact = models.ForeignKey("contacts.Contact", on_delete=models.CASCADE, related_name="+")
    moment = models.DateTimeField()
    words = models.CharField(max_length=300)
    made_by = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["contact", "moment"], name="remark_by_moment")]

    def __str__(self) -> str:
        return f"remark on {self.contact_id}"
