"""What a connector says, how it is read, and what is wrong with one. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Any, Literal
from urllib.parse import quote

from pydantic import Field, StringConstraints

from rapport.guides.definition.facts import ATTRIBUTE, FACTS
from rapport.guides.definition.insertions import INSERTION, has_stray_brace, names_in
from rapport.guides.definition.known import Reach
from rapport.guides.definition.rules import Key, Line, Value
from rapport.kit.documents import DocumentInvalid, Fault, Kind, Part, schema_of
from rapport.kit.errors import Invalid

Pointer = Annotated[str, StringConstraints(pattern=r"^(/[^/]{0,80}){1,10}$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=80)]
Header = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9-]{0,60}$")]
Plain = Annotated[str, StringConstraints(pattern=r"^[ -~]{0,300}$")]
MOST_CHARACTERS = 50_000
SAFE = ("GET", "PUT", "DELETE")
ABOUT = ("contact.id",)
"""What is told of the contact beside the facts that a guide may name."""


class ConnectorInvalid(DocumentInvalid):
    """A connector that cannot be used; ``faults`` has the line of each fault and its words."""

    code = "connector_invalid"


CONNECTOR = Kind("a connector", ConnectorInvalid, MOST_CHARACTERS)


class Done(Part):
    """What of a good answer says that it was done."""

    at: Pointer = Field(description="where in the answer")
    is_: list[Value] = Field(
        alias="is", min_length=1, max_length=20, description="one of these; any other: refused"
    )


class Transaction(Part):
    """One thing that the system does."""

    name: Line = Field(description="as reps read it")
    method: Literal["POST", "PUT", "PATCH", "DELETE", "GET"] = "POST"
    path: Annotated[str, StringConstraints(pattern=r"^/\S{0,299}$")] = Field(
        description="after the connector's base; {account} and {customer.key} are put in, and must be known"
    )
    sends: dict[Name, Name] = Field(
        default={}, max_length=50, description="by name in what is sent: a fact, or a field of the guide"
    )
    always: dict[Name, Value] = Field(default={}, max_length=20, description="sent as it is, by name")
    gives: dict[Key, Pointer] = Field(
        default={},
        max_length=20,
        description="by field of the guide: where in the answer it stands, as /card/number",
    )
    done: Done | None = Field(default=None, description="absent: every answer from 200 to 299 means done")
    says: Pointer | None = Field(default=None, description="where a refusal says why, for the rep to read")
    example: Any = Field(
        default=None, description="an answer, for previews and cases of guides: nothing is sent there"
    )

    @cached_property
    def names(self) -> frozenset[str]:
        """The facts and fields that it needs."""
        return frozenset([*self.sends.values(), *names_in(self.path)])

    def taken(self, answer: Any) -> dict[str, Any]:
        """Return what of an answer goes into fields of the guide."""
        found = {field: look(answer, pointer) for field, pointer in self.gives.items()}
        return {field: value for field, value in found.items() if isinstance(value, str | int | float | bool)}


class Connector(Part):
    """A system of the partner."""

    name: Line = Field(description="as reps read it")
    base: Annotated[str, StringConstraints(pattern=r"^https?://[^\s?#]{1,250}$")] = Field(
        description="https://host/path; every transaction's path follows it"
    )
    secret_in: Header | Literal[""] = Field(
        default="Authorization", description="header that the secret goes in; empty: there is none"
    )
    secret_after: Plain = Field(default="Bearer ", description="what stands before the secret there")
    headers: dict[Header, Plain] = Field(default={}, max_length=20, description="sent with everything; no secrets")
    key_in: Header | Literal[""] = Field(
        default="Idempotency-Key",
        description="header by whose key the system does a transaction once; empty: it knows none, so what may "
        "have been done is never sent again but by GET, PUT and DELETE",
    )
    seconds: Annotated[float, Field(ge=1, le=30)] = Field(default=10, description="to wait for an answer")
    transactions: dict[Key, Transaction] = Field(min_length=1, max_length=50)

    def may_repeat(self, transaction: Transaction) -> bool:
        """Say whether sending it again does it once all the same."""
        return bool(self.key_in) or transaction.method in SAFE


def read_connector(text: str) -> Connector:
    """Return the connector that the text tells of; ConnectorInvalid with every fault it has."""
    return CONNECTOR.read(text, Connector, lambda connector: [*_faults(connector)])


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a connector."""
    return schema_of(Connector)


def reach_of(transaction: Transaction) -> Reach:
    """Return what a guide has to know of a transaction."""
    return Reach(transaction.names, frozenset(transaction.gives), transaction.taken(transaction.example))


def look(answer: Any, pointer: str) -> Any:
    """Return what stands there in an answer (a JSON pointer); None where nothing does."""
    for name in pointer.split("/")[1:]:
        name = name.replace("~1", "/").replace("~0", "~")
        if isinstance(answer, dict):
            answer = answer.get(name)
        elif isinstance(answer, list) and name.isdecimal() and len(name) < 6 and int(name) < len(answer):
            answer = answer[int(name)]
        else:
            return None
    return answer


def path_with(transaction: Transaction, values: Mapping[str, Any]) -> str:
    """Return the path with what it needs put in; Invalid where that is not known, or would lead elsewhere."""
    for name in names_in(transaction.path):
        told = str(values.get(name) if values.get(name) is not None else "")
        if not told.strip() or told.strip(".") == "":
            raise Invalid(f"{transaction.name}: {name} is not known, and cannot be done without.")
    return INSERTION.sub(lambda found: quote(str(values[found[1]]), safe=""), transaction.path)


def body_with(transaction: Transaction, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is sent: what is not known is left out."""
    told = {name: values.get(source) for name, source in transaction.sends.items()}
    return {**transaction.always, **{name: value for name, value in told.items() if value is not None}}


def _faults(connector: Connector) -> Iterator[Fault]:
    if (secret := connector.secret_in.lower()) and secret in map(str.lower, connector.headers):
        yield Fault(("headers",), f"{connector.secret_in} is where the secret goes; take it out here.")
    for key, one in connector.transactions.items():
        here = ("transactions", key)
        if has_stray_brace(one.path):
            yield Fault((*here, "path"), "A brace is left over; an insertion is written {account}.")
        for part, name in (
            *(("path", name) for name in names_in(one.path)),
            *(("sends", n) for n in one.sends.values()),
        ):
            if "." in name and name not in FACTS and name not in ABOUT and not name.startswith(ATTRIBUTE):
                yield Fault(
                    (*here, part), f"There is no fact {name!r}; a name without a dot is a field of the guide."
                )
        if one.method == "GET" and (one.sends or one.always):
            yield Fault((*here, "sends"), "A GET has no body; put it in the path.")
        if twice := sorted(set(one.sends) & set(one.always)):
            yield Fault((*here, "always"), f"{twice[0]!r} is among what it sends already.")
        for field in set(one.gives) - set(one.taken(one.example)) if one.example is not None else ():
            yield Fault((*here, "example"), f"The example has nothing for {field!r} at {one.gives[field]}.")
