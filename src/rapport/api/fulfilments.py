"""Offers that customers accepted, which a partner's program fetches and says it has fulfilled."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Router, Schema

from rapport.accounts.doors import Door, declares
from rapport.accounts.roles import Right
from rapport.api.tokens import token_for
from rapport.audit import lookers
from rapport.audit.actions import note_look
from rapport.offers.fulfilling.queries import to_fetch
from rapport.offers.fulfilling.sending import acknowledge

router = Router(tags=["Offers"])
PARTNER = declares(Door("token", (Right.DELIVER_FILES,)))
MOST = 200


class AcceptedOut(Schema):
    """An offer that a customer accepted, by the partner's keys."""

    id: UUID
    customer: str
    holding: str
    product: str
    offer: str
    version: int
    cost: int
    currency: str
    accepted_at: datetime
    state: Literal["waiting", "done", "refused", "failed", "unknown"]
    said: str


class AcceptedListOut(Schema):
    """What is to be fulfilled, the oldest first."""

    items: list[AcceptedOut]


class FulfilledIn(Schema):
    """What became of it: done, or refused and why; ``said`` is the partner's own reference, or the reason."""

    done: bool = True
    said: str = Field("", max_length=300)


@router.get(
    "/programmes/{slug:key}/accepted-offers", response=AcceptedListOut, summary="List accepted offers to fulfil"
)
@PARTNER
def list_accepted(request: HttpRequest, key: str) -> dict[str, Any]:
    """List, up to 200 at a time, the offers without a connector that nobody has acknowledged."""
    with token_for(request, key, Right.DELIVER_FILES) as token:
        found = to_fetch(token.programme, limit=MOST)
        note_look(
            lookers.program(request, token),
            what="list",
            right=Right.DELIVER_FILES,
            about="accepted offers",
            count=len(found),
        )
        return {"items": [_shown(one) for one in found]}


@router.post(
    "/programmes/{slug:key}/accepted-offers/{uuid:accepted}",
    response=AcceptedOut,
    summary="Say what became of an accepted offer",
)
@PARTNER
def settle_accepted(request: HttpRequest, key: str, accepted: UUID, told: FulfilledIn) -> dict[str, Any]:
    """Say that an accepted offer was fulfilled, or refused; done stays done, and again changes nothing."""
    with token_for(request, key, Right.DELIVER_FILES) as token:
        actor = f"token:{token.public_id}"
        row = acknowledge(
            programme=token.programme, fulfilment=accepted, is_done=told.done, said=told.said, actor=actor
        )
        return _shown(row)


def _shown(one: Any) -> dict[str, Any]:
    presentation = one.presentation
    attempt = presentation.choice.attempt
    return {
        "id": one.public_id,
        "customer": one.contact.customer.key if one.contact.customer else "",
        "holding": attempt.holding if attempt else "",
        "product": attempt.product if attempt else "",
        "offer": presentation.offer.key,
        "version": presentation.version,
        "cost": presentation.cost,
        "currency": presentation.currency,
        "accepted_at": one.asked_at,
        "state": one.state,
        "said": one.said,
    }
