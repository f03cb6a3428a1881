"""What is written in numbered versions: one person writes, another approves, from a moment on it is live.

A version's way is draft, handed in, approved, planned or live, and in the end replaced or withdrawn. The document
that it is a version of has ``withdrawn_at``. Whoever calls has taken the document's turn, so that nothing moves
between what is looked at here and what is written.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Self, TypeVar

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from rapport.kit import clock
from rapport.kit.documents import note_of
from rapport.kit.errors import Conflict, Invalid, NotFound
from rapport.kit.turns import Turn, take_turns

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FURTHEST = timedelta(days=366)
KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
PEOPLE = ("made_by__user", "submitted_by__user", "approved_by__user")


class Person(Protocol):
    """Somebody of a programme."""

    pk: Any


class Version(models.Model):
    """What was written once; ``document`` names the field of what it is a version of."""

    document: ClassVar[str]
    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    note = models.CharField(max_length=200, blank=True)
    made_by = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    submitted_by = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    live_from = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"version {self.number}"

    @property
    def siblings(self) -> QuerySet[Self]:
        """All versions of what this is a version of."""
        return type(self)._default_manager.filter(**{f"{self.document}_id": getattr(self, f"{self.document}_id")})

    def state(self, live: Self | None) -> str:
        """Return what became of it, where ``live`` is the version that is live."""
        if live is not None and live.pk == self.pk:
            return "live"
        if self.live_from is not None:
            if self.live_from > clock.now():
                return "planned"
            return "replaced" if live is not None else "withdrawn"
        if self.approved_at is not None:
            return "approved"
        return "draft" if self.submitted_at is None else "submitted"


AVersion = TypeVar("AVersion", bound=Version)


def by_two(document: str, name: str) -> list[models.BaseConstraint]:
    """Return what the database keeps of versions: one number each, and nothing live but what another approved."""
    is_approved = Q(approved_at__isnull=False)
    return [
        models.UniqueConstraint(fields=[document, "number"], name=f"{name}_version_unique"),
        models.CheckConstraint(
            condition=Q(approved_at__isnull=True) | Q(submitted_at__isnull=False, approved_by__isnull=False),
            name=f"{name}_approved_was_submitted",
        ),
        models.CheckConstraint(
            condition=Q(approved_by__isnull=True)
            | (
                (Q(made_by__isnull=True) | ~Q(approved_by=F("made_by")))
                & (Q(submitted_by__isnull=True) | ~Q(approved_by=F("submitted_by")))
            ),
            name=f"{name}_approved_by_another",
        ),
        models.CheckConstraint(
            condition=Q(live_from__isnull=True) | is_approved, name=f"{name}_live_was_approved"
        ),
    ]


def live_versions(kind: type[AVersion], programme: object, *, at: object = None) -> QuerySet[AVersion]:
    """Return the versions that are live now, or were (or will be) at an instant; one of each document at most."""
    now: Any = at or clock.now()
    document = kind.document
    later = kind._default_manager.filter(**{document: OuterRef(document)}, live_from__lte=now).filter(
        Q(live_from__gt=OuterRef("live_from")) | Q(live_from=OuterRef("live_from"), number__gt=OuterRef("number"))
    )
    withdrawn = f"{document}__withdrawn_at"
    kept = Q(**{f"{withdrawn}__isnull": True}) | Q(**{f"{withdrawn}__lt": F("live_from")})
    rows = kind._default_manager.select_related(document)
    return rows.filter(kept, ~Exists(later), programme=programme, live_from__lte=now)


def newest_versions(kind: type[AVersion], programme: object) -> QuerySet[AVersion]:
    """Return the newest version of each document."""
    rows = kind._default_manager.select_related(kind.document).filter(programme=programme)
    return rows.order_by(kind.document, "-number").distinct(kind.document)


def told_of(rows: QuerySet[AVersion], *, limit: int = 50) -> list[tuple[AVersion, str]]:
    """Return the versions of one document with what became of each, the newest first."""
    found = list(rows.select_related(*PEOPLE).order_by("-number")[:limit])
    if not found:
        return []
    of = f"{rows.model.document}_id"
    live = live_versions(rows.model, found[0].programme_id).filter(**{of: getattr(found[0], of)}).first()
    return [(one, one.state(live)) for one in found]


def numbered(versions: QuerySet[AVersion], number: int) -> AVersion:
    """Return the version of a number, with the people; NotFound where there is none."""
    rows = versions.select_related(f"{versions.model.document}__programme", *PEOPLE)
    found = rows.filter(number=number).first()
    if found is None:
        raise NotFound(f"There is no version {number}.")
    return found


def in_turn(turn: Turn, kind: type[AVersion], document: Any, number: int) -> AVersion:
    """Take the turn of a document's programme, then return its version of this number as it is now."""
    take_turns(turn, document.programme_id)
    document.refresh_from_db()
    return numbered(kind._default_manager.filter(**{kind.document: document}), number)


