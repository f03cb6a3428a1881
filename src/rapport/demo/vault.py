"""The sensitive values of the demonstration's customers: card and account numbers nobody has, dates of birth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING
from uuid import UUID

from rapport.customers import actions as customers
from rapport.demo import bulk
from rapport.kit import checksums
from rapport.kit.classes import FieldClass

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

Held = tuple[str, str, str, str]  # customer's id and public id, the card's id and key
LABEL = "customers.SealedValue"
COLUMNS = ("programme_id", "public_id", "customer_id", "holding_id", "field", "sealed", "key_id", "hint", "finder")
EASY_CARD = "4000056655665556"  # of the first customer: a number for tests, easy to type
DECLARED = {
    "number": FieldClass.SENSITIVE,
    "account_number": FieldClass.SENSITIVE,
    "date_of_birth": FieldClass.SENSITIVE,
}


def card_number(chance: Random) -> str:
    """Return a number of the range that is kept for tests, with a right check digit."""
    body = f"400000{chance.randrange(10**9):09d}"
    return body + checksums.luhn_digit(body)


def declare(programme: Programme) -> None:
    """Say which attributes are sealed."""
    customers.declare_attributes(programme=programme, declared=DECLARED)


def sealed(
    programme: Programme,
    owners: Mapping[str, str],
    cards: Sequence[tuple[Held, str]],
    *,
    now: float,
    seed: int,
) -> Iterator[bulk.Row]:
    """Seal the number of every card, and of every customer an account and a date of birth, one after the other."""
    chance = Random(seed)
    for held, text in cards:
        yield _row(programme, held, "number", text, now, chance)
    for customer, public in owners.items():
        born = date(1942, 1, 1) + timedelta(days=chance.randrange(22_000))
        account = checksums.with_iban_digits("GB", f"NBNK{chance.randrange(10**14):014d}")
        for field, text in (("date_of_birth", born.isoformat()), ("account_number", account)):
            yield _row(programme, (customer, public, "", ""), field, text, now, chance)


def _row(programme: Programme, held: Held, field: str, text: str, now: float, chance: Random) -> bulk.Row:
    customer, public, card, key = held
    sealed = customers.sealed_columns(
        programme_id=programme.pk, customer_public_id=UUID(public), holding_key=key, field=field, text=text
    )
    return (str(programme.pk), bulk.key(chance, now), customer, card or bulk.NULL, field, *sealed)
