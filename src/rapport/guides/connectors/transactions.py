"""Transactions on contacts, as rows: asked for, taken up to be sent, put down with what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rapport.guides.connectors import sealed
from rapport.guides.connectors.definition import body_with, path_with
from rapport.guides.connectors.exchange import Outcome, Request
from rapport.guides.connectors.queries import Named, named
from rapport.guides.models import Transaction
from rapport.kit import clock
from rapport.kit.errors import Conflict, DomainError

if TYPE_CHECKING:
    from rapport.accounts.models import Member
    from rapport.contacts.models import Contact

WAITS = (1, 3, 8, 20)  # seconds before it is tried again
OPEN = (Transaction.State.WAITING, Transaction.State.UNKNOWN)


def ask(
    *, contact: Contact, step: str, attempt: int, does: Named, values: Mapping[str, Any], by: Member | None
) -> tuple[Transaction, bool]:
    """Return the transaction of this attempt, and whether that has yet to be sent.

    The caller holds the run's row. One whose outcome is not known is asked about again under its key; nothing new
    is begun before that is known.
    """
    last = Transaction.objects.select_for_update().filter(contact=contact, step=step).order_by("-attempt").first()
    if last is not None and (attempt <= last.attempt or last.state in OPEN):
        if last.state != Transaction.State.UNKNOWN or attempt != last.attempt or not may_ask_again(does):
            return last, False
        last.state, last.tries, last.settled_at = Transaction.State.WAITING, 0, None
        last.save(update_fields=["state", "tries", "settled_at"])
        return last, True
    if attempt != (last.attempt if last else 0) + 1:
        raise Conflict("This page is behind. Look at it anew, then do it.")
    made = Transaction.objects.create(
        programme_id=contact.programme_id,
        contact=contact,
        step=step,
        attempt=attempt,
        connector=does.kept.key,
        transaction=next(key for key, one in does.connector.transactions.items() if one is does.transaction),
        asked_by=by,
        asked_at=clock.now(),
        sent={"path": path_with(does.transaction, values), "body": body_with(does.transaction, values)},
    )
    return made, True


def may_ask_again(does: Named) -> bool:
    """Say whether one that may have been done can be sent again."""
    return does.connector.may_repeat(does.transaction)


def take_up(row: Transaction) -> Request | Outcome | None:
    """Return the request to send now, or how it ends without one; None where nothing is to be done any more.

    The caller holds the row. That it is under way is kept before it goes out, so that one cut off is known to be.
    """
    if row.state != Transaction.State.WAITING:
        return None
    does = named(row.contact.programme, f"{row.connector}.{row.transaction}")
    was_cut_off, row.is_uncertain = row.under_way, row.is_uncertain or row.under_way
    if not row.sent or does is None:
        return Outcome("failed", said="The connector has no such transaction any more.")
    if row.tries > len(WAITS) or (was_cut_off and not may_ask_again(does)):
        return Outcome("again", is_uncertain=True)
    row.tries, row.under_way = row.tries + 1, True
    row.save(update_fields=["tries", "under_way", "is_uncertain"])
    try:
        secret = sealed.unseal(does.kept)
    except DomainError as error:
        return Outcome("failed", said=str(error))
    key, sent = str(row.public_id), row.sent
    return Request(does.connector, does.transaction, key, secret, sent["path"], sent["body"])


def put_down(row: Transaction, outcome: Outcome) -> int | None:
    """Keep what came of a try; return the seconds to wait before the next, None where it is settled.

    The caller holds the row. What is known for sure stays; what was not known may become so late.
    """
    if row.state not in OPEN:
        return None
    row.under_way, row.status = False, outcome.status or row.status
    row.is_uncertain = outcome.state in ("again", "failed") and (row.is_uncertain or outcome.is_uncertain)
    row.said, row.given = outcome.said[:300], dict(outcome.given)
    wait = _wait(row) if outcome.state == "again" else None
    if wait is None:
        row.state, row.settled_at = _state(row, outcome), clock.now()
    row.save()
    return wait


def _wait(row: Transaction) -> int | None:
    does = named(row.contact.programme, f"{row.connector}.{row.transaction}")
    may_repeat = does is not None and (may_ask_again(does) or not row.is_uncertain)
    is_waiting = row.state == Transaction.State.WAITING
    return WAITS[row.tries - 1] if may_repeat and is_waiting and 0 < row.tries <= len(WAITS) else None


def _state(row: Transaction, outcome: Outcome) -> Transaction.State:
    if outcome.state in ("done", "refused"):
        return Transaction.State(outcome.state)
    return Transaction.State.UNKNOWN if row.is_uncertain else Transaction.State.FAILED
