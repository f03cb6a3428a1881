"""Files that a partner delivers by API: judged as the command judges them, then loaded beside all other work."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Field, Query, Router, Schema, Status

from rapport.accounts.doors import Door, declares
from rapport.accounts.roles import Right
from rapport.api.tokens import token_for
from rapport.contacts import jobs as contacts
from rapport.customers import jobs as customers
from rapport.feeds import actions, queries
from rapport.kit.errors import Conflict, Invalid, NotFound
from rapport.ledger import jobs as ledger

if TYPE_CHECKING:
    from rapport.feeds.models import Delivery

router = Router(tags=["Feeds"])
LOADS = {
    "customers": customers.load_delivery,
    "calls": contacts.load_delivery,
    "sales": customers.load_sales,
    "accounts": ledger.load_delivery,
}
MB = 1024 * 1024
LARGEST = 64 * MB
PIECE = 64 * 1024
MANIFEST = "Rapport-Manifest"
LONGEST_NAME = 200
BODY = {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
HEADER = {
    "name": MANIFEST,
    "in": "header",
    "required": False,
    "description": "What the contract's manifest tells of the file, as JSON in ASCII",
    "schema": {"type": "string"},
}


class DeliveryOut(Schema):
    """What became of one delivery."""

    id: UUID
    feed: str
    at: datetime
    verdict: str
    rows: int
    bad: int
    sha256: str
    why: list[str]


class Named(Schema):
    """What the partner calls the file."""

    file: str = Field("", max_length=LONGEST_NAME)


def shown(one: Delivery) -> dict[str, Any]:
    """Return a delivery as other programs see it."""
    told = {name: getattr(one, name) for name in ("feed", "at", "verdict", "rows", "bad", "sha256")}
    return told | {"id": one.public_id, "why": [each["words"] for each in one.why]}


@router.post(
    "/programmes/{slug:key}/feeds/{slug:feed}/deliveries",
    response={202: DeliveryOut},
    summary="Deliver a file",
    openapi_extra={"requestBody": BODY | {"required": True}, "parameters": [HEADER]},
)
@declares(Door("token", (Right.DELIVER_FILES,)))
def deliver_file(
    request: HttpRequest, key: str, feed: str, named: Query[Named]
) -> Status[dict[str, Any]] | HttpResponse:
    """Deliver a file to a feed: ``customers``, ``accounts``, ``sales`` or ``calls``; plain or gzipped.

    ``file`` is its name. It is judged by the feed's contract, which needs a ``mapping``. What is taken is loaded
    within minutes. What is not is kept, stops the feed, and is answered with 409.
    """
    with token_for(request, key, Right.DELIVER_FILES) as token:
        found = queries.feed_of(token.programme, feed) if feed in LOADS else None
        if found is None:
            raise NotFound
        if found.terms is None or not found.terms.mapping:
            raise Conflict(f"The feed {feed} has no contract with a mapping, so nobody knows how to load a file.")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "file"
            _write(request, path, min(LARGEST, found.terms.largest_mb * MB))
            actor = f"token:{token.public_id}"
            made = actions.receive(
                programme=token.programme,
                feed=feed,
                path=path,
                actor=actor,
                name=named.file or f"{feed} by API",
                to_load_later=True,
            )
        try:
            actions.require_taken(made)
        except actions.FeedStoppedError as error:  # answered, not raised: the delivery and the stop stay on file
            return JsonResponse({"error": {"code": error.code, "message": str(error)}}, status=error.status)
        LOADS[feed].defer(programme_id=token.programme_id, delivery=str(made.public_id))
        return Status(202, shown(made))


def _write(request: HttpRequest, path: Path, most: int) -> None:
    """Write what was sent, and the manifest beside it; never more than may come."""
    size = 0
    with path.open("wb") as file:
        while piece := request.read(PIECE):
            size += len(piece)
            if size > most:
                raise Invalid(f"A file that is sent here has at most {most // MB} MB. Split it, or import it.")
            file.write(piece)
    manifest = request.headers.get(MANIFEST, "")
    if manifest:
        path.with_name(f"{path.name}.manifest.json").write_text(manifest, "utf-8", errors="replace")
