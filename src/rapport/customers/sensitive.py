"""Sensitive values of customers: kept sealed, found by exact match, classed by the name they go by.

Internal to customers; the face is in ``actions`` and ``queries``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import TextField
from django.db.models.functions import Cast, Concat

from rapport.customers.models import AttributeClass, Customer, FileChange, Holding, SealedValue
from rapport.kit import redaction, sealing
from rapport.kit.classes import FieldClass
from rapport.kit.errors import Invalid

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

HOLDING = "holding"  # what changed of one is told in a file's history under this and its key
NUMBER = "number"  # the field of what stood as the key or label of a holding
_SENSITIVE_NAME = re.compile(
    r"(?:^|_)(?:"
    r"(?:card|account|acct|konto|karten|bank|policy_holder|passport|licen[cs]e|tax|social_security|insurance)_"
    r"?(?:number|num|no|nr|id)|iban|pan|ssn|nino|passport|national_id|sort_code|routing_number|"
    r"date_of_birth|birth_?(?:date|day)|geburts(?:datum|tag)|dob|born(?:_on)?|"
    r"cvv2?|cvc2?|pin|password|secret|security_(?:question|answer|code)|mothers?_maiden_name|"
    r"credit_?(?:score|rating|history|report)|fico|schufa|salary|income"
    r")(?:$|_)"
)


def class_by_name(name: str) -> FieldClass:
    """Return the class that an attribute nobody declared gets by its name: personal, or sensitive."""
    plain = re.sub(r"[^a-z0-9]+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower())
    return FieldClass.SENSITIVE if _SENSITIVE_NAME.search(plain) else FieldClass.PERSONAL


def as_text(value: Any) -> str:
    """Return a value as it is sealed."""
    return "" if value is None else str(value)


def place_of(programme_id: int, customer_public_id: UUID, holding_key: str, field: str) -> sealing.Place:
    """Return what a value of a customer, or of what they hold, is bound to."""
    row = f"{customer_public_id}/{holding_key}"
    return sealing.Place(programme_id, SealedValue._meta.db_table, row, field)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a value belongs: a customer's field, or a field of something they hold."""

    customer: Customer
    holding: Holding | None
    field: str

    @property
    def place(self) -> sealing.Place:
        """What the sealed value is bound to."""
        key = self.holding.key if self.holding else ""
        return place_of(self.customer.programme_id, self.customer.public_id, key, self.field)


def spot_of(value: SealedValue) -> Spot:
    """Return where a sealed value belongs (``customer`` and ``holding`` should be loaded)."""
    return Spot(value.customer, value.holding, value.field)


def sealed_row(spot: Spot, text: str, *, row: SealedValue | None = None) -> SealedValue:
    """Return the row with the text sealed in it; a new one unless given. It is not saved."""
    sealed = sealing.seal(text, spot.place)
    row = row or SealedValue(
        programme_id=spot.customer.programme_id, customer=spot.customer, holding=spot.holding, field=spot.field
    )
    row.sealed, row.key_id = sealed, sealing.key_of(sealed)
    row.hint, row.finder = sealing.hint(text), sealing.finder(text, spot.customer.programme_id)
    return row


def opened(row: SealedValue) -> str:
    """Return the value of a row. Raises KeyMissing or Broken."""
    return sealing.unseal(row.sealed, spot_of(row).place)


CHANGED = ["sealed", "key_id", "hint", "finder"]
Change = tuple[str, str]  # hints before and after


