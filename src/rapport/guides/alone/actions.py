"""What a customer does alone in a guide. Callers have the contact by its signed cookie."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from rapport.channels.chat import actions as chat
from rapport.contacts import actions as contacts
from rapport.contacts.access import lock_contact
from rapport.events.actions import Happening, announce
from rapport.guides import events, moves
from rapport.guides.actions import keep_state, transact
from rapport.guides.alone import steps
from rapport.guides.alone.queries import Going, going_of
from rapport.guides.definition.answers import LONGEST
from rapport.guides.definition.rules import END
from rapport.guides.engine import Run
from rapport.guides.models import Alone, Progress
from rapport.guides.queries import run_of
from rapport.guides.state import State
from rapport.guides.versions import read_version, version_for_self_service
from rapport.kit import clock, redaction
from rapport.kit.errors import Conflict, Invalid
from rapport.routing import actions as routing

if TYPE_CHECKING:
    from rapport.accounts.models import Programme
    from rapport.contacts.models import Contact, Reason

ACTOR = "customer"
LOOK_BELOW = "Please look at what is marked below. What you wrote is still there."
PERSON_ONLY = "One of us does this with you. Please write to us below."
MOST = 2 * LONGEST  # characters of an answer that are looked at at all
IDLE = timedelta(hours=24)  # who has not gone on for so long has left


class NotAlone(Conflict):
    """The customer is not alone in the guide any more."""


class Unanswered(Invalid):
    """Answers that could not be taken: what is wanted, by field, and what was typed, without its secrets."""

    def __init__(self, wrong: Mapping[str, str], typed: Mapping[str, str], words: str = LOOK_BELOW) -> None:
        super().__init__(words)
        self.wrong, self.typed = wrong, typed


@transaction.atomic
def begin(*, programme: Programme, reason: Reason, client_id: UUID) -> Contact:
    """Open a contact whose customer goes through a guide alone; the same ``client_id`` again returns the first."""
    version = version_for_self_service(programme, reason=reason.key, channel="chat")
    if version is None:
        raise Conflict(PERSON_ONLY)
    contact, is_new = contacts.arrive(
        programme=programme, channel="chat", actor=ACTOR, reason=reason, external_id=f"alone:{client_id}"
    )
    if is_new:
        now = clock.now()
        Alone.objects.create(programme=programme, contact=contact, version=version, moved_at=now)
        run = run_of(contact, read_version(version), State())
        run = run.after(steps.begin(run))
        if run.current == END:
            raise Conflict(PERSON_ONLY)  # nothing in it is for a customer
        progress = Progress(programme=programme, contact=contact, version=version, began_at=now, required=0)
        progress.save()
        keep_state(progress, run)
        _tell(contact, events.GuideBegun(guide=version.guide.key, version=version.number))
        _tell(contact, events.AloneBegun())
    return contact


@transaction.atomic
def go_on(contact: Contact, *, here: str, answers: Mapping[str, str]) -> None:
    """Keep the answers to the step at hand and go on; from ``here`` only: a page that is behind moves nothing.

    What the partner's system does is asked for, once, and waited for. At the end of the guide the contact is
    served. Raises Unanswered for answers that cannot be taken.
    """
    going = _held(contact)
    if here != going.run.current or going.has_moved or going.shown.needs_person or going.shown.is_under_way:
        return
    run = going.run.after(_answered(going, answers))
    if going.shown.does:
        _keep(going, run)
        _do(going, answers)
        return
    _keep(going, run.after(steps.go_on(run, at=clock.now())))
    _settle(going)


@transaction.atomic
def catch_up(contact: Contact) -> None:
    """Go past what has nothing for the customer, where the guide went on when the partner's system was done."""
    _settle(_held(contact))


def _do(going: Going, answers: Mapping[str, str]) -> None:
    try:
        transact(contact=going.contact, step=going.shown.key, attempt=1)
    except Invalid:
        raise Unanswered({}, answers, "This cannot be done here just now. Please talk to a person.") from None


