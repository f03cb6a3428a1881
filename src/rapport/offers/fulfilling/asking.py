"""What was accepted becomes something that the partner is to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rapport.guides.connectors.definition import body_with, path_with
from rapport.guides.connectors.queries import Named, named
from rapport.guides.connectors.transactions import GONE
from rapport.guides.definition.facts import ATTRIBUTE, FACTS
from rapport.guides.facts import facts_of
from rapport.kit import clock
from rapport.kit.errors import DomainError
from rapport.offers.models import Fulfilment, Presentation

if TYPE_CHECKING:
    from rapport.offers.catalogue.definition import Offer

State = Fulfilment.State


def ask(row: Presentation, offer: Offer) -> Fulfilment:
    """Have the partner do what was accepted; the caller holds the row. What cannot be sent is on the worklist."""
    contact = row.choice.contact
    made = Fulfilment(
        programme_id=row.programme_id,
        presentation=row,
        contact=contact,
        connector=offer.connector,
        asked_at=clock.now(),
    )
    if offer.connector:
        does = named(contact.programme, offer.connector)
        try:
            made.sent = _sent(does, row, offer, made) if does else {}
            problem = "" if does else GONE
        except DomainError as error:
            problem = str(error)
        if problem:
            made.state, made.said, made.settled_at = State.FAILED, problem[:300], clock.now()
    made.save()
    return made


def _sent(does: Named, row: Presentation, offer: Offer, made: Fulfilment) -> dict[str, Any]:
    contact, attempt = row.choice.contact, row.choice.attempt
    names = {name for name in does.transaction.names if name in FACTS or name.startswith(ATTRIBUTE)}
    values = facts_of(contact, row.member, names) | {
        "contact.id": str(contact.public_id),
        "offer": row.offer.key,
        "offer_version": row.version,
        "offer_cost": row.cost,
        "currency": row.currency,
        "valid_days": offer.valid_days,
        "product": attempt.product if attempt else None,
        "holding": attempt.holding if attempt else None,
        "reference": str(made.public_id),
        "accepted_at": clock.now().isoformat(),
    }
    return {"path": path_with(does.transaction, values), "body": body_with(does.transaction, values)}