class Keeper:
    """Writes sealed values of one programme's customers, and knows the class of each attribute."""

    def __init__(self, programme: Programme) -> None:
        self._programme = programme
        self._classes = {row.name: row for row in AttributeClass.objects.filter(programme=programme)}

    def class_of(self, name: str) -> FieldClass:
        """Return the class of an attribute."""
        row = self._classes.get(name)
        return FieldClass(row.field_class) if row else class_by_name(name)

    def declare(self, declared: Mapping[str, FieldClass | None]) -> None:
        """Take over what a mapping declares, and note what is guessed for the rest.

        Raises Invalid where an attribute declared sensitive before would now be less.
        """
        for name, said in declared.items():
            row = self._classes.get(name)
            if row is None:
                self._note(name, said or class_by_name(name), is_declared=said is not None)
            elif said is not None and (said != row.field_class or not row.is_declared):
                if row.is_declared and said.rank < FieldClass(row.field_class).rank:
                    raise Invalid(
                        f"{name} was declared {row.field_class} before, and cannot become {said}. "
                        "Give it another name if it means something else now."
                    )
                self._note(name, said, is_declared=True)

    def learn(self, name: str, value: Any) -> None:
        """Class an attribute that nobody declared as sensitive, once a value of it is a secret as a whole."""
        row = self._classes.get(name)
        if isinstance(value, str) and not (row and row.is_declared) and redaction.is_secret(value):
            self._note(name, FieldClass.SENSITIVE, is_declared=False)

    def _note(self, name: str, field_class: FieldClass, *, is_declared: bool) -> None:
        was = self._classes.get(name)
        self._classes[name], _ = AttributeClass.objects.update_or_create(
            programme=self._programme,
            name=name,
            defaults={"field_class": field_class, "is_declared": is_declared},
        )
        if was is not None and field_class == FieldClass.SENSITIVE and was.field_class != field_class:
            _seal_what_is_there(self._programme, name)

    def split(self, values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
        """Return the values that may stay in the clear, their texts cleaned, and those to be sealed."""
        clear: dict[str, Any] = {}
        secret: dict[str, str] = {}
        for name, value in values.items():
            self.learn(name, value)
            if self.class_of(name) == FieldClass.SENSITIVE:
                secret[name] = as_text(value)
            else:
                clear[name] = redaction.mask(value).text if isinstance(value, str) else value
        return clear, secret

    def keep(self, told: Mapping[Spot, str]) -> dict[Spot, Change]:
        """Seal the values where they differ from what is there, forget those told empty; return what changed."""
        there = _rows_of({spot.customer.pk for spot in told})
        new: list[SealedValue] = []
        changed: list[SealedValue] = []
        gone: list[int] = []
        changes: dict[Spot, Change] = {}
        for spot, text in told.items():
            row = there.get((spot.customer.pk, spot.holding.pk if spot.holding else None, spot.field))
            if row is None and text:
                new.append(sealed_row(spot, text))
                changes[spot] = ("", new[-1].hint)
            elif row is not None and not text:
                gone.append(row.pk)
                changes[spot] = (row.hint, "")
            elif row is not None and not _says(row, text):
                before = row.hint
                changed.append(sealed_row(spot, text, row=row))
                changes[spot] = (before, row.hint)
        SealedValue.objects.bulk_create(new, batch_size=1000)
        SealedValue.objects.bulk_update(changed, CHANGED, batch_size=500)
        SealedValue.objects.filter(pk__in=gone).delete()
        return changes


def _rows_of(customers: Iterable[int]) -> dict[tuple[int, int | None, str], SealedValue]:
    rows = SealedValue.objects.select_related("customer", "holding").filter(customer__in=list(customers))
    return {(row.customer_id, row.holding_id, row.field): row for row in rows}


def _says(row: SealedValue, text: str) -> bool:
    """Say whether the row holds this text; one that does not open holds nothing we know."""
    try:
        return opened(row) == text
    except (sealing.KeyMissing, sealing.Broken):
        return False


def _seal_what_is_there(programme: Programme, name: str) -> None:
    """Seal an attribute that was kept in the clear until now, wherever customers and their histories have it."""
    keeper = Keeper(programme)
    customers = Customer.objects.select_for_update(no_key=True)
    having = customers.filter(programme=programme, attributes__has_key=name)
    for customer in having.order_by("pk").iterator(chunk_size=500):
        text = as_text(customer.attributes.pop(name))
        customer.save(update_fields=["attributes"])
        keeper.keep({Spot(customer, None, name): text})
    holdings = Holding.objects.select_related("customer").filter(programme=programme, details__has_key=name)
    for holding in holdings.order_by("pk").iterator(chunk_size=500):
        text = as_text(holding.details.pop(name))
        holding.save(update_fields=["details"])
        keeper.keep({Spot(holding.customer, holding, name): text})
    _hide_in_histories(programme, name)


def _hide_in_histories(programme: Programme, name: str) -> None:
    """Let the histories of files tell hints of an attribute, and nothing of holdings that had it."""
    told = Concat(Cast("before", TextField()), Cast("after", TextField()))
    changes = FileChange.objects.annotate(told=told).filter(programme=programme, told__contains=name)
    for change in changes.order_by("pk").iterator(chunk_size=500):
        for side in (change.before, change.after):
            side |= {
                key: sealing.hint(text) if key == name else redaction.HIDDEN
                for key, text in side.items()
                if key == name or (key.startswith(f"{HOLDING} ") and f"{name} " in text)
            }
        change.save(update_fields=["before", "after"])
