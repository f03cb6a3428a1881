"""What a file says customers hold, made ready to be written: sensitive parts set apart, numbers out of keys."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rapport.customers.models import SealedValue
from rapport.customers.sensitive import NUMBER, Keeper
from rapport.kit import redaction, sealing

if TYPE_CHECKING:
    from rapport.accounts.models import Programme
    from rapport.customers.importing.rows import CustomerRecord, HoldingRecord


@dataclass(frozen=True, slots=True)
class HoldingToWrite:
    """A holding with its values in the clear, and those to be sealed."""

    key: str
    values: Mapping[str, Any]
    secret: Mapping[str, str]


def ready(
    programme: Programme, keeper: Keeper, records: Mapping[str, CustomerRecord]
) -> dict[str, list[HoldingToWrite]]:
    """Return by customer what is to be written.

    A card or account number that stands as a holding's key is sealed as its ``number``, and the key is one of
    ours; the same number later finds the same holding.
    """
    known = keys_by_number(programme, ((key, told.key) for key, one in records.items() for told in one.holdings))
    return {key: [_ready(keeper, known, key, told) for told in one.holdings] for key, one in records.items()}


def _ready(
    keeper: Keeper, known: Mapping[tuple[str, str], str], customer: str, told: HoldingRecord
) -> HoldingToWrite:
    values = dict(told.values)
    values["details"], secret = keeper.split(values.get("details", {}))
    secret = {**dict.fromkeys(values["details"], ""), **secret}
    label, key = values.get("label", ""), told.key
    number = next((one for one in (key, label) if redaction.is_secret(one)), "")
    if number:
        secret[NUMBER] = number
    if redaction.is_secret(key):
        key = known.get((customer, sealing.normal(key))) or f"n-{secrets.token_hex(6)}"
    for name in ("label", "product"):
        if name in values:
            values[name] = sealing.hint(label) if values[name] == number else redaction.mask(values[name]).text
    return HoldingToWrite(key, values, secret)


def keys_by_number(programme: Programme, told: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Return our keys of holdings that are there, by customer and the normal form of the number told."""
    sought = {
        finder: (customer, sealing.normal(key))
        for customer, key in told
        if redaction.is_secret(key)
        for finder in sealing.finders(key, programme.pk)
    }
    found = SealedValue.objects.filter(
        programme=programme, finder__in=list(sought), field=NUMBER, holding__isnull=False
    )
    return {
        sought[finder]: key
        for finder, key, customer in found.values_list("finder", "holding__key", "customer__key")
        if sought[finder][0] == customer
    }
