"""Tables of the library. What a version says is in ``content``, as guides.library.content writes it."""

from typing import ClassVar

from django.db import models

from rapport.kit.classes import FieldClass
from rapport.kit.ids import new_id
from rapport.kit.versions import Version, by_two


class Kind(models.TextChoices):
    """What an entry is."""

    OBJECTION = "objection"
    REBUTTAL = "rebuttal"
    ARTICLE = "article"


class LibraryEntry(models.Model):
    """Something of the library through all its versions."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    key = models.CharField(max_length=50)
    owner = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, null=True, related_name="+")
    review_on = models.DateField()
    made_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    told_overdue = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "key"], name="library_key_unique")]

    def __str__(self) -> str:
        return self.key


class LibraryVersion(Version):
    """An entry as it was written once."""

    document: ClassVar[str] = "entry"
    entry = models.ForeignKey(LibraryEntry, on_delete=models.CASCADE, related_name="versions")
    title = models.CharField(max_length=200)
    content = models.JSONField()
    language = models.CharField(max_length=5)

    class Meta:
        constraints = by_two("entry", "library")
        indexes = [
            models.Index(fields=["entry", "live_from"], name="library_version_live"),
            models.Index(fields=["programme", "language"], name="library_version_language"),
        ]


class LibraryExample(models.Model):
    """What was said in a real contact and shows an entry at work, without what names the person."""

    FIELD_CLASSES: ClassVar = {"words": FieldClass.PERSONAL}
    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    entry = models.ForeignKey(LibraryEntry, on_delete=models.CASCADE, related_name="examples")
    contact = models.ForeignKey("contacts.Contact", on_delete=models.CASCADE, related_name="+")
    message = models.UUIDField()
    author = models.CharField(max_length=10)
    words = models.CharField(max_length=500)
    added_by = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "message"], name="library_example_once")]

    def __str__(self) -> str:
        return f"example {self.pk}"


class LibraryUse(models.Model):
    """An entry whose words a rep used on a contact, with the version that was live: once, however often."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    entry = models.ForeignKey(LibraryEntry, on_delete=models.CASCADE, related_name="+")
    version = models.PositiveIntegerField()
    contact = models.ForeignKey("contacts.Contact", on_delete=models.CASCADE, related_name="+")
    member = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "contact"], name="library_use_once")]

    def __str__(self) -> str:
        return f"use {self.pk}"


class LibraryTerm(models.Model):
    """A stem that a version has in it, and how much it tells there: more in the heading than beside the words.

    ``kind`` is the entry's, so that a search reads nothing but the index.
    """

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+", db_index=False)
    version = models.ForeignKey(LibraryVersion, on_delete=models.CASCADE, related_name="+")
    term = models.CharField(max_length=100, db_collation="C")
    weight = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "term", "version"], name="library_term_once", include=["weight", "kind"]
            ),
        ]

    def __str__(self) -> str:
        return self.term


class LibrarySpelling(models.Model):
    """A stem, and what is left of it without one of its letters: two that share such a rest are one slip apart."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+", db_index=False)
    rest = models.CharField(max_length=100, db_collation="C")
    term = models.CharField(max_length=100, db_collation="C")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "rest", "term"], name="library_spelling_once"),
        ]

    def __str__(self) -> str:
        return self.rest
