"""The library by API: what is live, found by words or key; and drafts, which people then approve."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from rapport.accounts.doors import Door, declares
from rapport.accounts.roles import Right
from rapport.api.tokens import token_for
from rapport.guides.library import actions, queries
from rapport.guides.library.reading import read_library
from rapport.kit.errors import Invalid

if TYPE_CHECKING:
    from rapport.guides.library.queries import Live

router = Router(tags=["Library"])
READS = declares(Door("token", (Right.USE_API,)))
WRITES = declares(Door("token", (Right.WRITE_GUIDES,)))
LARGEST = 2_000_000  # bytes
BODY = {
    "required": True,
    "content": {
        "application/json": {"schema": {"type": "object", "description": "The file as JSON"}},
        "text/plain": {"schema": {"type": "string", "description": "The file as TOML or CSV"}},
    },
}


class LiveOut(Schema):
    """An entry as it is live; ``says`` is as in a file of the library."""

    kind: str
    key: str
    version: int
    live_from: datetime
    says: dict[str, Any]


class LivePage(Schema):
    """Entries that are live."""

    items: list[LiveOut]


class Wanted(Schema):
    """Which entries are wanted: those that ``text`` fits, the best first; without it all of the kind, by title."""

    text: str = Field("", max_length=400)
    kind: Literal["objection", "rebuttal", "article"] | None = None
    limit: int = Field(20, ge=1, le=100)


class TakenOut(Schema):
    """How many entries are new, have a new draft, and said the same already."""

    new: int
    changed: int
    same: int


@router.get("/programmes/{slug:key}/library", response=LivePage, summary="Find in the library")
@READS
def find(request: HttpRequest, key: str, wanted: Query[Wanted]) -> dict[str, Any]:
    """Find what is live in the library by words, or list one kind of it."""
    with token_for(request, key, Right.USE_API) as token:
        kinds = (wanted.kind,) if wanted.kind else queries.KINDS
        if wanted.text.strip():
            found = queries.search(token.programme, wanted.text, kinds=kinds, limit=wanted.limit)
        else:
            found = [one for kind in kinds for one in queries.live_of(token.programme, kind, limit=wanted.limit)]
        return {"items": [_shown(one) for one in found[: wanted.limit]]}


@router.get("/programmes/{slug:key}/library/{slug:entry}", response=LiveOut, summary="Get an entry of the library")
@READS
def get_entry(request: HttpRequest, key: str, entry: str) -> dict[str, Any]:
    """Get what is live under a key."""
    with token_for(request, key, Right.USE_API) as token:
        return _shown(queries.live_by_key(token.programme, entry))


@router.put(
    "/programmes/{slug:key}/library",
    response=TakenOut,
    summary="Write drafts for the library",
    openapi_extra={"requestBody": BODY},
)
@WRITES
def put_drafts(request: HttpRequest, key: str) -> dict[str, int]:
    """Put a draft on file for each entry that says something new; of a file with a fault, nothing."""
    with token_for(request, key, Right.WRITE_GUIDES) as token:
        library = read_library(_text(request), queries.known_names(token.programme))
        taken = actions.save_library(
            programme=token.programme, library=library, note="By API", actor=f"token:{token.public_id}"
        )
    return {"new": taken.new, "changed": taken.changed, "same": taken.same}


def _text(request: HttpRequest) -> str:
    if int(request.headers.get("Content-Length") or 0) > LARGEST:
        raise Invalid(f"This is too large: a library is sent in parts of at most {LARGEST:,} bytes.")
    try:
        return request.body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid("This is no text in UTF-8.") from None


def _shown(live: Live) -> dict[str, Any]:
    told = {name: getattr(live, name) for name in ("kind", "key", "version", "live_from")}
    return told | {"says": live.entry.said()}
