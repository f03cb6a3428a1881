"""Fair-save rules as data, and what they allow. Pure: no clock, no database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import resources
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from rapport.kit.documents import KEY, DocumentInvalid, Fault, Kind, Part, schema_of

Key = Annotated[str, StringConstraints(pattern=KEY)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Channel = Literal["chat", "voice", "email", "portal"]


class RulesInvalid(DocumentInvalid):
    """Fair-save rules that cannot be used; ``faults`` has the line of each fault and its words."""

    code = "fair_save_rules_invalid"


DOCUMENT = Kind("fair-save rules", RulesInvalid, 50_000)


class Jurisdiction(Part):
    """What is fair where a customer lives."""

    name: Line
    values: list[Line] = Field(default=[], max_length=200, description="of the attribute, that mean this one")
    most_offers: Annotated[int, Field(ge=0, le=5)] = Field(description="to one wish to leave; 0: none")
    seconds: Annotated[int, Field(ge=0, le=3600)] = Field(
        description="how long after the first offer another may be made"
    )
    no_offers_on: list[Channel] = Field(default=[], description="channels on which none is made")
    must_say: list[Line] = Field(default=[], max_length=10, description="to the customer, before an offer")
    stop_after_requests: Annotated[int, Field(ge=1, le=5)] = Field(
        description="clear requests to cancel after which no offer is made: 1 is the first"
    )
    source: Line = Field(description="the law or agreement that this is taken from")


class Rules(Part):
    """A programme's fair-save rules."""

    reasons: list[Key] = Field(
        default=["cancel"], max_length=50, description="contacts about these are wishes to leave"
    )
    attribute: Annotated[str, StringConstraints(max_length=100)] = Field(
        default="", description="of the customer's file, whose value says the jurisdiction; empty: the default's"
    )
    default: Key = Field(description="the jurisdiction of who has no such value")
    proof: Literal["number", "email"] = Field(
        default="number", description="what makes somebody known on the portal: their number, or the e-mail alone"
    )
    settle_within_hours: Annotated[int, Field(ge=1, le=168)] = Field(
        default=24, description="when a request of somebody we could not make sure of has to be settled"
    )
    cancel_by: Annotated[str, StringConstraints(pattern=r"^([a-z0-9_-]+\.[a-z0-9_-]+)?$")] = Field(
        default="", description="connector.transaction that cancels; empty: the partner takes it from the worklist"
    )
    jurisdictions: dict[Key, Jurisdiction] = Field(min_length=1, max_length=100)

    def of(self, attributes: Mapping[str, Any]) -> str:
        """Return the key of the jurisdiction that a customer's attributes say."""
        told = str(attributes.get(self.attribute, "")).strip().casefold() if self.attribute else ""
        for key, one in self.jurisdictions.items():
            if told and told in (key, *(value.casefold() for value in one.values)):
                return key
        return self.default

    def named(self, key: str) -> Jurisdiction:
        """Return a jurisdiction; the default's where these rules have none of this key."""
        return self.jurisdictions.get(key) or self.jurisdictions[self.default]


@dataclass(frozen=True, slots=True)
class Attempted:
    """What the rules ask of a wish to leave."""

    is_open: bool
    channel: str
    requests: int
    offers_made: int
    first_offer_at: datetime | None


Why = Literal["fair", "ended", "channel", "none", "asked_again", "made", "time"]
WORDS: dict[Why, str] = {
    "fair": "An offer may be made.",
    "ended": "This wish to leave has its outcome already.",
    "channel": "No offer is made on this channel. Do what the customer asks.",
    "none": "No offer is made to who wants to leave here. Do what the customer asks.",
    "asked_again": "They have clearly asked to cancel. Make no other offer: cancel now.",
    "made": "Every offer that is fair has been made. Do what the customer asks.",
    "time": "The time for offers is over. Do what the customer asks.",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether one more offer may be made, and why (not); how many are left, and until when (none: not begun)."""

    allowed: bool
    why: Why
    left: int = 0
    until: datetime | None = None

    @property
    def words(self) -> str:
        """The verdict as a rep reads it."""
        return WORDS[self.why]


def may_offer(rules: Jurisdiction, attempt: Attempted, now: datetime) -> Verdict:
    """Return whether one more offer is fair. That they may cancel is never asked of rules."""
    until = None
    if attempt.first_offer_at is not None:
        until = attempt.first_offer_at + timedelta(seconds=rules.seconds)
    left = max(0, rules.most_offers - attempt.offers_made)
    why = _why(rules, attempt, left, until is not None and now >= until)
    return Verdict(why == "fair", why, left if why == "fair" else 0, until)


def _why(rules: Jurisdiction, attempt: Attempted, left: int, is_over: bool) -> Why:
    faults: list[tuple[bool, Why]] = [
        (not attempt.is_open, "ended"),
        (attempt.channel in rules.no_offers_on, "channel"),
        (rules.most_offers == 0, "none"),
        (attempt.requests >= rules.stop_after_requests, "asked_again"),
        (left == 0, "made"),
        (is_over, "time"),
    ]
    return next((why for is_so, why in faults if is_so), "fair")


def read_rules(text: str) -> Rules:
    """Return the rules that the text tells of; RulesInvalid with every fault it has."""
    return DOCUMENT.read(text, Rules, _faults)


def schema() -> dict[str, Any]:
    """Return the JSON Schema of fair-save rules."""
    return schema_of(Rules)


def _faults(rules: Rules) -> list[Fault]:
    found = []
    if rules.default not in rules.jurisdictions:
        found.append(Fault(("default",), f"There is no jurisdiction {rules.default!r}."))
    seen: dict[str, str] = {}
    for key, one in rules.jurisdictions.items():
        for number, value in enumerate(one.values):
            other = seen.setdefault(value.casefold(), key)
            if other != key:
                here = ("jurisdictions", key, "values", number)
                found.append(Fault(here, f"{value!r} is a value of {other!r} already."))
    return found


EXAMPLE = (resources.files("rapport.offers.leaving") / "rules.toml").read_text()
"""The rules that hold until a programme has its own."""
BUILT_IN = read_rules(EXAMPLE)
