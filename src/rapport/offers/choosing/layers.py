"""Which offers a customer can be made now: layer by layer, every removal with its words. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from rapport.guides.definition.conditions import hold, in_words
from rapport.guides.definition.facts import FACTS
from rapport.offers.catalogue.definition import OWN_FACTS, Offer, Rules

Layer = Literal[
    "rules", "trust", "whom", "product", "eligible", "reason", "applicable", "suitable", "refused", "limit",
    "stock", "budget", "worth",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Candidate:
    """An offer as it is live: its key, its version, and what it says."""

    key: str
    version: int
    offer: Offer


@dataclass(frozen=True, slots=True)
class Removed:
    """An offer that cannot be made now: by which layer, and why."""

    key: str
    name: str
    layer: Layer
    words: str


@dataclass(frozen=True, slots=True)
class Situation:
    """All that decides what can be offered, but for worth.

    ``about`` is the product that they want to leave, ``reasons`` why, on either level; both are empty where they
    do not. ``may_offer`` says why nothing may be offered by the rules of fair saves; empty where something may.
    ``made`` has by offer how many days ago it was offered to this customer, each time.
    """

    rules: Rules
    facts: Mapping[str, Any]
    products: frozenset[str] = frozenset()
    is_leaving: bool = False
    about: str = ""
    reasons: frozenset[str] = frozenset()
    years: int | None = None
    has_complaint: bool = False
    has_broken_promise: bool = False
    may_offer: str = ""
    made: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    refused: frozenset[str] = frozenset()
    out_of: Mapping[str, Literal["stock", "budget"]] = field(default_factory=dict)


def sift(candidates: Iterable[Candidate], now: Situation) -> tuple[list[Candidate], list[Removed]]:
    """Return the offers that can be made, and those that cannot, each with the first layer that removes it."""
    kept, removed = [], []
    for one in candidates:
        found = removal(one, now)
        if found is None:
            kept.append(one)
        else:
            removed.append(Removed(one.key, one.offer.name, *found))
    return kept, removed


def removal(candidate: Candidate, now: Situation) -> tuple[Layer, str] | None:
    """Return the first layer that removes an offer, with its words; None where it can be made."""
    for layer, why in _LAYERS:
        if words := why(candidate, now):
            return layer, words
    return None


def called(name: str) -> str:
    """Return what a condition calls a fact."""
    fact = FACTS.get(name)
    return fact.called if fact else OWN_FACTS.get(name) or name.rpartition(".")[2].replace("_", " ")


def said(name: str) -> tuple[str, str] | None:
    """Return the sentences of a fact that has some."""
    fact = FACTS.get(name)
    return fact.said if fact else None


def _trust(one: Candidate, now: Situation) -> str:
    if one.offer.kind != "cross_sell":
        return ""
    if now.has_complaint:
        return "A complaint is open: nothing is sold before it is settled."
    if now.has_broken_promise:
        return "A promise to them was broken: nothing is sold before it is made good."
    return "They want to leave: nothing is sold to them now." if now.is_leaving else ""


def _whom(one: Candidate, now: Situation) -> str:
    rules, years = now.rules, now.years
    if one.offer.for_ == "new" and (years is None or years >= rules.new_below):
        return f"For new customers: below {rules.new_below} years."
    if one.offer.for_ == "loyal" and (years is None or years < rules.loyal_from):
        return f"For loyal customers: from {rules.loyal_from} years on."
    return ""


def _product(one: Candidate, now: Situation) -> str:
    wanted = {each.casefold() for each in one.offer.products}
    held = {each.casefold() for each in now.products}
    if one.offer.kind == "cross_sell":
        return "They have it already." if wanted & held else ""
    meant = {now.about.casefold()} if now.about else held
    return "" if not wanted or wanted & meant else f"It is for {', '.join(one.offer.products)}."


def _reason(one: Candidate, now: Situation) -> str:
    if not one.offer.reasons or now.reasons & set(one.offer.reasons):
        return ""
    return (
        "It does not answer why they want to leave." if now.reasons else "Why they want to leave is not told yet."
    )


def _conditions(layer: str, start: str) -> Callable[[Candidate, Situation], str]:
    def why(one: Candidate, now: Situation) -> str:
        for each in getattr(one.offer, layer):
            if not hold([each], now.facts):
                return f"{start} {in_words([each], called, said)}."
        return ""

    return why


def _limit(one: Candidate, now: Situation) -> str:
    limits = one.offer.limits
    times = sum(days < limits.days for days in now.made.get(one.key, ()))
    return f"Offered {times} times in {limits.days} days; {limits.times} at most." if times >= limits.times else ""


_LAYERS: tuple[tuple[Layer, Callable[[Candidate, Situation], str]], ...] = (
    ("rules", lambda one, now: now.may_offer),
    ("trust", _trust),
    ("whom", _whom),
    ("product", _product),
    ("eligible", _conditions("eligible", "They may have it if")),
    ("reason", _reason),
    ("applicable", _conditions("applicable", "It makes sense if")),
    ("suitable", _conditions("suitable", "It is right if")),
    ("refused", lambda one, now: "They turned it down already." if one.key in now.refused else ""),
    ("limit", _limit),
    ("stock", lambda one, now: "None is left." if now.out_of.get(one.key) == "stock" else ""),
    ("budget", lambda one, now: "This month's budget is used." if now.out_of.get(one.key) == "budget" else ""),
)
