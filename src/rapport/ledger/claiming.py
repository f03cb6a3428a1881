"""From a wish to leave whose outcome is that the customer stayed, to a save as the ledger takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rapport.customers.sales.queries import sale_of
from rapport.ledger.actions import Save
from rapport.offers.choosing.queries import accepted_for, chosen_for, cost_of
from rapport.offers.leaving.queries import attempt_by_id

if TYPE_CHECKING:
    from uuid import UUID

    from rapport.accounts.models import Programme


def save_of(programme: Programme, attempt_id: UUID) -> Save | None:
    """Return the save that an attempt ended with, and all it is split by; None where the customer did not stay."""
    attempt = attempt_by_id(programme, attempt_id)
    if attempt.outcome != attempt.Outcome.STAYED or attempt.ended_at is None:
        return None
    customer, rep, reason = attempt.customer, attempt.rep, attempt.reason
    sold = sale_of(customer, product=attempt.product, holding=attempt.holding)
    choice = chosen_for(attempt.pk)
    offer, _, version = (accepted_for(attempt.pk) or attempt.offer).partition("/")
    cost, currency = cost_of(attempt.pk)
    parent = reason.parent if reason else None
    return Save(
        attempt=attempt.public_id,
        customer=customer.pk,
        made_at=attempt.ended_at,
        holding=attempt.holding,
        contact=attempt.contact.public_id if attempt.contact else None,
        rep=rep.pk if rep else None,
        rep_key=rep.agent_id if rep else "",
        team=rep.team.name if rep and rep.team else "",
        product=attempt.product,
        reason=(parent or reason).key if reason else "",
        detail=reason.key if reason and parent else "",
        offer=offer,
        offer_version=int(version) if version.isdigit() else None,
        rebuttals=tuple(attempt.rebuttals),
        guide=attempt.guide,
        guide_version=attempt.guide_version,
        segment=customer.segment.key if customer.segment else "",
        seller=sold.sale.seller if sold else "",
        selling_team=sold.sale.team if sold else "",
        channel=attempt.channel,
        is_control=bool(choice and choice.is_control),
        cost=cost,
        currency=currency,
    )
