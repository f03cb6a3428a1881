"""What a wrap-up begins with: what the machine makes of the contact, for the rep to change or confirm."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from rapport.channels.chat.queries import messages_of
from rapport.contacts.queries import reason_by_key
from rapport.guides.library.examples import without_names
from rapport.kit import clock
from rapport.prompts.due import due_of
from rapport.prompts.models import Kind, Prompt
from rapport.prompts.summary import LONGEST, Told, summary_of

if TYPE_CHECKING:
    from rapport.contacts.models import Contact, Reason
    from rapport.guides.queries import GuideView

_WE_WILL = re.compile(r"^(?:i|we)(?:['’]ll| will| promise to)\s+", re.IGNORECASE)
RECITED = ("say", "close")  # whose words are said on every contact
DOING = ("do", "offer", "objection")  # kinds of steps that say what was done


@dataclass(frozen=True, slots=True)
class Heard:
    """A promise that was heard and is not on file: its prompt, what, and by which day."""

    prompt: UUID
    what: str
    due_on: date


@dataclass(frozen=True, slots=True)
class Suggested:
    """What was heard of the reason (None: nothing else than is set), the line, and promises to be put on file."""

    reason: Reason | None = None
    summary: str = ""
    promises: tuple[Heard, ...] = ()


def suggested_for(contact: Contact, guide: GuideView | None) -> Suggested:
    """Return what the contact's wrap-up begins with; nothing of it is kept. No data: nothing is made of it."""
    if contact.customer is not None and not contact.customer.is_active:
        return Suggested()
    rows = Prompt.objects.filter(contact=contact, kind__in=[Kind.REASON, Kind.PROMISE], dismissed_at__isnull=True)
    heard = list(rows.order_by("message", "pk"))
    promises = [one for one in heard if one.kind == Kind.PROMISE]
    told = _told(contact, guide, [_what(one.words) for one in promises])
    return Suggested(
        reason=_reason(contact, [one for one in heard if one.kind == Kind.REASON]),
        summary=without_names(summary_of(told), contact)[:LONGEST],
        promises=tuple(promise_of(contact, one.public_id, one.words) for one in promises if one.used_at is None),
    )


def promise_of(contact: Contact, prompt: UUID, words: str) -> Heard:
    """Return a promise as its form begins."""
    today = clock.now().astimezone(contact.programme.zone).date()
    return Heard(prompt, _what(words), due_of(words, today))


def _what(words: str) -> str:
    return _WE_WILL.sub("", words)


def _reason(contact: Contact, heard: Sequence[Prompt]) -> Reason | None:
    """Return what was heard last, where that is not what the contact is about already."""
    if not heard or heard[-1].used_at is not None:
        return None
    if contact.reason is not None and contact.reason.key == heard[-1].about:
        return None
    return reason_by_key(contact.programme, heard[-1].about)


def _in_words(answer: object) -> str:
    return {True: "yes", False: "no"}[answer] if isinstance(answer, bool) else str(answer)


def _told(contact: Contact, guide: GuideView | None, promised: Sequence[str]) -> Told:
    said = messages_of(contact) if contact.channel == "chat" else []
    steps = guide.view.steps if guide else ()
    fields = {one.key: one for step in steps for one in step.fields if one.answer is not None}
    return Told(
        said=[(one.author, one.text) for one in said],
        answers={
            one.rules.label: _in_words(one.answer) for one in fields.values() if one.rules.saves == "contact"
        },
        done=[one.title for one in steps if one.is_done and one.step.kind in DOING],
        promised=promised,
        script=[one.words for one in steps if one.step.kind in RECITED],
    )
