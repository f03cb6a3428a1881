"""Tables of Rally Notes by e-mail."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from rapport.kit.classes import FieldClass
from rapport.kit.ids import new_id


class Recipient(models.Model):
    """An address that gets Rally Notes: a member's own, or (without a member) one of the partner's.

    A member's is sent nothing but its code before ``confirmed_at``. Another address is another row.
    """

    FIELD_CLASSES: ClassVar = {"address": FieldClass.PERSONAL}
    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    member = models.OneToOneField("accounts.Member", on_delete=models.CASCADE, null=True, related_name="+")
    address = models.CharField(max_length=254)
    set_by = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "address"], condition=Q(member__isnull=True), name="partner_address_once"
            ),
            models.CheckConstraint(
                condition=Q(member__isnull=False) | Q(confirmed_at__isnull=False), name="partner_address_is_set"
            ),
        ]

    def __str__(self) -> str:
        return f"recipient {self.public_id}"


class Sending(models.Model):
    """One copy of a letter to one recipient; without a note the code that confirms the address.

    ``tries`` are counted before the letter leaves, ``answers`` when the server's answer is on record: where they
    differ, the reader may have it although nobody knows (a process that was killed, a line that broke). What was
    refused for good stops its address: letters to come are not sent there.
    """

    class State(models.TextChoices):
        """What became of it."""

        WAITING = "waiting", "waits"
        SENT = "sent", "sent"
        FAILED = "failed", "given up"
        REFUSED = "refused", "refused"

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    recipient = models.ForeignKey(Recipient, on_delete=models.CASCADE, related_name="sendings")
    note = models.ForeignKey("recognition.RallyNote", on_delete=models.CASCADE, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    answers = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["note", "recipient"], nulls_distinct=False, name="one_copy_of_a_letter"
            ),
            models.CheckConstraint(condition=Q(answers__lte=F("tries")), name="answers_to_tries"),
            models.CheckConstraint(
                condition=Q(state="waiting", ended_at__isnull=True)
                | (~Q(state="waiting") & Q(ended_at__isnull=False)),
                name="sending_ends_once",
            ),
        ]
        indexes = [models.Index(fields=["programme", "due_at"], condition=Q(state="waiting"), name="sendings_due")]

    def __str__(self) -> str:
        return f"{self.note_id} to {self.recipient_id}: {self.state}"

    @property
    def is_unsure(self) -> bool:
        """Whether a try ended without an answer, so that the letter may have come, or come twice."""
        return self.tries > self.answers
