"""A contact as it is shown beside a form: what was said, what the guide covered, what was promised and changed.

What the customer said of it afterwards is not shown before the score is in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rapport.accounts.roles import Right
from rapport.audit import lookers
from rapport.audit.actions import hourly, note_look
from rapport.channels.chat.queries import messages_of
from rapport.customers.promises.queries import made_on
from rapport.feedback.queries import survey_of
from rapport.guides.queries import guide_of
from rapport.kit.ids import new_id
from rapport.quality.facts import facts_about
from rapport.quality.recordings.queries import players_of

if TYPE_CHECKING:
    from django.http import HttpRequest

    from rapport.accounts.models import Member
    from rapport.contacts.models import Contact


def contact_beside(request: HttpRequest, member: Member, contact: Contact, *, is_scored: bool) -> dict[str, Any]:
    """Return a contact to read beside its form, and put on record that it was looked at."""
    contact.programme = member.programme
    messages, guide = messages_of(contact), guide_of(contact)
    note_look(
        lookers.person(request, member),
        what="contact",
        right=reading_right(member),
        subject=contact.customer.public_id if contact.customer else contact.public_id,
        about=f"contact {contact.public_id}",
        why="to judge how it was handled",
        once=hourly(contact.public_id),
    )
    return {
        "contact": contact,
        "messages": messages,
        "guide": guide,
        "players": players_of(member, contact, guide=guide, messages=messages, own_remarks_only=not is_scored),
        "listening": new_id,
        "promises": made_on(contact.pk),
        "facts": facts_about(contact),
        "survey": survey_of(contact) if is_scored else None,
    }


def reading_right(member: Member) -> Right:
    """Return the widest right by which the member reads contacts."""
    widest = (right for right in (Right.READ_CONTACTS, Right.READ_TEAM_CONTACTS) if member.may(right))
    return next(widest, Right.READ_OWN_CONTACTS)
