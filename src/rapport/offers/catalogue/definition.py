"""What an offer and a programme's rules of offers say, how they are read, and what is wrong with one. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from rapport.guides.definition.facts import ATTRIBUTE, FACTS
from rapport.guides.definition.insertions import has_stray_brace, names_in
from rapport.guides.definition.known import unknown
from rapport.guides.definition.rules import Condition, Line, Point, When, Words
from rapport.kit.documents import DocumentInvalid, Fault, Kind, Part, schema_of
from rapport.kit.lines import Path

OfferKind = Literal["save", "cross_sell", "loyalty"]
Whom = Literal["all", "new", "loyal"]
Tier = Literal["low", "middle", "high"]
Minor = Annotated[int, Field(ge=0, le=10**12)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:/-]{1,100}$")]
Product = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
MOST_CHARACTERS = 20_000
LAYERS = ("eligible", "applicable", "suitable")
OWN_FACTS = {
    "leaving.reason": "why they want to leave",
    "leaving.detail": "why they want to leave, in detail",
    "customer.value": "the value that remains",
    "customer.tier": "the tier of value",
}
"""Facts that offers may name beside those of guides, and what a condition on one calls it."""


class OfferInvalid(DocumentInvalid):
    """An offer that cannot be used; ``faults`` has the line of each fault and its words."""

    code = "offer_invalid"


OFFER = Kind("an offer", OfferInvalid, MOST_CHARACTERS)
RULES = Kind("a programme's rules of offers", OfferInvalid, MOST_CHARACTERS)


class Grant(Part):
    """What a level may grant."""

    level: Annotated[int, Field(ge=0, le=5)] = Field(default=0, description="from this level of the skill on")
    tier: Tier | Literal["any"] = Field(default="any", description="of value: low, middle, high or any")
    most: Minor = Field(description="the largest cost that it may grant, in minor units")


class Limits(Part):
    """How often one customer may be offered it."""

    times: Annotated[int, Field(ge=1, le=100)] = 1
    days: Annotated[int, Field(ge=1, le=3660)] = 365


class Offer(Part):
    """All that an offer says."""

    name: Line
    kind: OfferKind
    for_: Whom = Field(default="all", alias="for", description="new, loyal or all customers")
    products: list[Product] = Field(default=[], max_length=50, description="held by the customer; empty: any")
    reasons: list[Code] = Field(default=[], max_length=50, description="for leaving, either level; empty: any")
    terms: Words = Field(min_length=1, description="what the customer gets, and for how long")
    words: Words = Field(min_length=1, description="to say; insertions such as {customer.first_name|there}")
    because: Point = Field(description="why it helps, for the rep to read")
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] = "EUR"
    cost: Minor = Field(description="what it costs us once it is accepted, in minor units")
    worth: Minor | None = Field(
        default=None, description="what the customer has of it, in minor units; absent: its cost"
    )
    gain: Minor = Field(default=0, description="what an acceptance brings us beside their staying, in minor units")
    valid_days: Annotated[int, Field(ge=1, le=366)] = Field(default=14, description="to take it up")
    stock: Annotated[int, Field(ge=0, le=10**9)] | None = Field(default=None, description="in all; absent: any")
    budget: Minor | None = Field(default=None, description="a month, in minor units; absent: any")
    lift: Share = Field(default=0.1, description="of customers who stay because of it, until outcomes are known")
    takes: Share = Field(default=0.5, description="of customers who accept it, until that is known")
    authority: list[Grant] = Field(default=[], max_length=30, description="empty: everybody may grant it")
    eligible: When = Field(default=[], description="may have it: terms, law, contract")
    applicable: When = Field(default=[], description="makes sense now")
    suitable: When = Field(default=[], description="is right for them")
    limits: Limits = Limits()
    connector: Annotated[str, StringConstraints(max_length=50)] = Field(
        default="",
        description="connector.transaction that fulfils it; empty: the partner fetches and acknowledges",
    )

    @property
    def of_worth(self) -> int:
        """What the customer has of it."""
        return self.cost if self.worth is None else self.worth

    @property
    def names(self) -> frozenset[str]:
        """The facts that its conditions and words name."""
        asked = [name for layer in LAYERS for name in _names(getattr(self, layer))]
        return frozenset([*asked, *names_in(self.words), *names_in(self.terms)])

    def may_grant(self, *, level: int, tier: str) -> bool:
        """Say whether a level may grant it to a customer of this tier."""
        return not self.authority or any(
            one.level <= level and one.tier in ("any", tier) and one.most >= self.cost for one in self.authority
        )


class Tiers(Part):
    """From which value that remains, in minor units, a customer is of the tier; below: low."""

    middle: Minor
    high: Minor


class Rules(Part):
    """How a programme chooses offers."""

    skill: Annotated[str, StringConstraints(max_length=50)] = Field(
        default="retention", description="whose level says what a rep may grant"
    )
    value_from: Annotated[str, StringConstraints(max_length=100)] = Field(
        default="remaining_value", description="the customer's attribute with the value that remains, minor units"
    )
    usual_value: Minor = Field(default=20_000, description="where the file does not tell it")
    tiers: Tiers = Tiers(middle=20_000, high=60_000)
    control: Annotated[float, Field(ge=0.01, le=0.05)] = Field(
        default=0.02, description="share of customers who are offered nothing, so that the lift can be known"
    )
    explore: Annotated[float, Field(ge=0.01, le=0.2)] = Field(
        default=0.1, description="the most of choices that are not the best known, so that others can be learnt of"
    )
    shown: Annotated[int, Field(ge=1, le=3)] = Field(default=3, description="offers on the desk at once, at most")
    hold_minutes: Annotated[int, Field(ge=1, le=1440)] = Field(
        default=20, description="stock and budget are held while an offer is on the table"
    )
    outcome_days: Annotated[int, Field(ge=1, le=366)] = Field(
        default=60,
        description="after so many days it is known whether who was sold or given something stayed",
    )
    complaint_attribute: Annotated[str, StringConstraints(max_length=100)] = Field(
        default="open_complaint", description="the customer's attribute that says that a complaint is open"
    )
    complaint_reasons: list[Code] = Field(
        default=["complaint"], description="a contact for one of these that is not closed is an open complaint"
    )
    new_below: Annotated[int, Field(ge=0, le=50)] = Field(default=1, description="years; new customers")
    loyal_from: Annotated[int, Field(ge=1, le=50)] = Field(default=3, description="years; loyal customers")

    def tier_of(self, value: int) -> Tier:
        """Return the tier of a value that remains."""
        return "high" if value >= self.tiers.high else "middle" if value >= self.tiers.middle else "low"


@dataclass(frozen=True, slots=True)
class Known:
    """The names a programme has, which an offer may use; None: not looked at."""

    connectors: Collection[str] | None = None
    skills: Collection[str] | None = None


NOTHING_KNOWN = Known()


def read_offer(text: str, known: Known = NOTHING_KNOWN) -> Offer:
    """Return the offer that the text tells of; OfferInvalid with every fault it has."""
    return OFFER.read(text, Offer, lambda offer: [*_faults(offer, known)])


@lru_cache(maxsize=512)
def offer_kept(text: str) -> Offer:
    """Return the offer of a text that was found right when it was kept."""
    return read_offer(text)


def read_rules(text: str, known: Known = NOTHING_KNOWN) -> Rules:
    """Return the rules that the text tells of; OfferInvalid with every fault they have."""
    return RULES.read(text, Rules, lambda rules: [*_rule_faults(rules, known)])


def schema() -> dict[str, Any]:
    """Return the JSON Schema of an offer."""
    return schema_of(Offer)


def _names(when: list[Condition]) -> Iterator[str]:
    for one in when:
        yield from ([inner.field for inner in one.any_of] if one.any_of else [one.field])


def _faults(offer: Offer, known: Known) -> Iterator[Fault]:
    yield from _unknown_names(offer)
    for is_wrong, part, words in (
        (
            offer.budget is not None and offer.budget < offer.cost,
            "budget",
            "A month's budget is below the cost of one: it could never be accepted.",
        ),
        (
            offer.authority and not any(one.most >= offer.cost for one in offer.authority),
            "authority",
            "Nobody may grant what it costs: raise one of the grants, or lower the cost.",
        ),
        (
            offer.kind == "cross_sell" and offer.reasons,
            "reasons",
            "Nobody who wants to leave is sold something: take the reasons out.",
        ),
    ):
        if is_wrong:
            yield Fault((part,), words)
    if offer.connector and known.connectors is not None and offer.connector not in known.connectors:
        yield Fault(("connector",), unknown("transaction of a connector", offer.connector, known.connectors))


def _unknown_names(offer: Offer) -> Iterator[Fault]:
    for layer in LAYERS:
        for place, one in enumerate(getattr(offer, layer)):
            yield from _unknown((layer, place), _names([one]))
    for part in ("words", "terms"):
        text = getattr(offer, part)
        if has_stray_brace(text):
            yield Fault((part,), "A brace is left over; an insertion is written {customer.first_name|there}.")
        yield from _unknown((part,), names_in(text), own=False)


def _unknown(path: Path, names: Iterable[str], *, own: bool = True) -> Iterator[Fault]:
    known = {*FACTS, *(OWN_FACTS if own else ())}
    for name in names:
        if name not in known and not (name.startswith(ATTRIBUTE) and name != ATTRIBUTE):
            yield Fault(path, unknown("fact", name, known))


def _rule_faults(rules: Rules, known: Known) -> Iterator[Fault]:
    if rules.tiers.high <= rules.tiers.middle:
        yield Fault(("tiers",), "The tier high begins above the tier middle.")
    if rules.loyal_from < rules.new_below:
        yield Fault(
            ("loyal_from",), "Loyal customers cannot be new ones: it begins where new_below ends, or later."
        )
    is_told = "skill" in rules.model_fields_set and bool(rules.skill)
    if is_told and known.skills is not None and rules.skill not in known.skills:
        yield Fault(("skill",), unknown("skill", rules.skill, known.skills))
