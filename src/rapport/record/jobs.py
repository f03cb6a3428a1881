"""Background work: finding customers who work here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rapport.accounts.doors import in_each_real_programme
from rapport.accounts.queries import members_of
from rapport.audit import alarms
from rapport.customers.queries import customer_at
from rapport.jobs.actions import periodic

if TYPE_CHECKING:
    from rapport.accounts.models import Programme


@periodic("record.find_colleagues", "31 4 * * *")
def find_colleagues(timestamp: int) -> None:
    """Every night: a customer whose e-mail address signs in here goes on the watch list as a colleague."""
    in_each_real_programme(_find_colleagues)


def _find_colleagues(programme: Programme) -> None:
    for member in members_of(programme):
        address = member.user.username.strip().lower()
        customer = customer_at(programme, "email", address) if "@" in address else None
        if customer is not None:
            alarms.watch(programme=programme, customer=customer.public_id, kind="colleague")
