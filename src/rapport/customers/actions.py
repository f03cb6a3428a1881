"""Writes of the customer file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from rapport.customers.events import CustomerChanged
from rapport.customers.models import ContactPoint, Customer, FileChange, Segment
from rapport.customers.points import normal_email, normal_phone
from rapport.customers.sensitive import Keeper, place_of
from rapport.customers.standing import erased_among
from rapport.events.actions import announce
from rapport.kit import clock, redaction, sealing
from rapport.kit.classes import FieldClass
from rapport.kit.errors import Conflict, Invalid, NotFound
from rapport.kit.turns import Turn, take_turns

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme

EDITABLE = {"name": 200, "likes": 500, "language": 10}
NORMAL = {"email": normal_email, "phone": normal_phone}


def ensure_segment(*, programme: Programme, key: str, name: str = "", head_start_seconds: int = 0) -> Segment:
    """Return the programme's segment with this key, made where missing."""
    segment, _ = Segment.objects.get_or_create(
        programme=programme,
        key=key,
        defaults={"name": name or key, "head_start_seconds": head_start_seconds},
    )
    return segment


@transaction.atomic
def update_file(*, member: Member, customer: Customer, version: int, changes: dict[str, str]) -> Customer:
    """Bring the file up to date with ``changes`` (fields of EDITABLE, or ``email``/``phone`` to add one).

    ``version`` is the version the person looked at; Conflict when somebody else changed the file since.
    """
    rows = Customer.objects.select_for_update(no_key=True)
    found = rows.filter(pk=customer.pk, programme=member.programme).first()
    if found is None:
        raise NotFound
    _require_active(found)
    if found.version != version:
        raise Conflict("Somebody changed this file a moment ago. It has been reloaded; please try again.")
    before, after = _apply(found, changes)
    if not after:
        return found
    found.version += 1
    found.save()
    actor = f"member:{member.pk}"
    FileChange.objects.create(
        programme=member.programme, customer=found, at=clock.now(), actor=actor, before=before, after=after
    )
    changed = CustomerChanged(fields=list(after))
    announce(changed, programme=member.programme, subject=found.public_id, actor=actor)
    return found


def _require_active(customer: Customer) -> None:
    if not customer.is_active:
        raise Conflict(f"This customer's data is {customer.standing}: it cannot be used or changed.")


def _apply(customer: Customer, changes: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    before: dict[str, str] = {}
    after: dict[str, str] = {}
    for field, raw in changes.items():
        value = raw.strip() if field in NORMAL else redaction.clean(raw.strip())
        if field in NORMAL:
            if value and _add_point(customer, field, NORMAL[field](value)):
                before[field], after[field] = "", value
        elif field in EDITABLE:
            if len(value) > EDITABLE[field]:
                raise Invalid(f"Please keep {field} under {EDITABLE[field]} characters.")
            old = getattr(customer, field)
            if old != value:
                before[field], after[field] = old, value
                setattr(customer, field, value)
        else:
            raise Invalid(f"{field!r} is not a field of the customer file that can be edited.")
    return before, after


def _add_point(customer: Customer, kind: str, value: str) -> bool:
    _, made = ContactPoint.objects.get_or_create(
        customer=customer, kind=kind, value=value, defaults={"programme_id": customer.programme_id}
    )
    return made


def ensure_customers(
    *, programme: Programme, segments: Mapping[str, Segment | None]
) -> dict[str, tuple[int, UUID]]:
    """Return our id and the public one of the customers with these keys, made with their segment where missing.

    Who was erased is not made again, and is not in the answer.
    """
    take_turns(Turn.CUSTOMERS, programme.pk)
    known = _ids_by_key(programme, segments)
    erased = erased_among(programme, set(segments) - set(known))
    missing = [key for key in segments if key not in known and key not in erased]
    if missing:
        Customer.objects.bulk_create(
            [Customer(programme=programme, key=key, segment=segments[key]) for key in missing],
            ignore_conflicts=True,
        )
        known |= _ids_by_key(programme, missing)
    return known


def _ids_by_key(programme: Programme, keys: Iterable[str]) -> dict[str, tuple[int, UUID]]:
    found = Customer.objects.filter(programme=programme, key__in=list(keys))
    return {key: (pk, public_id) for key, pk, public_id in found.values_list("key", "pk", "public_id")}


@transaction.atomic
def declare_attributes(*, programme: Programme, declared: Mapping[str, FieldClass]) -> None:
    """Say how much care attributes need; Invalid where one would need less than was declared before."""
    Keeper(programme).declare(declared)


def sealed_columns(
    *, programme_id: int, customer_public_id: UUID, holding_key: str, field: str, text: str
) -> tuple[str, str, str, str]:
    """Return a sensitive value as its row holds it: sealed, key_id, hint, finder; for who copies many at once."""
    sealed = sealing.seal(text, place_of(programme_id, customer_public_id, holding_key, field))
    return sealed, sealing.key_of(sealed), sealing.hint(text), sealing.finder(text, programme_id)