def _settle(going: Going) -> None:
    """Pass what has nothing for the customer; at the end of the guide the contact is served."""
    now = going_of(going.contact)
    assert now is not None, "its row is held"
    run = now.run.after(steps.begin(now.run))
    if run.state is not now.run.state:
        _keep(now, run)
    if run.current == END:
        contacts.serve(going.contact, actor=ACTOR)
        _end(going, Alone.Outcome.SERVED, END)


@transaction.atomic
def go_back(contact: Contact, *, here: str) -> None:
    """Go back to the step shown before; from ``here`` only."""
    going = _held(contact)
    if here == going.run.current:
        _keep(going, going.run.after(steps.go_back(going.run)))


@transaction.atomic
def ask_person(contact: Contact, *, email: str, text: str, client_id: UUID, phone: str = "") -> None:
    """Go on with a person, who sees all that was said and answered: in line, or rung up where a number is left.

    Raises QueueShut, and changes nothing, while the queue is closed or full and there is no number to ring.
    """
    going = _held(contact)
    now = clock.now()
    earlier = [chat.Earlier(one.author, one.text, one.at or now) for one in steps.lines(going.run)]
    _end(going, Alone.Outcome.PERSON, going.run.current)
    chat.go_on_from(going.contact, email=email, earlier=earlier, text=text, client_id=client_id, phone=phone)


@transaction.atomic
def leave(contact: Contact) -> None:
    """Leave before the end, asking for nobody."""
    _leave(_held(contact))


@transaction.atomic
def leave_if_idle(alone: Alone) -> bool:
    """Count a customer who has not gone on for a day as having left then; says whether they were."""
    going = going_of(lock_contact(alone.contact_id), lock=True)
    if going is None or going.alone.moved_at > clock.now() - IDLE:
        return False
    _leave(going)
    return True


def _leave(going: Going) -> None:
    routing.abandon(going.contact, actor=ACTOR, at=going.alone.moved_at)
    _end(going, Alone.Outcome.LEFT, going.run.current)


def _held(contact: Contact) -> Going:
    going = going_of(lock_contact(contact.pk), lock=True)
    if going is None:
        raise NotAlone("You are not alone in this any more.")
    return going


def _answered(going: Going, answers: Mapping[str, str]) -> State:
    """Return the state with the answers to the step at hand; secrets that customers type are never kept."""
    wrong: dict[str, str] = {}
    typed: dict[str, str] = {}
    run, question = going.run, going.shown.words
    for one in going.shown.fields:
        masked = redaction.mask_answer(f"{question} {one.label}", answers.get(one.key, "")[:MOST].strip())
        redaction.remember(masked.kinds)
        typed[one.key] = masked.text
        try:
            state = moves.answer(run, one.key, masked.text)
            if not masked.text and not one.rules.optional:
                raise Invalid("This is needed to go on.")
            run = run.after(state)
        except Invalid as error:
            wrong[one.key] = str(error).removeprefix(f"{one.rules.label}: ")
    if wrong:
        raise Unanswered(wrong, typed)
    return run.state


def _keep(going: Going, run: Run) -> None:
    """Keep where the run is now, and tell of what was done and answered."""
    before, after = going.run.state, run.state
    keep_state(going.progress, run)
    going.alone.moved_at = clock.now()
    going.alone.save(update_fields=["moved_at"])
    for field in run.guide.fields:
        if before.answers.get(field) != after.answers.get(field):
            _tell(going.contact, events.GuideAnswered(field=field, is_known=field in after.answers))
    for key in after.covered:
        if key not in before.covered:
            _tell(going.contact, events.StepTicked(step=key, how="customer"))


def _end(going: Going, outcome: Alone.Outcome, step: str) -> None:
    alone = going.alone
    alone.outcome, alone.step, alone.ended_at = outcome, step, clock.now()
    alone.save(update_fields=["outcome", "step", "ended_at"])
    _tell(going.contact, events.AloneEnded(outcome=outcome.value, step=step))


def _tell(contact: Contact, happening: Happening) -> None:
    announce(happening, programme=contact.programme, subject=contact.public_id, actor=ACTOR)
