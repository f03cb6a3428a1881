"""What happens in a guide on a contact. Callers have fetched the contact by the gate that lets them act on it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any, Literal

from django.db import transaction

from rapport.contacts.access import state_held
from rapport.customers import actions as customers
from rapport.customers.queries import customer_by_id
from rapport.events.actions import announce
from rapport.guides import events, moves
from rapport.guides.connectors import queries as connectors
from rapport.guides.connectors.transactions import ask
from rapport.guides.definition.answers import Answer
from rapport.guides.definition.rules import FieldRules
from rapport.guides.engine import Run
from rapport.guides.models import Progress
from rapport.guides.queries import guide_drawn, run_of, state_of, values_of
from rapport.guides.state import OF_THE_PERSON, How, State
from rapport.guides.trials.drawing import drawn_for, note_entries, note_steps, worded
from rapport.guides.versions import read_version, version_for
from rapport.kit import clock, redaction
from rapport.kit.errors import Conflict, Invalid, NotFound

if TYPE_CHECKING:
    from rapport.accounts.models import Member
    from rapport.contacts.models import Contact

IN_HAND = ("active", "wrap_up")


@transaction.atomic
def begin(contact: Contact, *, actor: str) -> Progress | None:
    """Give the contact the guide that is for it, once, in the version in force; None where there is none."""
    found = Progress.objects.select_related("version__guide").filter(contact=contact).first()
    if found is not None:
        return found
    version = version_for(contact)
    if version is None:
        return None
    drawn = drawn_for(contact, version.guide_id)
    view = run_of(contact, worded(read_version(version), drawn), State()).view()
    progress, is_new = Progress.objects.get_or_create(
        contact=contact,
        defaults={
            "programme_id": contact.programme_id,
            "version": version,
            "began_at": clock.now(),
            "drawn": drawn,
            "required": len(view.required),
            "here": view.here,
            "steps": view.came_to,
        },
    )
    if is_new:
        note_steps(contact, drawn, [view.here], actor=actor)
        tell(contact, events.GuideBegun(guide=version.guide.key, version=version.number), actor)
    return progress


@transaction.atomic
def follow_reason(contact: Contact, *, actor: str) -> Progress | None:
    """Begin the guide of the contact's reason anew, if nothing was done in the one before."""
    for progress in Progress.objects.select_for_update().filter(contact=contact):
        state = state_of(progress)
        if not (state.covered or state.answers or state.skipped or state.results):
            progress.delete()
    return begin(contact, actor=actor)


@transaction.atomic
def tick(*, member: Member, contact: Contact, step: str, how: How = "hand", goes_on: bool = False) -> Progress:
    """Mark a step as done, and go on where that is asked and it stands there; again changes nothing."""

    def covered(run: Run) -> State:
        state = moves.cover(run, step, by=f"member:{member.pk}", at=clock.now(), how=how)
        return moves.go(run.after(state)) if goes_on and run.current == step else state

    return _move(member, contact, covered, events.StepTicked(step=step, how=how))


@transaction.atomic
def untick(*, member: Member, contact: Contact, step: str) -> Progress:
    """Take a tick back, or that the step was left out; again changes nothing."""
    return _move(member, contact, lambda run: moves.uncover(run, step), events.StepUnticked(step=step))


@transaction.atomic
def skip(*, member: Member, contact: Contact, step: str, because: str) -> Progress:
    """Leave a required touch point out, with a reason; Invalid where the member's level may not."""
    level = 0

    def left_out(run: Run) -> State:
        nonlocal level
        level = run.level
        return moves.skip(run, step, because=because, by=f"member:{member.pk}", at=clock.now())

    progress, run = _locked(contact, member)
    state = left_out(run)
    return _keep(member, contact, progress, run, state, events.StepSkipped(step=step, level=level))


@transaction.atomic
def go(*, member: Member, contact: Contact, to: str = "", here: str = "") -> Progress:
    """Go to a step of the guide; without one, on to the next: from ``here`` only, where that is said."""
    return _move(member, contact, lambda run: run.state if here and run.current != here else moves.go(run, to))


@transaction.atomic
def back(*, member: Member, contact: Contact, here: str = "") -> Progress:
    """Go back to the step before: from ``here`` only, where that is said."""
    return _move(member, contact, lambda run: run.state if here and run.current != here else moves.back(run))


@transaction.atomic
def report(*, member: Member, contact: Contact, step: str, is_done: bool, words: str = "") -> Progress:
    """Keep what came of a transaction that the rep did by hand in the partner's system; once it worked, go on."""
    status: Literal["done", "failed"] = "done" if is_done else "failed"

    def told(run: Run) -> State:
        state = moves.result(run, step, status=status, at=clock.now(), words=words)
        return moves.go(run.after(state)) if is_done and run.current == step else state

    return _move(member, contact, told, events.TransactionTold(step=step, status=status))


@transaction.atomic
def transact(*, contact: Contact, step: str, attempt: int, member: Member | None = None) -> Progress:
    """Have a do step's transaction sent to the partner's system, once; what comes of it is told by ``settle``.

    ``attempt`` is that of the page (``guides.queries.Doing.attempt``): the same one again sends nothing more.
    Without a ``member`` the customer does it alone, at level 0. Invalid where something is missing first.
    """
    progress, run = _locked(contact, member)
    moves.require_ready(run, step)
    told = run.guide.by_key[step]
    does = connectors.named(contact.programme, told.connector)
    if does is None:
        raise Invalid(
            f"{told.title!r} cannot be done from here any more. Do it by hand, and tell your supervisor."
        )
    values = values_of(contact, run, member, does.transaction.names)
    row, is_to_be_sent = ask(contact=contact, step=step, attempt=attempt, does=does, values=values, by=member)
    if not is_to_be_sent:
        return progress
    state = moves.result(run, step, status="waiting", at=clock.now(), how="system")
    keep_state(progress, run.after(state))
    happening = events.TransactionAsked(step=step, connector=told.connector, attempt=row.attempt)
    tell(contact, happening, f"member:{member.pk}" if member else "customer")
    return progress


