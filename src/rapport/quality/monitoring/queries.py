"""What the desk and a contact's page show of who sits in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rapport.kit.ids import new_id
from rapport.quality.monitoring.models import SitIn, Whisper

if TYPE_CHECKING:
    from rapport.accounts.models import Member
    from rapport.contacts.models import Contact

SHOWN = 6  # whispers, the newest


@dataclass(frozen=True, slots=True)
class Beside:
    """Who sits in on a chat now, the first one first, and what was last whispered, the newest last."""

    people: list[SitIn] = field(default_factory=list)
    whispers: list[Whisper] = field(default_factory=list)

    def of(self, member: Member) -> SitIn | None:
        """Return how the member sits in, where they do."""
        return next((one for one in self.people if one.member_id == member.pk), None)


def panel_of(member: Member, contact: Contact) -> dict[str, Any]:
    """Return what the panel of who may sit in is shown with."""
    now = beside(contact)
    return {"contact": contact, "beside": now, "mine": now.of(member), "client_id": new_id()}


def beside(contact: Contact) -> Beside:
    """Return who sits in on the contact now, and what was whispered; nothing once the conversation is over."""
    if contact.state != "active" or contact.channel != "chat":
        return Beside()
    people = SitIn.objects.select_related("member__user").filter(contact=contact, until=None).order_by("pk")
    newest = Whisper.objects.select_related("member__user").filter(contact=contact).order_by("-pk")[:SHOWN]
    return Beside(list(people), list(newest)[::-1])
