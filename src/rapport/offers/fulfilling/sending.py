"""Fulfilments on their way: taken up to be sent, put down with what came of it, settled by the partner or us.

Every try goes with the same key. That one is under way is kept before it goes out: where the process dies
meanwhile it is found so, and sent again only where the partner's system does it once all the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction

from rapport.contacts.actions import audience_of
from rapport.events.actions import announce
from rapport.guides.connectors.exchange import Outcome, Request
from rapport.guides.connectors.queries import named
from rapport.guides.connectors.transactions import LONGEST_SAID, came_to, may_ask_again, next_try, note_try
from rapport.kit import clock, redaction
from rapport.kit.errors import Conflict, Invalid, NotFound
from rapport.offers import events
from rapport.offers.models import Fulfilment

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from rapport.accounts.models import Member, Programme
    from rapport.events.actions import Happening

WAITS = (2, 10, 60, 600, 3600)  # seconds before it is tried again
State = Fulfilment.State


@transaction.atomic
def take_up(presentation: str) -> tuple[int, Request | Outcome | None]:
    """Return the row of what was accepted, and what to send now; None where there is nothing to send."""
    row = _rows().get(presentation__public_id=presentation)
    if row.state != State.WAITING or not row.connector:
        return row.pk, None
    return row.pk, next_try(row, named(row.programme, row.connector), row.sent, WAITS)


@transaction.atomic
def put_down(row_id: int, outcome: Outcome) -> int | None:
    """Keep what came of a try; return the seconds to wait before the next, None where it is settled."""
    row = _rows().get(pk=row_id)
    if row.state not in (State.WAITING, State.UNKNOWN):
        return None
    does = named(row.programme, row.connector) if row.connector else None
    wait = note_try(row, outcome, does, WAITS, is_waiting=row.state == State.WAITING)
    if wait is None:
        _settle(row, State(came_to(row, outcome)), "system")
    else:
        row.save()
    return wait


@transaction.atomic
def acknowledge(
    *, programme: Programme, fulfilment: UUID, is_done: bool, said: str = "", actor: str
) -> Fulfilment:
    """Note what the partner's program tells of one: done, or refused and why. Done stays done."""
    row = _one(programme, fulfilment)
    words = _plain(said)
    state = State.DONE if is_done else State.REFUSED
    if row.state != State.DONE and (row.state, row.said) != (state, words):
        row.said = words
        _settle(row, state, actor)
    return row


@transaction.atomic
def settle_by_hand(*, programme: Programme, fulfilment: UUID, is_done: bool, said: str, by: Member) -> Fulfilment:
    """Note that somebody did it by hand in the partner's system, or that it cannot be done and why."""
    row = _one(programme, fulfilment)
    if row.state == State.DONE:
        raise Conflict("This was done meanwhile. Nothing is left to do.")
    if row.under_way:
        raise Conflict("It is being sent at this moment. Look again in a minute.")
    row.said, row.settled_by = _plain(said), by
    if not row.said:
        raise Invalid("Say what you did, and where; or why it cannot be done.")
    _settle(row, State.DONE if is_done else State.REFUSED, f"member:{by.pk}")
    return row


@transaction.atomic
def try_again(*, programme: Programme, fulfilment: UUID, by: Member) -> Fulfilment:
    """Have one that failed sent again, under the same key."""
    row = _one(programme, fulfilment)
    if row.state not in (State.FAILED, State.REFUSED, State.UNKNOWN):
        raise Conflict("This is on its way already, or done.")
    does = named(programme, row.connector) if row.connector else None
    if does is None or not row.sent:
        raise Conflict("Nothing can be sent for it. Do it by hand in the partner's system, and say so here.")
    if row.state == State.UNKNOWN and not may_ask_again(does):
        raise Conflict("It may have been done. Look in the partner's system, then settle it by hand.")
    row.state, row.tries, row.settled_at, row.settled_by = State.WAITING, 0, None, None
    row.save(update_fields=["state", "tries", "settled_at", "settled_by"])
    _tell(row, events.OfferSentAgain(**_told(row)), f"member:{by.pk}")
    return row


def _rows() -> QuerySet[Fulfilment]:
    with_ = (
        "programme",
        "contact__programme",
        "contact__rep",
        "presentation__offer",
        "presentation__choice__attempt",
    )
    return Fulfilment.objects.select_for_update(of=("self",)).select_related(*with_)


def _one(programme: Programme, fulfilment: UUID) -> Fulfilment:
    row = _rows().filter(programme=programme, public_id=fulfilment).first()
    if row is None:
        raise NotFound
    return row


def _settle(row: Fulfilment, state: Fulfilment.State, actor: str) -> None:
    row.state, row.settled_at, row.under_way = state, clock.now(), False
    row.save()
    told = {**_told(row), "tries": row.tries}
    seconds = round((row.settled_at - row.asked_at).total_seconds(), 1)
    if state == State.DONE:
        _tell(row, events.OfferFulfilled(**told, seconds=seconds), actor)
    else:
        _tell(row, events.OfferFailed(**told, state=str(state), http=row.status), actor)


def _plain(text: str) -> str:
    plain = redaction.clean(" ".join("".join(c if c.isprintable() else " " for c in text).split()))
    if len(plain) > LONGEST_SAID:
        raise Invalid(f"Keep it under {LONGEST_SAID} characters.")
    return plain


def _told(row: Fulfilment) -> dict[str, Any]:
    attempt = row.presentation.choice.attempt
    return {
        "presentation": str(row.presentation.public_id),
        "offer": row.presentation.offer.key,
        "version": row.presentation.version,
        "attempt": str(attempt.public_id) if attempt else None,
    }


def _tell(row: Fulfilment, happening: Happening, actor: str) -> None:
    announce(
        happening,
        programme=row.programme,
        subject=row.contact.public_id,
        actor=actor,
        audience=audience_of(row.contact),
    )
