"""Whether a customer's data may be used: active, restricted, erased; and that who was erased does not come back.

Who changes a standing, and who imports or begins a contact meanwhile, wait for each other: imports of a programme
at one advisory lock, everything else at the customer's row.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils.crypto import salted_hmac

from rapport.customers.models import Customer, Standing, Tombstone
from rapport.kit import clock
from rapport.kit.errors import Conflict, NotFound

if TYPE_CHECKING:
    from rapport.accounts.models import Programme

SALT = "rapport.customers.erased"


def locked(programme: Programme, public_id: UUID) -> Customer:
    """Return the customer, locked until the commit."""
    rows = Customer.objects.select_for_update(no_key=True)
    found = rows.filter(programme=programme, public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


def held(customer: Customer) -> Customer | None:
    """Return the customer as it is now, safe from erasure until the commit; None when the person is gone."""
    found = Customer.objects.select_for_update(no_key=True, of=("self",)).select_related("segment")
    now = found.filter(pk=customer.pk).first()
    return None if now is None or now.standing == Standing.ERASED else now


def set_restricted(customer: Customer, *, restricted: bool) -> bool:
    """Restrict a locked customer, or let its data be used again; say whether that changed anything."""
    wanted = Standing.RESTRICTED if restricted else Standing.ACTIVE
    if customer.standing == Standing.ERASED:
        raise Conflict("This customer has been erased. There is nothing left to restrict or release.")
    if customer.standing == wanted:
        return False
    _set(customer, wanted)
    return True


def bury(customer: Customer) -> None:
    """Note the key of a locked customer as gone, before it is replaced."""
    digest = _digest(customer.programme_id, customer.key)
    Tombstone.objects.get_or_create(
        programme_id=customer.programme_id, digest=digest, defaults={"at": clock.now()}
    )
    _set(customer, Standing.ERASED)


def let_return(programme: Programme, key: str) -> bool:
    """Let an erased customer's key be used again, for one who is a customer anew; say whether it was erased."""
    gone, _ = Tombstone.objects.filter(programme=programme, digest=_digest(programme.pk, key)).delete()
    return bool(gone)


def erased_among(programme: Programme, keys: Iterable[str]) -> set[str]:
    """Return those of the partner's keys whose customers were erased."""
    by_digest = {_digest(programme.pk, key): key for key in keys}
    found = Tombstone.objects.filter(programme=programme, digest__in=list(by_digest))
    return {by_digest[digest] for digest in found.values_list("digest", flat=True)}


def _set(customer: Customer, wanted: Standing) -> None:
    customer.standing, customer.standing_since = wanted, clock.now()
    customer.save(update_fields=["standing", "standing_since"])


def _digest(programme_id: int, key: str) -> str:
    return salted_hmac(SALT, f"{programme_id}:{key}", algorithm="sha256").hexdigest()
