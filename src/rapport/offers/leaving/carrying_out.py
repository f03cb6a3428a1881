"""Cancellations on the partner's side: by its system where the rules name a transaction, else by the worklist."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from rapport.events.actions import announce
from rapport.guides.connectors.definition import body_with, path_with
from rapport.guides.connectors.exchange import Outcome, Request
from rapport.guides.connectors.queries import Named, named
from rapport.guides.connectors.transactions import LONGEST_SAID, came_to, next_try, note_try
from rapport.kit import clock, redaction
from rapport.kit.errors import DomainError, Invalid
from rapport.offers import events
from rapport.offers.leaving.queries import rules_in_force
from rapport.offers.models import Cancellation

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from rapport.accounts.models import Programme
    from rapport.events.models import Event

WAITS = (2, 10, 60, 600, 3600)  # seconds before it is tried again
UNKNOWN = "It may have been done. Look in the partner's system before anything else."
State = Cancellation.State


@transaction.atomic
def take_up(event: Event) -> tuple[int, Request | Outcome | None]:
    """Return the cancellation's row and what to send now; None where there is nothing, or the worklist has it."""
    rows = Cancellation.objects.select_related("programme", "customer", "attempt__contact")
    rows = rows.select_for_update(of=("self",))
    row = rows.get(programme=event.programme_id, reference=event.data["certificate"])
    name = rules_in_force(row.programme).rules.cancel_by
    if row.state != State.WAITING or not name:
        return row.pk, None
    does = named(row.programme, name)
    try:
        sent = _sent(row, does) if does else {}
    except DomainError as error:
        return row.pk, Outcome("failed", said=str(error))
    return row.pk, next_try(row, does, sent, WAITS)


@transaction.atomic
def put_down(row_id: int, outcome: Outcome) -> int | None:
    """Keep what came of a try; return the seconds to wait before the next, None where it is settled."""
    row = _rows().get(pk=row_id)
    if row.state == State.DONE:
        return None
    name = rules_in_force(row.programme).rules.cancel_by
    does = named(row.programme, name) if name else None
    wait = note_try(row, outcome, does, WAITS, is_waiting=row.state == State.WAITING)
    row.save(update_fields=["under_way", "is_uncertain", "status", "said"])
    if wait is None:
        came = came_to(row, outcome)
        said = UNKNOWN if came == "unknown" else row.said
        _settle(row, State.DONE if came == "done" else State.FAILED, said, "system")
    return wait


@transaction.atomic
def acknowledge(
    *, programme: Programme, reference: str, said: str = "", done: bool = True, actor: str
) -> Cancellation:
    """Note that the partner has carried a cancellation out, or could not and why; done stays done."""
    row = _rows().filter(programme=programme, reference=reference.strip().upper()).first()
    if row is None:
        raise Invalid("There is no certificate with this reference.")
    said = redaction.clean(" ".join(said.split()))
    if len(said) > LONGEST_SAID or "\x00" in said:
        raise Invalid(f"Keep it under {LONGEST_SAID} characters.")
    wanted = State.DONE if done else State.FAILED
    if row.state not in (State.DONE, wanted) or (row.state == State.FAILED and said != row.said):
        _settle(row, wanted, said, actor)
    return row


def _rows() -> QuerySet[Cancellation]:
    rows = Cancellation.objects.select_for_update(of=("self",))
    return rows.select_related("programme", "attempt", "customer")


def _settle(row: Cancellation, state: Cancellation.State, said: str, actor: str) -> None:
    row.state, row.said, row.settled_at, row.settled_by = state, said[:LONGEST_SAID], clock.now(), actor
    row.save(update_fields=["state", "said", "settled_at", "settled_by"])
    told = events.CancellationSettled(
        attempt=str(row.attempt.public_id), certificate=row.reference, state=state, tries=row.tries
    )
    audience = [f"floor:{row.programme_id}"] if state == State.FAILED else []
    announce(told, programme=row.programme, subject=row.attempt.public_id, actor=actor, audience=audience)


def _sent(row: Cancellation, does: Named) -> dict[str, Any]:
    contact = row.attempt.contact
    values = {
        "customer.key": row.customer.key,
        "contact.id": str(contact.public_id) if contact else None,
        "holding": row.holding,
        "product": row.product,
        "reference": row.reference,
        "cancelled_at": row.at.isoformat(),
    }
    return {"path": path_with(does.transaction, values), "body": body_with(does.transaction, values)}
