"""Taking a recording in: by the API or from a file, whole or not at all, and once."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import IntegrityError
from django.db.models import prefetch_related_objects

from rapport.accounts.queries import member_ids
from rapport.contacts.access import access_by_external_id, access_own, lock_own
from rapport.customers import standing
from rapport.events.actions import announce
from rapport.kit import clock, storage
from rapport.kit.errors import Conflict, Invalid, NotFound
from rapport.kit.walls import inside
from rapport.quality.events import RecordingKept
from rapport.quality.recordings import sealed, store
from rapport.quality.recordings.decoding import Made
from rapport.quality.recordings.models import Pause, Recording

if TYPE_CHECKING:
    from rapport.accounts.models import Programme
    from rapport.contacts.models import Contact
    from rapport.quality.recordings.described import About

MB = 1024 * 1024
PIECE = 256 * 1024
MOST_OF_ONE = 50  # recordings of one contact
DECODES_WITHIN = 900.0  # seconds
CHANNELS = {"rep_customer": 2, "customer_rep": 2, "both": 1}
ERASED = "This customer has been erased; no recording of them is kept."
GIVEN = ("PATH", "PYTHONPATH", "LANG", "SYSTEMROOT")


@dataclass(frozen=True, slots=True)
class Taken:
    """A recording on file, and whether it is new."""

    recording: Recording
    is_new: bool


def take(*, programme: Programme, path: Path, about: About, actor: str) -> Taken:
    """Put a file's audio on a contact's file. The same again returns what is there and changes nothing.

    Its first sample was at ``began_at``, by default when the contact was answered. Raises NotFound without the
    contact, Invalid for what cannot be kept, Conflict where the same audio is on file otherwise or was let go,
    storage.Trouble where the storage cannot be used.

    The programme is entered twice, for a moment each: no transaction is open while the file is decoded and sealed
    into the storage.
    """
    _require_small(path)
    digest = _digest(path)
    if about.sha256 not in ("", digest):
        raise Invalid("The file is not the one whose sha256 was told: it was cut or changed on its way.")
    with inside(programme.pk):
        contact = _contact(programme, about)
        if (there := _there(contact, digest)) is not None:
            return Taken(_same(there, about), False)
        people = _people(programme, about)
    with storage.passing() as made_of:
        made = _decoded(path, made_of, about)
        _require_told(made, about)
        return _put(contact, digest, made, made_of, about, people, actor)


def receive(read: Callable[[int], bytes], to: Path) -> None:
    """Write what somebody sends into a file, never more than may come; Invalid then."""
    size = 0
    with to.open("wb") as file:
        while piece := read(PIECE):
            size += len(piece)
            if size > settings.LARGEST_RECORDING_MB * MB:
                raise Invalid(_too_large())
            file.write(piece)


def _too_large() -> str:
    return f"A recording has at most {settings.LARGEST_RECORDING_MB} MB (RAPPORT_LARGEST_RECORDING_MB)."


def _require_small(path: Path) -> None:
    if path.stat().st_size > settings.LARGEST_RECORDING_MB * MB:
        raise Invalid(_too_large())


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _contact(programme: Programme, about: About) -> Contact:
    """Return the contact that is meant; NotFound, and Conflict where its customer was erased."""
    try:
        found = (
            access_own(programme, about.contact)
            if about.contact
            else access_by_external_id(programme, f"call:{about.call}")
        )
    except NotFound:
        raise NotFound("There is no such contact. Import or report the call first, then its recording.") from None
    if found.customer is not None and found.customer.standing == "erased":
        raise Conflict(ERASED)
    return found


def _there(contact: Contact, digest: str) -> Recording | None:
    found = Recording.objects.prefetch_related("pauses__by").filter(contact=contact, sha256=digest).first()
    if found is not None:
        found.contact = contact
    return found


def _same(there: Recording, about: About) -> Recording:
    """Return what is there, if it says the same; a pause that was forgotten cannot be put in later."""
    if not there.sealed_secret:
        raise Conflict("This recording was let go, by a person's erasure or its period. It is not kept again.")
    told = {(round(one.start * 1000), _clipped(one.end, there.seconds), one.by, one.cause) for one in about.pauses}
    known = {
        (one.starts_ms, one.ends_ms, one.by.agent_id if one.by else "", one.cause) for one in there.pauses.all()
    }
    if (there.layout, there.basis) != (about.channels, about.consent) or told != known:
        raise Conflict("The same audio is on file, with other channels, consent or pauses. Nothing was changed.")
    return there


def _clipped(end: float, seconds: float) -> int:
    return round(min(end, seconds) * 1000)


def _people(programme: Programme, about: About) -> dict[str, int]:
    named = {one.by for one in about.pauses if one.by}
    found = member_ids(programme, named=named) if named else {}
    if missing := sorted(named - set(found)):
        raise Invalid(f"A pause names {missing[0]!r}, whom this programme does not know as an agent.")
    return found


def _decoded(path: Path, target: Path, about: About) -> Made:
    """Have the file decoded by a process of its own, which knows nothing and may fail alone."""
    asked = {
        "source": str(path),
        "target": str(target),
        "pauses": about.spans,
        "most_seconds": settings.LONGEST_RECORDING_MINUTES * 60,
    }
    environment = {name: os.environ[name] for name in GIVEN if name in os.environ}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "rapport.quality.recordings.decoding"],
            input=json.dumps(asked).encode(),
            capture_output=True,
            timeout=DECODES_WITHIN,
            env={**environment, "OPENBLAS_NUM_THREADS": "1"},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Invalid("It takes too long to decode, so it was not kept.") from None
    if done.returncode:
        raise Invalid("It cannot be decoded: the decoder failed on it, so it was not kept.")
    told: dict[str, Any] = json.loads(done.stdout)
    if "refused" in told:
        raise Invalid(f"{told['refused']} Nothing was kept.")
    return Made(**told)


def _require_told(made: Made, about: About) -> None:
    if made.channels != CHANNELS[about.channels]:
        raise Invalid(f"It was told as {about.channels}, and has {made.channels} of channels. Nothing was kept.")
    seconds = made.frames / made.rate
    if late := [one for one in about.pauses if _clipped(one.end, seconds) <= round(one.start * 1000)]:
        raise Invalid(
            f"A pause begins at {late[0].start:g} s, and the recording ends at {seconds:.1f} s. "
            "Pauses are told in seconds from its start. Nothing was kept."
        )


def _put(
    contact: Contact,
    digest: str,
    made: Made,
    made_of: Path,
    about: About,
    people: dict[str, int],
    actor: str,
) -> Taken:
    now = clock.now()
    row = Recording(
        programme=contact.programme,
        contact=contact,
        sha256=digest,
        kind=made.kind,
        layout=about.channels,
        rate=made.rate,
        frames=made.frames,
        kept_bytes=made_of.stat().st_size,
        basis=about.consent,
        began_at=about.began_at or contact.answered_at or contact.arrived_at,
        arrived_at=now,
        outline=base64.b64decode(made.outline),
    )
    try:
        with (
            made_of.open("rb") as sound,
            store.keeping(sound, sealed.give_key(row)),
            inside(contact.programme_id),
        ):
            hold(_contact(contact.programme, about))
            row.save(force_insert=True)
            Pause.objects.bulk_create(
                Pause(
                    programme=contact.programme,
                    recording=row,
                    starts_ms=round(one.start * 1000),
                    ends_ms=_clipped(one.end, row.seconds),
                    by_id=people.get(one.by),
                    cause=one.cause,
                )
                for one in about.pauses
            )
            kept = RecordingKept(str(row.public_id), row.kind, row.basis, round(row.seconds, 1), len(about.pauses))
            announce(kept, programme=contact.programme, subject=contact.public_id, actor=actor)
            prefetch_related_objects([row], "pauses__by")
    except IntegrityError:  # the same audio came twice at once
        with inside(contact.programme_id):
            there = _there(contact, digest)
            if there is None:
                raise
            return Taken(_same(there, about), False)
    return Taken(row, True)


def hold(contact: Contact) -> None:
    """Have the contact wait for the end of this transaction; Conflict where it can take no recording by now."""
    lock_own(contact)  # so that the next one counts this one
    if contact.customer is not None and standing.held(contact.customer) is None:
        raise Conflict(ERASED)  # while it was decoded
    if Recording.objects.filter(contact=contact).count() >= MOST_OF_ONE:
        raise Conflict(f"This contact has {MOST_OF_ONE} recordings already.")
