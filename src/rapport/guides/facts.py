"""What is known of a contact when its guide asks: the file, the contact, and the visit before it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from rapport.contacts.queries import last_contact_before
from rapport.customers.promises.queries import open_promises_of
from rapport.customers.queries import holdings_of
from rapport.guides.definition.facts import ATTRIBUTE, FACTS
from rapport.guides.models import Alone
from rapport.kit import clock

if TYPE_CHECKING:
    from collections.abc import Collection

    from rapport.accounts.models import Member
    from rapport.contacts.models import Contact
    from rapport.customers.models import Customer, Promise


def facts_of(contact: Contact, member: Member | None, names: Collection[str]) -> dict[str, Any]:
    """Return those of the facts that are asked for; what is not known is None.

    Nothing of the file is told while its data may not be used.
    """
    sources = _Sources(contact, member)
    found = {name: tell(sources) for name, tell in _TOLD.items() if name in names}
    for name in names:
        if name.startswith(ATTRIBUTE):
            found[name] = sources.attribute(name.removeprefix(ATTRIBUTE))
    return found


class _Sources:
    """Where facts come from, each looked up once and only where it is asked for."""

    def __init__(self, contact: Contact, member: Member | None) -> None:
        self.contact, self.member = contact, member

    @cached_property
    def customer(self) -> Customer | None:
        customer = self.contact.customer
        return customer if customer is not None and customer.is_active else None

    @cached_property
    def last(self) -> Contact | None:
        return last_contact_before(self.contact) if self.customer else None

    @cached_property
    def promises(self) -> list[Promise]:
        return open_promises_of(self.customer) if self.customer else []

    @cached_property
    def today(self) -> date:
        return clock.now().astimezone(self.contact.programme.zone).date()

    def of_customer(self, tell: Callable[[Customer], Any]) -> Any:
        return tell(self.customer) if self.customer else None

    def of_last(self, tell: Callable[[Contact], Any]) -> Any:
        return tell(self.last) if self.last else None

    def attribute(self, name: str) -> Any:
        value = self.customer.attributes.get(name) if self.customer else None
        return value if isinstance(value, str | int | float | bool | list) else None

    def years(self, customer: Customer) -> int | None:
        since = customer.customer_since
        if since is None:
            return None
        return self.today.year - since.year - ((self.today.month, self.today.day) < (since.month, since.day))


_TOLD: dict[str, Callable[[_Sources], Any]] = {
    "customer.name": lambda of: of.of_customer(lambda one: one.name),
    "customer.first_name": lambda of: of.of_customer(lambda one: next(iter(one.name.split()), None)),
    "customer.key": lambda of: of.of_customer(lambda one: one.key or None),
    "customer.segment": lambda of: of.contact.segment.key if of.contact.segment else None,
    "customer.language": lambda of: of.of_customer(lambda one: one.language),
    "customer.years": lambda of: of.of_customer(of.years),
    "customer.likes": lambda of: of.of_customer(lambda one: one.likes),
    "customer.products": lambda of: of.of_customer(lambda one: [held.product for held in holdings_of(one)]),
    "customer.promises_open": lambda of: len(of.promises),
    "customer.promises_overdue": lambda of: sum(one.due_on < of.today for one in of.promises),
    "contact.channel": lambda of: of.contact.channel,
    "contact.reason": lambda of: of.contact.reason.key if of.contact.reason else None,
    "contact.reason_name": lambda of: of.contact.reason.name if of.contact.reason else None,
    "contact.alone": lambda of: Alone.objects.filter(contact=of.contact, outcome="").exists(),
    "last.days": lambda of: of.of_last(lambda one: (of.contact.arrived_at - one.arrived_at).days),
    "last.reason": lambda of: of.of_last(lambda one: one.reason.key if one.reason else None),
    "last.reason_name": lambda of: of.of_last(lambda one: one.reason.name if one.reason else None),
    "last.outcome": lambda of: of.of_last(lambda one: one.disposition.name if one.disposition else None),
    "last.summary": lambda of: of.of_last(lambda one: one.summary),
    "rep.name": lambda of: of.member.name if of.member else None,
}
assert _TOLD.keys() == FACTS.keys() - {"contact.upset"}  # that is known of the run itself
