"""What a person is called on a page: by name to colleagues, and to the partner as the agreement allows.

The one place that decides. To a partner viewer a programme shows no names by default: people are ``rep 07``, the
same on every page and every day, by the order in which they came to the programme.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from rapport.accounts.models import Member
from rapport.accounts.roles import Role

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

REPS = (Role.REP, Role.SENIOR_REP)
SHORTEST_PART = 2


class Shown(StrEnum):
    """What the agreement with a programme's partner allows it to see of people who work there."""

    NONE = "none"
    ROLES = "roles"
    NAMES = "names"


@dataclass(frozen=True)
class Names:
    """What one viewer calls the people of a programme."""

    hidden: bool
    by_agent: Mapping[str, str]
    by_member: Mapping[int, str]
    real: Mapping[str, str] = field(default_factory=dict)  # name → what it is called; only where names are hidden

    def of_agent(self, agent_id: str) -> str:
        """What the person with this agent id is called."""
        return self.by_agent.get(agent_id, "somebody" if self.hidden else agent_id)

    def key_of(self, agent_id: str) -> str:
        """What stands for the person where a program reads it: the agent id, or what they are called."""
        return self.of_agent(agent_id) if self.hidden else agent_id

    def of_actor(self, actor: str) -> str:
        """What an event's actor is called; ``member:<id>`` is a person, anything else says itself."""
        kind, _, number = actor.partition(":")
        if kind != "member" or not number.isdecimal():
            return actor
        return self.by_member.get(int(number), "somebody")

    def of_name(self, name: str) -> str:
        """What the person of this name is called, for what was written down with a name."""
        return self.real.get(name, "somebody") if self.hidden and name else name

    def within(self, text: str) -> str:
        """Return a text somebody wrote, with the people of the programme called as the viewer may."""
        if not self.hidden or not text:
            return text
        for name, called in sorted(self.real.items(), key=lambda one: -len(one[0])):
            text = re.sub(rf"\b{re.escape(name)}\b", called, text, flags=re.IGNORECASE)
        for name, called in self.real.items():
            for part in name.split():
                if len(part) >= SHORTEST_PART and part[:1].isupper():
                    text = re.sub(rf"\b{re.escape(part)}\b", called, text)
        return text


def names_for(viewer: Member) -> Names:
    """Return what this member may call the people of its programme."""
    return for_partner(viewer.programme) if Role(viewer.role) is Role.PARTNER_VIEWER else _as_they_are(viewer)


def for_partner(programme: Programme) -> Names:
    """Return what the programme's partner may call its people."""
    members = _members(programme)
    shown = Shown(programme.names_shown_to_partner)
    if shown is Shown.NAMES:
        return _named(members)
    called = {member.pk: _pseudonym(member, place, shown) for place, member in enumerate(members, 1)}
    return Names(
        hidden=True,
        by_agent={member.agent_id: called[member.pk] for member in members},
        by_member=called,
        real={member.name: called[member.pk] for member in members},
    )


def _as_they_are(viewer: Member) -> Names:
    return _named(_members(viewer.programme))


def _named(members: Iterable[Member]) -> Names:
    everyone = list(members)
    return Names(
        hidden=False,
        by_agent={member.agent_id: member.name for member in everyone},
        by_member={member.pk: member.name for member in everyone},
    )


def _members(programme: Programme) -> list[Member]:
    return list(Member.objects.select_related("user").filter(programme=programme).order_by("pk"))


def _pseudonym(member: Member, place: int, shown: Shown) -> str:
    role = Role(member.role)
    word = role.words if shown is Shown.ROLES else ("rep" if role in REPS else "staff")
    return f"{word} {place:02d}"