def require_key(key: str, whose: str) -> None:
    """Raise Invalid for what is no key; ``whose`` as "An offer"."""
    if not KEY.fullmatch(key):
        raise Invalid(f"{whose}'s key has up to 40 small letters, digits, - and _.")


def put_on_file(
    kind: type[AVersion],
    *,
    programme: Any,
    key: str,
    called: str,
    instead_of: int | None,
    told: Mapping[str, str],
    by: Person | None,
    **document: object,
) -> tuple[AVersion, bool]:
    """Return a draft with what is ``told`` (name, text and note), and whether it is new: no, if its text is not.

    ``instead_of`` is the newest version that was seen; None: a new document, made with what is said of it.
    """
    documents: Any = kind._meta.get_field(kind.document).related_model
    row = documents.objects.filter(programme=programme, key=key).first()
    last = row.versions.order_by("-number").first() if row else None
    require_seen(last, instead_of, key, called)
    if last is not None and last.text == told["text"]:
        return last, False
    now = clock.now()
    row = row or documents.objects.create(programme=programme, key=key, made_at=now, **document)
    of = {"programme": programme, kind.document: row, "number": last.number + 1 if last else 1}
    return kind._default_manager.create(**of, **told, made_by=by, made_at=now), True


def require_seen(last: Version | None, instead_of: int | None, key: str, called: str) -> None:
    """Raise Conflict where the newest version is another than the one that was seen; ``called`` as "an offer"."""
    number = last.number if last else None
    if number == instead_of:
        return
    if instead_of is None:
        raise Conflict(f"There is {called} with the key {key!r} already. Choose another key, or change that one.")
    raise Conflict(f"Version {number or 0} was written meanwhile. Look at what it says, then change that.")


def hand_in(version: Version, *, by: Person | None) -> bool:
    """Give the newest version to another person to approve; return whether that is new."""
    if version.siblings.filter(number__gt=version.number).exists():
        raise Conflict("There is a newer version. Hand in that one.")
    if version.submitted_at is not None:
        return False
    _set(version, submitted_at=clock.now(), submitted_by=by)
    return True


def send_back(version: Version, *, because: str) -> None:
    """Make a version that was handed in a draft again, with what is to be put right."""
    if version.submitted_at is None or version.approved_at is not None:
        raise Conflict("This version does not wait to be approved.")
    if not because.strip():
        raise Invalid("Say what is to be put right.")
    _set(version, submitted_at=None, submitted_by=None, note=note_of(because))


def approve(version: Version, *, by: Person) -> bool:
    """Approve a version as somebody who neither wrote it nor handed it in; return whether that is new."""
    if version.approved_at is not None:
        return False
    if version.submitted_at is None:
        raise Conflict("This version was not handed in yet.")
    if by.pk in (version.made_by_id, version.submitted_by_id):
        raise Conflict("You wrote this version, or handed it in. Somebody else has to approve it.")
    _set(version, approved_by=by, approved_at=clock.now())
    return True


def require_publishable(version: Version, starts_at: datetime | None = None) -> None:
    """Raise Conflict for what nobody approved, and Invalid for a moment that has passed or is far away."""
    if version.approved_at is None:
        raise Conflict("Nobody has approved this version yet.")
    if starts_at is not None and not clock.now() < starts_at <= clock.now() + FURTHEST:
        raise Invalid("Give a moment in the future, within a year.")


def go_live(version: Version, document: Any, live: Version | None) -> bool:
    """Have an approved version live from now on, and its document with it; return whether that is new."""
    require_publishable(version)
    if live is not None and live.pk == version.pk:
        return False
    _set(version, live_from=clock.now())
    if document.withdrawn_at is not None:
        document.withdrawn_at = None
        document.save(update_fields=["withdrawn_at"])
    return True


def withdraw(document: Any) -> bool:
    """Have no version of a document live any more, once its turn is taken; return whether that is new."""
    document.refresh_from_db()
    if document.withdrawn_at is not None:
        return False
    document.withdrawn_at = clock.now()
    document.save(update_fields=["withdrawn_at"])
    return True


def call_off(version: Version) -> bool:
    """Have a version that was to be live later wait again; return whether it was to be."""
    if version.live_from is None:
        return False
    if version.live_from <= clock.now():
        raise Conflict("This version is live already, or was. Publish another, or withdraw all of it.")
    _set(version, live_from=None)
    return True


def planned(versions: QuerySet[AVersion]) -> Iterable[AVersion]:
    """Return those of the versions that are to be live later."""
    return versions.select_related(f"{versions.model.document}__programme").filter(live_from__gt=clock.now())


def _set(version: Version, **told: object) -> None:
    for name, value in told.items():
        setattr(version, name, value)
    version.save(update_fields=[*told])
