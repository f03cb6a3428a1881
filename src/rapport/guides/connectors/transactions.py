"""What goes to a partner's system, as rows: asked for, taken up to be sent, put down with what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

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

Waits = tuple[int, ...]
WAITS = (1, 3, 8, 20)  # seconds before it is tried again
LONGEST_SAID = 300
GONE = "The connector has no such transaction any more."
OPEN = (Transaction.State.WAITING, Transaction.State.UNKNOWN)


class Sent(Protocol):
    """A row of what goes to a partner's system; ``public_id`` is the key that goes with every try."""

    public_id: UUID
    tries: int
    under_way: bool
    is_uncertain: bool
    status: int | None
    said: str

    def save(self, *, update_fields: Iterable[str] | None = ...) -> None:
        """Keep the row."""


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


def next_try(row: Sent, does: Named | None, sent: Mapping[str, Any], waits: Waits) -> Request | Outcome:
    """Return the request to send now, or how it ends without one: for whatever goes to a partner's system.

    The caller holds the row, which waits. That it is under way is kept before it goes out, so that one cut off is
    known to be; it is sent again only where the system does it once all the same.
    """
    was_cut_off, row.is_uncertain = row.under_way, row.is_uncertain or row.under_way
    if not sent or does is None:
        return Outcome("failed", said=GONE)
    if row.tries > len(waits) or (was_cut_off and not may_ask_again(does)):
        return Outcome("again", said=row.said, is_uncertain=True)
    row.tries, row.under_way = row.tries + 1, True
    row.save(update_fields=["tries", "under_way", "is_uncertain"])
    try:
        secret = sealed.unseal(does.kept)
    except DomainError as error:
        return Outcome("failed", said=str(error))
    return Request(does.connector, does.transaction, str(row.public_id), secret, sent["path"], sent["body"])


def note_try(row: Sent, outcome: Outcome, does: Named | None, waits: Waits, *, is_waiting: bool) -> int | None:
    """Note on the row what came of a try; return the seconds to wait before the next, None where there is none.

    The caller holds the row, and saves it.
    """
    row.under_way, row.status = False, outcome.status or row.status
    row.is_uncertain = outcome.state in ("again", "failed") and (row.is_uncertain or outcome.is_uncertain)
    row.said = outcome.said[:LONGEST_SAID]
    may_repeat = does is not None and (may_ask_again(does) or not row.is_uncertain)
    is_next = outcome.state == "again" and may_repeat and is_waiting and 0 < row.tries <= len(waits)
    return waits[row.tries - 1] if is_next else None


def take_up(row: Transaction) -> Request | Outcome | None:
    """Return the request to send now, or how it ends without one; None where nothing is to be done any more."""
    return next_try(row, _named(row), row.sent, WAITS) if row.state == Transaction.State.WAITING else None


def put_down(row: Transaction, outcome: Outcome) -> int | None:
    """Keep what came of a try; return the seconds to wait before the next, None where it is settled.

    The caller holds the row. What is known for sure stays; what was not known may become so late.
    """
    if row.state not in OPEN:
        return None
    row.given = dict(outcome.given)
    wait = note_try(row, outcome, _named(row), WAITS, is_waiting=row.state == Transaction.State.WAITING)
    if wait is None:
        row.state, row.settled_at = Transaction.State(came_to(row, outcome)), clock.now()
    row.save()
    return wait


def came_to(row: Sent, outcome: Outcome) -> str:
    """Return what is known of one that is not tried again: done, refused, failed, or unknown."""
    if outcome.state in ("done", "refused"):
        return outcome.state
    return "unknown" if row.is_uncertain else "failed"


def _named(row: Transaction) -> Named | None:
    return named(row.contact.programme, f"{row.connector}.{row.transaction}")
