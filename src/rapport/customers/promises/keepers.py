"""Who keeps a promise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Team


@dataclass(frozen=True, slots=True)
class Keeper:
    """A member, a team, or (neither) the partner."""

    member: Member | None = None
    team: Team | None = None

    @property
    def code(self) -> str:
        """The keeper as events name them: the agent id, ``team`` or ``partner``."""
        if self.member is not None:
            return self.member.agent_id
        return "team" if self.team is not None else "partner"


PARTNER = Keeper()
