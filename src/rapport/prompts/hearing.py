"""Hearing what is said on a contact, each message once, and writing what the rep is prompted of it.

``heard`` is the one door, whatever the channel; ``hear_chats`` reads several chats and hears them together. All
that is written, and how far it was heard, is one transaction under the lock of each contact's listening: a kill
leaves all of a message's prompts, or none of them and it is heard again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from rapport.channels.chat.queries import said_after
from rapport.contacts.access import access_own
from rapport.events.actions import News, announce_all
from rapport.guides import actions as guides
from rapport.guides.library import queries as library
from rapport.guides.queries import views_of
from rapport.kit import clock
from rapport.kit.errors import DomainError
from rapport.kit.often import Among, Given, Often
from rapport.prompts.events import PromptsMade
from rapport.prompts.findings import Finding, Recogniser, Touch
from rapport.prompts.knowing import known_of, rebuttals_of
from rapport.prompts.models import Kind, Listening, Prompt
from rapport.prompts.ranking import next_steps

if TYPE_CHECKING:
    from rapport.accounts.models import Programme
    from rapport.contacts.models import Contact
    from rapport.guides.engine import View

STALE = timedelta(seconds=60)  # what was said longer ago is not prompted: the rep has read it
HEARD_IN = ("arrived", "waiting", "active")
ONE_AT_A_TIME = (Kind.REASON, Kind.OBJECTION, Kind.REBUTTAL, Kind.ARTICLE)  # a newer one takes its place
STEPS = (Kind.NEXT, Kind.OFFER)
READ = ("contact__customer__segment", "contact__segment", "contact__reason", "contact__rep__user")


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


@dataclass(frozen=True, slots=True)
class _Change:
    """What hearing a contact comes to: prompts that are new, that were let go, and whose rank is another."""

    contact: Contact
    mark: int
    new: list[_New]
    gone: list[Prompt]
    moved: list[Prompt]


_held = Often(
    lambda: (
        Listening.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related(*READ)
        .filter(Among("contact__public_id", "contacts"), programme=Given("programme"))
        .order_by("contact_id")
    )  # the order in which contacts are locked
)
_kept = Often(lambda: Prompt.objects.filter(Among("contact_id", "contacts"), expired_at__isnull=True))


@transaction.atomic
def hear_chats(programme: Programme, contacts: Collection[UUID], *, by: Recogniser) -> None:
    """Hear what was written on chats since each was heard last; those another process is at are left to it."""
    listenings = _listenings(programme, contacts)
    written = said_after({one.contact_id: one.heard_to for one in listenings})
    turns = []
    for one in listenings:
        said = [Said(each.pk, each.author, each.text, each.at) for each in written[one.contact_id]]
        turns.append((one, said))
    _hear(turns, by)


@transaction.atomic
def heard(contact: Contact, said: Sequence[Said], *, by: Recogniser) -> bool:
    """Hear what was said on a contact, from any channel; what was heard before is passed over.

    Returns False where another process is at it: it is then asked again.
    """
    listenings = _listenings(contact.programme, [contact.public_id])
    _hear([(one, [each for each in said if each.mark > one.heard_to]) for one in listenings], by)
    return bool(listenings)


@transaction.atomic
def pass_over(programme: Programme, contact_id: UUID) -> None:
    """Let what was said so far on a chat go without prompts: hearing it failed."""
    for listening in _listenings(programme, [contact_id]):
        for message in said_after({listening.contact_id: listening.heard_to})[listening.contact_id]:
            listening.heard_to = message.pk
        listening.save(update_fields=["heard_to"])


def unheard(programme: Programme, last_said: dict[int, tuple[UUID, int]]) -> list[UUID]:
    """Return which of these contacts (id: public id, newest message) have something that was not heard."""
    rows = Listening.objects.filter(programme=programme, contact__in=last_said)
    heard_to = dict(rows.values_list("contact_id", "heard_to"))
    return [public_id for pk, (public_id, newest) in last_said.items() if heard_to.get(pk, 0) < newest]


def _listenings(programme: Programme, contacts: Collection[UUID]) -> list[Listening]:
    """Return the contacts' listenings, locked, with all that hearing asks of a contact; without those in use."""
    found = _held(programme=programme.pk, contacts=list(contacts))
    if missing := set(contacts) - {one.contact.public_id for one in found}:  # they talk for the first time
        new = [Listening(programme=programme, contact=access_own(programme, one)) for one in sorted(missing)]
        Listening.objects.bulk_create(new, ignore_conflicts=True)
        found += _held(programme=programme.pk, contacts=list(missing))
        found.sort(key=lambda one: one.contact_id)
    for one in found:
        one.contact.programme = programme
        if one.contact.rep is not None:
            one.contact.rep.programme = programme
    return found


