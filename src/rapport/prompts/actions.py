"""What reps do with prompts. Callers have fetched the contact by the gate that lets them act on it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from rapport.contacts import actions as contacts
from rapport.contacts.queries import reason_by_key
from rapport.events.actions import News, announce_all
from rapport.guides import actions as guides
from rapport.guides.library import actions as library
from rapport.kit import clock
from rapport.kit.errors import Conflict, NotFound
from rapport.kit.often import Among, Given, Often
from rapport.prompts.events import PromptDismissed, PromptSent, PromptShown, PromptUsed
from rapport.prompts.models import Kind, Prompt

if TYPE_CHECKING:
    from rapport.accounts.models import Member
    from rapport.contacts.models import Contact

Told = PromptShown | PromptUsed | PromptSent | PromptDismissed


_new = Often(
    lambda: (
        Prompt.objects.select_for_update()
        .filter(Among("public_id", "prompts"), contact=Given("contact"), shown_at__isnull=True)
        .order_by("pk")
    )
)


@transaction.atomic
def show(*, member: Member, contact: Contact, prompts: Collection[UUID]) -> None:
    """Note that these prompts are on the page of the rep who has the contact; each once."""
    if not prompts or contact.rep_id != member.pk:
        return
    rows = _new(contact=contact.pk, prompts=list(prompts))
    if not rows:
        return
    Prompt.objects.filter(pk__in=[one.pk for one in rows]).update(shown_at=clock.now(), shown_to=member)
    steps = [one.about for one in rows if one.kind in (Kind.NEXT, Kind.OFFER)]
    entries = [one.about for one in rows if one.kind == Kind.REBUTTAL]
    guides.note_shown(contact, steps=steps, entries=entries, actor=f"member:{member.pk}")
    told = [News(PromptShown(str(one.public_id), one.kind), contact.public_id) for one in rows]
    announce_all(told, programme=contact.programme, actor=f"member:{member.pk}")


@transaction.atomic
def take_up(*, member: Member, contact: Contact, prompt: UUID) -> bool:
    """Note that a promise that was heard is being put on file, while it still stands in the wrap-up or before.

    Returns False where that was done, or it was put away, before.
    """
    found = _lock(contact, prompt)
    if found.kind != Kind.PROMISE:
        raise NotFound
    if found.used_at is not None or found.dismissed_at is not None:
        return False
    found.used_at = clock.now()
    found.save(update_fields=["used_at"])
    _tell(member, contact, PromptUsed(str(found.public_id), found.kind))
    return True


@transaction.atomic
def use(*, member: Member, contact: Contact, prompt: UUID) -> Prompt:
    """Do what a prompt suggests: go to its step, take its reason over, note that they are upset; again is once."""
    found = _lock(contact, prompt)
    if found.used_at is not None:
        return found
    if found.dismissed_at is not None or found.expired_at is not None:
        raise Conflict("Things have gone on since this was suggested, so nothing was changed.")
    _do(member, contact, found)
    found.used_at = clock.now()
    found.save(update_fields=["used_at"])
    _tell(member, contact, PromptUsed(str(found.public_id), found.kind))
    return found


@transaction.atomic
def sent(*, member: Member, contact: Contact, edited: Mapping[UUID, bool]) -> None:
    """Note that the words of prompts that were used went out, changed or not; the first time counts."""
    rows = Prompt.objects.select_for_update().filter(contact=contact, public_id__in=edited, used_at__isnull=False)
    for one in rows.filter(edited__isnull=True).order_by("pk"):
        one.edited = edited[one.public_id]
        one.save(update_fields=["edited"])
        _tell(member, contact, PromptSent(str(one.public_id), one.kind, is_edited=edited[one.public_id]))


@transaction.atomic
def dismiss(*, member: Member, contact: Contact, prompt: UUID) -> Prompt:
    """Put a prompt away for the rest of the contact; of a step that ticked itself, take the tick back."""
    found = _lock(contact, prompt)
    if found.dismissed_at is not None or found.used_at is not None:
        return found
    if found.kind == Kind.COVERED:
        guides.untick(member=member, contact=contact, step=found.about)
    found.dismissed_at = clock.now()
    found.save(update_fields=["dismissed_at"])
    _tell(member, contact, PromptDismissed(str(found.public_id), found.kind))
    return found


def _do(member: Member, contact: Contact, prompt: Prompt) -> None:
    actor = f"member:{member.pk}"
    if prompt.kind in (Kind.NEXT, Kind.OFFER):
        guides.go(member=member, contact=contact, to=prompt.about)
    elif prompt.kind == Kind.DISTRESS:
        guides.notice(member=member, contact=contact, is_upset=True)
    elif prompt.kind in (Kind.REBUTTAL, Kind.ARTICLE):
        library.use(member=member, contact=contact, key=prompt.about)
    elif prompt.kind == Kind.REASON:
        reason = reason_by_key(contact.programme, prompt.about)
        if reason is None:
            raise Conflict("This reason is not on the list any more.")
        contacts.learn_reason(contact, reason=reason, actor=actor)
        guides.follow_reason(contact, actor=actor)


def _lock(contact: Contact, prompt: UUID) -> Prompt:
    """Return a prompt of the contact, locked last of all: whoever hears the contact does so too."""
    found = Prompt.objects.select_for_update().filter(contact=contact, public_id=prompt).first()
    if found is None:
        raise NotFound
    return found


def _tell(member: Member, contact: Contact, told: Told) -> None:
    news = [News(told, contact.public_id, [f"member:{member.pk}"])]
    announce_all(news, programme=contact.programme, actor=f"member:{member.pk}")
