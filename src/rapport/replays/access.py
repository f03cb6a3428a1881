"""The only way to a replay on behalf of a person."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from rapport.kit.errors import NotFound
from rapport.replays.models import Replay

if TYPE_CHECKING:
    from rapport.accounts.models import Member


def access_replay(member: Member, public_id: UUID) -> Replay:
    """Return a replay of the member's programme."""
    found = (
        Replay.objects.select_related("programme", "asked_by__user")
        .filter(programme=member.programme, public_id=public_id)
        .first()
    )
    if found is None:
        raise NotFound
    return found