@transaction.atomic
def notice(*, member: Member, contact: Contact, is_upset: bool) -> Progress:
    """Keep that the customer is upset, or is not any more: guides may let them speak first."""
    return _move(
        member, contact, lambda run: moves.notice(run, upset=is_upset), events.MoodNoticed(is_upset=is_upset)
    )


@transaction.atomic
def answer(*, member: Member, contact: Contact, field: str, value: Any) -> Progress:
    """Keep an answer, and bring the customer's file up to date where the field says so; nothing takes it back."""
    progress, run = _locked(contact, member)
    state = moves.answer(run, field, value)
    told = state.answers.get(field)
    happening = events.GuideAnswered(field=field, is_known=told is not None)
    kept = _keep(member, contact, progress, run, state, happening)
    save_to_file(member, contact, run.guide.fields[field], told)
    return kept


@transaction.atomic
def close(contact: Contact, *, actor: str, because: str = "") -> None:
    """Settle the guide when the contact is wrapped up; required touch points left open need ``because``."""
    if begin(contact, actor=actor) is None:
        return
    progress = lock(contact)
    run = run_of(contact, guide_drawn(progress), state_of(progress))
    still_open = [one.key for one in run.view().open]
    because = redaction.clean(because.strip())
    if still_open and not because:
        raise Invalid("Required touch points are open. Tick them, or say in a few words why they were left out.")
    if len(because) > 300:
        raise Invalid("Keep the reason for open touch points under 300 characters.")
    progress.open_because = because if still_open else ""
    progress.save(update_fields=["open_because"])
    keep_state(progress, run)
    happening = events.GuideClosed(progress.required, progress.covered, here=progress.here, open=still_open)
    tell(contact, happening, actor)


@transaction.atomic
def note_shown(
    contact: Contact, *, steps: Collection[str] = (), entries: Collection[str] = (), actor: str
) -> None:
    """Note that the words of these steps and entries, where they are on trial, were before who has the contact."""
    if steps:
        kept = Progress.objects.filter(contact=contact).values_list("drawn", flat=True).first()
        note_steps(contact, kept or {}, steps, actor=actor)
    note_entries(contact, entries, actor=actor)


def _move(
    member: Member, contact: Contact, move: Callable[[Run], State], happening: Any | None = None
) -> Progress:
    progress, run = _locked(contact, member)
    return _keep(member, contact, progress, run, move(run), happening)


def _keep(
    member: Member, contact: Contact, progress: Progress, run: Run, state: State, happening: Any | None
) -> Progress:
    """Keep the state after a move and tell of it; a move that changed nothing is neither kept nor told."""
    if state is run.state:
        return progress
    moved = run.after(state)
    keep_state(progress, moved)
    note_steps(contact, progress.drawn, [moved.current], actor=f"member:{member.pk}")
    if happening is not None:
        tell(contact, happening, f"member:{member.pk}")
    return progress


def save_to_file(member: Member, contact: Contact, field: FieldRules, told: Answer | None) -> None:
    """Bring the customer's file up to date where the field says so; nothing told changes nothing."""
    place, _, what = field.saves.partition(":")
    if place != "file" or told is None or contact.customer is None:
        return
    file = customer_by_id(member.programme, contact.customer.public_id)
    if file is not None:
        customers.update_file(member=member, customer=file, version=file.version, changes={what: str(told)})


def keep_state(progress: Progress, run: Run) -> None:
    """Write the state of the run, where it stands, and how much of what is required is done."""
    progress.state = run.state.model_dump(mode="json", exclude=OF_THE_PERSON)
    progress.told = run.state.model_dump(mode="json", include=OF_THE_PERSON, exclude_defaults=True)
    view = run.view()
    progress.required, progress.covered = len(view.required), sum(one.is_done for one in view.required)
    progress.here, progress.steps = view.here, view.came_to
    progress.save(update_fields=["state", "told", "required", "covered", "here", "steps"])


def _locked(contact: Contact, member: Member | None) -> tuple[Progress, Run]:
    if member is not None and state_held(contact) not in IN_HAND:
        raise Conflict("This contact is closed, so its guide cannot be changed any more.")
    if begin(contact, actor=f"member:{member.pk}" if member else "customer") is None:
        raise NotFound("There is no guide for this contact.")
    progress = lock(contact)
    return progress, run_of(contact, guide_drawn(progress), state_of(progress), member=member)


def lock(contact: Contact) -> Progress:
    """Return how far the contact is, for this transaction only to change."""
    rows = Progress.objects.select_for_update(of=("self",)).select_related("version__guide")
    return rows.defer("version__text").get(contact=contact)


def tell(contact: Contact, happening: Any, actor: str) -> None:
    """Announce what happened in the contact's guide, to whoever has it and to the floor."""
    audience = [f"floor:{contact.programme_id}"]
    if contact.rep_id is not None:
        audience.append(f"member:{contact.rep_id}")
    announce(happening, programme=contact.programme, subject=contact.public_id, actor=actor, audience=audience)
