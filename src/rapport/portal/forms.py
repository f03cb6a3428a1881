"""What customers send, read without trusting it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django.core import signing

from rapport.contacts.queries import reason_by_key
from rapport.customers.points import normal_email
from rapport.kit.errors import Invalid

if TYPE_CHECKING:
    from django.http import QueryDict

    from rapport.accounts.models import Programme
    from rapport.contacts.models import Reason

SALT = "rapport.portal.start"
PAGE_SECONDS = 24 * 3600
ANSWER = "answer-"


@dataclass(slots=True)
class Person:
    """How a customer who asks for a person is reached, as typed, and what is wrong with it by field."""

    email: str = ""
    text: str = ""
    phone: str = ""
    token: str = field(default_factory=lambda: signing.dumps(str(uuid4()), salt=SALT))
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def client_id(self) -> UUID:
        """The id made with the page, so that sending it twice opens one conversation."""
        try:
            return UUID(signing.loads(self.token, salt=SALT, max_age=PAGE_SECONDS))
        except signing.BadSignature:
            return uuid4()


@dataclass(slots=True)
class Start(Person):
    """A first message as typed, and what is wrong with it by field."""

    reason_key: str = ""
    reason: Reason | None = None


def read_start(programme: Programme, sent: QueryDict) -> Start:
    """Return what was sent, with an error for each field that cannot be used."""
    start = Start(reason_key=sent.get("reason", "")[:50])
    _read_person(start, sent)
    start.reason = reason_by_key(programme, start.reason_key)
    if start.reason is None or not start.reason.is_offered:
        start.errors["reason"] = "Choose what it is about, so that the right person answers."
    if not start.text.strip():
        start.errors["text"] = "Please write a few words first."
    return start


def read_person(sent: QueryDict) -> Person:
    """Return how the customer is reached, with an error where that cannot be used; words are optional."""
    person = Person()
    _read_person(person, sent)
    return person


def _read_person(person: Person, sent: QueryDict) -> None:
    person.text, person.phone = sent.get("text", ""), sent.get("phone", "")[:40]
    person.token = sent.get("token", "")
    try:
        person.email = sent.get("email", "")[:300]
        person.email = normal_email(person.email)
    except Invalid as error:
        person.errors["email"] = str(error)


def answers_in(sent: QueryDict) -> dict[str, str]:
    """Return the answers of a step's form, by field."""
    return {name.removeprefix(ANSWER): sent.get(name, "") for name in sent if name.startswith(ANSWER)}


def read_id(raw: str) -> UUID:
    """Return the id a page made for a message; a new one where it made none (a page without JavaScript)."""
    try:
        return UUID(raw)
    except ValueError:
        return uuid4()


def read_shown(sent: QueryDict) -> int:
    """Return the number of the last message that a page shows; 0 where it does not say."""
    told = sent.get("after", "")
    return int(told) if told.isdecimal() and len(told) < 19 else 0


def read_rating(raw: str) -> int | None:
    """Return the rating chosen, None where none was; Invalid outside 1 to 5."""
    if not raw:
        return None
    if raw not in ("1", "2", "3", "4", "5"):
        raise Invalid("Choose a number from 1 to 5.")
    return int(raw)


def read_yes_no(raw: str) -> bool | None:
    """Return yes or no as chosen, None where neither was."""
    return {"yes": True, "no": False}.get(raw)
