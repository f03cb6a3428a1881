"""The facts that conditions and insertions may name, beside the fields of the guide itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from rapport.guides.definition.rules import FieldType, Guide


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact of the file or the contact: its type, what it is, and what a condition on it calls it.

    ``said`` are the sentences for that it is yes or known, and for that it is not, where it has any.
    """

    type: FieldType
    words: str
    called: str
    said: tuple[str, str] | None = None


UPSET = ("the customer is upset", "the customer is not upset")
ALONE = ("the customer goes alone", "a rep is there")
BEEN_HERE = ("they were here before", "they were never here before")

FACTS: dict[str, Fact] = {
    "customer.name": Fact("text", "The customer's name", "the name"),
    "customer.first_name": Fact("text", "The first word of the name", "the first name"),
    "customer.key": Fact("text", "What the partner calls the customer by", "the customer's key"),
    "customer.segment": Fact("text", "The key of the segment", "the segment"),
    "customer.language": Fact("text", "The language of the file, as en", "the language"),
    "customer.years": Fact("number", "Full years as a customer", "years with us"),
    "customer.likes": Fact("text", "What the customer likes, as the file says", "what they like"),
    "customer.products": Fact("text", "What they hold; one that fits is enough", "what they hold"),
    "customer.promises_open": Fact("number", "Promises we made that are not settled", "open promises"),
    "customer.promises_overdue": Fact("number", "Those of them whose day has passed", "overdue promises"),
    "contact.channel": Fact("text", "chat, voice or email", "the channel"),
    "contact.reason": Fact("text", "The key of the reason", "the reason"),
    "contact.reason_name": Fact("text", "The reason as people call it", "the reason"),
    "contact.alone": Fact("yes_no", "The customer goes through the guide alone", "the customer alone", ALONE),
    "contact.upset": Fact(
        "yes_no",
        "Somebody noticed that the customer is upset",
        "the mood",
        UPSET,
    ),
    "last.days": Fact(
        "number",
        "Full days since the visit before; not known on a first one",
        "days since the last visit",
        BEEN_HERE,
    ),
    "last.reason": Fact("text", "The key of the reason of the visit before", "the last reason", BEEN_HERE),
    "last.reason_name": Fact("text", "That reason as people call it", "the last reason", BEEN_HERE),
    "last.outcome": Fact("text", "How the visit before went, as people call it", "the last outcome", BEEN_HERE),
    "last.summary": Fact("text", "What was written of the visit before", "the last summary", BEEN_HERE),
    "rep.name": Fact("text", "The rep's name", "the rep's name"),
}
ATTRIBUTE = "customer.attribute."
RESULT = "result."
Status = Literal["waiting", "done", "failed", "unknown"]
RESULTS: tuple[Status, ...] = get_args(Status)


def type_of(guide: Guide, name: str) -> FieldType | None:
    """Return the type of a fact or field that the guide may name; None where there is none of this name.

    An attribute of the file may be of any type: a text. ``result.<step>`` is what came of a do step.
    """
    if name in guide.fields:
        return guide.fields[name].type
    if name in FACTS:
        return FACTS[name].type
    if name.startswith(ATTRIBUTE) and name != ATTRIBUTE:
        return "text"
    step = guide.by_key.get(name.removeprefix(RESULT)) if name.startswith(RESULT) else None
    return "choice" if step is not None and step.kind == "do" else None


def names_of(guide: Guide) -> list[str]:
    """Return every name that the guide may use, but for the attributes of the file."""
    results = [f"{RESULT}{step.key}" for step in guide.steps if step.kind == "do"]
    return [*guide.fields, *FACTS, *results]
