"""Hearing what is said on a contact, each message once, and writing what the rep is prompted of it.

``heard`` is the one door, whatever the channel. All it writes, and how far it heard, is one transaction under the
lock of the contact's listening: a kill leaves all of a message's prompts, or none of them and it is heard again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from rapport.channels.chat.queries import messages_of
from rapport.contacts.access import access_own
from rapport.events.actions import announce
from rapport.guides import actions as guides
from rapport.guides.library import queries as library
from rapport.guides.queries import GuideView, guide_of
from rapport.kit import clock
from rapport.kit.errors import DomainError
from rapport.prompts.events import PromptsMade
from rapport.prompts.findings import Finding, Recogniser, Touch
from rapport.prompts.knowing import known_of
from rapport.prompts.models import Kind, Listening, Prompt
from rapport.prompts.ranking import next_steps

if TYPE_CHECKING:
    from rapport.accounts.models import Programme
    from rapport.contacts.models import Contact

STALE = timedelta(seconds=60)  # what was said longer ago is not prompted: the rep has read it
HEARD_IN = ("arrived", "waiting", "active")
ONE_AT_A_TIME = (Kind.REASON, Kind.OBJECTION, Kind.REBUTTAL, Kind.ARTICLE)  # a newer one takes its place
STEPS = (Kind.NEXT, Kind.OFFER)


@dataclass(frozen=True, slots=True)
class Said:
    """Something said on a contact: ``mark`` orders what is said there, ``author`` is customer or rep."""

    mark: int
    author: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class _New:
    """A prompt to be written."""

    kind: Kind
    mark: int
    sureness: float
    because: str
    about: str = ""
    words: str = ""
    rank: int = 0

    @property
    def place(self) -> tuple[str, str]:
        return self.kind, self.about


def hear_chat(programme: Programme, contact_id: UUID, *, by: Recogniser) -> bool:
    """Hear what was written on a chat since it was heard last; False where another process is at it."""
    contact = access_own(programme, contact_id)
    if contact.channel != "chat":
        return True
    with transaction.atomic():
        listening = _listening(contact)
        if listening is None:
            return False
        messages = messages_of(contact, after=listening.heard_to)
        _hear(listening, contact, [Said(one.pk, one.author, one.text, one.at) for one in messages], by)
    return True


@transaction.atomic
def heard(contact: Contact, said: Sequence[Said], *, by: Recogniser) -> bool:
    """Hear what was said on a contact, from any channel; what was heard before is passed over.

    Returns False where another process is at it: it is then asked again.
    """
    listening = _listening(contact)
    if listening is None:
        return False
    _hear(listening, contact, [one for one in said if one.mark > listening.heard_to], by)
    return True


@transaction.atomic
def pass_over(programme: Programme, contact_id: UUID) -> None:
    """Let what was said so far on a chat go without prompts: hearing it failed."""
    contact = access_own(programme, contact_id)
    listening, messages = _listening(contact), messages_of(contact)
    if listening is not None and messages:
        listening.heard_to = messages[-1].pk
        listening.save(update_fields=["heard_to"])


def unheard(programme: Programme, last_said: dict[int, tuple[UUID, int]]) -> list[UUID]:
    """Return which of these contacts (id: public id, newest message) have something that was not heard."""
    rows = Listening.objects.filter(programme=programme, contact__in=last_said)
    heard_to = dict(rows.values_list("contact_id", "heard_to"))
    return [public_id for pk, (public_id, newest) in last_said.items() if heard_to.get(pk, 0) < newest]


def _listening(contact: Contact) -> Listening | None:
    """Return the contact's listening, locked; None while another has it."""
    rows = Listening.objects.select_for_update(skip_locked=True).filter(contact=contact)
    if (found := rows.first()) is None:
        new = Listening(programme=contact.programme, contact=contact)
        Listening.objects.bulk_create([new], ignore_conflicts=True)
        found = rows.first()
    return found


def _hear(listening: Listening, contact: Contact, said: Sequence[Said], by: Recogniser) -> None:
    if not said:
        return
    since = clock.now() - STALE
    fresh = [one for one in said if one.author in ("customer", "rep") and one.at >= since]
    if fresh and contact.state in HEARD_IN:
        _prompt(contact, fresh, by)
    listening.heard_to = said[-1].mark
    listening.save(update_fields=["heard_to"])


