"""What is known of a contact when an offer is chosen for it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from rapport.contacts.queries import has_open_about, unit_of
from rapport.customers.promises.queries import has_broken
from rapport.customers.queries import holdings_of
from rapport.guides.facts import facts_of
from rapport.kit import clock
from rapport.kit.drawing import place_of
from rapport.offers.catalogue.actions import ensure_rules
from rapport.offers.catalogue.queries import Live, left_of, rules_of
from rapport.offers.choosing.layers import Situation
from rapport.offers.leaving.queries import verdict_on
from rapport.offers.models import Presentation

if TYPE_CHECKING:
    from rapport.accounts.models import Member
    from rapport.contacts.models import Contact
    from rapport.customers.models import Customer
    from rapport.offers.catalogue.definition import Rules
    from rapport.offers.models import SaveAttempt


SAYS_OPEN = ("yes", "true", "1", "open")
"""What a file writes of a complaint that is open."""


@dataclass(frozen=True, slots=True)
class Whose:
    """Who is chosen for: what remains of their value, and the kind of customer that outcomes are counted by."""

    unit: str
    value: int
    tier: str
    reason: str
    detail: str
    segment: str
    is_control: bool


def whose(contact: Contact, attempt: SaveAttempt | None) -> Whose:
    """Return who is chosen for on a contact with a known customer."""
    rules = rules_of(contact.programme)
    value = value_of(contact.customer, rules) if contact.customer else rules.usual_value
    reason, detail = reasons_of(contact, attempt)
    unit = unit_of(contact)
    return Whose(
        unit=unit,
        value=value,
        tier=rules.tier_of(value),
        reason=reason,
        detail=detail,
        segment=contact.segment.key if contact.segment else "",
        is_control=place_of(ensure_rules(contact.programme).key, unit) < rules.control,
    )


def value_of(customer: Customer, rules: Rules) -> int:
    """Return the value that remains of a customer, in minor units: as the file tells it, or what is usual."""
    told = customer.attributes.get(rules.value_from) if customer.is_active else None
    try:
        value = int(float(told)) if isinstance(told, int | float | str) else None
    except (ValueError, OverflowError):
        value = None
    return rules.usual_value if value is None or value < 0 else min(value, 10**12)


def reasons_of(contact: Contact, attempt: SaveAttempt | None) -> tuple[str, str]:
    """Return why they want to leave, of the first level and the second; else what the contact is about."""
    if attempt is None:
        return (contact.reason.key if contact.reason else ""), ""
    if attempt.reason is None:
        return "", ""
    parent = attempt.reason.parent
    return (parent.key, attempt.reason.key) if parent else (attempt.reason.key, "")


def situation(
    contact: Contact, member: Member, attempt: SaveAttempt | None, of: Whose, live: list[Live]
) -> Situation:
    """Return what decides which of the live offers can be made."""
    customer, rules = contact.customer, rules_of(contact.programme)
    assert customer is not None
    names = {name for one in live for name in one.offer.names} | {"customer.years"}
    facts = facts_of(contact, member, names)
    facts |= {"leaving.reason": of.reason if attempt else None, "leaving.detail": of.detail or None}
    facts |= {"customer.value": of.value, "customer.tier": of.tier}
    verdict = verdict_on(attempt) if attempt else None
    return Situation(
        rules=rules,
        facts=facts,
        products=frozenset(one.product for one in holdings_of(customer)),
        about=attempt.product if attempt else "",
        is_leaving=attempt is not None,
        reasons=frozenset(filter(None, (of.reason, of.detail))) if attempt else frozenset(),
        years=facts.get("customer.years"),
        has_complaint=has_complaint(contact, customer, rules),
        has_broken_promise=has_broken(customer),
        may_offer="" if verdict is None or verdict.allowed else verdict.words,
        made=_made(customer),
        refused=_refused(contact),
        out_of=_out_of(live),
    )


def has_complaint(contact: Contact, customer: Customer, rules: Rules) -> bool:
    """Say whether a complaint of the customer is open: as the file says, or by a contact that is not closed."""
    told: Any = customer.attributes.get(rules.complaint_attribute)
    by_file = str(told).strip().casefold() in SAYS_OPEN
    return by_file or has_open_about(customer, rules.complaint_reasons)


def _made(customer: Customer) -> dict[str, tuple[int, ...]]:
    """Return by offer how many days ago it was offered to the customer, each time."""
    rows = Presentation.objects.filter(choice__contact__customer=customer, offered_at__isnull=False)
    now, found = clock.now(), defaultdict[str, list[int]](list)
    for key, at in rows.values_list("offer__key", "offered_at"):
        if at is not None:
            found[key].append((now - at).days)
    return {key: tuple(days) for key, days in found.items()}


def _refused(contact: Contact) -> frozenset[str]:
    rows = Presentation.objects.filter(choice__contact=contact, state=Presentation.State.REFUSED)
    return frozenset(rows.values_list("offer__key", flat=True))


def _out_of(live: list[Live]) -> dict[str, Literal["stock", "budget"]]:
    found: dict[str, Literal["stock", "budget"]] = {}
    for one in live:
        for left in (
            left_of(one.row, one.offer) if one.offer.stock is not None or one.offer.budget is not None else ()
        ):
            if left.left < (1 if left.of == "stock" else one.offer.cost):
                found.setdefault(one.row.key, "stock" if left.of == "stock" else "budget")
    return found
