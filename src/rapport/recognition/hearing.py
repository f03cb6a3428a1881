"""Which contacts of a letter may be looked at by whom: with the rep's yes, something to hear, and the right to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rapport.contacts.access import readable
from rapport.quality.recordings.queries import recordings_of
from rapport.recognition.letter import read_people
from rapport.recognition.queries import hearings_of

if TYPE_CHECKING:
    from rapport.accounts.models import Member
    from rapport.contacts.models import Contact
    from rapport.recognition.models import RallyNote


@dataclass(frozen=True, slots=True)
class Asked:
    """The contact a rep is praised for, and what they said of it; None before they said anything."""

    contact: str
    agreed: bool | None


def open_to(member: Member, note: RallyNote) -> frozenset[str]:
    """Return the contacts a letter names that the member is shown the way to, and may read."""
    agreed = {agent for agent, yes in hearings_of(note).items() if yes}
    named = [one.contact for one in read_people(note.people) if one.contact and one.agent_id in agreed]
    rows = readable(member).filter(public_id__in=named) if named else []
    return frozenset(str(one.public_id) for one in rows if _is_kept(one))


def asked_of(member: Member, note: RallyNote) -> Asked | None:
    """Return what a published letter asks the member about their own contact; None where it praises others."""
    praised = [one for one in read_people(note.people) if one.agent_id == member.agent_id and one.contact]
    if not praised or note.published_at is None:
        return None
    return Asked(praised[0].contact or "", hearings_of(note).get(member.agent_id))


def _is_kept(contact: Contact) -> bool:
    return contact.channel == "chat" or bool(recordings_of(contact))
