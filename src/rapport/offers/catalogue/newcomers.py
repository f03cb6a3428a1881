"""Whether an offer is better for newcomers than any that a customer of ten years may have. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rapport.guides.definition.conditions import hold
from rapport.guides.definition.rules import Comparison, Condition
from rapport.kit.money import money
from rapport.offers.catalogue.definition import Offer, Rules

TEN_YEARS = 10
YEARS = "customer.years"


@dataclass(frozen=True, slots=True)
class Flag:
    """What is better for newcomers: its worth to them, and the best that a loyal customer may have instead."""

    worth: int
    best_worth: int
    best: str = ""
    currency: str = "EUR"

    @property
    def words(self) -> str:
        """The flag as people read it."""
        mine = money(self.worth, self.currency)
        if not self.best:
            return f"A new customer gets {mine}; a customer of ten years may have no such offer at all."
        theirs = money(self.best_worth, self.currency)
        return (
            f"A new customer gets {mine}; the best that a customer of ten years may have is {self.best}: {theirs}."
        )


def flag_of(offer: Offer, others: Mapping[str, Offer], rules: Rules) -> Flag | None:
    """Return the flag that the offer gets beside the others that are live, or None.

    Only years as a customer are looked at, and the products: what else an offer asks is taken to hold, for the
    newcomer as for the loyal customer.
    """
    if not may_have(offer, 0, rules) or may_have(offer, TEN_YEARS, rules):
        return None
    loyal = [(one.of_worth, key) for key, one in others.items() if _stands_in(one, offer, rules)]
    best_worth, best = max(loyal, default=(0, ""))
    return (
        None if best and best_worth >= offer.of_worth else Flag(offer.of_worth, best_worth, best, offer.currency)
    )


def may_have(offer: Offer, years: int, rules: Rules) -> bool:
    """Say whether a customer of so many years may have the offer, as far as years decide."""
    if (offer.for_ == "new" and years >= rules.new_below) or (offer.for_ == "loyal" and years < rules.loyal_from):
        return False
    return hold(_about_years([*offer.eligible, *offer.applicable, *offer.suitable]), {YEARS: years})


def _stands_in(other: Offer, offer: Offer, rules: Rules) -> bool:
    """Say whether a loyal customer who holds what the offer is for may have the other one of its kind instead."""
    covers = not other.products or (bool(offer.products) and set(offer.products) <= set(other.products))
    is_alike = (other.kind, other.currency) == (offer.kind, offer.currency)
    return covers and is_alike and may_have(other, TEN_YEARS, rules)


def _about_years(conditions: Iterable[Condition]) -> list[Condition]:
    """Return the conditions that ask for nothing but years."""

    def asks_years(one: Condition) -> bool:
        inner: list[Comparison] = one.any_of
        return all(each.field == YEARS for each in inner) if inner else one.field == YEARS

    return [one for one in conditions if asks_years(one)]
