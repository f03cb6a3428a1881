"""Pictures and videos of lessons: taken by what they are, not by what they are called, and kept sealed."""

from __future__ import annotations

import hashlib
import secrets
from base64 import b64decode, b64encode
from datetime import timedelta
from typing import IO, TYPE_CHECKING

from django.conf import settings
from django.db import IntegrityError

from rapport.events.actions import announce
from rapport.kit import clock, sealing
from rapport.kit.errors import Invalid
from rapport.kit.sealed_secrets import SealedSecrets
from rapport.kit.walls import inside
from rapport.learning.events import MediaKept
from rapport.learning.models import Media
from rapport.quality.recordings import store

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme

MB = 1024 * 1024
LARGEST_PICTURE_MB = 10
PIECE = 256 * 1024
UNNAMED = timedelta(days=1)  # so long a file may lie there before its row is committed


def _place(row: Media) -> sealing.Place:
    return sealing.Place(row.programme_id, Media._meta.db_table, str(row.public_id), "secret")


KEYS = SealedSecrets(Media, _place)
uses, seal_anew = KEYS.uses, KEYS.seal_anew


def kind_of(start: bytes) -> str:
    """Return the media type of what begins so, of those that lessons show; empty for anything else."""
    if start.startswith(b"\x89PNG\r\n\x1a\n") and start[12:16] == b"IHDR":
        return Media.Kind.PNG.value
    if start.startswith(b"\xff\xd8\xff"):
        return Media.Kind.JPEG.value
    if start.startswith(b"RIFF") and start[8:12] == b"WEBP":
        return Media.Kind.WEBP.value
    if start[4:8] == b"ftyp" and start[8:12] in (
        b"isom",
        b"iso2",
        b"iso4",
        b"iso5",
        b"iso6",
        b"mp41",
        b"mp42",
        b"avc1",
        b"M4V ",
    ):
        return Media.Kind.MP4.value
    if start.startswith(b"\x1a\x45\xdf\xa3") and b"webm" in start[:64]:
        return Media.Kind.WEBM.value
    return ""


def upload(*, member: Member, file: IO[bytes], name: str) -> Media:
    """Keep a picture or a video; the same again returns what is there. Invalid for anything else.

    The programme is entered for a moment before and after: no transaction is open while the file is read and
    sealed into the storage. Raises storage.Trouble where the storage cannot be used.
    """
    programme = member.programme
    digest, kind, size = _known(file)
    with inside(programme.pk):
        there = Media.objects.filter(programme=programme, sha256=digest).first()
    if there is not None:
        return there
    plain = " ".join("".join(c for c in name if c.isprintable()).split())[:120] or "without a name"
    row = Media(
        programme=programme, name=plain, kind=kind, sha256=digest, size=size, made_by=member, made_at=clock.now()
    )
    key = secrets.token_bytes(sealing.KEY_BYTES)
    row.sealed_secret = KEYS.seal(b64encode(key).decode(), row)
    file.seek(0)
    try:
        with store.keeping(file, _held(row, key)), inside(programme.pk):
            row.save(force_insert=True)
            told = MediaKept(media=str(row.public_id), kind=kind, bytes=row.size)
            announce(told, programme=programme, subject=row.public_id, actor=f"member:{member.pk}")
    except IntegrityError:  # the same came twice at once
        with inside(programme.pk):
            return Media.objects.get(programme=programme, sha256=digest)
    return row


def held_of(row: Media) -> store.Held:
    """Return how to read a picture or video; the row's ``programme`` should be loaded."""
    return _held(row, b64decode(KEYS.unseal(row)))


def remove_unnamed(*, programme: Programme) -> int:
    """Remove files that no row names, which a fault left behind; return how many.

    The programme is entered for a moment: no transaction is open while the storage is asked.
    """
    with inside(programme.pk):
        rows = Media.objects.filter(programme=programme).values_list("public_id", flat=True)
        named = {str(one) for one in rows}
    return store.sweep(_folder(programme), let_go=(), named=named, before=clock.now() - UNNAMED)


def _known(file: IO[bytes]) -> tuple[str, str, int]:
    """Return a file's digest, what it is and how long; no more of it is read than may come."""
    digest, size, kind = hashlib.sha256(), 0, ""
    while piece := file.read(PIECE):
        if not size:
            kind = kind_of(piece)
            if not kind:
                raise Invalid("Choose a picture (PNG, JPEG, WebP) or a video (MP4, WebM). Nothing was kept.")
        size += len(piece)
        most = settings.LARGEST_RECORDING_MB if kind.startswith("video/") else LARGEST_PICTURE_MB
        if size > most * MB:
            raise Invalid(f"It has more than {most} MB. Nothing was kept.")
        digest.update(piece)
    if not size:
        raise Invalid("The file is empty. Nothing was kept.")
    return digest.hexdigest(), kind, size


def _folder(programme: Programme) -> str:
    return f"{programme.key}.lessons"  # a programme's key has no dot: no other's recordings are there


def _held(row: Media, key: bytes) -> store.Held:
    return store.Held(_folder(row.programme), row.public_id, row.size, key)
