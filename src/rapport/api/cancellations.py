"""Cancellations that a partner's program takes from the worklist, and says it has carried out."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Field, Router, Schema

from rapport.accounts.doors import Door, declares
from rapport.accounts.roles import Right
from rapport.api.tokens import token_for
from rapport.audit import lookers
from rapport.audit.actions import note_look
from rapport.offers.leaving.carrying_out import acknowledge
from rapport.offers.leaving.queries import cancellation_by_reference, cancellations_to_do

router = Router(tags=["Cancellations"])
PARTNER = declares(Door("token", (Right.DELIVER_FILES,)))


class CancellationOut(Schema):
    """A cancellation by the partner's keys; it counts from ``at``, whenever it is carried out."""

    certificate: str
    customer: str
    holding: str
    product: str
    at: datetime
    by: Literal["customer", "rep"]
    state: Literal["waiting", "done", "failed"]
    said: str


class CancellationsOut(Schema):
    """What is to be carried out, the oldest first."""

    items: list[CancellationOut]


class SettledIn(Schema):
    """What became of it: done, or not and why; ``said`` is the partner's own reference, or the reason."""

    done: bool = True
    said: str = Field("", max_length=300)


@router.get(
    "/programmes/{slug:key}/cancellations", response=CancellationsOut, summary="List cancellations to carry out"
)
@PARTNER
def list_cancellations(request: HttpRequest, key: str) -> dict[str, Any]:
    """List, up to 200 at a time, the cancellations that nobody has said to be carried out."""
    with token_for(request, key, Right.DELIVER_FILES) as token:
        found = cancellations_to_do(token.programme)
        note_look(
            lookers.program(request, token),
            what="list",
            right=Right.DELIVER_FILES,
            about="cancellations",
            count=len(found),
        )
        return {"items": [_shown(one) for one in found]}


@router.post(
    "/programmes/{slug:key}/cancellations/{certificate}",
    response=CancellationOut,
    summary="Say what became of a cancellation",
)
@PARTNER
def settle_cancellation(request: HttpRequest, key: str, certificate: str, told: SettledIn) -> dict[str, Any]:
    """Say that a cancellation was carried out, or could not be; done stays done, and again changes nothing."""
    with token_for(request, key, Right.DELIVER_FILES) as token:
        programme = token.programme
        cancellation_by_reference(programme, certificate)
        actor = f"token:{token.public_id}"
        acknowledge(programme=programme, reference=certificate, done=told.done, said=told.said, actor=actor)
        return _shown(cancellation_by_reference(programme, certificate))


def _shown(one: Any) -> dict[str, Any]:
    return {
        "certificate": one.reference,
        "customer": one.customer.key,
        "holding": one.holding,
        "product": one.product,
        "at": one.at,
        "by": one.by,
        "state": one.state,
        "said": one.said,
    }