def _hear(turns: Iterable[tuple[Listening, Sequence[Said]]], by: Recogniser) -> None:
    """Hear what was said on contacts of one programme, by the same few statements however many they are."""
    since, talks, moved = clock.now() - STALE, [], []
    for listening, said in turns:
        if not said:
            continue
        fresh = [one for one in said if one.author in ("customer", "rep") and one.at >= since]
        if fresh and listening.contact.state in HEARD_IN:
            talks.append((listening.contact, fresh))
        listening.heard_to = said[-1].mark
        moved.append(listening)
    if talks:
        _prompt(talks, by)
    Listening.objects.bulk_update(moved, ["heard_to"])


def _prompt(talks: Sequence[tuple[Contact, Sequence[Said]]], by: Recogniser) -> None:
    contacts = [contact for contact, _ in talks]
    views = views_of(contacts)
    kept: dict[int, list[Prompt]] = {one.pk: [] for one in contacts}
    for one in _kept(contacts=list(kept)):
        kept[one.contact_id].append(one)
    by.expect([one.text for _, said in talks for one in said])
    _write([_change(contact, said, kept[contact.pk], views.get(contact.pk), by) for contact, said in talks])


def _change(
    contact: Contact, said: Sequence[Said], kept: Sequence[Prompt], view: View | None, by: Recogniser
) -> _Change:
    known = {(one.kind, one.about) for one in kept}
    found: list[_New] = []
    findings: list[Finding] = []
    for one in said:
        if one.author == "customer":
            findings = by.of_customer(one.text, known_of(contact.programme))
            found += _of_customer(contact, one, findings)
        else:
            found += _of_rep(contact, one, by.of_rep(one.text, _touches(view)), known)
    if any(each.kind == Kind.COVERED for each in found):
        view = views_of([contact]).get(contact.pk)
    mark = said[-1].mark
    steps = _steps(view, findings, mark) if contact.state == "active" else []
    return _compared(contact, kept, found, steps, mark)


def _of_customer(contact: Contact, said: Said, findings: Iterable[Finding]) -> list[_New]:
    found = []
    for one in findings:
        if one.shows == "reason" and contact.reason is not None and contact.reason.key == one.about:
            continue
        because = "alike" if one.about else "said"
        found.append(_New(Kind(one.shows), said.mark, one.sureness, because, one.about))
        if one.shows == "objection":
            answers = library.closest(contact, rebuttals_of(contact.programme, one.about))[:1]
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


def _touches(view: View | None) -> list[Touch]:
    if view is None:
        return []
    return [
        Touch(one.key, one.words, one.points, is_verbatim=one.form == "verbatim")
        for one in view.way
        if one.step.touch_point and not one.is_done and one.skipped is None
    ]


def _steps(view: View | None, findings: Sequence[Finding], mark: int) -> list[_New]:
    if view is None:
        return []
    return [
        _New(Kind(one.kind), mark, 1.0, one.because, one.step, rank=rank)
        for rank, one in enumerate(next_steps(view, findings), start=1)
    ]


def _compared(
    contact: Contact, kept: Sequence[Prompt], found: Sequence[_New], steps: Sequence[_New], mark: int
) -> _Change:
    """Return what is new, and what of the prompts that stand it takes the place or the rank of."""
    by_place = {(one.kind, one.about): one for one in kept}
    new = {one.place: one for one in (*found, *steps) if one.place not in by_place}
    wanted = {one.place: one for one in steps}
    taken = {one.kind for one in new.values() if one.kind in ONE_AT_A_TIME}
    change = _Change(contact, mark, list(new.values()), [], [])
    for one in kept:
        if not one.is_open:
            continue
        if one.kind in taken or (one.kind in STEPS and (one.kind, one.about) not in wanted):
            change.gone.append(one)
        elif (again := wanted.get((one.kind, one.about))) and one.rank != again.rank:
            one.rank = again.rank
            change.moved.append(one)
    return change


def _write(changes: Sequence[_Change]) -> None:
    """Write what changed, and tell the page of each contact's rep where anything did."""
    now = clock.now()
    if gone := [one.pk for each in changes for one in each.gone]:
        Prompt.objects.filter(pk__in=gone, used_at=None, dismissed_at=None).update(expired_at=now)
    Prompt.objects.bulk_update([one for each in changes for one in each.moved], ["rank"])
    Prompt.objects.bulk_create([_row(each.contact, one, now) for each in changes for one in each.new])
    told = [_news(each) for each in changes if each.new or each.gone or each.moved]
    announce_all(told, programme=changes[0].contact.programme, actor="system")


def _news(change: _Change) -> News:
    rep_id = change.contact.rep_id
    made = PromptsMade(message=change.mark, prompts=len(change.new))
    return News(made, change.contact.public_id, [f"member:{rep_id}"] if rep_id else [])


def _row(contact: Contact, new: _New, now: datetime) -> Prompt:
    return Prompt(
        programme_id=contact.programme_id,
        contact=contact,
        message=new.mark,
        kind=new.kind,
        about=new.about,
        rank=new.rank,
        sureness=new.sureness,
        because=new.because,
        words=new.words,
        made_at=now,
    )
