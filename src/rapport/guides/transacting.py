"""What partners' systems make of do steps: taken up by a job, and told to the guide once it is known."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from django.db import transaction

from rapport.contacts.access import lock_own
from rapport.guides import actions, events, moves
from rapport.guides.connectors import transactions as rows
from rapport.guides.connectors.exchange import Outcome, Request
from rapport.guides.definition.answers import read_answer
from rapport.guides.definition.facts import Status
from rapport.guides.models import Transaction
from rapport.guides.queries import guide_drawn, run_of, state_of
from rapport.kit import clock
from rapport.kit.errors import DomainError, Invalid

if TYPE_CHECKING:
    from rapport.events.models import Event
    from rapport.guides.engine import Run

MEANS: dict[str, Status] = {
    "waiting": "waiting",
    "done": "done",
    "refused": "failed",
    "failed": "failed",
    "unknown": "unknown",
}
WORDS = {
    "waiting": "{said} It is tried again.",
    "in doubt": "{said} Whether it was done is not known yet. It is asked again, under the same key.",
    "failed": "{said} Nothing was done. Try again, or do it by hand.",
    "unknown": "{said} Whether it was done is not known. Look in {system} before you do it by hand.",
}


@transaction.atomic
def take_up(event: Event) -> tuple[int, Request | Outcome | None]:
    """Return the row of the transaction that an event asks for, and what to send now, if anything."""
    found = Transaction.objects.select_related("contact__programme").select_for_update(of=("self",))
    row = found.get(contact__public_id=event.subject, step=event.data["step"], attempt=event.data["attempt"])
    return row.pk, rows.take_up(row)


@transaction.atomic
def settle(row_id: int, outcome: Outcome) -> int | None:
    """Keep what came of a try, and tell the guide; return the seconds to wait before the next, if there is one."""
    found = Transaction.objects.select_related("contact__programme", "contact__rep", "asked_by")
    contact = lock_own(found.get(pk=row_id).contact)  # first of all: the file may be brought up to date
    progress = actions.lock(contact)
    row = found.select_for_update(of=("self",)).get(pk=row_id)
    was_open = row.state in rows.OPEN
    run = run_of(contact, guide_drawn(progress), state_of(progress))
    taken = _taken(run, row.step, outcome)
    wait = rows.put_down(row, Outcome(outcome.state, outcome.status, outcome.said, taken, outcome.is_uncertain))
    told = run.state.results.get(row.step)
    if not was_open or told is None or told.how == "hand":
        return wait
    state = moves.result(
        run, row.step, status=MEANS[row.state], at=clock.now(), words=_words(row), given=taken, how="system"
    )
    if row.state == "done" and run.current == row.step:
        with suppress(Invalid):
            state = moves.go(run.after(state))
    actions.keep_state(progress, run.after(state))
    actions.tell(contact, _happening(row), "system")
    _save_to_file(row, run, taken)
    return wait


def _taken(run: Run, step: str, outcome: Outcome) -> dict[str, Any]:
    """Return those of the answers that the step brings back and that their fields take."""
    taken = {}
    for field in run.guide.by_key[step].gives if step in run.guide.by_key else ():
        with suppress(Invalid):
            if outcome.given.get(field) is not None:
                taken[field] = read_answer(run.guide.fields[field], outcome.given[field])
    return taken


def _words(row: Transaction) -> str:
    kind = "in doubt" if row.state == "waiting" and row.is_uncertain else row.state
    return WORDS.get(kind, "{said}").format(said=row.said, system=row.connector).strip()


def _happening(row: Transaction) -> events.TransactionTold:
    since = (row.settled_at or clock.now()) - row.asked_at
    return events.TransactionTold(
        step=row.step,
        status=MEANS[row.state],
        connector=f"{row.connector}.{row.transaction}",
        answer=row.state,
        attempt=row.attempt,
        tries=row.tries,
        http=row.status,
        seconds=round(since.total_seconds(), 1),
    )


def _save_to_file(row: Transaction, run: Run, taken: dict[str, Any]) -> None:
    """Bring the file up to date by what was answered; where that cannot be, the answers stand with the contact."""
    member = row.asked_by
    if member is None or row.state != "done":
        return
    for field, value in taken.items():
        with suppress(DomainError), transaction.atomic():
            actions.save_to_file(member, row.contact, run.guide.fields[field], value)
