"""The gate to rewards; absent and forbidden look the same."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from rapport.kit.errors import NotFound
from rapport.recognition.rewards.models import Reward

if TYPE_CHECKING:
    from rapport.accounts.models import Member


def access_reward(member: Member, public_id: UUID) -> Reward:
    """Return a reward of the member's programme, locked until the transaction ends."""
    row = Reward.objects.select_for_update().filter(programme=member.programme, public_id=public_id).first()
    if row is None:
        raise NotFound
    return row
