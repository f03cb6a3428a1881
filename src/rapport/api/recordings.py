"""Recordings of calls, as a telephone system delivers them; and which there are."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema, Status

from rapport.accounts.doors import Door, declares
from rapport.accounts.roles import Right
from rapport.api.tokens import token_for
from rapport.contacts.access import access_own
from rapport.kit import storage
from rapport.kit.errors import DomainError
from rapport.quality.recordings import taking
from rapport.quality.recordings.described import LONGEST_TOLD, About, read_about
from rapport.quality.recordings.queries import recordings_of

if TYPE_CHECKING:
    from rapport.quality.recordings.models import Recording

router = Router(tags=["Recordings"])
ABOUT = "Rapport-Recording"
BODY = {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
HEADER = {
    "name": ABOUT,
    "in": "header",
    "required": True,
    "description": "What is told of it, as JSON in ASCII: contact or call, channels, consent, began_at, pauses "
    "(from, to in seconds; by, cause), sha256",
    "schema": {"type": "string", "maxLength": LONGEST_TOLD},
    "example": '{"call": "4711", "channels": "rep_customer", "consent": "announced", '
    '"pauses": [{"from": 62.5, "to": 80, "by": "rep", "cause": "card"}]}',
}


class RecordingOut(Schema):
    """A recording on file; ``pauses`` is how many spans of it are silence."""

    id: UUID
    contact: UUID
    kind: str
    channels: str
    consent: str
    began_at: datetime
    seconds: float
    pauses: int


def shown(one: Recording) -> dict[str, Any]:
    """Return a recording as other programs see it."""
    return {
        "id": one.public_id,
        "contact": one.contact.public_id,
        "kind": one.kind,
        "channels": one.layout,
        "consent": one.basis,
        "began_at": one.began_at,
        "seconds": round(one.seconds, 3),
        "pauses": len(one.pauses.all()),
    }


@router.post(
    "/programmes/{slug:key}/recordings",
    response={200: RecordingOut, 201: RecordingOut},
    summary="Deliver a recording",
    openapi_extra={"requestBody": BODY | {"required": True}, "parameters": [HEADER]},
)
@declares(Door("token", (Right.DELIVER_RECORDINGS,)))
def deliver_recording(request: HttpRequest, key: str) -> Status[dict[str, Any]]:
    """Deliver the recording of a call as the body: WAV, Opus in Ogg, or MP3, of one or two channels.

    The pauses that are told are silence in what is kept. The same file of a contact again is answered with 200 and
    changes nothing. What cannot be decoded whole is refused, and nothing of it is kept.
    """
    with token_for(request, key, Right.DELIVER_RECORDINGS) as token:
        programme, actor = token.programme, f"token:{token.public_id}"
    about = _about(request)
    with storage.passing() as path:
        taking.receive(request.read, path)
        taken = taking.take(programme=programme, path=path, about=about, actor=actor)
    return Status(201 if taken.is_new else 200, shown(taken.recording))


@router.get(
    "/programmes/{slug:key}/contacts/{uuid:contact}/recordings",
    response=list[RecordingOut],
    summary="List a contact's recordings",
)
@declares(Door("token", (Right.USE_API,)))
def list_recordings(request: HttpRequest, key: str, contact: UUID) -> list[dict[str, Any]]:
    """List the recordings of a contact that can be heard. The sound is for people who are signed in."""
    with token_for(request, key, Right.USE_API) as token:
        return [shown(one) for one in recordings_of(access_own(token.programme, contact))]


def _about(request: HttpRequest) -> About:
    told = request.headers.get(ABOUT, "")
    if not told:
        raise DomainError(
            f"Say in the header {ABOUT}, as JSON, which contact it is of, its channels and the consent."
        )
    return read_about(told)
