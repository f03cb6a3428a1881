"""Guides by API: read them and their versions, and put drafts on file. Approving and publishing is for people."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from django.http import HttpRequest
from ninja import Field, Router, Schema

from rapport.accounts.doors import Door, declares
from rapport.accounts.roles import Right
from rapport.api.tokens import token_for
from rapport.guides import publishing, versions
from rapport.kit.documents import LONGEST_NOTE, MOST_CHARACTERS
from rapport.kit.errors import NotFound

if TYPE_CHECKING:
    from rapport.guides.models import GuideVersion

router = Router(tags=["Guides"])
WRITES = declares(Door("token", (Right.WRITE_GUIDES,)))


class VersionOut(Schema):
    """A version of a guide, without its text."""

    guide: str
    number: int
    state: str
    note: str
    made_at: datetime
    starts_at: datetime | None


class GuideOut(Schema):
    """A guide with the version in force, one that is to come, and the newest."""

    key: str
    name: str
    retired: bool
    in_force: int | None
    planned: int | None
    newest: VersionOut


class TextOut(VersionOut):
    """A version of a guide as it was written."""

    text: str


class DraftIn(Schema):
    """A guide to put on file as a draft."""

    text: Annotated[str, Field(max_length=MOST_CHARACTERS)]
    note: Annotated[str, Field(max_length=LONGEST_NOTE)] = ""
    based_on: int | None = Field(None, description="the newest version that the writer has seen")


@router.get("/programmes/{slug:key}/guides", response=list[GuideOut], summary="List guides")
@WRITES
def list_guides(request: HttpRequest, key: str) -> list[dict[str, Any]]:
    """List the programme's guides by name, those that serve nobody any more last."""
    with token_for(request, key, Right.WRITE_GUIDES) as token:
        return [
            {
                "key": one.guide.key,
                "name": one.guide.name,
                "retired": one.guide.retired_at is not None,
                "in_force": one.in_force.number if one.in_force else None,
                "planned": one.planned.number if one.planned else None,
                "newest": _shown(one.newest),
            }
            for one in versions.guides_of(token.programme)
        ]


@router.get(
    "/programmes/{slug:key}/guides/{slug:guide}/versions", response=list[VersionOut], summary="List versions"
)
@WRITES
def list_versions(request: HttpRequest, key: str, guide: str) -> list[dict[str, Any]]:
    """List the newest fifty versions of a guide, the newest first."""
    with token_for(request, key, Right.WRITE_GUIDES) as token:
        return [_shown(one) for one in versions.versions_of(versions.guide_by_key(token.programme, guide))]


@router.get("/programmes/{slug:key}/guides/{slug:guide}", response=TextOut, summary="Read the guide in force")
@WRITES
def read_guide(request: HttpRequest, key: str, guide: str) -> dict[str, Any]:
    """Read the version in force; 404 where none is."""
    with token_for(request, key, Right.WRITE_GUIDES) as token:
        found = versions.version_in_force(versions.guide_by_key(token.programme, guide))
        if found is None:
            raise NotFound(f"No version of {guide!r} is in force.")
        return _shown(found) | {"text": found.text}


@router.get(
    "/programmes/{slug:key}/guides/{slug:guide}/versions/{int:number}",
    response=TextOut,
    summary="Read a version",
)
@WRITES
def read_version(request: HttpRequest, key: str, guide: str, number: int) -> dict[str, Any]:
    """Read one version of a guide."""
    with token_for(request, key, Right.WRITE_GUIDES) as token:
        found = versions.version_by_number(versions.guide_by_key(token.programme, guide), number)
        return _shown(found) | {"text": found.text}


@router.put("/programmes/{slug:key}/guides/{slug:guide}", response=VersionOut, summary="Put a draft on file")
@WRITES
def put_draft(request: HttpRequest, key: str, guide: str, draft: DraftIn) -> dict[str, Any]:
    """Put a text on file as the next version, a draft; the newest one's text again is that version.

    422 tells every fault with its line. 409 where another was saved since ``based_on``.
    """
    with token_for(request, key, Right.WRITE_GUIDES) as token:
        made = publishing.save_draft(
            programme=token.programme,
            text=draft.text,
            key=guide,
            based_on=draft.based_on,
            note=draft.note,
            actor=f"token:{token.public_id}",
        )
        return _shown(made)


def _shown(version: GuideVersion) -> dict[str, Any]:
    parts = ("number", "state", "note", "made_at", "starts_at")
    return {"guide": version.guide.key} | {name: getattr(version, name) for name in parts}