def _prompt(contact: Contact, said: Sequence[Said], by: Recogniser) -> None:
    kept = list(Prompt.objects.filter(contact=contact, expired_at__isnull=True))
    known = {(one.kind, one.about) for one in kept}
    guide = guide_of(contact)
    found: list[_New] = []
    findings: list[Finding] = []
    for one in said:
        if one.author == "customer":
            findings = by.of_customer(one.text, known_of(contact.programme))
            found += _of_customer(contact, one, findings)
        else:
            found += _of_rep(contact, one, by.of_rep(one.text, _touches(guide)), known)
    if any(each.kind == Kind.COVERED for each in found):
        guide = guide_of(contact)
    steps = _steps(guide, findings, said[-1].mark) if contact.state == "active" else []
    _write(contact, kept, found, steps, said[-1].mark)


def _of_customer(contact: Contact, said: Said, findings: Iterable[Finding]) -> list[_New]:
    found = []
    for one in findings:
        if one.shows == "reason" and contact.reason is not None and contact.reason.key == one.about:
            continue
        because = "alike" if one.about else "said"
        found.append(_New(Kind(one.shows), said.mark, one.sureness, because, one.about))
        if one.shows == "objection":
            answers = library.rebuttals_of(contact.programme, one.about, contact=contact)[:1]
            found += [_New(Kind.REBUTTAL, said.mark, one.sureness, "answers", each.key) for each in answers]
    return found


def _of_rep(contact: Contact, said: Said, findings: Iterable[Finding], known: set[tuple[str, str]]) -> list[_New]:
    found = []
    for one in findings:
        if one.shows == "covered":
            if (Kind.COVERED, one.about) in known or not _tick(contact, one.about):
                continue
            found.append(_New(Kind.COVERED, said.mark, one.sureness, "heard", one.about))
        elif one.shows == "promise":
            about = f"m{said.mark}"
            found.append(_New(Kind.PROMISE, said.mark, one.sureness, "said", about, one.words))
        else:
            found.append(_New(Kind(one.shows), said.mark, one.sureness, "said", one.about))
    return found


def _tick(contact: Contact, step: str) -> bool:
    """Tick a step that was heard; False where the guide does not let it be done yet."""
    if contact.rep is None:
        return False
    try:
        guides.tick(member=contact.rep, contact=contact, step=step, how="heard")
    except DomainError:
        return False
    return True


def _touches(guide: GuideView | None) -> list[Touch]:
    if guide is None:
        return []
    return [
        Touch(one.key, one.words, one.points, is_verbatim=one.form == "verbatim")
        for one in guide.steps
        if one.step.touch_point and not one.is_done and one.skipped is None
    ]


def _steps(guide: GuideView | None, findings: Sequence[Finding], mark: int) -> list[_New]:
    if guide is None:
        return []
    return [
        _New(Kind(one.kind), mark, 1.0, one.because, one.step, rank=rank)
        for rank, one in enumerate(next_steps(guide.view, findings), start=1)
    ]


def _write(
    contact: Contact, kept: Sequence[Prompt], found: Sequence[_New], steps: Sequence[_New], mark: int
) -> None:
    """Write what is new, let go what it takes the place of, and tell the rep's page where anything changed."""
    by_place = {(one.kind, one.about): one for one in kept}
    new = {one.place: one for one in (*found, *steps) if one.place not in by_place}
    wanted = {one.place: one for one in steps}
    taken = {one.kind for one in new.values() if one.kind in ONE_AT_A_TIME}
    changed = 0
    for one in kept:
        if not one.is_open:
            continue
        if one.kind in taken or (one.kind in STEPS and (one.kind, one.about) not in wanted):
            one.expired_at = clock.now()
        elif (again := wanted.get((one.kind, one.about))) and one.rank != again.rank:
            one.rank = again.rank
        else:
            continue
        one.save(update_fields=["expired_at", "rank"])
        changed += 1
    Prompt.objects.bulk_create([_row(contact, one) for one in new.values()])
    if new or changed:
        announce(
            PromptsMade(message=mark, prompts=len(new)),
            programme=contact.programme,
            subject=contact.public_id,
            actor="system",
            audience=[f"member:{contact.rep_id}"] if contact.rep_id else [],
        )


def _row(contact: Contact, new: _New) -> Prompt:
    return Prompt(
        programme=contact.programme,
        contact=contact,
        message=new.mark,
        kind=new.kind,
        about=new.about,
        rank=new.rank,
        sureness=new.sureness,
        because=new.because,
        words=new.words,
        made_at=clock.now(),
    )
