"""Tables of chat."""

from typing import ClassVar

from django.db import models

from rapport.kit.classes import FieldClass


class Author(models.TextChoices):
    """Who wrote a message; before the chat: what a guide said, and what its customer answered alone.

    A colleague is one of us who joined the rep's conversation.
    """

    CUSTOMER = "customer"
    REP = "rep"
    COLLEAGUE = "colleague"
    SYSTEM = "system"
    GUIDE = "guide"
    ALONE = "alone"


class Conversation(models.Model):
    """The chat side of a contact."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    contact = models.OneToOneField("contacts.Contact", on_delete=models.CASCADE, related_name="conversation")
    customer_seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"chat of {self.contact_id}"


class Message(models.Model):
    """One message; ``client_id`` is the sender's own key, so that a repeated sending is stored once."""

    FIELD_CLASSES: ClassVar = {"text": FieldClass.PERSONAL}
    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    contact = models.ForeignKey("contacts.Contact", on_delete=models.CASCADE, related_name="messages")
    author = models.CharField(max_length=10, choices=Author.choices)
    member = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, null=True, related_name="+")
    text = models.TextField()
    client_id = models.UUIDField()
    at = models.DateTimeField()
    event = 0  # the one that told of it, on what was stored just now; not kept here

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contact", "client_id"], name="message_once")]
        indexes = [models.Index(fields=["contact", "id"], name="message_in_order")]

    def __str__(self) -> str:
        return f"{self.author} {self.at}"
