"""What the desk shows of a wish to leave on the contact in hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rapport.customers.queries import holdings_of
from rapport.customers.sales.queries import sale_of
from rapport.offers.leaving import queries

if TYPE_CHECKING:
    from rapport.contacts.models import Contact
    from rapport.customers.sales.queries import Sold
    from rapport.offers.leaving.queries import ReasonGroup
    from rapport.offers.leaving.rules import Jurisdiction, Verdict


@dataclass(frozen=True, slots=True)
class LeavingNow:
    """The wish to leave on a contact, open or ended; the request of somebody we could not make sure of yet.

    Of an open one: what may be offered still and what must be said, what was sold and promised, what was tried
    before, what they hold.
    """

    attempt: Any = None
    request: Any = None
    certificate: Any = None
    rules: Jurisdiction | None = None
    verdict: Verdict | None = None
    reasons: list[ReasonGroup] = field(default_factory=list)
    holdings: list[Any] = field(default_factory=list)
    sold: Sold | None = None
    before: list[Any] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        """Say whether there is a wish to leave to be worked."""
        return self.attempt is not None and self.attempt.state == "open"


def leaving_of(contact: Contact) -> LeavingNow:
    """Return the wish to leave on a contact in hand."""
    request = queries.open_request_of(contact)
    attempt = queries.attempt_of(contact) if contact.customer_id else None
    if attempt is None or contact.customer is None:
        return LeavingNow(request=request)
    if attempt.state != "open":
        return LeavingNow(attempt, request, queries.certificate_of(attempt))
    customer = contact.customer
    return LeavingNow(
        attempt,
        request,
        rules=queries.jurisdiction_of(attempt),
        verdict=queries.verdict_on(attempt),
        reasons=queries.reasons_of(contact.programme),
        holdings=holdings_of(customer),
        sold=sale_of(customer, product=attempt.product, holding=attempt.holding),
        before=[one for one in queries.attempts_of(customer, limit=4) if one.pk != attempt.pk][:3],
    )
