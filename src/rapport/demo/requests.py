"""What a few customers of the demonstration asked of their data, and what must be kept of one of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from rapport.audit.lookers import Looker
from rapport.customers.queries import customer_by_key
from rapport.demo.record import FIRST_FLOOR
from rapport.kit import clock
from rapport.privacy import actions as privacy
from rapport.privacy import packages

if TYPE_CHECKING:
    from uuid import UUID

    from rapport.accounts.models import Member, Programme

COPY, RESTRICTED, HELD, CORRECTED = (f"N-{number}" for number in range(100_012, 100_016))


def ask(programme: Programme, manager: Member, *, now: datetime) -> None:
    """Have one customer be handed a copy, one restricted, one kept for a court, and one wait for an answer."""
    noon = now.astimezone(programme.zone).replace(hour=12, minute=5, second=0, microsecond=0)
    _hand_out(programme, manager, noon - timedelta(days=6))
    _restrict(programme, manager, noon - timedelta(days=3))
    _hold(programme, manager, noon)
    _wait(programme, manager, noon - timedelta(days=2))


def _hand_out(programme: Programme, manager: Member, at: datetime) -> None:
    customer, actor = _whose(programme, COPY), f"member:{manager.pk}"
    with clock.at(at):
        privacy.open_request(
            programme=programme,
            customer_id=customer,
            kind="access",
            actor=actor,
            proof="called_back",
            note="Wants it by e-mail, not on paper.",
        )
        package = packages.ask(programme=programme, customer_id=customer, actor=actor)
        packages.make(package.pk)
    with clock.at(at + timedelta(hours=2)):
        packages.take(by=Looker(programme, actor, FIRST_FLOOR), package_id=package.public_id)


def _restrict(programme: Programme, manager: Member, at: datetime) -> None:
    customer, actor = _whose(programme, RESTRICTED), f"member:{manager.pk}"
    with clock.at(at):
        privacy.open_request(
            programme=programme,
            customer_id=customer,
            kind="restriction",
            actor=actor,
            proof="signed_in",
            note="Disputes the balance until the partner has looked into it.",
        )
    with clock.at(at + timedelta(minutes=40)):
        privacy.restrict(programme=programme, customer_id=customer, actor=actor)


def _hold(programme: Programme, manager: Member, noon: datetime) -> None:
    """Keep for a court what the customer would have erased: the request waits for the hold to be lifted."""
    customer, actor = _whose(programme, HELD), f"member:{manager.pk}"
    with clock.at(noon - timedelta(days=20)):
        until = noon.date() + timedelta(days=200)
        why = "County court, file 3BM-1184: the card's use in March"
        privacy.place_hold(programme=programme, customer_id=customer, why=why, actor=actor, until=until)
    with clock.at(noon - timedelta(days=9)):
        privacy.open_request(
            programme=programme, customer_id=customer, kind="erasure", actor=actor, proof="document"
        )


def _wait(programme: Programme, manager: Member, at: datetime) -> None:
    """Have a request come in late: the partner passed it on weeks after it was made."""
    with clock.at(at):
        privacy.open_request(
            programme=programme,
            customer_id=_whose(programme, CORRECTED),
            kind="correction",
            actor=f"member:{manager.pk}",
            proof="partner",
            note="The name is misspelt on letters.",
            received_on=at.date() - timedelta(days=24),
        )


def _whose(programme: Programme, key: str) -> UUID:
    customer = customer_by_key(programme, key)
    if customer is None:
        raise LookupError(f"the demonstration has no customer {key}")
    return customer.public_id
